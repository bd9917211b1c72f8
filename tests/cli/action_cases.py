"""The action for workflows, run as GitHub runs it: what it installs, and how it builds."""

import contextlib
import functools
import hashlib
import http.server
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import tarfile
import threading

from harness import PROGRAM, case, contains, environment, equal, require, run_cases, succeeds
from workspace import build_environment, given_binaries, make_workspace

SOURCES = pathlib.Path(__file__).resolve().parents[2]
VERSION = succeeds("version").split()[-1]
ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
ARCHIVE = f"ocibuild-{VERSION}-linux-{ARCHITECTURE}.tar.gz"


@contextlib.contextmanager
def served(directory):
    """The URL of a directory."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=directory)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def make_release(directory):
    """A release with the program under test, as GitHub would serve it; the checksum of its archive."""
    release = directory / "release"
    release.mkdir()
    with tarfile.open(release / ARCHIVE, "w:gz") as archive:
        archive.add(PROGRAM, f"ocibuild-{VERSION}/bin/ocibuild")
    checksum = hashlib.sha256((release / ARCHIVE).read_bytes()).hexdigest()
    (release / "SHA256SUMS").write_text(f"{'0' * 64}  other.tar.gz\n{checksum}  {ARCHIVE}\n")
    return release, checksum


def install(directory, *arguments, sources=SOURCES):
    return subprocess.run([sources / "tools/action/install.sh", "--into", directory / "bin", *arguments], text=True,
                          capture_output=True, timeout=300, check=False, env=environment(no_proxy="127.0.0.1"))


def files_of(directory):
    return sorted(path.name for path in directory.iterdir()) if directory.exists() else []


@case("no input makes the installation a workflow command of its own")
def _(directory):
    done = install(directory, "--version", "1%\r\n::add-mask::x ##[add-mask]y")
    equal(done.returncode, 1)
    equal(done.stderr, "::error title=ocibuild cannot be installed::"
          "'1%25%0D%0A::add-mask::x # #[add-mask]y' is no version, expected one such as 0.1.0, or source\n")


@case("a release with the right checksum is installed, for cargo too")
def _(directory):
    require("curl")
    release, _ = make_release(directory)
    with served(release) as url:
        done = install(directory, "--version", VERSION, "--download-url", url)
    equal(done.returncode, 0, done.stderr)
    equal(files_of(directory / "bin"), ["cargo-ocibuild", "ocibuild"])
    equal((directory / "bin/ocibuild").read_bytes(), pathlib.Path(PROGRAM).read_bytes())


@case("an archive that was exchanged is refused, and what is installed already stays")
def _(directory):
    require("curl")
    release, _ = make_release(directory)
    (release / ARCHIVE).write_bytes((release / ARCHIVE).read_bytes() + b"\0")
    (directory / "bin").mkdir()
    (directory / "bin/ocibuild").write_text("older")
    with served(release) as url:
        done = install(directory, "--version", VERSION, "--download-url", url)
    equal(done.returncode, 1)
    contains(done.stderr, "::error title=ocibuild cannot be installed::" + ARCHIVE)
    equal((files_of(directory / "bin"), (directory / "bin/ocibuild").read_text()), (["ocibuild"], "older"))


@case("a checksum that the workflow gives counts more than the one beside the release")
def _(directory):
    require("curl")
    release, checksum = make_release(directory)
    with served(release) as url:
        done = install(directory, "--version", VERSION, "--download-url", url, "--sha256", "1" * 64)
        equal((done.returncode, files_of(directory / "bin")), (1, []), done.stderr)
        (release / "SHA256SUMS").unlink()
        equal(install(directory, "--version", VERSION, "--download-url", url, "--sha256", checksum).returncode, 0)


@case("a release without checksums is refused")
def _(directory):
    require("curl")
    release, _ = make_release(directory)
    with served(release) as url:
        for checksums in ("", f"{'0' * 64}  other.tar.gz\n", None):
            if checksums is None:
                (release / "SHA256SUMS").unlink()
            else:
                (release / "SHA256SUMS").write_text(checksums)
            done = install(directory, "--version", VERSION, "--download-url", url)
            equal((done.returncode, files_of(directory / "bin")), (1, []), done.stderr)
            equal(done.stderr.count("::error"), 1, done.stderr)


@case("where there is no release, ocibuild is built from the action's own checkout, and the log says so")
def _(directory):
    require("curl", "meson", "ninja")
    sources = directory / "sources"
    (sources / "build").mkdir(parents=True)
    for name in ("tools/action", "tools/setup.sh", "meson.build"):
        (sources / name).parent.mkdir(exist_ok=True)
        (shutil.copytree if (SOURCES / name).is_dir() else shutil.copy)(SOURCES / name, sources / name)
    # A build directory that has only the last step left to do.
    (sources / "build/build.ninja").write_text(
        f"rule copy\n  command = cp $in $out\nbuild tools/ocibuild/ocibuild: copy {PROGRAM}\n")
    (directory / "empty").mkdir()
    with served(directory / "empty") as url:
        done = install(directory, "--download-url", url, sources=sources)
    equal(done.returncode, 0, done.stderr)
    contains(done.stderr, f"::notice title=ocibuild is built from source::{url} has no release of {VERSION}")
    equal(files_of(directory / "bin"), ["cargo-ocibuild", "ocibuild"])


def build(directory, cwd, **inputs):
    """Runs the action's build; how it went, and its outputs."""
    outputs = directory / "outputs"
    outputs.touch()
    env = build_environment(directory, OCIBUILD=PROGRAM, GITHUB_ACTIONS="true", GITHUB_OUTPUT=outputs,
                            RUNNER_TEMP=directory, **inputs)
    done = subprocess.run([SOURCES / "tools/action/build.sh"], cwd=cwd, env=env, text=True, capture_output=True,
                          timeout=300, check=False)
    return done, outputs.read_text()


