#!/usr/bin/env python3
"""Times pushing a workspace of 3 components for 2 platforms, about 150 MB of binaries, to a local docker-registry.

Usage: push.py OCIBUILD. Whole processes in turn, medians: assembling alone against `build --push`, an unchanged repeat,
and `ocibuild copy` against `skopeo copy` from the same layout. Exits 77 when a part is missing, 1 when a goal is missed.
"""
import itertools
import os
import pathlib
import re
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time

from cases import Skip
from real_registry import registry
from service import installed

ROUNDS = 5
COMPONENTS = ("engine", "operate-ui", "runtime")
MACHINES = {"amd64": 62, "arm64": 183}
BINARY_SIZE = 25_000_000


def make_binary(path, machine, number):
    """A static executable for a machine, as far as its headers go; what follows is of real programs, and compresses as
    that does. Written piece by piece: what this process holds in memory is counted for those it starts."""
    size = 120 + BINARY_SIZE
    header = b"\x7fELF\x02\x01\x01" + bytes(9)
    header += struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, 0x400078, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, size, size, 4096)
    programs = [installed(name) for name in ("docker-registry", "podman", "skopeo")]
    with path.open("wb") as binary:
        binary.write(header + segment)
        for turn in itertools.count(number):
            with open(programs[turn % len(programs)], "rb") as program:
                program.seek(number * 1_000_003)
                while piece := program.read(min(1 << 20, size - binary.tell())):
                    binary.write(piece)
            if binary.tell() == size:
                return


def make_workspace(directory):
    """Writes the workspace; returns its root and the arguments that name its binaries."""
    root = directory / "work"
    members = ", ".join(f'"{name}"' for name in COMPONENTS)
    root.mkdir()
    (root / "Cargo.toml").write_text(f'[workspace]\nresolver = "2"\nmembers = [{members}]\n')
    lock = "version = 3\n"
    arguments = []
    for number, name in enumerate(COMPONENTS):
        (root / name / "src").mkdir(parents=True)
        (root / name / "Cargo.toml").write_text(f'[package]\nname = "{name}"\nversion = "1.0.0"\nedition = "2021"\n')
        (root / name / "src" / "main.rs").write_text("fn main() {}\n")
        lock += f'\n[[package]]\nname = "{name}"\nversion = "1.0.0"\n'
        for place, (architecture, machine) in enumerate(MACHINES.items()):
            binary = directory / f"{name}-{architecture}"
            make_binary(binary, machine, 2 * number + place)
            arguments += ["--binary", f"{name}:linux/{architecture}={binary}"]
    (root / "Cargo.lock").write_text(lock)
    return root, arguments


class Measured:
    """Runs programs; remembers seconds, and the most memory one of them took."""

    def __init__(self, directory):
        self.seconds = {}
        self.memory = 0
        self.environment = {**os.environ, "OCIBUILD_CACHE_DIR": str(directory / "cache"),
                            "SOURCE_DATE_EPOCH": "1700000000", "GIT_CEILING_DIRECTORIES": str(directory)}

    def run(self, name, command, cwd=None):
        begin = time.perf_counter()
        child = subprocess.Popen(command, cwd=cwd, env=self.environment, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        if status != 0:
            raise RuntimeError(f"{command} ended with {status}:\n{said}")
        self.seconds.setdefault(name, []).append(time.perf_counter() - begin)
        if "ocibuild" in os.path.basename(command[0]):
            self.memory = max(self.memory, usage.ru_maxrss * 1024)
        return said

    def median(self, name):
        return statistics.median(self.seconds[name])


def clear(measured, root):
    shutil.rmtree(root / "target", ignore_errors=True)
    shutil.rmtree(measured.environment["OCIBUILD_CACHE_DIR"], ignore_errors=True)


def time_round(measured, ocibuild, root, binaries):
    """One build without a push, one with, a repeat, and both copies from what was built."""
    build = [ocibuild, "build", "--quiet", *binaries]
    clear(measured, root)
    measured.run("build", build, root)
    clear(measured, root)
    with registry() as target:
        push = [*build, "--registry", f"{target.host}/bench", "--push"]
        measured.run("build --push", push, root)
        asked = len(target.requests())
        measured.run("repeat", push, root)
        repeat = target.requests()[asked:]
    layout = root / "target" / "ocibuild"
    with registry() as ours, registry() as theirs:
        for name in COMPONENTS:
            place = f"oci:{layout}:{name}"
            measured.run(f"ocibuild copy {name}", [ocibuild, "copy", "--quiet", place, f"{ours.host}/bench/{name}:1"])
            measured.run(f"skopeo copy {name}", ["skopeo", "copy", "--quiet", "--all", "--dest-tls-verify=false", place,
                                                 f"docker://{theirs.host}/bench/{name}:1"])
    return repeat


def cargo_seconds(measured, ocibuild, root, binaries):
    """What the other programs of a build take by themselves: those that `-v` names."""
    said = measured.run("named", [ocibuild, "build", "-v", *binaries], root)
    total = 0
    for command in re.findall(r"^running (.*)$", said, re.MULTILINE):
        times = []
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            subprocess.run(command, shell=True, cwd=root, env=measured.environment, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
            times.append(time.perf_counter() - begin)
        total += statistics.median(times)
    return total


def report(measured, repeat, cargo):
    copies = {peer: sum(measured.median(f"{peer} copy {name}") for name in COMPONENTS) for peer in ("ocibuild", "skopeo")}
    sent = sum(request.method != "HEAD" for request in repeat)
    print(f"3 components x 2 platforms, {6 * BINARY_SIZE / 1e6:.0f} MB of binaries, median of {ROUNDS} runs of whole processes")
    for name in ("build", "build --push", "repeat"):
        print(f"  {name:<28} {measured.median(name):7.3f} s")
    print(f"  {'cargo and git in each':<28} {cargo:7.3f} s")
    for peer, seconds in copies.items():
        print(f"  {peer + ' copy, 3 indexes':<28} {seconds:7.3f} s")
    goals = [
        ("build --push against build", measured.median("build --push") / measured.median("build"), 1.25, "x"),
        ("repeat beside cargo and git", measured.median("repeat") - cargo, 0.150, "s"),
        ("requests of a repeat other than HEAD", sent, 0, ""),
        ("ocibuild copy against skopeo copy", copies["ocibuild"] / copies["skopeo"], 1.0, "x"),
        ("most memory of a process", measured.memory / 2**20, 256, "MiB"),
    ]
    for name, value, goal, unit in goals:
        print(f"  {name:<42} {value:8.3f} {unit:<3} goal at most {goal} {unit} {'ok' if value <= goal else 'MISSED'}")
    return all(value <= goal for _, value, goal, _ in goals)


def main():
    ocibuild = str(pathlib.Path(sys.argv[1]).resolve())
    try:
        for program in ("cargo", "docker-registry", "podman", "skopeo"):
            installed(program)
    except Skip as reason:
        print(f"skipped: {reason}")
        return 77
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        root, binaries = make_workspace(directory)
        measured = Measured(directory)
        for _ in range(ROUNDS):
            repeat = time_round(measured, ocibuild, root, binaries)
        return 0 if report(measured, repeat, cargo_seconds(measured, ocibuild, root, binaries)) else 1


if __name__ == "__main__":
    sys.exit(main())
