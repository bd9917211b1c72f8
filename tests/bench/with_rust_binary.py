#!/usr/bin/env python3
"""Runs a benchmark on a stripped Rust release binary of 20 MB or more: the cargo that is installed.

Usage: with_rust_binary.py PROGRAM [ARGUMENT...]. Appends the path of the binary to the arguments. Exits as PROGRAM does,
77 when there is no cargo or strip.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile


def installed_cargo():
    """The real binary of cargo: in PATH there may be rustup's proxy, which is small."""
    if shutil.which("rustup"):
        found = subprocess.run(["rustup", "which", "cargo"], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.strip()
    return shutil.which("cargo")


def main():
    cargo = installed_cargo()
    if cargo is None or shutil.which("strip") is None:
        print("skipped: no cargo or no strip")
        return 77
    with tempfile.TemporaryDirectory() as name:
        binary = pathlib.Path(name) / "binary"
        subprocess.run(["strip", "-o", binary, cargo], check=True)
        return subprocess.run(sys.argv[1:] + [binary]).returncode


if __name__ == "__main__":
    sys.exit(main())
