"""Ending on signals at random moments: at once, and with nothing left behind."""

import os
import pathlib
import random
import shlex
import shutil
import signal
import subprocess
import time

from harness import PROGRAM, case, contains, equal, files_below, heed_signals, lacks, require, run_cases, succeeds
from workspace import build_environment, given_binaries, make_workspace


def start(arguments, cwd, env):
    return subprocess.Popen([PROGRAM, *map(str, arguments)], cwd=cwd, env=env, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed_signals)


def processes_with(mark):
    """The processes in whose environment the mark is."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark.encode() in (entry / "environ").read_bytes():
                found.append((entry.name, (entry / "cmdline").read_bytes()))
        except OSError:
            pass
    return found


def end(process, signal_number):
    """Sends the signal; the exit code and how long it took."""
    began = time.monotonic()
    process.send_signal(signal_number)
    process.communicate(timeout=30)
    return process.returncode, time.monotonic() - began


def leftovers(root):
    return [name for name in files_below(root) if "ocibuild-tmp" in name or name.endswith((".tmp", ".part"))]


def slow_cargo(directory):
    """A cargo whose `build` never ends, and starts a child that does not want to end either."""
    path = directory / "slow-cargo"
    path.write_text(f'''#!/bin/sh
case " $* " in
*" build "*) touch {shlex.quote(str(directory / "started"))}; (trap '' TERM; sleep 1000) & sleep 1000;;
*) exec {shutil.which("cargo")} "$@";;
esac
''')
    path.chmod(0o755)
    return path


@case("SIGINT and SIGTERM while cargo runs end within a second and take all its processes along")
def _(directory):
    root = make_workspace(directory, 'platforms = ["linux/amd64"]')
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
        mark = f"OCIBUILD_TEST_MARK={os.getpid()}-{number}"
        env = build_environment(directory, CARGO=slow_cargo(directory), OCIBUILD_TEST_MARK=f"{os.getpid()}-{number}")
        process = start(["build"], root, env)
        wait_for(directory / "started", process)
        found, seconds = end(process, number)
        equal(found, code)
        equal(seconds < 1.5, True, f"it took {seconds} s")
        equal(processes_with(mark), [])
        equal(leftovers(directory), [])
        (directory / "started").unlink()


def wait_for(path, process):
    for _ in range(600):
        if path.exists():
            return
        if process.poll() is not None:
            raise AssertionError(f"ended early: {process.communicate()}")
        time.sleep(0.05)
    raise AssertionError(f"{path} did not appear")


@case("a signal at any moment of a build leaves a layout that the next build completes to the same digests")
def _(directory):
    root = make_workspace(directory)
    arguments = ["build", *given_binaries(directory)]
    began = time.monotonic()
    expected = succeeds(*arguments, "--output", f"oci:{directory}/reference", "--digests", directory / "d.json", cwd=root,
                        env=build_environment(directory))
    whole = time.monotonic() - began
    for attempt in range(20):
        process = start(arguments, root, build_environment(directory))
        time.sleep(random.uniform(0, whole))
        code, _ = end(process, random.choice([signal.SIGINT, signal.SIGTERM]))
        equal(code in (0, 130, 143, -2, -15), True, str(code))  # negative: before main could block the signal
        equal(leftovers(root / "target"), [])
    equal(succeeds(*arguments, cwd=root, env=build_environment(directory)), expected)


@case("a signal at any moment of writing a layer leaves no file")
def _(directory):
    tree = directory / "tree"
    tree.mkdir()
    for number in range(8):
        (tree / str(number)).write_bytes(random.Random(number).randbytes(4_000_000))
    (directory / "out").mkdir()
    for attempt in range(10):
        process = start(["layer", tree, "-o", directory / "out" / "layer"], directory, build_environment(directory))
        time.sleep(random.uniform(0.0, 0.3))
        code, _ = end(process, signal.SIGTERM)
        equal(code in (0, 143, -15), True, str(code))
        equal(files_below(directory / "out") in ([], ["layer"]), True)
        if code == 0:
            (directory / "out" / "layer").unlink(missing_ok=True)


@case("a signal while the real cargo compiles ends all of it")
def _(directory):
    require("rustc")
    root = make_workspace(directory, 'platforms = ["linux/amd64"]')
    for attempt in range(3):
        mark = f"{os.getpid()}-real-{attempt}"
        process = start(["build"], root, build_environment(directory, OCIBUILD_TEST_MARK=mark))
        time.sleep(random.uniform(0.05, 1.5))
        code, seconds = end(process, signal.SIGINT)
        equal(code in (0, 130, -2), True, str(code))
        equal(seconds < 1.5, True, f"it took {seconds} s")
        equal(processes_with(f"OCIBUILD_TEST_MARK={mark}"), [])
        equal(leftovers(root), [])


@case("an ignored SIGINT stays ignored")
def _(directory):
    root = make_workspace(directory, 'platforms = ["linux/amd64"]')
    process = subprocess.Popen([PROGRAM, "build"], cwd=root, stderr=subprocess.PIPE, text=True,
                               env=build_environment(directory, CARGO=slow_cargo(directory)),
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    wait_for(directory / "started", process)
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    equal(process.poll(), None)
    equal(end(process, signal.SIGTERM)[0], 143)


run_cases()
