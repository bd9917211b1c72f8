#!/usr/bin/env python3
"""Times `ocibuild layer` against `umoci insert` and `tar | pigz -6 | sha256sum`, whole processes on the same input.

Usage: layer_processes.py OCIBUILD BINARY. The programs run in turn, so that a change of the machine's speed hits all of
them; the medians are compared. Exits 77 when a peer is missing, 1 when a goal is missed.
"""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 7


def seconds(command):
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begin


def fresh_umoci_layout(parent):
    layout = parent / "umoci"
    shutil.rmtree(layout, ignore_errors=True)
    subprocess.run(["umoci", "init", "--layout", layout], check=True)
    subprocess.run(["umoci", "new", "--image", f"{layout}:bench"], check=True)
    return layout


def umoci_layer_size(layout):
    blobs = layout / "blobs" / "sha256"
    root = json.loads((layout / "index.json").read_text())["manifests"][0]["digest"]
    manifest = json.loads((blobs / root.removeprefix("sha256:")).read_text())
    return manifest["layers"][-1]["size"]


def measure(ocibuild, directory, work):
    times = {"ocibuild layer": [], "umoci insert": [], "tar | pigz -6 | sha256sum": []}
    sizes = {}
    packed = work / "layer.tar.gz"
    pipe = f"tar -C {directory} -cf - . | pigz -6"
    for round_number in range(ROUNDS + 1):  # the first one only warms up
        layout = fresh_umoci_layout(work)
        taken = {
            "ocibuild layer": seconds([ocibuild, "layer", directory, "-o", packed]),
            "umoci insert": seconds(["umoci", "insert", "--rootless", "--image", f"{layout}:bench", directory, "/"]),
            "tar | pigz -6 | sha256sum": seconds(["bash", "-o", "pipefail", "-c", pipe + " | sha256sum"]),
        }
        if round_number == 0:
            sizes = {
                "ocibuild layer": packed.stat().st_size,
                "umoci insert": umoci_layer_size(layout),
                "tar | pigz -6 | sha256sum": len(subprocess.run(pipe, shell=True, check=True, capture_output=True).stdout),
            }
            continue
        for name, value in taken.items():
            times[name].append(value)
    return {name: statistics.median(values) for name, values in times.items()}, sizes


def main():
    ocibuild, binary = sys.argv[1:]
    missing = [tool for tool in ("umoci", "tar", "pigz", "sha256sum") if shutil.which(tool) is None]
    if missing:
        print("skipped: no", ", ".join(missing))
        return 77
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        (work / "input").mkdir()
        shutil.copy(binary, work / "input" / "binary")
        input_size = os.path.getsize(binary)
        times, sizes = measure(ocibuild, work / "input", work)
    print(f"input: {input_size / 1e6:.1f} MB, median of {ROUNDS} runs of whole processes")
    for name, value in times.items():
        print(f"  {name:<28} {value:7.3f} s  {input_size / 1e6 / value:7.1f} MB/s  {sizes[name]:>10} bytes")
    ours = "ocibuild layer"
    goals = [
        ("speed against umoci insert", times["umoci insert"] / times[ours], 1.1),
        ("size of umoci insert against ours", sizes["umoci insert"] / sizes[ours], 1.05),
        ("speed against tar | pigz -6 | sha256sum", times["tar | pigz -6 | sha256sum"] / times[ours], 3.0),
    ]
    for name, value, goal in goals:
        print(f"  {name:<42} {value:5.2f} x  goal {goal} x  {'ok' if value >= goal else 'MISSED'}")
    return 0 if all(value >= goal for _, value, goal in goals) else 1


if __name__ == "__main__":
    sys.exit(main())
