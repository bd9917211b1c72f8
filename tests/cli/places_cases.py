"""`ocibuild layer`, `copy` and `inspect` as a person or a script sees them."""

import hashlib
import json
import os
import pathlib
import tarfile

from harness import PROGRAM, case, contains, equal, fails, files_below, lacks, ocibuild, require, run_cases, succeeds
from oci_layout import OCI, Layout
from service import run
from workspace import build_environment, make_layout


def make_tree(directory):
    tree = directory / "tree"
    (tree / "bin").mkdir(parents=True)
    (tree / "bin" / "tool").write_bytes(os.urandom(100_000))
    (tree / "link").symlink_to("bin/tool")
    return tree


@case("layer writes a layer and prints its digests and sizes as JSON")
def _(directory):
    tree, file = make_tree(directory), directory / "out.tgz"
    found = json.loads(succeeds("layer", tree, "-o", file))
    equal(sorted(found), ["diffID", "digest", "format", "mediaType", "schemaVersion", "size", "uncompressedSize"])
    content = file.read_bytes()
    equal((found["digest"], found["size"]), ("sha256:" + hashlib.sha256(content).hexdigest(), len(content)))
    equal((found["mediaType"], found["format"]), ("application/vnd.oci.image.layer.v1.tar+gzip", "gz1"))
    with tarfile.open(file) as tar:
        equal(tar.getnames(), ["bin", "bin/tool", "link"])


@case("layer gives the same bytes for any number of threads and any compression reads back")
def _(directory):
    tree = make_tree(directory)
    diff_ids = set()
    for compression in ("gzip", "zstd", "none"):
        outputs = {succeeds("layer", tree, "-o", directory / "l", "--compression", compression, "-j", jobs) for jobs in (1, 4)}
        equal(len(outputs), 1)
        diff_ids.add(json.loads(outputs.pop())["diffID"])
    equal(len(diff_ids), 1)


@case("layer takes its times from SOURCE_DATE_EPOCH and refuses nonsense there")
def _(directory):
    tree, file = make_tree(directory), directory / "out.tar"
    succeeds("layer", tree, "-o", file, "--compression=none", env=build_environment(directory))
    with tarfile.open(file) as tar:
        equal({member.mtime for member in tar}, {1700000000})
    contains(fails(2, "layer", tree, "-o", file, env=build_environment(directory, SOURCE_DATE_EPOCH="soon")), "soon")


@case("a failed layer leaves no file, and the file that was there before")
def _(directory):
    tree, file = make_tree(directory), directory / "out.tgz"
    file.write_text("before")
    os.mkfifo(tree / "pipe")
    contains(fails(3, "layer", tree, "-o", file), "pipe")
    fails(3, "layer", directory / "missing", "-o", file)
    equal((file.read_text(), files_below(directory).count("out.tgz")), ("before", 1))
    equal([name for name in files_below(directory) if "tmp" in name], [])


@case("layer writes into a device without replacing it")
def _(directory):
    succeeds("layer", make_tree(directory), "-o", "/dev/null")
    equal(pathlib.Path("/dev/null").is_char_device(), True)
    contains(fails(8, "layer", directory / "tree", "-o", "/dev/full"), "no space left on device")


@case("copy moves an image through every kind of place and back without changing it")
def _(directory):
    layout = make_layout(directory)
    raw = succeeds("inspect", "--raw", f"oci:{layout}:alpha")
    places = [f"oci-archive:{directory}/a.tar:alpha", f"docker-archive:{directory}/d.tar:example.com/alpha:1",
              f"oci:{directory}/new:again"]
    source = f"oci:{layout}:alpha"
    for place in places:
        digest = "sha256:" + hashlib.sha256(raw.encode()).hexdigest()
        equal(succeeds("copy", source, place), f"{place}@{digest}\n")
        equal(succeeds("inspect", "--raw", place), raw)
        source = place