def promised_outputs():
    """The outputs that the action promises."""
    return re.findall(r"steps\.build\.outputs\.([a-z-]+)", (SOURCES / "tools/action/action.yml").read_text())


@case("the inputs of the action become a build, which gives every output that the action promises")
def _(directory):
    root = make_workspace(directory)
    done, outputs = build(directory, root, COMPONENTS="alpha\nbeta", PLATFORMS="linux/amd64, linux/arm64",
                          REGISTRY="ghcr.io/acme", TAGS="edge,v1.2.3", ARGUMENTS=" ".join(given_binaries(directory)))
    equal(done.returncode, 0, done.stderr)
    for name in promised_outputs():
        contains("\n" + outputs, f"\n{name}")
    digests = re.search(r"^digests-file=(/.*/docker-image-digests\.json)$", outputs, re.MULTILINE)[1]
    components = json.loads(pathlib.Path(digests).read_text())["components"]
    equal({name: (entry["image"], entry["tags"]) for name, entry in components.items()},
          {name: (f"ghcr.io/acme/{name}", ["edge", "v1.2.3"]) for name in ("alpha", "beta")})


@case("no input of the action is read as shell")
def _(directory):
    root = make_workspace(directory)
    trap = "$(touch${IFS}trap);`touch${IFS}trap`;*"
    for name in ("COMPONENTS", "PLATFORMS", "REGISTRY", "TAGS", "TAGS_FROM", "PUSH", "ARGUMENTS"):
        done, _ = build(directory, root, **{name: trap})
        equal((done.returncode != 0, os.path.exists(root / "trap")), (True, False), name)


@case("a component is never read as an option")
def _(directory):
    done, _ = build(directory, make_workspace(directory), COMPONENTS="--no-cache", PLATFORMS="linux/amd64",
                    ARGUMENTS=" ".join(given_binaries(directory)))
    equal(done.returncode, 3, done.stderr)
    contains(done.stderr, "error: the workspace has no component `--no-cache`\n")


run_cases()
