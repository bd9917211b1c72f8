"""A layout survives SIGKILL at every system call of a writer (CS01), and a full disk at every one (CS03)."""
import os
import shutil
import sys
import tempfile

from layouts import names, require_sound, require_tidy, run, skip

KILLED_AT = ["openat", "write", "fsync", "rename", "close", "mkdir", "flock"]
FULL_AT = ["write", "fsync", "mkdir", "rename"]


def inject(fault, call, number, words):
    return run("strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={number}", *words)


def writer(tool, layout):
    return [tool, "put", layout, "new", "greeting", "3000"]


def try_every_call(tool, work, template, fault, calls, require_failure):
    """Injects the fault at the first, second, ... of each call until a run ends well; returns how many failed."""
    failures = 0
    layout = os.path.join(work, "layout")
    for call in calls:
        for number in range(1, 1000):
            shutil.rmtree(layout, ignore_errors=True)
            if template:
                shutil.copytree(template, layout)
            status, _, errors = inject(fault, call, number, writer(tool, layout))
            require_sound(layout)
            if status == 0:
                break
            failures += 1
            require_failure(call, number, status, errors)
            if template:
                assert "old" in names(layout)
            status, again, errors = run(*writer(tool, layout))
            assert (status, again) == (0, EXPECTED), f"{call} {number}: rerun gave {status} {again} {errors}"
            require_sound(layout)
            require_tidy(layout)
        assert number > 1 or template, f"{call} was never called"
    return failures


def require_killed(call, number, status, errors):
    assert status in (-9, 137), f"{call} {number}: expected SIGKILL, found {status} {errors}"


def require_disk_full(call, number, status, errors):
    assert status == 8 and "no space left" in errors, f"{call} {number}: found {status} {errors}"


tool = sys.argv[1]
if not shutil.which("strace"):
    skip("strace is not installed")
with tempfile.TemporaryDirectory() as work:
    if inject("signal=SIGKILL", "exit_group", 1, ["true"])[0] not in (-9, 137):
        skip("strace may not trace here")
    template = os.path.join(work, "template")
    assert run(tool, "put", template, "old", "old greeting", "100")[0] == 0
    EXPECTED = run(*writer(tool, os.path.join(work, "first")))[1]
    assert EXPECTED.startswith("sha256:")
    for start in (None, template):
        killed = try_every_call(tool, work, start, "signal=SIGKILL", KILLED_AT, require_killed)
        full = try_every_call(tool, work, start, "error=ENOSPC", FULL_AT, require_disk_full)
        print(f"{'existing' if start else 'new'} layout: killed at {killed} calls, disk full at {full} calls")