@case("copy without names keeps the name that the only root has, also within one file")
def _(directory):
    first, name = f"oci:{directory}/first", "r.test/tool:1"
    succeeds("image", name, "--add", f"{make_tree(directory)}/bin/tool:/tool", "--output", first)
    archive = f"oci-archive:{directory}/a.tar"
    for source, place in ((first, f"oci:{directory}/l"), (first, archive), (archive, archive),
                          (archive, f"docker-archive:{directory}/d.tar"), (f"docker-archive:{directory}/d.tar", f"oci:{directory}/back")):
        contains(succeeds("copy", source, place), f"{place}:{name}@")
        contains(succeeds("verify", f"{place}:{name}"), "verified")
    with tarfile.open(directory / "d.tar") as tar:
        equal(json.load(tar.extractfile("manifest.json"))[0]["RepoTags"], [name])


@case("copy does not count a layer that must not be distributed and is not there, and no docker-archive is without it")
def _(directory):
    layout = Layout(directory / "theirs")
    layer = {"mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "digest": "sha256:" + "a" * 64,
             "size": 1_000_000, "urls": ["https://elsewhere.example/layer"]}
    rootfs = {"type": "layers", "diff_ids": ["sha256:" + "b" * 64]}
    config = layout.document(OCI.config, {"architecture": "amd64", "os": "linux", "rootfs": rootfs})
    image = layout.document(OCI.manifest, {"schemaVersion": 2, "mediaType": OCI.manifest, "config": config, "layers": [layer]})
    layout.tag(image, "x")
    found = json.loads(succeeds("copy", "--json", f"oci:{layout.directory}", f"oci-archive:{directory}/o.tar"))
    equal((found["blobs"], found["size"]), (2, config["size"] + image["size"]))
    message = fails(3, "copy", f"oci:{layout.directory}", f"docker-archive:{directory}/d.tar")
    contains(message, f"the layer {layer['digest']} is not distributable and not here")
    equal((directory / "d.tar").exists(), False)


@case("copy refuses a name that cannot be at the destination before it copies, and says what to do")
def _(directory):
    layout = make_layout(directory)
    succeeds("copy", f"oci:{layout}:alpha", f"oci:{directory}/l:Foo-Bar")
    message = fails(2, "copy", f"oci:{directory}/l", f"docker-archive:{directory}/d.tar")
    contains(message, f"docker-archive:{directory}/d.tar:NAME")
    equal((directory / "d.tar").exists(), False)
    succeeds("copy", f"oci:{directory}/l", f"docker-archive:{directory}/d.tar:foo-bar")


@case("copy refuses a name that cannot be at the destination before it opens the source")
def _(directory):
    message = fails(2, "copy", f"oci:{directory}/nowhere:Foo-Bar", f"docker-archive:{directory}/d.tar")
    contains(message, f"docker-archive:{directory}/d.tar: invalid image reference")
    contains(message, "Foo-Bar")


@case("copy reports as one JSON object")
def _(directory):
    layout = make_layout(directory)
    found = json.loads(succeeds("copy", "--json", f"oci:{layout}:beta", f"oci:{directory}/new"))
    equal((found["schemaVersion"], found["destination"]), (1, f"oci:{directory}/new:beta"))
    contains(found["digest"], "sha256:")


@case("inspect shows platforms, how they run and their layers, with control characters escaped")
def _(directory):
    layout = make_layout(directory)
    text = succeeds("inspect", f"oci:{layout}:alpha")
    for part in ("linux/amd64", "linux/arm64", '["/usr/local/bin/alpha"]', "65532:65532", "note=two words", "gz1"):
        contains(text, part)
    lacks(text, "\x1b")
    found = json.loads(succeeds("inspect", "--json", f"oci:{layout}:alpha"))
    equal(found["schemaVersion"], 1)
    equal([image["platform"]["architecture"] for image in found["images"]], ["amd64", "arm64"])
    equal(found["images"][0]["config"]["config"]["Entrypoint"], ["/usr/local/bin/alpha"])


