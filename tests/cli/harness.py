"""What the tests of the program have in common: cases with sentences as names, reported in TAP."""

import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

_cases = []


class Skip(Exception):
    """A case that cannot run here; its text says why."""


def case(sentence):
    """Registers a function as the proof of a sentence."""

    def register(function):
        _cases.append((sentence, function))
        return function

    return register


def run_cases():
    """Runs every case in a fresh directory, says how it went, and ends the process."""
    wanted = sys.argv[2:]
    cases = [entry for entry in _cases if not wanted or any(word in entry[0] for word in wanted)]
    print(f"1..{len(cases)}")
    failures = 0
    for number, (sentence, function) in enumerate(cases, 1):
        with tempfile.TemporaryDirectory(prefix="ocibuild-cli-") as directory:
            try:
                function(pathlib.Path(directory))
                print(f"ok {number} {sentence}", flush=True)
            except Skip as reason:
                print(f"ok {number} {sentence} # SKIP {reason}", flush=True)
            except Exception:
                failures += 1
                print(f"not ok {number} {sentence}", flush=True)
                print(traceback.format_exc(), file=sys.stderr, flush=True)
    sys.exit(1 if failures else 0)


def require(*programs):
    """The paths of programs without which a case cannot run."""
    for program in programs:
        if shutil.which(program) is None:
            raise Skip(f"{program} is not installed")


def environment(**changes):
    """The environment without what would change how the program looks; None removes a variable."""
    cleared = ("NO_COLOR", "CLICOLOR_FORCE", "CI", "GITHUB_ACTIONS")
    result = {name: value for name, value in os.environ.items()
              if name not in cleared and not name.startswith("OCIBUILD_")}
    for name, value in changes.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = str(value)
    return result


def ocibuild(*arguments, cwd=None, env=None, program=PROGRAM, timeout=300, text=True, **options):
    """Runs the program to its end, its streams captured unless given."""
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    return subprocess.run([program, *map(str, arguments)], cwd=cwd, env=env or environment(), text=text,
                          timeout=timeout, stdin=subprocess.DEVNULL, **options)


def succeeds(*arguments, **options):
    """Standard output of a run that must end with 0."""
    done = ocibuild(*arguments, **options)
    equal(done.returncode, 0, done.stderr)
    return done.stdout


def fails(code, *arguments, **options):
    """Standard error of a run that must end with `code`, print no result, and say one error."""
    done = ocibuild(*arguments, **options)
    equal(done.returncode, code, done.stderr)
    if done.stdout is not None:
        equal(done.stdout, "")
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    equal(len(errors), 1, done.stderr)
    return done.stderr


def equal(found, expected, context=""):
    if found != expected:
        raise AssertionError(f"found {found!r}, expected {expected!r}\n{context}")


def contains(text, part):
    if part not in text:
        raise AssertionError(f"{part!r} is not in:\n{text}")


def lacks(text, part):
    if part in text:
        raise AssertionError(f"{part!r} is in:\n{text}")


def files_below(directory):
    return sorted(str(path.relative_to(directory)) for path in pathlib.Path(directory).rglob("*"))


def in_terminal(command, columns=80, env=None, cwd=None, send=(), timeout=60):
    """Runs a command on a terminal of its own; everything it wrote there, and its exit code.

    `send` are pairs of a text to wait for and keys to type then.
    """
    import fcntl
    import struct
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    child = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=env or environment(TERM="xterm"),
                             cwd=cwd, start_new_session=True)
    os.close(slave)
    written, pending, seen = b"", list(send), 0
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if pending and pending[0][0].encode() in written[seen:]:
            seen = len(written)
            os.write(master, pending.pop(0)[1].encode())
        ready, _, _ = select.select([master], [], [], 0.1)
        if ready:
            try:
                part = os.read(master, 65536)
            except OSError:
                break
            if not part:
                break
            written += part
        elif child.poll() is not None:
            break
    else:
        child.kill()
    os.close(master)
    return written.decode(errors="replace"), child.wait(timeout=10)
