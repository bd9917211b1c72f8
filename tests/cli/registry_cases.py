"""Moving images to, from and between real registries, judged by skopeo and podman."""

import hashlib
import json
import tarfile

from harness import case, contains, equal, fails, ocibuild, run_cases, succeeds
from judges import skopeo_manifest, skopeo_pull, skopeo_push
from oci_layout import DOCKER, OCI, Layout
from podman import podman
from real_registry import registry
from service import run
from workspace import make_layout


def digest_of(text):
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def skopeo_digest(host, image):
    """Of the bytes that skopeo gets."""
    return digest_of(run("skopeo", "inspect", "--raw", "--no-creds", "--tls-verify=false", f"docker://{host}/{image}"))


def push_with_skopeo(host, directory, types, image="their/image:1"):
    """The digest of an index with two images that skopeo pushed as it was."""
    layout = Layout(directory / "theirs", types)
    images = []
    for architecture in ("amd64", "arm64"):
        platform = {"architecture": architecture, "os": "linux"}
        tar = directory / "layer.tar"
        with tarfile.open(tar, "w") as content:
            content.add(__file__, architecture)
        images.append((platform, layout.image([tar.read_bytes()], platform)))
    index = layout.index(images)
    skopeo_push(layout.copy_as_dir(index, directory / "dir"), host, image)
    return index["digest"]


def writes(requests):
    return [request for request in requests if request.method not in ("GET", "HEAD")]


@case("copy to a registry prints name and digest, and skopeo finds those bytes under the tag")
def copies_to_registry(directory):
    layout = make_layout(directory)
    with registry() as served:
        name, digest = succeeds("copy", f"oci:{layout}:alpha", f"{served.host}/acme/alpha:1").strip().split("@")
        equal(name, f"{served.host}/acme/alpha")
        equal(skopeo_digest(served.host, "acme/alpha:1"), digest)
        skopeo_pull(served.host, f"oci:{directory}/pulled:alpha", "acme/alpha:1")
        contains(succeeds("verify", f"oci:{directory}/pulled:alpha"), digest)


@case("podman pulls by digest what copy pushed")
def podman_pulls(directory):
    layout = make_layout(directory)
    with registry() as served, podman(directory) as engine:
        pinned = succeeds("copy", f"oci:{layout}:alpha", f"docker://{served.host}/acme/alpha").strip()
        image = json.loads(engine("image", "inspect", engine.pull(pinned)))[0]
        equal(image["Config"]["Entrypoint"], ["/usr/local/bin/alpha"])
        equal(image["Labels"]["note"], "two words")


@case("a copy without a tag becomes latest, and a copy to a digest gets no tag")
def names_copies(directory):
    layout = make_layout(directory)
    with registry() as served:
        digest = succeeds("copy", f"oci:{layout}:alpha", f"{served.host}/a").strip().split("@")[1]
        equal(succeeds("tags", f"{served.host}/a"), "latest\n")
        equal(succeeds("copy", f"oci:{layout}:alpha", f"{served.host}/b@{digest}"), f"{served.host}/b@{digest}\n")
        contains(fails(3, "inspect", f"{served.host}/b:latest"), "there is no such image")
        equal(digest_of(succeeds("inspect", "--raw", f"{served.host}/b@{digest}")), digest)
        other = "sha256:" + "0" * 64
        contains(fails(7, "copy", f"oci:{layout}:alpha", f"{served.host}/b@{other}"), other)


@case("what skopeo pushed is copied to a layout and archives unchanged, with types of OCI and of Docker")
def pulls_from_skopeo(directory):
    for number, types in enumerate((OCI, DOCKER)):
        own = directory / str(number)
        own.mkdir()
        with registry() as served:
            digest = push_with_skopeo(served.host, own, types)
            for place in (f"oci:{own}/l:1", f"oci-archive:{own}/a.tar:1", f"docker-archive:{own}/d.tar:x/y:1"):
                equal(succeeds("copy", f"{served.host}/their/image:1", place), f"{place}@{digest}\n")
                contains(succeeds("verify", place), digest)
                equal(json.loads(succeeds("inspect", "--raw", place))["mediaType"], types.index)


@case("a copy from a registry keeps its tag, and in a docker-archive its whole name")
def carries_names(directory):
    with registry() as served:
        push_with_skopeo(served.host, directory, OCI)
        source = f"{served.host}/their/image:1"
        contains(succeeds("copy", source, f"oci:{directory}/l"), f"oci:{directory}/l:1@")
        contains(succeeds("copy", source, f"docker-archive:{directory}/d.tar"), f":{source}@")
        succeeds("copy", source, f"{served.host}/their/image")
        contains(succeeds("copy", f"{served.host}/their/image", f"oci:{directory}/l"), f"oci:{directory}/l:latest@")
        equal(json.loads(run("tar", "-xOf", directory / "d.tar", "manifest.json"))[0]["RepoTags"], [source])


@case("a copy by digest has the tag beside it as its name, or none, in a docker-archive too")
def copies_by_digest(directory):
    with registry() as served:
        digest = push_with_skopeo(served.host, directory, OCI)
        image, archive = f"{served.host}/their/image", f"docker-archive:{directory}/d.tar"
        for source, name, tags in ((f"{image}@{digest}", "", []), (f"{image}:1@{digest}", f":{image}:1", [f"{image}:1"])):
            equal(succeeds("copy", source, archive), f"{archive}{name}@{digest}\n")
            equal(json.loads(run("tar", "-xOf", directory / "d.tar", "manifest.json"))[0]["RepoTags"], tags)
            contains(succeeds("verify", archive), digest)