@case("inspect --raw prints the exact bytes of what is named, for a platform too")
def _(directory):
    layout = make_layout(directory)
    for extra in ([], ["--platform", "linux/arm64"]):
        digest = json.loads(succeeds("inspect", "--json", f"oci:{layout}:alpha", *extra))["digest"]
        raw = ocibuild("inspect", "--raw", f"oci:{layout}:alpha", *extra, text=False).stdout
        equal("sha256:" + hashlib.sha256(raw).hexdigest(), digest)
        equal((layout / "blobs" / "sha256" / digest[7:]).read_bytes(), raw)
    contains(fails(3, "inspect", f"oci:{layout}:alpha", "--platform", "linux/s390x"), "linux/amd64, linux/arm64")


@case("a name that is not there ends with 3 and lists the names there are")
def _(directory):
    layout = make_layout(directory)
    contains(fails(3, "inspect", f"oci:{layout}:gamma"), "alpha")
    fails(3, "inspect", f"oci:{directory}/nowhere")


@case("verify reads everything again and says so")
def _(directory):
    layout = make_layout(directory)
    contains(succeeds("verify", f"oci:{layout}:alpha"), "verified 8 blobs")
    found = json.loads(succeeds("verify", "--json", f"oci:{layout}:alpha"))
    equal((found["schemaVersion"], found["ok"], found["findings"]), (1, True, []))


