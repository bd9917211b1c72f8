#!/usr/bin/env python3
"""Times `ocibuild build` of 3 components for 2 platforms, 150 MB of binaries: the first build, and an unchanged repeat.

Usage: unchanged_build.py OCIBUILD BINARY. Once with binaries that are given, once compiled by cargo; the content of all
is cut from BINARY. Cargo is run through a script that notes how long it took, and what is left is ours. Exits 77 without
cargo, 1 when a goal is missed.
"""
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from harness import PROGRAM, Skip  # noqa: E402
from workspace import build_environment, executable, make_workspace  # noqa: E402

COMPONENTS = ("alpha", "beta", "gamma")
ARCHITECTURES = ("amd64", "arm64")
BINARY_SIZE = 25_000_000
ROUNDS = 9
GOAL = 0.150  # seconds that a repeat may cost beside cargo

MAIN = '''static DATA: &[u8] = include_bytes!("data");
fn main() { println!("{}", DATA[std::env::args().count()]); }
'''


def contents(binary):
    """A different content for each component and platform, all as compressible as the binary."""
    real = pathlib.Path(binary).read_bytes()
    step = len(real) // (len(COMPONENTS) * len(ARCHITECTURES))
    for number, key in enumerate((c, a) for c in COMPONENTS for a in ARCHITECTURES):
        yield key, ((real[number * step:] + real[:number * step]) * 2)[:BINARY_SIZE]


class Bench:
    """A workspace with a layout, a cache and a cargo that is timed."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.root = make_workspace(directory, packages=COMPONENTS)
        self.log = self.directory / "cargo-times"
        timed = self.directory / "cargo"
        timed.write_text(f'#!/bin/sh\nbegin=$(date +%s%N)\n{shutil.which("cargo")} "$@"\ncode=$?\n'
                         f'echo $(($(date +%s%N) - begin)) >> {self.log}\nexit $code\n')
        timed.chmod(0o755)
        home = pathlib.Path.home()
        self.environment = build_environment(
            directory, CARGO=timed, OCIBUILD_CACHE_SIZE=None, OCIBUILD_CACHE_DIR=self.directory / "cache",
            CARGO_HOME=os.environ.get("CARGO_HOME", home / ".cargo"),
            RUSTUP_HOME=os.environ.get("RUSTUP_HOME", home / ".rustup"))

    def build(self, arguments):
        """How long a build took in seconds: all of it, and cargo."""
        self.log.write_text("")
        begin = time.perf_counter()
        done = subprocess.run([PROGRAM, "build", "-q", *arguments], cwd=self.root, env=self.environment, text=True,
                              capture_output=True)
        total = time.perf_counter() - begin
        if done.returncode != 0:
            raise Skip(done.stderr.strip())
        return total, sum(int(line) for line in self.log.read_text().split()) / 1e9

    def measure(self, title, arguments):
        """Prints a line for each kind of build; returns whether the goal was reached."""
        first, first_cargo = self.build(arguments)
        repeats = [self.build(arguments) for _ in range(ROUNDS)]
        total = statistics.median(each[0] for each in repeats)
        beside = statistics.median(each[0] - each[1] for each in repeats)
        print(f"{title}, median of {ROUNDS} repeats")
        print(f"  first build       {first:7.3f} s, of which cargo {first_cargo:7.3f} s")
        print(f"  unchanged repeat  {total:7.3f} s, beside cargo   {beside:7.3f} s  goal {GOAL:.3f} s  "
              f"{'ok' if beside <= GOAL else 'MISSED'}")
        return beside <= GOAL


def given(bench, binary):
    arguments = []
    for (component, architecture), content in contents(binary):
        path = bench.directory / f"{component}-{architecture}"
        path.write_bytes(executable(architecture, content))
        arguments += ["--binary", f"{component}:linux/{architecture}={path}"]
    return arguments


def compiled(bench, binary):
    for (component, architecture), content in contents(binary):
        if architecture == "amd64":
            (bench.root / component / "src" / "data").write_bytes(content)
            (bench.root / component / "src" / "main.rs").write_text(MAIN)
    return []


def main():
    binary = sys.argv[2]
    if shutil.which("cargo") is None:
        print("skipped: no cargo")
        return 77
    reached = True
    for title, prepare in (("given binaries", given), ("compiled by cargo", compiled)):
        with tempfile.TemporaryDirectory(prefix="ocibuild-bench-") as directory:
            bench = Bench(directory)
            try:
                reached &= bench.measure(title, prepare(bench, binary))
            except Skip as reason:
                print(f"{title}: skipped: {reason}")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
