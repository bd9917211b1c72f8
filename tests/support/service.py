"""Servers as child processes: they live as long as the test that started them, however it ends."""

import pathlib
import random
import shutil
import socket
import subprocess
import time

from cases import Skip

# Below what Linux gives to outgoing connections, so that a port stays free while its server is restarted.
PORTS = range(12000, 32768)


def free_port():
    """A port of 127.0.0.1 that nothing listens on."""
    while True:
        with socket.socket() as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                port = random.choice(PORTS)
                candidate.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def installed(name):
    """The path of a program, which Debian may have put where only root looks; skips the case without it."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if path is None:
        raise Skip(f"{name} is not installed")
    return path


def run(*command, timeout=300, **options):
    """The standard output of a program that must succeed."""
    done = subprocess.run([*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=timeout, **{"stdin": None if "input" in options else subprocess.DEVNULL, **options})
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}\n{done.stderr}")
    return done.stdout


def until(answer, seconds=30, what="an answer"):
    """The first true value of `answer()`."""
    deadline = time.monotonic() + seconds
    while not (value := answer()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.01)
    return value


class Service:
    """A program that runs until it is stopped. Its streams go to the files `out` and `err` of a directory, appended."""

    def __init__(self, command, directory):
        # The kernel kills it with the thread that started it, so that a killed test leaves nothing behind.
        self._command = [installed("setpriv"), "--pdeathsig", "KILL", *map(str, command)]
        self._out, self._err = (pathlib.Path(directory) / name for name in ("out", "err"))
        self._out.touch()
        self._err.touch()
        self._child = None

    def start(self, ready):
        """Returns as soon as `ready()` is true; fails with what the program said if it ends before."""
        with self._out.open("ab") as out, self._err.open("ab") as err:
            self._child = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        until(lambda: self._still_runs() and ready(), what=f"{self._command[3]} to start")

    def _still_runs(self):
        if self._child.poll() is not None:
            raise AssertionError(f"{self._command} ended with {self._child.returncode}\n{self.errors()}")
        return True

    @property
    def running(self):
        return self._child is not None and self._child.poll() is None

    def kill(self):
        """Ends it as a crash would. Idempotent."""
        if self.running:
            self._child.kill()
            self._child.wait()

    def output(self):
        return self._out.read_text()

    def errors(self):
        return self._err.read_text()
