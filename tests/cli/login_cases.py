"""Where credentials come from, which of them registries take, and what is said when they do not."""

import base64
import contextlib
import json
import random
import subprocess
import time

from harness import PROGRAM, case, contains, environment, equal, fails, lacks, ocibuild, run_cases, succeeds
from judges import skopeo_manifest, tiny_image
from real_registry import passwords, registry
from token_server import token_server
from workspace import build_environment, given_binaries, make_workspace

USER, PASSWORD = "alice", "open sesame"
USERS = {USER: PASSWORD}
OWN_VARIABLES = ("DOCKER_CONFIG", "DOCKER_AUTH_CONFIG", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME",
                 "GITHUB_TOKEN", "GITHUB_ACTOR")


def nobody(directory, **changes):
    """An environment without credentials."""
    return environment(**{**dict.fromkeys(OWN_VARIABLES), "HOME": directory, **changes})


def config(directory, host, user=USER, password=PASSWORD):
    """A directory with docker's config.json."""
    place = directory / "docker"
    place.mkdir(exist_ok=True)
    auth = base64.b64encode(f"{user}:{password}".encode()).decode()
    (place / "config.json").write_text(json.dumps({"auths": {host: {"auth": auth}}}))
    return place


def helper(directory, script):
    """A PATH on which docker-credential-own runs a script, and a config that sends everybody there."""
    programs, place = directory / "bin", directory / "docker"
    programs.mkdir()
    place.mkdir()
    (programs / "docker-credential-own").write_text(f"#!/bin/sh\n{script}\n")
    (programs / "docker-credential-own").chmod(0o755)
    (place / "config.json").write_text('{"credsStore": "own"}')
    return {"PATH": f"{programs}:/usr/bin:/bin", "DOCKER_CONFIG": place}


@contextlib.contextmanager
def registry_with_tokens(**options):
    with token_server(USERS, **options) as tokens, registry(tokens.auth()) as served:
        yield served, tokens


def login_ways(directory, host):
    """Environments and arguments that each hold the right credentials."""
    place = config(directory, host)
    return [(nobody(directory, DOCKER_CONFIG=place), []),
            (nobody(directory, REGISTRY_AUTH_FILE=place / "config.json"), []),
            (nobody(directory, OCIBUILD_USERNAME=USER, OCIBUILD_PASSWORD=PASSWORD), []),
            (nobody(directory, DOCKER_AUTH_CONFIG=(place / "config.json").read_text()), [])]


@case("a registry with passwords takes those of every place, and of nobody else")
def finds_passwords(directory):
    source, _ = tiny_image(directory)
    with registry(passwords(USERS)) as served:
        for number, (env, arguments) in enumerate(login_ways(directory, served.host)):
            image = f"{served.host}/a:{number}"
            succeeds("copy", source, image, *arguments, env=env)
            contains(succeeds("verify", image, *arguments, env=env), "verified 3 blobs")
            skopeo_manifest(served.host, f"a:{number}", creds=f"{USER}:{PASSWORD}")


@case("--username with --password-stdin wins over everything else; one without the other is refused")
def takes_standard_input(directory):
    source, _ = tiny_image(directory)
    with registry(passwords(USERS)) as served:
        arguments = [PROGRAM, "copy", source, f"{served.host}/a:1", "--username", USER, "--password-stdin"]
        env = nobody(directory, OCIBUILD_USERNAME=USER, OCIBUILD_PASSWORD="wrong")
        for text, code in ((PASSWORD + "\n", 0), ("wrong", 6), ("", 2)):
            done = subprocess.run(arguments, input=text, text=True, env=env, capture_output=True, timeout=60)
            equal(done.returncode, code, done.stderr)
        contains(done.stderr, "standard input is empty")
        contains(fails(2, "tags", f"{served.host}/a", "--username", USER, env=env), "go together")
        contains(fails(2, "tags", f"{served.host}/a", "--password-stdin", env=env), "go together")


@case("a wrong password, and none, end with 6, say where it came from and how to log in, and are not tried again")
def refuses_passwords(directory):
    source, _ = tiny_image(directory)
    with registry(passwords(USERS)) as served:
        wrong = nobody(directory, OCIBUILD_USERNAME=USER, OCIBUILD_PASSWORD="guess")
        for env, origin in ((nobody(directory), "there was no credential for it, so the request was anonymous"),
                            (wrong, "the credential was taken from OCIBUILD_USERNAME"),
                            (nobody(directory, DOCKER_CONFIG=config(directory, served.host, password="x")), "config.json")):
            for arguments in (["copy", source, f"{served.host}/a:1"], ["tags", f"{served.host}/a"]):
                message = fails(6, *arguments, env=env)
                contains(message, "401 unauthorized")
                contains(message, origin)
                contains(message, f"podman login {served.host}")
                lacks(message, "trying again")


@case("tokens are asked for with the right scopes, once for all uploads, and a registry takes them")
def gets_tokens(directory):
    source, layer = tiny_image(directory)
    with registry_with_tokens() as (served, tokens):
        env = nobody(directory, DOCKER_CONFIG=config(directory, served.host))
        succeeds("copy", source, f"{served.host}/some/image:1", env=env)
        equal({request.user for request in tokens.requests}, {USER})
        equal([request.scopes for request in tokens.requests], [["repository:some/image:pull,push"]])
        equal(skopeo_manifest(served.host, creds=f"{USER}:{PASSWORD}")["layers"][0]["digest"], layer)


