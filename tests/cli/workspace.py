"""A small cargo workspace to build from, and binaries that need no compiler."""

import pathlib
import random
import struct

from harness import environment, require, succeeds


def make_workspace(directory, metadata="", packages=("alpha", "beta")):
    """Writes a workspace with one binary for each package; its metadata is TOML for [workspace.metadata.ocibuild]."""
    require("cargo")
    root = pathlib.Path(directory) / "work"
    (root / "src").mkdir(parents=True)
    members = ", ".join(f'"{name}"' for name in packages)
    (root / "Cargo.toml").write_text(
        f'[workspace]\nresolver = "2"\nmembers = [{members}]\n\n[workspace.metadata.ocibuild]\n{metadata}\n')
    lock = "version = 3\n"
    for name in packages:
        (root / name / "src").mkdir(parents=True)
        (root / name / "Cargo.toml").write_text(f'[package]\nname = "{name}"\nversion = "1.2.3"\nedition = "2021"\n')
        (root / name / "src" / "main.rs").write_text(f'fn main() {{ println!("{name}"); }}\n')
        lock += f'\n[[package]]\nname = "{name}"\nversion = "1.2.3"\n'
    (root / "Cargo.lock").write_text(lock)
    return root


def executable(architecture, content):
    """The smallest static executable for the architecture, with content behind it."""
    machine = {"amd64": 62, "arm64": 183}[architecture]
    header = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, 0x400078, 64, 0, 0, 64, 56,
                                                              1, 64, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, 120 + len(content), 120 + len(content), 4096)
    return header + segment + content


def make_binary(directory, architecture):
    """An executable for the architecture that does not compress."""
    path = pathlib.Path(directory) / f"static-{architecture}"
    path.write_bytes(executable(architecture, random.Random(architecture).randbytes(200_000)))
    return path


def given_binaries(directory, packages=("alpha", "beta"), architectures=("amd64", "arm64")):
    """Arguments that make a build take ready binaries for everything."""
    arguments = []
    for name in packages:
        for architecture in architectures:
            arguments += ["--binary", f"{name}:linux/{architecture}={make_binary(directory, architecture)}"]
    return arguments


def make_layout(directory):
    """A layout with the images alpha and beta for two platforms."""
    root = make_workspace(directory, 'labels = { note = "two words" }')
    succeeds("build", *given_binaries(directory), "-q", cwd=root, env=build_environment(directory))
    return root / "target" / "ocibuild"


def build_environment(directory, **changes):
    """An environment in which nothing of the machine's user shows."""
    return environment(**{"SOURCE_DATE_EPOCH": "1700000000", "GIT_CEILING_DIRECTORIES": directory, **changes})
