"""Base images: `build`, `plan`, `image` and `lock` as a person or a script sees them."""

import json
import pathlib
import platform
import subprocess

from harness import Skip, case, contains, equal, fails, lacks, ocibuild, require, run_cases, succeeds
from podman import podman
from sample_base import as_docker, images_of, make_base
from workspace import build_environment, given_binaries, make_workspace

PREFIX = "org.opencontainers.image."


def build_on(directory, base, *arguments, **options):
    """Builds alpha and beta from ready binaries on a base; the layout they are in."""
    root = make_workspace(directory, f'base = "{base}"')
    done = ocibuild("build", *given_binaries(directory), *arguments, cwd=root, env=build_environment(directory), **options)
    equal(done.returncode, 0, done.stderr)
    return root / "target" / "ocibuild"


@case("a component on a layout has the base's layers, environment and labels under its own")
def _(directory):
    base = make_base(directory, "--user", "1000:1000")
    layout = build_on(directory, f"oci:{base}:base:1")
    below = images_of(base, "base:1")
    for image, beneath in zip(images_of(layout), below):
        equal(image["layers"][0]["digest"], beneath["layers"][0]["digest"])
        equal(len(image["layers"]), 2)
        config = image["config"]["config"]
        equal(config["Entrypoint"], ["/usr/local/bin/alpha"])
        contains(str(config["Env"]), "LANG=C")
        equal((config["User"], config["WorkingDir"], config["Labels"]["vendor"]), ("1000:1000", "/srv", "sample"))
        equal(image["annotations"][PREFIX + "base.digest"], beneath["digest"])
        lacks(str(image["annotations"]), PREFIX + "base.name")
        equal(len([line for line in image["config"]["history"] if not line.get("empty_layer")]), 2)
    index = json.loads(succeeds("inspect", "--raw", f"oci:{layout}:alpha"))
    equal(index["annotations"][PREFIX + "base.digest"],
          json.loads(succeeds("inspect", "--json", f"oci:{base}:base:1"))["digest"])


@case("images on a base are whole in every output: verified, in archives too")
def _(directory):
    base = make_base(directory)
    archive = directory / "alpha.tar"
    build_on(directory, f"oci:{base}:base:1", "--output", f"oci:{directory}/out", "--output",
             f"docker-archive:{archive}")
    contains(succeeds("verify", f"oci:{directory}/out:alpha"), "verified")
    contains(succeeds("verify", f"docker-archive:{archive}:alpha:latest"), "verified")


@case("a base can be an archive, and gives the same image as the layout it was made from")
def _(directory):
    base = make_base(directory)
    succeeds("copy", f"oci:{base}:base:1", f"oci-archive:{directory}/base.tar:base")
    digests = set()
    for number, place in enumerate((f"oci:{base}:base:1", f"oci-archive:{directory}/base.tar:base")):
        (directory / str(number)).mkdir()
        layout = build_on(directory / str(number), place)
        digests.add(json.loads(succeeds("inspect", "--json", f"oci:{layout}:alpha"))["digest"])
    equal(len(digests), 1)


@case("on a base of Docker's types the image is of Docker's types, and skopeo takes it")
def _(directory):
    require("skopeo")
    base = make_base(directory)
    as_docker(base)
    archive = directory / "images.tar"
    layout = directory / "out"
    build_on(directory, f"oci:{base}:docker:1", "--output", f"oci:{layout}", "--output", f"docker-archive:{archive}")
    index = json.loads(succeeds("inspect", "--raw", f"oci:{layout}:alpha"))
    equal(index["mediaType"], "application/vnd.docker.distribution.manifest.list.v2+json")
    for image in images_of(layout):
        types = {image["mediaType"], image["configDescriptor"]["mediaType"], *(l["mediaType"] for l in image["layers"])}
        equal([t for t in types if not t.startswith("application/vnd.docker.")], [])
    contains(succeeds("verify", f"oci:{layout}:alpha"), "verified")
    # Not from the layout: skopeo passes over what is of Docker's types in one.
    subprocess.run(["skopeo", "copy", f"docker-archive:{archive}:docker.io/library/alpha:latest",
                    f"dir:{directory}/copied"], check=True, capture_output=True)


