"""`ocibuild build` and `plan` as a person or a script sees them."""

import hashlib
import json
import pathlib
import re
import shutil

from harness import (ESCAPE, PROGRAM, Skip, case, contains, equal, environment, fails, files_below, in_terminal, lacks, ocibuild,
                     require, run_cases, succeeds)
from workspace import build_environment, given_binaries, make_workspace

RESULT = re.compile(r"^(\S+)@(sha256:[0-9a-f]{64})$")


def build(directory, *arguments, metadata="", **options):
    """Builds a fresh workspace from ready binaries."""
    root = make_workspace(directory, metadata)
    options.setdefault("env", build_environment(directory))
    return root, ocibuild("build", *given_binaries(directory), *arguments, cwd=root, **options)


def digests_of(output):
    return {name: digest for name, digest in (RESULT.match(line).groups() for line in output.splitlines())}


@case("build prints one pinned name per component and nothing else on standard output")
def _(directory):
    root, done = build(directory)
    equal(done.returncode, 0, done.stderr)
    equal(sorted(digests_of(done.stdout)), ["alpha", "beta"])
    contains(done.stderr, "alpha, linux/amd64 ")
    lacks(done.stderr, "\x1b")


@case("images go to oci:target/ocibuild unless told otherwise, beside the digests file")
def _(directory):
    root, done = build(directory)
    layout = root / "target" / "ocibuild"
    index = json.loads((layout / "index.json").read_text())
    names = {entry["annotations"]["org.opencontainers.image.ref.name"]: entry["digest"] for entry in index["manifests"]}
    equal(names, digests_of(done.stdout))
    digests = json.loads((layout / "docker-image-digests.json").read_text())
    equal({name: entry["digest"] for name, entry in digests["components"].items()}, names)


@case("every name in the layout says which reference it stands for, for containerd and Docker")
def _(directory):
    root, done = build(directory, "--registry", "ghcr.io/acme", "--tag", "v1", "--tag", "v2", "--output",
                       f"oci:{directory}/out")
    equal(done.returncode, 0, done.stderr)
    index = json.loads((directory / "out" / "index.json").read_text())
    found = {entry["annotations"]["org.opencontainers.image.ref.name"]: entry["annotations"]["io.containerd.image.name"]
             for entry in index["manifests"]}
    equal(found, {"alpha": "ghcr.io/acme/alpha:v1", "alpha:v1": "ghcr.io/acme/alpha:v1",
                  "alpha:v2": "ghcr.io/acme/alpha:v2", "beta": "ghcr.io/acme/beta:v1",
                  "beta:v1": "ghcr.io/acme/beta:v1", "beta:v2": "ghcr.io/acme/beta:v2"})


@case("the same build gives the same digests and the same digests file, byte for byte")
def _(directory):
    (directory / "one").mkdir()
    (directory / "other").mkdir()
    first_root, first = build(directory / "one")
    second_root, second = build(directory / "other", "-j1")
    equal(first.stdout, second.stdout)
    file = "target/ocibuild/docker-image-digests.json"
    equal((first_root / file).read_bytes(), (second_root / file).read_bytes())


@case("the digests file has what deployments need, with sorted keys")
def _(directory):
    root, done = build(directory, "--registry", "ghcr.io/acme", "--tag", "v1", "--digests", "out/d.json")
    text = (root / "out" / "d.json").read_text()
    document = json.loads(text)
    equal(text, json.dumps(document, indent=2, sort_keys=True) + "\n")
    equal((document["schemaVersion"], document["generatedBy"].split()[0]), (1, "ocibuild"))
    alpha = document["components"]["alpha"]
    equal((alpha["image"], alpha["tags"]), ("ghcr.io/acme/alpha", ["v1"]))
    equal(alpha["reference"], f"ghcr.io/acme/alpha@{alpha['digest']}")
    equal(sorted(alpha["platforms"]), ["linux/amd64", "linux/arm64"])
    equal(alpha["size"], sum(platform["size"] for platform in alpha["platforms"].values()))
    contains(done.stdout, alpha["reference"] + "\n")
    equal("sha256:" + hashlib.sha256(succeeds("inspect", "--raw", f"oci:{root}/target/ocibuild:alpha").encode()).hexdigest(),
          alpha["digest"])
    equal(alpha["index"], json.loads(succeeds("inspect", "--raw", f"oci:{root}/target/ocibuild:alpha")))


