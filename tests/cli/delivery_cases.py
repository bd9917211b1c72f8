"""From the build to a healthy pod and back: demon's images pushed, its manifests pinned, run by podman and probed.

Part of demon_cases.py, because it wants the same build.
"""

import contextlib
import json
import os
import platform
import random
import re
import shlex
import shutil
import socket
import subprocess
import time

from demon_build import COMPONENTS, REGISTRY, SOURCES, demon, pushed
from harness import PROGRAM, Skip, case, contains, environment, equal, ocibuild, succeeds
from placeholder_image import push_placeholder
from podman import podman
from service import PORTS, installed

SERVICE_PORTS = (3000, 8081, 8082)


def free_offset():
    """What to add to the ports of the components so that nothing listens there."""
    for _ in range(100):
        offset = random.choice(range(PORTS.start, PORTS.stop - max(SERVICE_PORTS)))
        with contextlib.ExitStack() as stack:
            try:
                for port in SERVICE_PORTS:
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port + offset))
                return offset
            except OSError:
                continue
    raise Skip("there are no free ports")


class Rollout:
    """A working copy whose images are in a registry of this machine."""

    def __init__(self, directory, host, podman_program):
        self.root = directory
        self.placeholder = f"{host}/nginx:alpine"
        self._podman = podman_program
        for name in ("k8s", "scripts"):
            shutil.copytree(SOURCES / "examples/demon" / name, directory / name)
        for manifest in self.manifests():
            manifest.write_text(manifest.read_text().replace(REGISTRY, host))
        shutil.copy(demon()[0] / "target/ocibuild/docker-image-digests.json", directory / "digests.json")

    def manifests(self):
        return sorted((self.root / "k8s").glob("*.yaml"))

    def images(self):
        """The image of each component."""
        return {path.stem: re.search(r"image: (\S+)", path.read_text())[1] for path in self.manifests()}

    def contents(self):
        return [path.read_bytes() for path in self.manifests()]

    def pin(self, *arguments, **changes):
        succeeds("pin", *arguments, *(path.relative_to(self.root) for path in self.manifests()), cwd=self.root,
                 env=environment(**changes))

    def is_pinned(self):
        """What `pin --check` says."""
        files = (path.relative_to(self.root) for path in self.manifests())
        return ocibuild("pin", "--check", "--digests", "digests.json", *files, cwd=self.root).returncode == 0

    def smoke(self, *arguments):
        """Runs the smoke test with podman; how it went, the states it found of each component, and in how many seconds."""
        # One option more for the probe: its results as JSON.
        wrapper = self.root / "ocibuild"
        wrapper.write_text(f'#!/bin/sh\nexec {shlex.quote(PROGRAM)} "$@" --json\n')
        wrapper.chmod(0o755)
        began = time.monotonic()
        done = subprocess.run([self.root / "scripts/smoke-k8s-bootstrap.sh", "--podman", "--port-offset",
                               str(free_offset()), *arguments], text=True, capture_output=True, timeout=300, check=False,
                              env=environment(OCIBUILD=wrapper, PODMAN=self._podman))
        seconds = time.monotonic() - began
        states = {}
        for target in json.loads(done.stdout)["targets"] if done.stdout else []:
            states.setdefault(target["name"].partition("/")[0], set()).add(target["state"])
        return done, states, seconds


def all_are(state):
    """What `smoke` finds when every probe of every component has one state."""
    return {name: {state} for name in COMPONENTS}


@contextlib.contextmanager
def rollout(directory):
    if platform.machine() != "x86_64":
        raise Skip("this machine runs no amd64 programs")
    if os.geteuid() != 0:
        raise Skip("without root podman may not limit what a pod takes")
    installed("nginx")
    with pushed() as (_, host), podman(directory) as engine:
        (directory / "copy").mkdir()
        result = Rollout(directory / "copy", host, engine.program(directory, host.partition("/")[0]))
        push_placeholder(result.placeholder, directory)
        yield result


@case("manifests pinned by the digests of a push run in podman, and every component is healthy within 30 s")
def runs_what_was_pushed(directory):
    with rollout(directory) as copy:
        equal(copy.is_pinned(), False)
        copy.pin("--digests", "digests.json")
        equal(copy.is_pinned(), True)
        references = json.loads((copy.root / "digests.json").read_text())["components"]
        equal(copy.images(), {name: references[name]["reference"] for name in COMPONENTS})
        done, states, seconds = copy.smoke()
        equal((done.returncode, states), (0, all_are("healthy")), done.stderr)
        equal(seconds < 30, True, f"{seconds} s")


@case("placeholders come back by one variable, are told as such, and leave by pin --from")
def rolls_back_and_forward(directory):
    with rollout(directory) as copy:
        copy.pin("--digests", "digests.json")
        real = copy.contents()
        copy.pin("--digests", "digests.json", OCIBUILD_PLACEHOLDER=copy.placeholder)
        equal(set(copy.images().values()), {copy.placeholder})
        done, states, _ = copy.smoke("--timeout", "5s")
        equal((done.returncode != 0, states), (True, all_are("placeholder")), done.stderr)
        done, states, _ = copy.smoke("--allow-placeholder")
        equal((done.returncode, states), (0, all_are("placeholder")), done.stderr)
        copy.pin("--from", "digests.json")
        equal(copy.contents(), real)
        done, states, _ = copy.smoke()
        equal((done.returncode, states), (0, all_are("healthy")), done.stderr)


@case("manifests that have only placeholders move to real images one component at a time")
def migrates(directory):
    with rollout(directory) as copy:
        for manifest in copy.manifests():
            manifest.write_text(re.sub(r"image: \S+", f"image: {copy.placeholder}", manifest.read_text()))
        copy.pin("engine", "--digests", "digests.json", "--replace", copy.placeholder)
        contains(copy.images()["engine"], "/demon-engine@sha256:")
        equal([copy.images()[name] for name in ("operate-ui", "runtime")], [copy.placeholder] * 2)
        done, states, _ = copy.smoke("--allow-placeholder")
        equal((done.returncode, states),
              (0, {**all_are("placeholder"), "engine": {"healthy"}}), done.stderr)
