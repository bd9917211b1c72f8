"""What the tests of the program have in common: how it is run, and what its runs must look like."""

import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import time

import cases
from cases import Skip, case, contains, equal, lacks, require

PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def run_cases():
    cases.run_cases(sys.argv[2:])


def environment(**changes):
    """The environment without what would change how the program looks; None removes a variable."""
    cleared = ("NO_COLOR", "CLICOLOR_FORCE", "CI", "GITHUB_ACTIONS")
    result = {name: value for name, value in os.environ.items()
              if name not in cleared and not name.startswith("OCIBUILD_")}
    result["OCIBUILD_CACHE_SIZE"] = "0"  # cases must not help each other
    for name, value in changes.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = str(value)
    return result


def heed_signals():
    """In a child before it starts: else what nohup, or a shell for its background jobs, ignores stays ignored."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


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


def paths_below(directory, pattern="*"):
    """Everything whose path ends as the pattern says. Another process may make and remove files meanwhile: glob would
    end at a directory that is gone."""
    for place, directories, files in os.walk(directory):
        for name in [*directories, *files]:
            if (path := pathlib.Path(place, name)).match(pattern):
                yield path


def files_below(directory):
    return sorted(str(path.relative_to(directory)) for path in paths_below(directory))


def size_of(path):
    """0 for a file that is gone."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


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