@case("the environment stands for options, and options win")
def _(directory):
    env = build_environment(directory, OCIBUILD_OUTPUT=f"oci:{directory}/env", OCIBUILD_DIGESTS=directory / "env.json")
    root, done = build(directory, env=env)
    equal(done.returncode, 0, done.stderr)
    equal((directory / "env" / "index.json").exists(), True)
    equal((directory / "env.json").exists(), True)
    root, done = build(directory / "more", "--output", f"oci:{directory}/option", env=env)
    equal((directory / "option" / "index.json").exists(), True)
    contains(ocibuild("build", env={**env, "OCIBUILD_JOBS": "many"}, cwd=root).stderr, "--jobs: 'many'")


@case("the digests file is valid by its JSON Schema")
def _(directory):
    try:
        import jsonschema
    except ImportError:
        raise Skip("the Python module jsonschema is not installed")
    root = pathlib.Path(__file__).parents[2]
    schema = json.loads((root / "lib" / "deploy" / "docker-image-digests.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    for more in ([], ["--registry", "ghcr.io/acme", "--tag", "v1", "--tag", "v2"]):
        root, done = build(directory / str(len(more)), "--json", *more)
        jsonschema.validate(json.loads(done.stdout), schema)
    other = json.loads(done.stdout)
    del other["components"]["alpha"]["index"]  # as for what another program made
    jsonschema.validate(other, schema)
    mistakes = (("alpha", {"digest": "latest"}), ("alpha", {"index": {}}), ("alpha", {"tags": [":"]}), ("-alpha", {}))
    for name, change in mistakes:
        wrong = json.loads(done.stdout)
        wrong["components"][name] = wrong["components"]["alpha"] | change
        try:
            jsonschema.validate(wrong, schema)
        except jsonschema.ValidationError:
            continue
        raise AssertionError(f"the schema takes {name} with {change}")


@case("--json prints the digests file")
def _(directory):
    root, done = build(directory, "--json")
    equal(done.stdout, (root / "target/ocibuild/docker-image-digests.json").read_text())


@case("the metadata file has the keys of buildx")
def _(directory):
    root = make_workspace(directory)
    done = ocibuild("build", "alpha", *given_binaries(directory, ["alpha"]), "--registry", "ghcr.io/acme",
                    "--metadata-file", "m.json", cwd=root, env=build_environment(directory))
    equal(done.returncode, 0, done.stderr)
    found = json.loads((root / "m.json").read_text())
    digest = digests_of(done.stdout)["ghcr.io/acme/alpha"]
    equal(found["containerimage.digest"], digest)
    equal(found["containerimage.descriptor"]["digest"], digest)
    equal(found["image.name"], "ghcr.io/acme/alpha:latest")


@case("every --output gets every image, and a layout none but what it was told")
def _(directory):
    out = directory / "out"
    out.mkdir()
    root, done = build(directory, "--output", f"oci-archive:{out}/a.tar", "--output", f"oci:{out}/layout", "--output",
                       f"docker-archive:{out}/d.tar")
    equal(done.returncode, 0, done.stderr)
    digests = digests_of(done.stdout)
    for place in (f"oci-archive:{out}/a.tar:alpha", f"oci:{out}/layout:alpha", f"docker-archive:{out}/d.tar:alpha:latest"):
        contains(succeeds("inspect", place), digests["alpha"])
    equal(sorted(path.name for path in out.iterdir()), ["a.tar", "d.tar", "layout"])


@case("skopeo and umoci take the layout with the digests file inside")
def _(directory):
    require("skopeo", "umoci")
    import subprocess
    root, done = build(directory)
    layout = root / "target" / "ocibuild"
    raw = subprocess.run(["skopeo", "inspect", "--raw", f"oci:{layout}:alpha"], capture_output=True, check=True).stdout
    equal(raw.decode(), succeeds("inspect", "--raw", f"oci:{layout}:alpha"))
    listed = subprocess.run(["umoci", "list", "--layout", str(layout)], capture_output=True, text=True, check=True).stdout
    equal(listed.split(), ["alpha", "beta"])


@case("an image over its budget ends with 1 and is named")
def _(directory):
    root, done = build(directory, metadata='budget = { image-size = "1kB" }')
    equal(done.returncode, 1)
    contains(done.stderr, "error: alpha for linux/amd64 has ")
    contains(done.stderr, "help: make it smaller or faster, or raise the limit under `budget` in Cargo.toml\n")
    equal(len(done.stdout.splitlines()), 2)


@case("an image that is one byte over its budget is told apart from it")
def _(directory):
    root, _ = build(directory)
    digests = json.loads((root / "target/ocibuild/docker-image-digests.json").read_text())
    size = digests["components"]["alpha"]["platforms"]["linux/amd64"]["size"]
    (directory / "again").mkdir()
    _, done = build(directory / "again", metadata=f'budget = {{ image-size = "{size - 1}B" }}')
    contains(done.stderr, f"error: alpha for linux/amd64 has {size} bytes, its budget is {size - 1} bytes\n")


@case("-q leaves nothing but results")
def _(directory):
    root, done = build(directory, "-q")
    equal((done.returncode, done.stderr), (0, ""))
    equal(len(done.stdout.splitlines()), 2)


@case("an unwritable digests file ends with 8 and leaves no part of it")
def _(directory):
    (directory / "file").write_text("")
    root, done = build(directory, "--digests", str(directory / "file" / "d.json"))
    equal((done.returncode, done.stdout), (8, ""))
    root, done = build(directory / "more", "--digests", "/dev/full")
    equal((done.returncode, done.stdout), (8, ""))
    contains(done.stderr, "no space left on device")
    equal([name for name in files_below(directory) if "tmp" in name], [])


@case("a full standard output ends with 8")
def _(directory):
    with open("/dev/full", "w") as full:
        root, done = build(directory, stdout=full)
    equal(done.returncode, 8)
    contains(done.stderr, "error: writing to standard output: no space left on device")


@case("progress in JSON is one object per line, messages and errors included")
def _(directory):
    root, done = build(directory, "--progress=json")
    events = [json.loads(line) for line in done.stderr.splitlines()]
    contains(str([event["event"] for event in events]), "progress")
    done = ocibuild("build", "--progress=json", "--platform", "plan9/x", cwd=root)
    equal(done.returncode, 3)
    levels = [json.loads(line).get("level") for line in done.stderr.splitlines()]
    equal(levels.count("error"), 1, done.stderr)


@case("a registry as output is refused with a clear message")
def _(directory):
    root = make_workspace(directory)
    message = fails(2, "build", "--output", "ghcr.io/acme/x:1", cwd=root)
    contains(message, "--output: 'ghcr.io/acme/x:1' is in a registry")
    contains(message, "--push")


@case("without cargo or outside of a workspace the message says what to do")
def _(directory):
    require("cargo")
    message = fails(3, "build", cwd=directory, env=build_environment(directory))
    contains(message, "Cargo.toml")
    root = make_workspace(directory)
    message = fails(3, "build", cwd=root, env=build_environment(directory, PATH="/nonexistent", CARGO=None))
    contains(message, "cargo")
    contains(message, "help: ")


@case("an unknown key in Cargo.toml ends with 3 and names the nearest one")
def _(directory):
    root = make_workspace(directory, 'platfroms = ["linux/amd64"]')
    message = fails(3, "plan", cwd=root, env=build_environment(directory))
    contains(message, "platfroms")
    contains(message, "platforms")


@case("a value in Cargo.toml that no image can have ends with 3, the same on the command line with 2")
def _(directory):
    for number, (setting, words) in enumerate((('registry = "bad host/x"', "is not a repository"),
                                               ('name = "UPPER"', "upper-case letters"), ('base = "UPPER"', "upper-case"),
                                               ('target = { "linux/amd64" = "x86_64-nope" }', "is not for Linux"))):
        (directory / str(number)).mkdir()
        root = make_workspace(directory / str(number), setting if "target" not in setting else "")
        if "target" in setting:
            manifest = root / "alpha" / "Cargo.toml"
            manifest.write_text(f"{manifest.read_text()}[package.metadata.ocibuild]\n{setting}\n")
        contains(fails(3, "plan", cwd=root, env=build_environment(directory)), words)
    root = make_workspace(directory)
    contains(fails(2, "plan", "--registry", "bad host/x", cwd=root, env=build_environment(directory)), "is not a repository")


@case("cargo's own words are passed on when it fails, and the end is 4")
def _(directory):
    root = make_workspace(directory, 'platforms = ["linux/amd64"]')
    (root / "alpha" / "src" / "main.rs").write_text("fn main() { undefined_function(); }\n")
    done = ocibuild("build", cwd=root, env=build_environment(directory))
    equal((done.returncode, done.stdout), (4, ""), done.stderr)
    contains(done.stderr, "undefined_function")
    lacks(done.stderr, "\x1b")


@case("the plan says where every value came from, for people and as JSON")
def _(directory):
    root = make_workspace(directory, 'platforms = ["linux/amd64"]')
    env = build_environment(directory, OCIBUILD_REGISTRY="ghcr.io/env")
    text = succeeds("plan", "--tag", "v9", cwd=root, env=env)
    for part in ("alpha", "linux/amd64", "(workspace)", "ghcr.io/env", "(environment)", "v9", "(command line)"):
        contains(text, part)
    document = json.loads(succeeds("plan", "--json", cwd=root, env=env))
    equal(document["schemaVersion"], 1)
    equal(files_below(root / "target") if (root / "target").exists() else [], [])


@case("the live display is gone at the end, and a narrow terminal changes no result")
def _(directory):
    root = make_workspace(directory, 'platforms = ["linux/amd64"]')
    (directory / "slow").mkdir()
    slow = directory / "slow" / "cargo"
    slow.write_text(f'#!/bin/sh\ncase " $* " in *" build "*) echo working >&2; sleep 1.2;; esac\nexec {shutil.which("cargo")} "$@"\n')
    slow.chmod(0o755)
    for columns in (80, 20):
        text, code = in_terminal([PROGRAM, "build", "--progress=tty"], columns=columns, cwd=root,
                                 env=build_environment(directory, TERM="xterm", CARGO=slow))
        equal(code, 0, text)
        contains(text, "compiling" if columns == 80 else "comp")
        contains(text, "\x1b[J")
        for row in shown_rows(text):
            lacks(row, "compiling")


def shown_rows(text):
    """What is left on the screen: just enough of a terminal for line feeds, cursor up and clear to the end."""
    rows, at = [""], 0
    for part in re.split(r"(\r?\n|\r|\x1b\[\d+A|\x1b\[J)", text):
        if part in ("\n", "\r\n"):
            at += 1
            if at == len(rows):
                rows.append("")
        elif part == "\x1b[J":
            rows[at:] = [""]
        elif part.endswith("A") and part.startswith("\x1b["):
            at -= int(part[2:-1])
        elif part != "\r":
            rows[at] += ESCAPE.sub("", part)
    return rows


run_cases()