@case("who is not known may pull but not push, and is told that the request was anonymous")
def anonymous(directory):
    source, _ = tiny_image(directory)
    with registry_with_tokens() as (served, tokens):
        message = fails(6, "copy", source, f"{served.host}/a:1", env=nobody(directory))
        contains(message, "401 unauthorized: authentication required")
        contains(message, "anonymous")
        succeeds("copy", source, f"{served.host}/a:1", env=nobody(directory, OCIBUILD_USERNAME=USER, OCIBUILD_PASSWORD=PASSWORD))
        contains(succeeds("verify", f"{served.host}/a:1", env=nobody(directory)), "verified 3 blobs")
        equal(tokens.requests[-1].user, None)


@case("a push that is refused ends cargo, instead of waiting for what it compiles")
def refused_early(directory):
    with registry_with_tokens() as (served, _):
        root = make_workspace(directory, f'registry = "{served.host}/acme"\nplatforms = ["linux/amd64"]')
        (root / "beta/build.rs").write_text("fn main() { std::thread::sleep(std::time::Duration::from_secs(90)) }\n")
        cargo = build_environment(directory)  # cargo finds its own below the user's HOME
        home = {name: cargo.get(name, f"{cargo['HOME']}/.{name.partition('_')[0].lower()}")
                for name in ("CARGO_HOME", "RUSTUP_HOME")}
        began = time.monotonic()
        message = fails(6, "build", "--push", *given_binaries(directory, ["alpha"], ["amd64"]), cwd=root,
                        env=nobody(directory, GIT_CEILING_DIRECTORIES=directory, **home))
        contains(message, "pushing")
        contains(message, "anonymous")
        equal(time.monotonic() - began < 60, True)
        lacks(served.requests()[-1].uri, "/manifests/")


@case("a wrong password gets no token, which ends with 6 and names the token server")
def refused_by_token_server(directory):
    source, _ = tiny_image(directory)
    with registry_with_tokens() as (served, tokens):
        env = nobody(directory, DOCKER_CONFIG=config(directory, served.host, password="guess"))
        message = fails(6, "copy", source, f"{served.host}/a:1", env=env)
        contains(message, f"getting a token from http://127.0.0.1:{tokens.port}")
        contains(message, "wrong credentials")
        contains(message, "config.json")


@case("tokens that expire in the middle of a push are renewed, whatever the server says of their life")
def renews_tokens(directory):
    (directory / "large").write_bytes(random.Random(1).randbytes(60_000_000))
    for expires_in in (1, 300):
        with registry_with_tokens(lifetime=1, expires_in=expires_in) as (served, tokens):
            env = nobody(directory, OCIBUILD_USERNAME=USER, OCIBUILD_PASSWORD=PASSWORD)
            pinned = succeeds("image", f"{served.host}/a:1", "--add", f"{directory}/large:/large", "--push", env=env)
            contains(succeeds("verify", pinned.strip(), env=env), "verified 4 blobs")
            equal(len(tokens.requests) > 1, True)


@case("a mount from another repository asks for one token with both scopes")
def mounts_with_tokens(directory):
    source, _ = tiny_image(directory)
    with registry_with_tokens() as (served, tokens):
        env = nobody(directory, OCIBUILD_USERNAME=USER, OCIBUILD_PASSWORD=PASSWORD)
        succeeds("copy", source, f"{served.host}/from:1", env=env)
        done = ocibuild("copy", f"{served.host}/from:1", f"{served.host}/to:1", env=env)
        contains(done.stderr, "2 mounted")
        contains(str([request.scopes for request in tokens.requests]),
                 "['repository:to:pull,push', 'repository:from:pull']")


@case("a credential helper gives the password; one that knows of none leaves it to the next place")
def asks_helpers(directory):
    source, _ = tiny_image(directory)
    with registry(passwords(USERS)) as served:
        knows = helper(directory, f'''cat > {directory}/asked
echo '{{"Username": "{USER}", "Secret": "{PASSWORD}"}}' ''')
        succeeds("copy", source, f"{served.host}/a:1", env=nobody(directory, **knows))
        equal((directory / "asked").read_text().strip(), served.host)
        (directory / "bin/docker-credential-own").write_text("#!/bin/sh\necho credentials not found in native keychain\nexit 1\n")
        fails(6, "tags", f"{served.host}/a", env=nobody(directory, **knows))


@case("a credential helper that is missing or fails is warned of once, and the request is anonymous")
def survives_helpers(directory):
    source, _ = tiny_image(directory)
    with registry(passwords(USERS)) as served:
        broken = helper(directory, "echo secret-of-the-helper >&2; exit 3")
        for step in (lambda: None, (directory / "bin/docker-credential-own").unlink):
            step()
            done = ocibuild("copy", source, f"{served.host}/a:1", env=nobody(directory, **broken))
            equal(done.returncode, 6, done.stderr)
            equal(done.stderr.count("warning: "), 1, done.stderr)
            contains(done.stderr, f'the credential helper "own", which ~/docker/config.json names for {served.host}')


@case("explicit credentials go to the registry that is pushed to, never to the one that is read")
def binds_explicit_credentials(directory):
    source, _ = tiny_image(directory)
    with registry(passwords(USERS)) as one, registry(passwords({USER: "other"})) as other:
        env = nobody(directory, DOCKER_CONFIG=config(directory, one.host))
        succeeds("copy", source, f"{one.host}/a:1", env=env)
        both = {**env, "OCIBUILD_USERNAME": USER, "OCIBUILD_PASSWORD": "other"}
        succeeds("copy", f"{one.host}/a:1", f"{other.host}/b:1", env=both)
        contains(fails(6, "copy", f"{other.host}/b:1", f"{one.host}/c:1", env=both), "401")


run_cases()