@case("verify ends with 7 for a flipped byte and names digest and path; copy refuses it too")
def _(directory):
    layout = make_layout(directory)
    layer = json.loads(succeeds("inspect", "--json", f"oci:{layout}:alpha"))["images"][1]["layers"][1]["digest"]
    blob = layout / "blobs" / "sha256" / layer[7:]
    content = bytearray(blob.read_bytes())
    content[len(content) // 2] ^= 1
    blob.write_bytes(content)
    done = ocibuild("verify", f"oci:{layout}:alpha")
    equal(done.returncode, 7)
    contains(done.stdout, layer)
    contains(done.stdout, "manifests[1] linux/arm64 > layers[1]")
    contains(done.stderr, "error: verifying ")
    contains(fails(7, "copy", f"oci:{layout}:alpha", f"oci:{directory}/copy"), layer)


@case("verify ends with 1 when documents contradict each other")
def _(directory):
    layout = make_layout(directory)
    index = json.loads(succeeds("inspect", "--raw", f"oci:{layout}:alpha"))
    index["manifests"][0]["platform"]["architecture"] = "s390x"
    document = json.dumps(index).encode()
    digest = hashlib.sha256(document).hexdigest()
    (layout / "blobs" / "sha256" / digest).write_bytes(document)
    names = json.loads((layout / "index.json").read_text())
    names["manifests"] = [{"mediaType": index["mediaType"], "digest": "sha256:" + digest, "size": len(document)}]
    (layout / "index.json").write_text(json.dumps(names))
    done = ocibuild("verify", f"oci:{layout}")
    equal(done.returncode, 1, done.stdout)
    contains(done.stdout, "s390x")


@case("image makes an image from files, the same for every order of options")
def _(directory):
    tree = make_tree(directory)
    adds = ["--add", f"{tree}/bin/tool:/usr/bin/tool:0755", "--add", f"{tree}/bin:/data"]
    arguments = ["image", "tool:1", "--entrypoint", "/usr/bin/tool", "--cmd=--fast", "--env", "A=b c", "--label", "k=v",
                 "--expose", "80", "--platform", "linux/amd64,linux/arm64"]
    first = succeeds(*arguments, *adds, "--output", f"oci:{directory}/one")
    second = succeeds(*arguments, *adds[2:], *adds[:2], "--output", f"docker-archive:{directory}/two.tar")
    equal(first, second)
    name, digest = first.strip().split("@")
    equal(name, "tool:1")
    contains(succeeds("verify", f"oci:{directory}/one:tool:1"), digest)
    contains(succeeds("verify", f"docker-archive:{directory}/two.tar:tool:1"), digest)
    config = json.loads(succeeds("inspect", "--json", f"oci:{directory}/one"))["images"][0]["config"]["config"]
    equal((config["Entrypoint"], config["Cmd"], config["User"]), (["/usr/bin/tool"], ["--fast"], "65532:65532"))


@case("names that registries take and image-spec does not advise are written, read, and passed over by skopeo")
def _(directory):
    require("skopeo")
    add = ["--add", f"{make_tree(directory)}/bin/tool:/tool"]
    for number, name in enumerate(("r.test/a__b:1", "r.test/ab:v1__2", "r.test/ab:_x", "[::1]:5000/t:1")):
        layout = f"oci:{directory}/{number}"
        digest = succeeds("image", name, *add, "--output", layout).strip().split("@")[1]
        contains(succeeds("verify", f"{layout}:{name}"), digest)
        equal(succeeds("inspect", "--raw", f"{layout}:{name}"), run("skopeo", "inspect", "--raw", layout))
    for tag in ("1.0_-rc", "fix-foo__bar"):
        succeeds("copy", layout, f"oci:{directory}/tags:{tag}")
        contains(succeeds("verify", f"oci:{directory}/tags:{tag}"), digest)
    contains(fails(2, "copy", layout, f"oci:{directory}/tags:a//b"), "expected letters and digits, joined by one of")


@case("image refuses what it cannot do, and names it")
def _(directory):
    tree = make_tree(directory)
    output = ["--output", f"oci:{directory}/x"]
    contains(fails(2, "image", "x", "--add", "nocolon", *output), "SRC:DST")
    contains(fails(2, "image", "x", "--add", f"{tree}:relative", *output), "not absolute")
    contains(fails(2, "image", "x", "--add", f"{tree}:/x:0999", *output), "octal")
    contains(fails(3, "image", "x", "--add", f"{tree}/none:/x", *output), "none")
    both = ["--add", f"{tree}/bin/tool:/x", "--add", f"{tree}/link:/x"]
    contains(fails(3, "image", "x", *both, *output), "two sources")
    contains(fails(2, "image", "x", "--base", "no base", "--add", f"{tree}:/x", *output), "--base: ")
    equal((directory / "x").exists(), False)


@case("malformed digests in a layout are refused before any path is made of them")
def _(directory):
    for digest in ("sha256:../../../etc/passwd", "sha256:abc", "sha256:" + "A" * 64, "sha256:" + "a" * 1_000_000):
        layout = directory / str(len(digest) * 100 + ord(digest[7]))
        (layout / "blobs" / "sha256").mkdir(parents=True)
        (layout / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        media_type = "application/vnd.oci.image.manifest.v1+json"
        entry = {"mediaType": media_type, "digest": digest, "size": 2}
        (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
        message = fails(3, "inspect", f"oci:{layout}")
        equal(len(message) < 1000, True)


@case("what copy, image and verify print is a place that can be read again, whatever its name is by then")
def _(directory):
    layout = make_layout(directory)
    before = f"oci:{layout}:alpha"
    for place in (f"oci:{directory}/out:a@b", f"oci-archive:{directory}/a.tar:b", f"docker-archive:{directory}/d.tar:c"):
        printed = succeeds("copy", before, place).strip()
        equal(printed.partition("@sha256:")[0].removesuffix(":latest"), place)
        equal(succeeds("verify", printed).splitlines()[0], printed)
        before = printed
    old = succeeds("copy", f"oci:{layout}:alpha", f"oci:{directory}/out:n").strip()
    succeeds("copy", f"oci:{layout}:beta", f"oci:{directory}/out:n")
    equal(succeeds("verify", old).splitlines()[0], old)
    contains(fails(2, "copy", f"oci:{layout}:beta", old), "leave the digest out")
    contains(fails(3, "verify", f"oci:{directory}/out@sha256:{'0' * 64}"), "has no image sha256:0000")


run_cases()
