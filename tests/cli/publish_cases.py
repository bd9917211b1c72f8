"""`build --push` and `image --push`: what is printed, what the registry has then, and in which order it got it."""

import itertools
import json
import random
import re
import subprocess

from harness import (PROGRAM, case, contains, environment, equal, fails, in_terminal, lacks, ocibuild, paths_below,
                     run_cases, succeeds)
from judges import skopeo_manifest, skopeo_pull
from real_registry import registry
from service import until
from workspace import build_environment, given_binaries, make_workspace

INDEX_TYPE = "application/vnd.oci.image.index.v1+json"


def workspace_for(served, directory, tags='["latest", "1.2"]'):
    return make_workspace(directory, f'registry = "{served.host}/acme"\nname = "app-{{component}}"\ntags = {tags}')


def push(root, directory, *arguments, **changes):
    return ocibuild("build", "--push", *given_binaries(directory), *arguments, cwd=root,
                    env=build_environment(directory, **changes))


def tool(directory, size=100_000):
    (directory / "tool").write_bytes(random.Random(size).randbytes(size))
    return ["--add", f"{directory}/tool:/tool:0755", "--entrypoint", "/tool"]


def tag_requests(requests):
    return [request for request in requests if re.search(r"/manifests/[^:]*$", request.uri)]