@case("skopeo reads how an image on a base runs")
def _(directory):
    require("skopeo")
    layout = build_on(directory, f"oci:{make_base(directory)}:base:1")
    found = json.loads(subprocess.run(["skopeo", "inspect", "--config", f"oci:{layout}:alpha"], check=True,
                                      capture_output=True, text=True).stdout)
    equal(found["config"]["User"], "65532:65532")
    equal(len(found["rootfs"]["diff_ids"]), 2)


@case("a base without a platform that is built ends with 3 and lists what there is (DL09)")
def _(directory):
    base = make_base(directory, platforms="linux/amd64")
    root = make_workspace(directory, f'base = "oci:{base}"')
    message = fails(3, "build", *given_binaries(directory), cwd=root, env=build_environment(directory))
    contains(message, "there is no image for linux/arm64")
    contains(message, "note: it has: linux/amd64")
    equal((root / "ocibuild.lock").exists(), False)


@case("a flipped byte in a layer of the base ends with 7, and nothing is named (DL01)")
def _(directory):
    base = make_base(directory)
    layer = images_of(base, "base:1")[0]["layers"][0]["digest"]
    blob = base / "blobs" / "sha256" / layer[7:]
    content = bytearray(blob.read_bytes())
    content[-1] ^= 1
    blob.write_bytes(content)
    root = make_workspace(directory, f'base = "oci:{base}"')
    message = fails(7, "build", *given_binaries(directory), cwd=root, env=build_environment(directory))
    contains(message, layer)
    equal(json.loads((root / "target" / "ocibuild" / "index.json").read_text())["manifests"], [])


@case("the plan shows the base and by what it is pinned, without opening it")
def _(directory):
    root = make_workspace(directory, 'base = "debian:12"')
    env = build_environment(directory)
    contains(succeeds("plan", *given_binaries(directory), cwd=root, env=env), "pinned     no  (the first build pins it")
    digest = "sha256:" + "a" * 64
    lock = {"bases": {"docker.io/library/debian:12": {"digest": digest, "platforms": {}}}, "schemaVersion": 1}
    (root / "ocibuild.lock").write_text(json.dumps(lock))
    contains(succeeds("plan", *given_binaries(directory), cwd=root, env=env), f"pinned     {digest}  (ocibuild.lock)")
    planned = json.loads(succeeds("plan", "--json", *given_binaries(directory), cwd=root, env=env))
    equal(planned["components"][0]["base"]["pin"], {"digest": digest, "source": "ocibuild.lock"})


@case("with --locked a base that is not locked ends with 3 and names the command")
def _(directory):
    root = make_workspace(directory, 'base = "debian:12"')
    for command in (["build", "--locked"], ["build", "--frozen"], ["plan", "--locked"]):
        message = fails(3, *command, *given_binaries(directory), cwd=root, env=build_environment(directory))
        contains(message, "ocibuild.lock has no entry for it")
        contains(message, "help: run `ocibuild lock --update`")


@case("a lock file with malformed digests is refused before anything is made of them (AT07)")
def _(directory):
    root = make_workspace(directory, 'base = "debian:12"')
    for digest in ("sha256:../../../etc/passwd", "sha256:abc", "sha256:" + "A" * 64, "sha256:" + "a" * 1_000_000):
        lock = {"bases": {"docker.io/library/debian:12": {"digest": digest, "platforms": {}}}, "schemaVersion": 1}
        (root / "ocibuild.lock").write_text(json.dumps(lock))
        for command in ("plan", "build", "lock"):
            message = fails(3, command, cwd=root, env=build_environment(directory))
            contains(message, "ocibuild.lock: ")
            equal(len(message) < 1000, True)


@case("lock drops entries that nothing wants, and --check only says so")
def _(directory):
    root = make_workspace(directory, 'base = "oci:/nowhere"')
    env = build_environment(directory)
    entry = {"digest": "sha256:" + "a" * 64, "platforms": {}}
    (root / "ocibuild.lock").write_text(json.dumps({"bases": {"ghcr.io/o/old:1": entry}, "schemaVersion": 1}))
    done = ocibuild("lock", "--check", cwd=root, env=env)
    equal((done.returncode, done.stdout), (3, ""))
    (root / "Cargo.toml").write_text((root / "Cargo.toml").read_text().replace('base = "oci:/nowhere"', ""))
    done = ocibuild("lock", "--check", cwd=root, env=env)
    equal((done.returncode, done.stdout), (1, ""), done.stderr)
    contains(done.stderr, "ghcr.io/o/old:1 is locked, but nothing has it as base")
    found = json.loads(ocibuild("lock", "--check", "--json", cwd=root, env=env).stdout)
    equal(found["bases"], [{"reference": "ghcr.io/o/old:1", "state": "removed", "locked": entry["digest"]}])
    done = ocibuild("lock", cwd=root, env=env)
    equal((done.returncode, done.stdout), (0, ""))
    contains(done.stderr, "removed ghcr.io/o/old:1")
    equal(json.loads((root / "ocibuild.lock").read_text()), {"bases": {}, "schemaVersion": 1})
    equal(succeeds("lock", "--check", cwd=root, env=env), "")