@case("a copy within one registry mounts every blob and sends no layer")
def mounts_within(directory):
    with registry() as served:
        digest = push_with_skopeo(served.host, directory, OCI)
        before = len(served.requests())
        equal(succeeds("copy", f"{served.host}/their/image:1", f"{served.host}/ours/image:2"),
              f"{served.host}/ours/image@{digest}\n")
        later = served.requests()[before:]
        mounts = [request for request in later if request.method == "POST"]
        equal([("mount=" in mount.uri, mount.status) for mount in mounts], [(True, 201)] * 4)
        equal({request.uri.split("/")[4] for request in writes(later) if request.method == "PUT"}, {"manifests"})
        equal([request.uri for request in later if request.method == "GET" and "/blobs/" in request.uri], [])
        equal(skopeo_digest(served.host, "ours/image:2"), digest)


@case("every legal tag and repository is pushed, and copied to a layout and to archives")
def takes_legal_names(directory):
    layout = make_layout(directory)
    with registry() as served:
        for number, name in enumerate(("a__b:1", "ab:v1__2", "ab:_x", "ab:1.0_-rc", "ab:v1-")):
            image, place = f"{served.host}/{name}", directory / str(number)
            digest = succeeds("image", image, "--add", f"{layout}/oci-layout:/x", "--push").strip().split("@")[1]
            equal(skopeo_digest(served.host, name), digest)
            contains(succeeds("copy", image, f"oci:{place}"), f"oci:{place}:{name.split(':')[1]}@{digest}")
            contains(succeeds("copy", image, f"docker-archive:{place}.tar"), f":{image}@{digest}")
            equal(json.loads(run("tar", "-xOf", f"{place}.tar", "manifest.json"))[0]["RepoTags"], [image])


@case("a copy between two registries keeps every byte")
def copies_between(directory):
    with registry() as one, registry() as other:
        digest = push_with_skopeo(one.host, directory, DOCKER)
        succeeds("copy", f"{one.host}/their/image:1", f"{other.host}/ours/image:1")
        equal(skopeo_digest(other.host, "ours/image:1"), digest)
        contains(succeeds("verify", f"{other.host}/ours/image:1"), "verified 7 blobs")
        equal(writes(one.requests()[-10:]), [])


@case("inspect, verify and tags read a registry, by tag and by digest")
def reads(directory):
    layout = make_layout(directory)
    with registry() as served:
        image = f"{served.host}/acme/alpha"
        for tag in ("1", "2"):
            pinned = succeeds("copy", f"oci:{layout}:alpha", f"{image}:{tag}").strip()
        equal(succeeds("tags", image), "1\n2\n")
        equal(json.loads(succeeds("tags", "--json", f"{image}:1")), {"schemaVersion": 1, "name": image, "tags": ["1", "2"]})
        contains(succeeds("verify", pinned), f"{pinned}\n  verified 8 blobs")
        contains(succeeds("verify", f"{image}:2"), f"{image}:2@{pinned.split('@')[1]}\n  verified 8 blobs")
        found = json.loads(succeeds("inspect", "--json", f"{image}:2"))
        equal(found["digest"], pinned.split("@")[1])
        equal([each["platform"]["architecture"] for each in found["images"]], ["amd64", "arm64"])
        raw = ocibuild("inspect", "--raw", pinned, "--platform", "linux/arm64", text=False).stdout
        equal("sha256:" + hashlib.sha256(raw).hexdigest(), skopeo_manifest(served.host, "acme/alpha:1")["manifests"][1]["digest"])


@case("a push of a blob that is short, a symlink or missing says which file, and what kind of failure it is")
def refuses_damaged(directory):
    layout = make_layout(directory)
    layer = json.loads(succeeds("inspect", "--json", f"oci:{layout}:alpha"))["images"][0]["layers"][0]["digest"]
    blob = layout / "blobs" / "sha256" / layer[7:]
    content = blob.read_bytes()
    with registry() as served:
        copy = "copy", f"oci:{layout}:alpha", f"{served.host}/a:1"
        blob.write_bytes(content[:-1])
        contains(fails(7, *copy), str(blob))
        blob.unlink()
        contains(fails(3, *copy), str(blob))
        blob.symlink_to(layout / "oci-layout")
        contains(fails(3, *copy), str(blob))
        contains(fails(3, "tags", f"{served.host}/a"), "404")


@case("names that are not in the registry end with 3 and say so")
def misses(directory):
    layout = make_layout(directory)
    with registry() as served:
        succeeds("copy", f"oci:{layout}:alpha", f"{served.host}/a:1")
        contains(fails(3, "inspect", f"{served.host}/a:2"), "a:2: there is no such image")
        contains(fails(3, "verify", f"{served.host}/none"), "none: there is no such image")
        contains(fails(3, "tags", f"{served.host}/none"), "404")
        contains(fails(3, "copy", f"{served.host}/a@sha256:{'0' * 64}", f"oci:{directory}/x"), "there is no such image")
        contains(fails(2, "tags", f"oci:{layout}"), "is not in a registry")
        equal((directory / "x").exists(), False)


@case("a release tag does not move to another image, except by --force-tag")
def keeps_release_tags(directory):
    layout = make_layout(directory)
    with registry() as served:
        image = f"{served.host}/a:1.2.3"
        first = succeeds("copy", f"oci:{layout}:alpha", image)
        equal(succeeds("copy", f"oci:{layout}:alpha", image), first)
        before = len(served.requests())
        message = fails(7, "copy", f"oci:{layout}:beta", image)
        for part in ("the tag 1.2.3 exists and must not move", first.strip().split("@")[1], "--force-tag"):
            contains(message, part)
        equal(writes(served.requests()[before:]), [])
        moved = succeeds("copy", "--force-tag", f"oci:{layout}:beta", image)
        equal(skopeo_digest(served.host, "a:1.2.3"), moved.strip().split("@")[1])


run_cases()
