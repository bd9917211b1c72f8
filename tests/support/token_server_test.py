"""The token server, proven with skopeo, curl and a real registry: the registry takes its tokens and no others."""

import contextlib
import json
import sys

from cases import case, contains, equal, require, run_cases
from certificates import Authority
from judges import curl, refusal, skopeo_manifest, skopeo_pull, skopeo_push, tiny_image
from real_registry import registry
from service import free_port, run, until
from tls_proxy import tls_proxy
from token_server import token_server

ALICE = {"alice": "open sesame"}
TAGS = "v2/some/image/tags/list"


@contextlib.contextmanager
def registry_with_tokens(**options):
    with token_server(ALICE, **options) as tokens, registry(tokens.auth()) as served:
        yield served, tokens


def post(realm, **form):
    """What curl gets for a form, as JSON."""
    require("curl")
    fields = [part for name, value in form.items() for part in ("--data-urlencode", f"{name}={value}")]
    return json.loads(run("curl", "--silent", "--show-error", *fields, realm))


def password_form(tokens):
    return {"grant_type": "password", "username": "alice", "password": ALICE["alice"], "service": tokens.service,
            "client_id": "test", "scope": "repository:some/image:pull"}


def bearer(token):
    return "--header", f"Authorization: Bearer {token}"


@case("a user pushes with a token, and the server remembers the scopes that were asked for")
def pushes(directory):
    source, layer = tiny_image(directory)
    with registry_with_tokens() as (served, tokens):
        skopeo_push(source, served.host, creds="alice:open sesame")
        last = tokens.requests[-1]
        equal([last.method, last.user, last.status], ["GET", "alice", 200])
        equal(last.parameters["service"], [tokens.service])
        equal(last.scopes, ["repository:some/image:pull,push"])
        equal(skopeo_manifest(served.host, creds="alice:open sesame")["layers"][0]["digest"], layer)


@case("a wrong password gets no token, and is remembered")
def refuses_passwords(directory):
    source, _ = tiny_image(directory)
    with registry_with_tokens() as (served, tokens):
        contains(refusal(skopeo_push, source, served.host, creds="alice:guess"), "wrong credentials")
        equal({(request.user, request.status) for request in tokens.requests}, {(None, 401)})


@case("without credentials one may pull but not push")
def anonymous_pulls(directory):
    source, layer = tiny_image(directory)
    with registry_with_tokens() as (served, _):
        contains(refusal(skopeo_push, source, served.host), "denied")
        skopeo_push(source, served.host, creds="alice:open sesame")
        skopeo_pull(served.host, f"dir:{directory}/pulled")
        equal((directory / "pulled" / layer.removeprefix("sha256:")).exists(), True)


@case("a token is good for its lifetime only, whatever the server says that would be")
def expires(_):
    with registry_with_tokens(lifetime=1, expires_in=300) as (served, tokens):
        url = f"{served.url}/{TAGS}"

        def accepted():
            answer = post(tokens.realm, **password_form(tokens))
            equal(answer["expires_in"], 300)
            return curl(url, *bearer(answer["access_token"]))[1] == "404" and answer["access_token"]

        token = until(accepted, what="a token that is used in time")
        until(lambda: curl(url, *bearer(token))[1] == "401", what="the token to expire")


@case("a token says no more than what it was asked for, and nothing to another registry")
def scopes_bind(_):
    with registry_with_tokens() as (served, tokens), registry_with_tokens() as (other, _):
        token = post(tokens.realm, **password_form(tokens))["access_token"]
        equal(curl(f"{served.url}/{TAGS}", *bearer(token))[1], "404")
        equal(curl(f"{served.url}/v2/some/image/blobs/uploads/", *bearer(token), "--request", "POST")[1], "401")
        equal(curl(f"{served.url}/v2/other/image/tags/list", *bearer(token))[1], "401")
        equal(curl(f"{other.url}/{TAGS}", *bearer(token))[1], "401")


@case("an identity token is exchanged by OAuth2, an unknown one is refused")
def exchanges_identity_tokens(_):
    with registry_with_tokens() as (served, tokens):
        form = {"grant_type": "refresh_token", "service": tokens.service, "client_id": "test",
                "scope": "repository:some/image:pull,push repository:other/image:pull"}
        token = post(tokens.realm, refresh_token=tokens.identity_token("alice"), **form)["access_token"]
        equal(tokens.requests[-1].scopes, ["repository:some/image:pull,push", "repository:other/image:pull"])
        equal(curl(f"{served.url}/v2/other/image/tags/list", *bearer(token))[1], "404")
        contains(str(post(tokens.realm, refresh_token="guess", **form)), "wrong credentials")


@case("tokens and registry are served from one host through TLS, as they are in the world")
def one_host_with_tls(directory):
    source, layer = tiny_image(directory)
    authority, port = Authority(directory), free_port()
    with (token_server(ALICE) as tokens, registry(tokens.auth(f"https://localhost:{port}/token")) as served,
          tls_proxy(authority.good(), {"/": served.port, "/token": tokens.port}, port) as proxy):
        skopeo_push(source, proxy.host, creds="alice:open sesame", trust=authority.trust)
        equal(skopeo_manifest(proxy.host, trust=authority.trust)["layers"][0]["digest"], layer)
        equal("/token" in {request.uri.partition("?")[0] for request in proxy.requests()}, True)


run_cases(sys.argv[1:])