@case("image --base goes on where the base ends")
def _(directory):
    base = make_base(directory, "--entrypoint", "/bin/old", "--cmd", "old")
    (directory / "file").write_text("x")
    arguments = ["image", "tool:1", "--base", f"oci:{base}:base:1", "--add", f"{directory}/file:/file"]
    succeeds(*arguments, "--output", f"oci:{directory}/kept")
    image = images_of(directory / "kept", "tool:1")[0]
    equal((image["config"]["config"]["Entrypoint"], image["config"]["config"]["Cmd"]), (["/bin/old"], ["old"]))
    succeeds(*arguments, "--entrypoint", "/file", "--env", "LANG=de", "--output", f"oci:{directory}/new")
    config = images_of(directory / "new", "tool:1")[0]["config"]["config"]
    equal((config["Entrypoint"], config.get("Cmd")), (["/file"], None))
    equal([variable for variable in config["Env"] if variable.startswith("LANG=")], ["LANG=de"])
    contains(succeeds("verify", f"oci:{directory}/new:tool:1"), "verified")
    fails(3, "image", "tool:1", "--base", f"oci:{directory}/none", "--add", f"{directory}/file:/file", "--output",
          f"oci:{directory}/x")
    equal((directory / "x").exists(), False)


def host_libraries():
    """Arguments that put the loader and the C library of this machine where they are here, without links."""
    if platform.machine() != "x86_64":
        raise Skip("this machine runs no amd64 programs")
    arguments = []
    for name, place in (("ld-linux-x86-64.so.2", "/lib64"), ("libc.so.6", "/lib/x86_64-linux-gnu"),
                        ("libgcc_s.so.1", "/lib/x86_64-linux-gnu")):
        source = pathlib.Path(place, name).resolve()
        if not source.is_file():
            raise Skip(f"this machine has no {place}/{name}")
        arguments += ["--add", f"{source}:{place}/{name}:0755"]
    return arguments


def compiled_on(directory, base):
    """Compiles alpha for amd64 on a base, and beta beside it on scratch."""
    require("cargo")
    root = make_workspace(directory, 'platforms = ["linux/amd64"]')
    manifest = root / "alpha" / "Cargo.toml"
    manifest.write_text(manifest.read_text() + f'[package.metadata.ocibuild]\nbase = "oci:{base}"\n'
                        'target = { "linux/amd64" = "x86_64-unknown-linux-gnu" }\n')
    return root, ocibuild("build", cwd=root, env=build_environment(directory))


@case("a dynamic binary is built for a base with its libraries, beside a static one for scratch, and podman runs it")
def _(directory):
    base = make_base(directory, *host_libraries(), platforms="linux/amd64")
    root, done = compiled_on(directory, base)
    equal(done.returncode, 0, done.stderr)
    layout = root / "target" / "ocibuild"
    equal([len(images_of(layout, name)[0]["layers"]) for name in ("alpha", "beta")], [2, 2])
    contains(succeeds("verify", f"oci:{layout}:alpha"), "verified")
    with podman(directory) as engine:
        for name in ("alpha", "beta"):
            equal(engine.run_once(engine.of_layout(layout, name)), f"{name}\n")


@case("a dynamic binary on a base without its libraries is refused before anything is written")
def _(directory):
    host_libraries()
    root, done = compiled_on(directory, make_base(directory, platforms="linux/amd64"))
    equal((done.returncode, done.stdout), (3, ""), done.stderr)
    contains(done.stderr, "error: alpha for linux/amd64: /usr/local/bin/alpha is dynamically linked, and its interpreter")
    contains(done.stderr, "needs libc.so.6, which is not in the image")
    equal(json.loads((root / "target" / "ocibuild" / "index.json").read_text())["manifests"], [])


run_cases()
