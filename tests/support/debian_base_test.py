"""The base image, proven with skopeo, podman and qemu: dynamic programs of both architectures run on it."""

import hashlib
import platform
import subprocess
import sys

from answers import listening_port
from cases import Skip, case, contains, equal, require, run_cases
from debian_base import PLATFORMS, layers, push_base, write_base
from judges import skopeo_manifest, skopeo_pull
from oci_layout import DOCKER
from podman import podman
from real_registry import registry
from service import run

HELLO = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n'
COMPILERS = {"amd64": "x86_64-linux-gnu-gcc", "arm64": "aarch64-linux-gnu-gcc"}


def hello(directory, architecture):
    """A program that needs the C library of the base."""
    compiler = COMPILERS[architecture]
    require(compiler)
    program = directory / f"hello-{architecture}"
    run(compiler, "-x", "c", "-", "-o", program, input=HELLO)
    return program


def unpacked(directory, architecture):
    """The file system of the base."""
    root = directory / "root"
    root.mkdir()
    for layer in layers(architecture):
        subprocess.run(["tar", "--extract", "--keep-directory-symlink"], cwd=root, input=layer, check=True)
    return root


@case("the index that skopeo pushes is what was written, for both architectures")
def pushes_index(directory):
    with registry() as served:
        digest = push_base(served.host, directory)
        equal("sha256:" + hashlib.sha256(served.blob(digest).read_bytes()).hexdigest(), digest)
        index = skopeo_manifest(served.host, "library/debian:base")
        equal([each["platform"] for each in index["manifests"]], list(PLATFORMS.values()))
        skopeo_pull(served.host, f"oci:{directory}/pulled", "library/debian:base")
        equal((directory / "pulled" / "blobs" / "sha256" / digest.removeprefix("sha256:")).exists(), True)


@case("with Docker's media types the base is a manifest list")
def pushes_manifest_list(directory):
    with registry() as served:
        digest = push_base(served.host, directory, types=DOCKER)
        manifest_list = skopeo_manifest(served.host, f"library/debian@{digest}")
        equal(manifest_list["mediaType"], DOCKER.index)
        manifest = skopeo_manifest(served.host, f"library/debian@{manifest_list['manifests'][1]['digest']}")
        equal([manifest["mediaType"], manifest["config"]["mediaType"]], [DOCKER.manifest, DOCKER.config])
        equal({layer["mediaType"] for layer in manifest["layers"]}, {DOCKER.layer})


@case("the same packages give the same base")
def reproducible(directory):
    digests = []
    for name in ("one", "other"):
        (directory / name).mkdir()
        layers.cache_clear()
        digests.append(write_base(directory / name)[1]["digest"])
    equal(*digests)


@case("podman pulls the base by digest and runs a dynamic amd64 program on it")
def runs_amd64(directory):
    if platform.machine() != "x86_64":
        raise Skip("this machine runs no amd64 programs")
    program = hello(directory, "amd64")
    with registry() as served, podman(directory) as engine:
        image = engine.pull(f"{served.host}/library/debian@{push_base(served.host, directory)}")
        equal(engine.run_once(image, "/hello", options=("--volume", f"{program}:/hello:ro")), "hello\n")
        contains(engine.run_once(image, "bash", "-c", "echo $PATH; type bash; read -r line </etc/passwd; echo $line"),
                 "/usr/sbin:/usr/bin:/sbin:/bin\nbash is /usr/bin/bash\nroot:")


@case("a container in the background is stopped by SIGTERM, and in the end there are no containers and no images")
def stops(directory):
    if platform.machine() != "x86_64":
        raise Skip("this machine runs no amd64 programs")
    script = "trap 'echo bye; exit 3' TERM; echo listening on :4711 >&2; while :; do :; done"
    with registry() as served, podman(directory) as engine:
        image = engine.pull(f"{served.host}/library/debian@{push_base(served.host, directory)}")
        with engine.running(image, "bash", "-c", script) as container:
            equal(listening_port(container.errors), "4711")
            equal(container.stop(), 3)
            equal(container.output(), "bye\n")
    equal(engine("ps", "--all", "--quiet") + engine("images", "--all", "--quiet"), "")


@case("qemu runs a dynamic arm64 program on the base")
def runs_arm64(directory):
    require("qemu-aarch64-static")
    program = hello(directory, "arm64")
    equal(run("qemu-aarch64-static", "-L", unpacked(directory, "arm64"), program), "hello\n")


run_cases(sys.argv[1:])
