"""A cache survives SIGKILL at every system call of whoever keeps in it and evicts from it."""
import hashlib
import json
import os
import shutil
import sys
import tempfile

from layouts import require_whole_blobs, run, skip

KILLED_AT = ["openat", "write", "fsync", "rename", "close", "mkdir", "flock", "fcntl", "unlink", "utimensat"]


def records(cache):
    """The records by their text; fails when one is not whole, or has no blob although it was written after it."""
    folder = os.path.join(cache, "layers")
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            checksum, body = file.read().splitlines()
        assert hashlib.sha256(body.encode()).hexdigest() == checksum, name
        yield name, json.loads(body)


def require_sound(cache):
    require_whole_blobs(cache)
    for name, record in records(cache):
        assert hashlib.sha256(record["name"].encode()).hexdigest() == name
        assert os.path.exists(os.path.join(cache, "blobs", *record["descriptor"]["digest"].split(":"))), record


def require_tidy(cache):
    left = [name for name in os.listdir(os.path.join(cache, ".ocibuild")) if name.startswith(".ocibuild-tmp")]
    assert not left, left


def kill_at_every_call(tool, work, template):
    """Kills at the first, second, ... of each call until a run ends well; returns how many were killed."""
    killed = 0
    cache = os.path.join(work, "cache")
    words = [tool, "keep", cache, "new", "greeting", "3000"]
    for call in KILLED_AT:
        for number in range(1, 1000):
            shutil.rmtree(cache, ignore_errors=True)
            if template:
                shutil.copytree(template, cache)
            status, _, _ = run("strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                               f"inject={call}:signal=SIGKILL:when={number}", *words)
            require_sound(cache)
            if status == 0:
                break
            assert status in (-9, 137), f"{call} {number}: expected SIGKILL, found {status}"
            killed += 1
            for _ in range(2):
                status, again, errors = run(*words)
                assert (status, again) == (0, EXPECTED), f"{call} {number}: rerun gave {status} {again} {errors}"
            require_sound(cache)
            require_tidy(cache)
            assert "new" in [record["name"] for _, record in records(cache)]
    return killed


tool = sys.argv[1]
if not shutil.which("strace"):
    skip("strace is not installed")
with tempfile.TemporaryDirectory() as work:
    if run("strace", "-f", "-o", "/dev/null", "-e", "inject=exit_group:signal=SIGKILL", "true")[0] not in (-9, 137):
        skip("strace may not trace here")
    full = os.path.join(work, "full")
    for name in ("one", "two"):
        assert run(tool, "keep", full, name, name, "3000")[0] == 0
    EXPECTED = run(tool, "keep", os.path.join(work, "first"), "new", "greeting", "3000")[1]
    assert EXPECTED.startswith("sha256:")
    for template in (None, full):
        print(f"{'full' if template else 'new'} cache: killed at {kill_at_every_call(tool, work, template)} calls")
