"""`ocibuild pin --check` and `--dry-run`: nothing is written, and the diff is one that git and patch take."""

import json
import pathlib
import shutil
import subprocess

from harness import case, contains, equal, fails, lacks, ocibuild, require, run_cases, succeeds
from pin_project import image, make_project, manifest, pinned_text, reference, write_digests

MANIFESTS = pathlib.Path(__file__).resolve().parents[1] / "data" / "kubernetes"


@case("pin --check ends with 1 and prints a diff that git apply and patch take; --dry-run ends with 0")
def _(directory):
    require("git", "patch")
    file = make_project(directory)
    other = directory / "k8s/with space.yaml"
    other.write_bytes(file.read_bytes().replace(b"\n", b"\r\n").rstrip(b"\r\n"))
    arguments = ("k8s/demon.yaml", "k8s/with space.yaml")
    before = [path.read_bytes() for path in (file, other)]
    done = ocibuild("pin", "--check", *arguments, cwd=directory, text=False)
    equal(done.returncode, 1)
    contains(done.stderr.decode(), "error: 2 of 2 files would change")
    equal(ocibuild("pin", "--dry-run", *arguments, cwd=directory, text=False).stdout, done.stdout)
    equal(ocibuild("pin", "--dry-run", *arguments, cwd=directory).returncode, 0)
    equal([path.read_bytes() for path in (file, other)], before)
    subprocess.run(["patch", "-p1", "--dry-run", "--binary"], cwd=directory, input=done.stdout, check=True, capture_output=True)
    subprocess.run(["git", "apply", "-"], cwd=directory, input=done.stdout, check=True, capture_output=True)
    applied = [path.read_bytes() for path in (file, other)]
    equal(applied[0].decode(), pinned_text())
    equal(ocibuild("pin", "--check", *arguments, cwd=directory).stdout, "")
    file.write_bytes(before[0])
    other.write_bytes(before[1])
    succeeds("pin", *arguments, cwd=directory)
    equal([path.read_bytes() for path in (file, other)], applied)


@case("git applies the diff of every manifest there is in the tests")
def _(directory):
    require("git")
    write_digests(directory / "target/ocibuild/docker-image-digests.json")
    for path in MANIFESTS.iterdir():
        if path.suffix != ".expected":
            shutil.copy(path, directory)
    files = sorted(path.name for path in directory.iterdir() if path.is_file())
    diff = ocibuild("pin", "--check", *files, cwd=directory, text=False)
    equal(diff.returncode, 1, diff.stderr)
    subprocess.run(["git", "apply", "-"], cwd=directory, input=diff.stdout, check=True, capture_output=True)
    applied = {name: (directory / name).read_bytes() for name in files}
    succeeds("pin", "--check", *files, cwd=directory)
    for name in files:
        shutil.copy(MANIFESTS / name, directory)
    succeeds("pin", *files, cwd=directory)
    equal({name: (directory / name).read_bytes() for name in files}, applied)


@case("pin --check ends with 1 when no component is in the files, since nothing was checked")
def _(directory):
    file = make_project(directory, manifest(("engine", "nginx:alpine"), ("sidecar", "busybox")))
    contains(fails(1, "pin", "--check", file, cwd=directory), "nothing was checked: no component is in these files")
    equal(ocibuild("pin", "--check", "--replace", "nginx:alpine", file, cwd=directory).returncode, 1)
    succeeds("pin", "--dry-run", file, cwd=directory)
    succeeds("pin", "--replace", "nginx:alpine", file, cwd=directory)
    succeeds("pin", "--check", file, cwd=directory)


@case("pin --resolve --check counts what has a digest, says what it looked for, and refuses what no registry has")
def _(directory):
    file = make_project(directory, pinned_text())
    succeeds("pin", "--resolve", "--check", file, cwd=directory)
    succeeds("pin", "--resolve", "--check", "engine", file, cwd=directory)
    message = fails(1, "pin", "--resolve", "--check", "other", file, cwd=directory)
    contains(message, "nothing was checked: no image to ask for is in these files")
    lacks(message, "--replace")
    file.write_text(manifest(("engine", "ocibuild://engine")))
    for arguments in ((), ("--check",), ("engine",)):
        message = fails(3, "pin", "--resolve", *arguments, file, cwd=directory)
        contains(message, "demon.yaml: line 10: ocibuild://engine names no registry to ask\nhelp: pin it by the digests")


@case("pin --resolve does not guess which of several repositories a component is, but container names decide")
def _(directory):
    others = (("b", reference("operate-ui")), ("c", reference("ui")))
    file = make_project(directory, manifest(*others))
    message = fails(2, "pin", "ui", "--resolve", "--check", file, cwd=directory)
    contains(message, "error: ui may be any of demon-operate-ui, demon-ui\nhelp: ask for one by its whole name")
    file.write_text(manifest(("ui", reference("ui")), *others))
    found = json.loads(succeeds("pin", "ui", "--resolve", "--check", "--json", file, cwd=directory))
    equal([site["container"] for site in found["files"][0]["sites"]], ["ui", "c"])


run_cases()