@case("build --push prints one name and digest for each component, and the registry has these under every tag")
def prints_digests(directory):
    with registry() as served:
        root = workspace_for(served, directory)
        done = push(root, directory)
        equal(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        equal([line.split("@")[0] for line in lines], [f"{served.host}/acme/app-{name}" for name in ("alpha", "beta")])
        for line in lines:
            name, digest = line.split("@")
            equal(succeeds("tags", name), "1.2\nlatest\n")
            for reference in (line, f"{name}:latest", f"{name}:1.2"):
                equal(json.loads(succeeds("inspect", "--json", reference))["digest"], digest)
        document = json.loads((root / "target/ocibuild/docker-image-digests.json").read_text())
        equal([each["reference"] for each in document["components"].values()], lines)
        contains(done.stderr, "2 images: pushed ")


@case("what a budget holds back leaves no manifest and no tag, and ends with 1 although layers are on their way")
def held_back(directory):
    with registry() as served:
        root = workspace_for(served, directory)
        (root / "large").write_bytes(random.Random(1).randbytes(5_000_000))
        manifest = root / "beta" / "Cargo.toml"
        manifest.write_text(f'{manifest.read_text()}[package.metadata.ocibuild]\n'
                            'files = [{ source = "../large", dest = "/large" }]\nbudget = { image-size = "1kB" }\n')
        for _ in range(5):
            done = push(root, directory)
            equal(done.returncode, 1, done.stderr)
            equal(done.stdout, "")
            contains(done.stderr, "no manifest was pushed and no tag was moved, because of a budget")
            equal(list(paths_below(served.directory, "_manifests")), [])


@case("build --push takes every tag that a registry takes, and names the layout by it")
def takes_legal_tags(directory):
    with registry() as served:
        root = workspace_for(served, directory)
        equal(push(root, directory, "--tag", "fix-foo__bar").returncode, 0)
        for component in ("alpha", "beta"):
            raw = succeeds("inspect", "--raw", f"oci:{root}/target/ocibuild:{component}:fix-foo__bar")
            equal(succeeds("inspect", "--raw", f"{served.host}/acme/app-{component}:fix-foo__bar"), raw)


@case("skopeo pulls what build --push published, for every platform")
def skopeo_pulls(directory):
    with registry() as served:
        equal(push(workspace_for(served, directory), directory).returncode, 0)
        skopeo_pull(served.host, f"oci:{directory}/pulled:x", "acme/app-beta:1.2")
        contains(succeeds("verify", f"oci:{directory}/pulled:x"), "verified 8 blobs")
        equal(skopeo_manifest(served.host, "acme/app-beta:1.2")["mediaType"], INDEX_TYPE)


@case("a finished image's layers and config are in the registry while cargo compiles the next component")
def sends_early(directory):
    with registry() as served:
        root = workspace_for(served, directory)
        go = directory / "go"
        (root / "beta/build.rs").write_text(f'''fn main() {{
            let began = std::time::Instant::now();
            while !std::path::Path::new("{go}").exists() {{
                assert!(began.elapsed().as_secs() < 60, "nobody said go");
                std::thread::sleep(std::time::Duration::from_millis(20));
            }}
        }}''')
        arguments = [*given_binaries(directory, ["alpha"], ["amd64"]), "--platform", "linux/amd64"]

        def blobs():
            return len([*paths_below(served.directory, "app-alpha/_layers/sha256/*/link")])

        process = subprocess.Popen([PROGRAM, "build", "--push", *arguments], cwd=root, env=build_environment(directory),
                                   stdout=subprocess.DEVNULL)
        until(lambda: process.poll() is not None or blobs() == 3, 50, "two layers and a config")
        equal(list(paths_below(served.directory, "_manifests")), [])
        go.touch()
        equal(process.wait(100), 0)
        equal(succeeds("tags", f"{served.host}/acme/app-beta"), "1.2\nlatest\n")


@case("every tag of every component is set after everything else, so that no tag is ever ahead of its content")
def tags_last(directory):
    with registry() as served:
        equal(push(workspace_for(served, directory), directory).returncode, 0)
        writes = [request for request in served.requests() if request.method in ("POST", "PUT", "PATCH")]
        ordered = [bool(tag_requests([request])) for request in writes]
        equal([is_tag for is_tag, _ in itertools.groupby(ordered)], [False, True])
        equal(ordered.count(True), 4)
        indexes = [request.uri for request in writes if "/manifests/sha256:" in request.uri]
        equal(len(indexes), 6)


@case("a layer that components share is sent once and mounted for the others")
def mounts_shared_layers(directory):
    with registry() as served:
        equal(push(workspace_for(served, directory), directory).returncode, 0)
        requests = served.requests()
        mounts = [request for request in requests if "mount=" in request.uri and request.status == 201]
        equal(len(mounts), 1, str(requests))
        shared = re.search(r"mount=sha256%3A([0-9a-f]{64})&from=acme%2Fapp-", mounts[0].uri)[1]
        sent = [request.uri for request in requests if request.method == "PUT" and "/blobs/" in request.uri]
        equal([shared in uri for uri in sent].count(True), 1)


@case("a tag that must not move stops build --push before anything is sent")
def stops_early(directory):
    with registry() as served:
        root = workspace_for(served, directory, '["latest", "1.2.3"]')
        equal(push(root, directory).returncode, 0)
        before = len(served.requests())
        done = push(root, directory, SOURCE_DATE_EPOCH="1600000000")
        equal((done.returncode, done.stdout), (7, ""))
        contains(done.stderr, "the tag 1.2.3 exists and must not move")
        equal({request.method for request in served.requests()[before:]}, {"HEAD"})
        equal(push(root, directory, "--force-tag", SOURCE_DATE_EPOCH="1600000000").returncode, 0)


@case("build --push without a registry says where to set one")
def needs_a_registry(directory):
    root = make_workspace(directory)
    contains(fails(2, "build", "--push", *given_binaries(directory), cwd=root), "--registry")


@case("image --push publishes under its name without an output, as latest if it has no tag, and prints NAME@DIGEST")
def pushes_image(directory):
    with registry() as served:
        name = f"{served.host}/acme/tool"
        pinned = succeeds("image", f"{name}:1", *tool(directory), "--push").strip()
        equal(pinned.split("@")[0], name)
        contains(succeeds("verify", f"{name}:1"), pinned.split("@")[1])
        equal(succeeds("tags", name), "1\n")
        untagged = json.loads(succeeds("image", name, *tool(directory), "--push", "--json"))
        equal((untagged["name"], untagged["digest"]), (name, pinned.split("@")[1]))
        equal(succeeds("tags", name), "1\nlatest\n")


@case("image --push fills its outputs too, and leaves no temporary files")
def pushes_and_writes(directory):
    (directory / "tmp").mkdir()
    with registry() as served:
        name = f"{served.host}/tool:1"
        outputs = ["--output", f"oci:{directory}/layout", "--output", f"docker-archive:{directory}/a.tar"]
        for chosen in ([], outputs[2:], outputs):
            pinned = succeeds("image", name, *tool(directory), "--push", *chosen,
                              env=environment(TMPDIR=directory / "tmp")).strip()
        digest = pinned.split("@")[1]
        for place in (f"oci:{directory}/layout:{name}", f"docker-archive:{directory}/a.tar", name):
            equal(json.loads(succeeds("inspect", "--json", place))["digest"], digest)
        equal(list((directory / "tmp").iterdir()), [])


@case("image that is told no place, a registry as output or a digest as name says what to do instead")
def refuses(directory):
    contains(fails(2, "image", "x:1", *tool(directory)), "--push")
    message = fails(2, "image", "x:1", *tool(directory), "--output", "localhost:1/x")
    contains(message, "'localhost:1/x' is in a registry")
    contains(message, "--push")
    contains(fails(2, "image", f"localhost:1/x@sha256:{'0' * 64}", *tool(directory), "--push"), "has a digest")


@case("image --push wants to know the registry, as build does: docker.io is not meant by silence")
def wants_a_registry(directory):
    for name in ("tool", "tool:1", "owner/tool"):
        for flag in ("--push", "--push-by-digest"):
            message = fails(2, "image", name, *tool(directory), flag, env=environment(https_proxy="http://127.0.0.1:9"))
            contains(message, f"error: {name} does not say which registry it is pushed to")
            contains(message, f"help: say ghcr.io/OWNER/{name.split('/')[-1]}, or docker.io/OWNER/")


@case("in a terminal a push shows how many bytes of how many went, how fast, and leaves one line")
def shows_progress(directory):
    tool(directory, 150_000_000)
    with registry() as served:
        arguments = ["image", f"{served.host}/tool:1", "--add", f"{directory}/tool:/tool", "--push"]
        text, code = in_terminal([PROGRAM, *arguments], env=environment(TERM="xterm", DOCKER_CONFIG=directory))
        equal(code, 0, text)
        rows = re.findall(r"pushing ([\d.]+) [kMG]?B of 15\d\.\d MB, [\d.]+ [kMG]?B/s", text)
        equal(len(set(rows)) > 1, True, text)
        contains(text, "pushed 150.")
        lacks(text.partition("pushed 150.")[2], "pushing")
        quiet = succeeds("image", *arguments[1:], "-q")
        contains(quiet, f"{served.host}/tool@sha256:")


@case("build --push reports bytes as JSON events for programs")
def json_events(directory):
    with registry() as served:
        done = push(workspace_for(served, directory), directory, "--progress=json")
        equal(done.returncode, 0, done.stderr)
        events = [json.loads(line) for line in done.stderr.splitlines()]
        pushing = [event for event in events if event.get("activity") == "pushing"]
        equal({event["subject"] for event in pushing}, {"2 images"})
        equal(any(event.get("done") for event in pushing), True, done.stderr)
        finished = [event["outcome"] for event in events if event["event"] == "finished" and event["subject"] == "2 images"]
        equal(len(finished), 1)
        lacks(done.stderr, "\x1b")


run_cases()
