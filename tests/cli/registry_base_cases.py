"""Base images of a registry: pinned, mounted, fetched only where they must be."""

import contextlib
import json
import platform
import shutil
import subprocess

from cases import differ
from debian_base import push_base
from harness import PROGRAM, Skip, case, contains, equal, fails, ocibuild, require, run_cases, succeeds
from podman import podman
from real_registry import flip_byte, registry
from sample_base import images_of, make_base
from small_server import send, small_server
from workspace import build_environment, given_binaries, make_workspace


@contextlib.contextmanager
def served_base(directory):
    """A registry with the image some/base:1, and its reference."""
    with registry() as served:
        reference = f"{served.host}/some/base:1"
        move_tag(directory, reference)
        yield served, reference


def move_tag(directory, reference, *arguments):
    """Pushes another base under the reference; its digest."""
    shutil.rmtree(directory / "base", ignore_errors=True)
    return succeeds("copy", f"oci:{make_base(directory, *arguments)}:base:1", reference).strip().split("@")[1]


class Workspace:
    """A workspace on a base, built from ready binaries."""

    def __init__(self, directory, base, **changes):
        self.directory = directory
        self.root = make_workspace(directory, f'base = "{base}"')
        self.layout = self.root / "target" / "ocibuild"
        self.run_options = {"cwd": self.root, "env": build_environment(directory, **changes)}

    def build(self, *arguments):
        return succeeds("build", *given_binaries(self.directory), *arguments, **self.run_options)

    def lock(self):
        return json.loads((self.root / "ocibuild.lock").read_text())["bases"]


@case("the first build pins a base, and later ones take that digest wherever the tag has moved")
def _(directory):
    with served_base(directory) as (served, reference):
        workspace = Workspace(directory, reference)
        first = ocibuild("build", *given_binaries(directory), **workspace.run_options)
        equal(first.returncode, 0, first.stderr)
        contains(first.stderr, f"note: ocibuild.lock has the new base {reference} at sha256:")
        entry = workspace.lock()[reference]
        equal(sorted(entry["platforms"]), ["linux/amd64", "linux/arm64"])
        equal(images_of(workspace.layout)[0]["annotations"]["org.opencontainers.image.base.name"], reference)
        moved = move_tag(directory, reference, "--env", "MOVED=1")
        differ(moved, entry["digest"])
        equal(workspace.build("--locked"), first.stdout)
        equal(workspace.lock()[reference], entry)


@case("lock --check ends with 1 and both digests when a tag has moved, and --update follows it")
def _(directory):
    with served_base(directory) as (served, reference):
        workspace = Workspace(directory, reference)
        contains(fails(1, "lock", "--check", **workspace.run_options), f"{reference} is not locked")
        pinned = succeeds("lock", **workspace.run_options)
        equal(pinned, f"{reference}@{workspace.lock()[reference]['digest']}\n")
        equal(succeeds("lock", "--check", **workspace.run_options), "")
        before, moved = workspace.lock()[reference]["digest"], move_tag(directory, reference, "--env", "MOVED=1")
        for arguments in (["--check"], ["--update", "--check"], ["--check", reference]):
            contains(fails(1, "lock", *arguments, **workspace.run_options),
                     f"{reference} is locked as {before}, and is {moved} now")
        equal(succeeds("lock", **workspace.run_options), pinned)
        contains(fails(3, "lock", "--update", "debian", **workspace.run_options), "nothing in the workspace has the base")
        equal(succeeds("lock", "--update", reference, **workspace.run_options), f"{reference}@{moved}\n")
        equal(workspace.lock()[reference]["digest"], moved)


@case("a push mounts the layers of the base, and nobody downloads them (D10)")
def _(directory):
    with served_base(directory) as (served, reference):
        workspace = Workspace(directory, reference)
        before = len(served.requests())
        workspace.build("--push", "--registry", f"{served.host}/acme", "--tag", "v1")
        requests = served.requests()[before:]
        layer = images_of(directory / "base", "base:1")[0]["layers"][0]["digest"]
        equal([request for request in requests if request.method == "GET" and layer in request.uri], [])
        mounts = [request for request in requests if f"mount={layer.replace(':', '%3A')}" in request.uri
                  or f"mount={layer}" in request.uri]
        equal({request.status for request in mounts}, {201})
        contains(succeeds("verify", f"{served.host}/acme/alpha:v1"), "verified")
        equal((workspace.layout / "blobs" / "sha256" / layer[7:]).exists(), False)


