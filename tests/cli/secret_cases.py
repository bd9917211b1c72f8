"""A marked secret goes through every command, at every verbosity, with and without success: it must not come out."""

import base64
import contextlib
import itertools
import json
import os
import pathlib
import random
import urllib.parse

from certificates import Authority
from harness import case, environment, equal, ocibuild, run_cases
from real_registry import passwords, registry
from tls_proxy import tls_proxy
from token_server import token_server
from workspace import build_environment, given_binaries, make_workspace

USER = "marked-user"
SECRET = "ghp/MARK+ed%s3cret&token=="
BEARER = "MARKed-bearer.token_value"
TOKEN_START = base64.b64encode(b'{"typ": "JWT"').decode().rstrip("=")[:-1]  # of every token of the token server
LOUDNESS = (["-q"], [], ["-v"], ["-vv"], ["--progress=json", "-vv"], ["--progress=plain", "-v"])
OWN_VARIABLES = ("DOCKER_CONFIG", "DOCKER_AUTH_CONFIG", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME")


def spellings(secret):
    """Every form in which it may have slipped through; base64 at each of the three offsets inside of something."""
    yield from (secret, urllib.parse.quote(secret, safe=""), urllib.parse.quote(secret), urllib.parse.quote_plus(secret))
    yield json.dumps(secret)[1:-1]
    for offset in range(3):
        text = base64.b64encode(bytes(offset) + secret.encode()).decode()
        inner = text[(0, 2, 3)[offset]:].rstrip("=")[:-1]
        yield inner
        yield inner.replace("+", "-").replace("/", "_")


def credentials(directory, host, secret, extra=None):
    place = directory / f"config-{random.randrange(1 << 60)}"
    place.mkdir()
    auth = base64.b64encode(f"{USER}:{secret}".encode()).decode()
    (place / "config.json").write_text(json.dumps({"auths": {host: {"auth": auth, **(extra or {})}}}))
    return place


def ways_in(directory, host, secret):
    """Environments that hold the secret, one for each kind of place."""
    empty = {**dict.fromkeys(OWN_VARIABLES), "HOME": directory}
    place = credentials(directory, host, secret)
    yield {**empty, "OCIBUILD_USERNAME": USER, "OCIBUILD_PASSWORD": secret}
    yield {**empty, "DOCKER_CONFIG": place}
    yield {**empty, "DOCKER_AUTH_CONFIG": (place / "config.json").read_text()}


class Search:
    """Looks for secrets in all that a run leaves."""

    def __init__(self, directory):
        self.directory = directory
        self.secrets = {SECRET, TOKEN_START}
        self.runs = 0
        home = pathlib.Path.home()  # where cargo is, whatever HOME is
        self.cargo = {"CARGO_HOME": os.environ.get("CARGO_HOME", home / ".cargo"),
                      "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", home / ".rustup")}

    def run(self, *arguments, code, **changes):
        root = self.directory / "work"
        done = ocibuild(*arguments, cwd=root, env=build_environment(self.directory, **self.cargo, **changes))
        equal(done.returncode, code, f"{arguments}: {done.stderr}")
        texts = {"stdout": done.stdout, "stderr": done.stderr}
        for path in (root / "target").rglob("*"):
            if path.is_file() and path.stat().st_size < 100_000:
                texts[str(path)] = path.read_bytes().decode(errors="replace")
        for (where, text), secret in itertools.product(texts.items(), self.secrets):
            for form in spellings(secret):
                if form in text:
                    raise AssertionError(f"{form!r} came out of {arguments} in {where}:\n{text}")
        self.runs += 1


def commands(directory, host, name):
    """Every command that talks to registries, in an order in which each finds what it needs."""
    build = ["build", "--push", *given_binaries(directory), "--registry", f"{host}/{name}"]
    files = ["--digests", "target/digests.json", "--metadata-file", "target/metadata.json"]
    image = f"{host}/{name}/alpha"
    yield [*build, *files]
    yield ["image", f"{host}/{name}/tool:1", "--add", "Cargo.toml:/x", "--push", "--output", "oci:target/tool"]
    yield ["copy", image, f"{host}/{name}/other:1"]
    yield ["copy", image, "oci:target/copy"]
    yield ["copy", "oci:target/copy", f"{host}/{name}/back"]
    for command in (["inspect"], ["inspect", "--json"], ["inspect", "--raw"], ["verify"], ["tags"], ["tags", "--json"]):
        yield [*command, image]


