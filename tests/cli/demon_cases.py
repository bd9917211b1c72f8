"""The main job, judged by others: the images of examples/demon in skopeo, umoci, podman and qemu."""

import hashlib
import json
import os
import platform
import shutil
import subprocess

import delivery_cases  # registers its cases, which want the same build
import harness
import real_registry
from answers import health, listening_port
from demon_build import COMPONENTS, SCRATCH, SOURCES, build, cargo_environment, clone, demon, layout, pushed
from harness import Skip, case, equal, require
from podman import podman
from service import run


def blob(digest):
    return (layout() / "blobs" / "sha256" / digest.removeprefix("sha256:")).read_bytes()


def single_image(component, architecture, directory):
    """A layout with the image for one architecture, since umoci takes no indexes."""
    run("skopeo", "--override-arch", architecture, "copy", f"oci:{layout()}:{component}", f"oci:{directory}:image")
    return f"{directory}:image"


def unpack(component, architecture, directory):
    """The file system of an image."""
    directory.mkdir(parents=True)
    image = single_image(component, architecture, directory / "layout")
    run("umoci", "unpack", *([] if os.geteuid() == 0 else ["--rootless"]), "--image", image, directory / "bundle")
    return directory / "bundle" / "rootfs"


@case("a build prints one name and digest for each component, sorted")
def prints_digests(_):
    equal(list(demon()[1]), COMPONENTS)


@case("skopeo reads the index of each component, as the bytes that were named")
def skopeo_reads(_):
    require("skopeo")
    for component, digest in demon()[1].items():
        raw = run("skopeo", "inspect", "--raw", f"oci:{layout()}:{component}")
        equal("sha256:" + hashlib.sha256(raw.encode()).hexdigest(), digest)


@case("each index holds linux/amd64 and linux/arm64/v8")
def holds_both_platforms(_):
    for digest in demon()[1].values():
        platforms = [manifest["platform"] for manifest in json.loads(blob(digest))["manifests"]]
        equal(platforms, [{"architecture": "amd64", "os": "linux"},
                          {"architecture": "arm64", "os": "linux", "variant": "v8"}])


@case("umoci unpacks each component for each platform, and the files are those that were declared")
def umoci_unpacks(directory):
    require("skopeo", "umoci")
    static = sorted(path.name for path in (SOURCES / "examples/demon/operate-ui/static").iterdir())
    for component in COMPONENTS:
        for architecture in ("amd64", "arm64"):
            rootfs = unpack(component, architecture, directory / component / architecture)
            binary = rootfs / "usr/local/bin" / component
            equal(binary.stat().st_mode & 0o777, 0o755)
            if component == "operate-ui":
                equal(sorted(path.name for path in (rootfs / "app/static").iterdir()), static)


@case("podman runs each amd64 image, and it answers on /health and stops on SIGTERM")
def podman_runs(directory):
    if platform.machine() != "x86_64":
        raise Skip("this machine runs no amd64 programs")
    with podman(directory) as engine:
        for component in COMPONENTS:
            with engine.running(engine.of_layout(layout(), component), "--port", "0") as container:
                equal(health(listening_port(container.errors))["service"], component)
                equal(container.stop(), 0, container.errors())


@case("the same build is pushed to a registry, where skopeo finds both tags of each component")
def pushes(_):
    with pushed() as (_, host):
        revision = run("git", "rev-parse", "HEAD", cwd=demon()[0]).strip()
        for component, digest in demon()[1].items():
            tags = harness.succeeds("tags", f"{host}/demon-{component}").split()
            equal(("latest" in tags, len(tags)), (True, 2))
            equal([tag for tag in tags if revision.startswith(tag.removeprefix("sha-"))], tags[1:])
            for tag in tags:
                raw = run("skopeo", "inspect", "--raw", "--tls-verify=false", f"docker://{host}/demon-{component}:{tag}")
                equal("sha256:" + hashlib.sha256(raw.encode()).hexdigest(), digest)


@case("two shards that cargo compiles apart are merged into the indexes of one build")
def merges_shards(directory):
    root, whole = demon()
    with real_registry.registry() as served:
        where = ["--registry", f"{served.host}/afewell-hh"]
        for number in (1, 2):
            part = directory / f"{number}.json"
            harness.succeeds("build", "--push", "--shard", f"{number}/2", "--digests", part, "--output",
                             f"oci:{directory}/{number}", *where, cwd=root, env=cargo_environment(), timeout=3000)
            equal({len(each["platforms"]) for each in json.loads(part.read_text())["components"].values()}, {1})
        merged = harness.succeeds("index", "merge", "--shards", "2", "--digests", directory / "whole.json", *where,
                                  cwd=root, env=cargo_environment())
        equal([line.partition("@")[2] for line in merged.splitlines()], list(whole.values()))


@case("podman pulls each component from the registry by its digest, and it answers on /health")
def podman_pulls(directory):
    if platform.machine() != "x86_64":
        raise Skip("this machine runs no amd64 programs")
    with pushed() as (digests, host), podman(directory) as engine:
        for component, digest in digests.items():
            image = engine.pull(f"{host}/demon-{component}@{digest}")
            with engine.running(image, "--port", "0") as container:
                equal(health(listening_port(container.errors))["service"], component)
                equal(container.stop(), 0, container.errors())


@case("the arm64 program of each component runs under qemu and answers on /health")
def qemu_runs(directory):
    require("skopeo", "umoci", "qemu-aarch64-static")
    for component in COMPONENTS:
        binary = unpack(component, "arm64", directory / component) / "usr/local/bin" / component
        log = directory / f"{component}.log"
        with log.open("w") as stderr:
            service = subprocess.Popen(["qemu-aarch64-static", binary, "--port", "0"], stderr=stderr)
        try:
            equal(health(listening_port(log.read_text))["service"], component)
            service.terminate()
            equal(service.wait(30), 0)
        finally:
            service.kill()


@case("another directory, umask, time zone, home and number of jobs give the same digests")
def builds_reproducibly(directory):
    elsewhere = clone(directory / "some where else" / "a")
    home = directory / "home"
    home.mkdir()
    before = os.umask(0o077)
    try:
        digests = build(elsewhere, "-j2", HOME=home, TZ="Pacific/Chatham", LC_ALL="C.UTF-8")
    finally:
        os.umask(before)
    equal(digests, demon()[1])


try:
    harness.run_cases()
finally:
    shutil.rmtree(SCRATCH, ignore_errors=True)