@case("a layout gets the layers of the base, the second time from the cache")
def _(directory):
    with served_base(directory) as (served, reference):
        workspace = Workspace(directory, reference, OCIBUILD_CACHE_DIR=directory / "cache", OCIBUILD_CACHE_SIZE=None)
        layer = images_of(directory / "base", "base:1")[0]["layers"][0]["digest"]
        for expected in (1, 0):
            before = len(served.requests())
            workspace.build()
            fetched = [request for request in served.requests()[before:] if request.method == "GET" and layer in request.uri]
            equal(len(fetched), expected)
            contains(succeeds("verify", f"oci:{workspace.layout}:alpha"), "verified")
            shutil.rmtree(workspace.layout)


@case("a flipped byte in a layer that the registry has ends with 7, and no image is made of it (DL01)")
def _(directory):
    with served_base(directory) as (served, reference):
        workspace = Workspace(directory, reference)
        layer = images_of(directory / "base", "base:1")[0]["layers"][0]["digest"]
        flip_byte(served.blob(layer), -1)
        contains(fails(7, "build", *given_binaries(directory), **workspace.run_options), layer)
        equal(json.loads((workspace.layout / "index.json").read_text())["manifests"], [])


@case("an image for a platform that is not the one that was locked ends with 7 and both digests (DL06)")
def _(directory):
    with served_base(directory) as (served, reference):
        workspace = Workspace(directory, reference)
        succeeds("lock", **workspace.run_options)
        lock = (workspace.root / "ocibuild.lock").read_text()
        found, other = workspace.lock()[reference]["platforms"]["linux/arm64"], "sha256:" + "a" * 64
        (workspace.root / "ocibuild.lock").write_text(lock.replace(found, other))
        contains(fails(7, "build", *given_binaries(directory), **workspace.run_options),
                 f"its image for linux/arm64 is {found}, ocibuild.lock says {other}")


@case("a dynamic binary is compiled for a base of Debian's packages, pushed and run by podman")
def _(directory):
    require("cargo")
    if platform.machine() != "x86_64":
        raise Skip("this machine runs no amd64 programs")
    with registry() as served:
        push_base(served.host, directory)
        root = make_workspace(directory, f'base = "{served.host}/library/debian:base"\n'
                              'target = { "linux/amd64" = "x86_64-unknown-linux-gnu" }', packages=["alpha"])
        output = succeeds("build", "--platform", "linux/amd64", "--push", "--registry", f"{served.host}/acme", cwd=root,
                          env=build_environment(directory))
        contains(succeeds("verify", output.strip()), "verified")
        with podman(directory) as engine:
            equal(engine.run_once(engine.pull(output.strip())), "alpha\n")


@case("explicit credentials are for the registry of the images, not for that of a base, also where nothing is pushed")
def _(directory):
    challenge = {"WWW-Authenticate": 'Basic realm="public"'}
    with small_server(lambda handler, _: send(handler, 401, **challenge)) as (origin, asked):
        root = make_workspace(directory, f'base = "{origin.removeprefix("http://")}/debian:12"')
        env = build_environment(directory, OCIBUILD_REGISTRY="ghcr.io/acme", OCIBUILD_USERNAME="me",
                                OCIBUILD_PASSWORD="secret")
        for arguments in (("lock",), ("lock", "--check"), ("build",), ("build", "--push")):
            binaries = given_binaries(directory) if arguments[0] == "build" else []
            fails(6, *arguments, *binaries, cwd=root, env=env)
        equal([headers["Authorization"] for _, headers in asked], [None] * 4)
        done = subprocess.run([PROGRAM, "lock", "--username", "me", "--password-stdin"], cwd=root, input="secret",
                              env=env, text=True, capture_output=True, timeout=60, check=False)
        equal((done.returncode, asked[-1][1]["Authorization"] is None), (6, False), done.stderr)


run_cases()