@contextlib.contextmanager
def kinds_of_registries():
    with token_server({USER: SECRET}) as tokens, registry(passwords({USER: SECRET})) as basic:
        with registry(tokens.auth()) as bearer:
            yield basic, bearer, tokens


@case("no command that succeeds shows the password or a token, wherever it came from and however loud it is")
def succeeds_silently(directory):
    make_workspace(directory)
    search = Search(directory)
    with kinds_of_registries() as (basic, bearer, _):
        for served in (basic, bearer):
            for number, changes in enumerate(ways_in(directory, served.host, SECRET)):
                for place, loudness in enumerate(LOUDNESS if number == 0 else [["-vv"]]):
                    for arguments in commands(directory, served.host, f"n{number}p{place}"):
                        search.run(*arguments, *loudness, code=0, **changes)
    equal(search.runs > 100, True)


@case("no command that is refused shows the password, wherever it came from and however loud it is")
def fails_silently(directory):
    make_workspace(directory)
    (directory / "work/target").mkdir()
    search = Search(directory)
    with token_server({USER: "other"}) as tokens, registry(passwords({USER: "other"})) as basic:
        with registry(tokens.auth()) as bearer:
            for served, changes in itertools.chain(*[[(each, way) for way in ways_in(directory, each.host, SECRET)]
                                                     for each in (basic, bearer)]):
                for loudness in LOUDNESS:
                    for command in (["copy", "oci:nowhere", f"{served.host}/a"],):
                        search.run(*command, *loudness, code=3, **changes)
                    search.run("tags", f"{served.host}/a", *loudness, code=6, **changes)
                    search.run("image", f"{served.host}/a:1", "--add", "Cargo.toml:/x", "--push", *loudness, code=6, **changes)


@case("no identity token and no registry token comes out either")
def keeps_other_tokens(directory):
    make_workspace(directory)
    search = Search(directory)
    with kinds_of_registries() as (_, bearer, tokens):
        identity = tokens.identity_token(USER)
        search.secrets |= {identity, BEARER}
        for kind, secret, code in (("identitytoken", identity, 0), ("identitytoken", SECRET, 6),
                                   ("registrytoken", BEARER, 6), ("registrytoken", SECRET, 3)):
            place = directory / f"{kind}{code}"
            place.mkdir()
            (place / "config.json").write_text(json.dumps({"auths": {bearer.host: {kind: secret}}}))
            changes = {**dict.fromkeys(OWN_VARIABLES), "HOME": directory, "DOCKER_CONFIG": place}
            for loudness in LOUDNESS:
                search.run("image", f"{bearer.host}/a:1", "--add", "Cargo.toml:/x", "--push", *loudness, code=code, **changes)


@case("neither a failed connection nor a refused certificate shows the password")
def fails_to_connect_silently(directory):
    make_workspace(directory)
    (directory / "work/target").mkdir()
    search = Search(directory)
    with registry(passwords({USER: SECRET})) as served:
        with tls_proxy(Authority(directory).expired(), {"/": served.port}) as proxy:
            for host in (proxy.host, "registry.invalid"):
                for changes in ways_in(directory, host, SECRET):
                    search.run("tags", f"{host}/a", "-vv", code=5, **changes)


@case("a reference, proxy or configuration that holds a secret where it does not belong is refused without it")
def refuses_silently(directory):
    make_workspace(directory)
    (directory / "work/target").mkdir()
    search = Search(directory)
    broken = directory / "broken"
    broken.mkdir()
    (broken / "config.json").write_text(json.dumps({"auths": {"localhost:1": {"auth": SECRET}}})[:-1])
    search.run("tags", "localhost:1/a", "-vv", code=5, DOCKER_CONFIG=directory / "none",
               https_proxy=f"http://{USER}:{urllib.parse.quote(SECRET, safe='')}@127.0.0.1:9")
    done = ocibuild("tags", "localhost:1/a", "-vv", env=environment(DOCKER_CONFIG=broken))
    equal(SECRET in done.stderr, False)
    search.run("tags", "example.invalid/a", "-vv", code=5, DOCKER_CONFIG=directory / "none",
               https_proxy=f"http://{USER}:{urllib.parse.quote(SECRET, safe='')}@127.0.0.1:9")


run_cases()
