"""examples/demon, built once for all cases of one process."""

import contextlib
import functools
import os
import pathlib
import re
import shutil
import tempfile

import harness
import real_registry
from harness import environment, equal, require
from service import run

COMPONENTS = ["engine", "operate-ui", "runtime"]
REGISTRY = "ghcr.io/afewell-hh"  # as its Cargo.toml says
SOURCES = pathlib.Path(__file__).resolve().parents[2]
SCRATCH = pathlib.Path(tempfile.mkdtemp(prefix="ocibuild-demon-"))


def clone(directory):
    """A clone of the sources with every change of the working copy, committed at a fixed time."""
    shutil.copytree(SOURCES / "examples" / "demon", directory, ignore=shutil.ignore_patterns("target"))
    identity = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_AUTHOR_DATE": "2024-05-06T07:08:09Z",
                "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com",
                "GIT_COMMITTER_DATE": "2024-05-06T07:08:09Z", "GIT_CONFIG_GLOBAL": os.devnull}
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "demon"]):
        run("git", *arguments, cwd=directory, env=environment(**identity))
    return directory


def cargo_environment(**changes):
    """An environment in which cargo finds its own, whatever HOME is."""
    home = pathlib.Path.home()
    return environment(CARGO_HOME=os.environ.get("CARGO_HOME", home / ".cargo"),
                       RUSTUP_HOME=os.environ.get("RUSTUP_HOME", home / ".rustup"), **changes)


def build(directory, *arguments, registry=REGISTRY, **changes):
    """The digest of each component."""
    image = re.compile(re.escape(registry) + r"/demon-([a-z-]+)@(sha256:[0-9a-f]{64})")
    env = cargo_environment(**changes)
    lines = harness.succeeds("build", *arguments, cwd=directory, env=env, timeout=3000).splitlines()
    matches = [image.fullmatch(line) for line in lines]
    equal([bool(match) for match in matches], [True] * 3, lines)
    return {match[1]: match[2] for match in matches}


@functools.cache
def first_build():
    directory = SCRATCH / "demon"
    try:
        return directory, build(clone(directory), "-j1"), None
    except Exception as failure:
        return directory, None, failure


def demon():
    """A clone that was built once, even if that failed: where, and the digests."""
    directory, digests, failure = first_build()
    if failure:
        raise failure
    return directory, digests


@contextlib.contextmanager
def pushed():
    """The digests in a registry that was pushed to from the build that is there already, and where they are."""
    require("skopeo")
    directory, built = demon()
    with real_registry.registry() as served:
        host = f"{served.host}/afewell-hh"
        digests = build(directory, "--push", "--registry", host, registry=host)
        equal(digests, built)
        yield digests, host


def layout():
    return demon()[0] / "target" / "ocibuild"
