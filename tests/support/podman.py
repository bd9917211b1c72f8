"""podman as it runs everywhere: without systemd, without a daemon, with a storage of its own."""

import contextlib
import os
import pathlib
import shlex
import subprocess

from service import installed, run

# What podman asks for by default a container inside a container may not have.
CONFIG = '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n'


class Container:
    """Runs in the network of the host."""

    def __init__(self, podman, name):
        self._podman = podman
        self._name = name

    def output(self):
        return self._podman.logs(self._name)[0]

    def errors(self):
        return self._podman.logs(self._name)[1]

    def stop(self, seconds=20):
        """Sends SIGTERM, and SIGKILL after so many seconds; the exit code."""
        self._podman("stop", "-t", seconds, self._name)
        return int(self._podman("wait", self._name))


class Podman:
    """Started by `podman`; a call is a podman command that must succeed, and gives its standard output."""

    def __init__(self, directory):
        self._directory = directory = pathlib.Path(directory)
        (directory / "containers.conf").write_text(CONFIG)
        (directory / "auth.json").write_text("{}")
        self._environment = {**os.environ, "CONTAINERS_CONF": str(directory / "containers.conf"),
                             "REGISTRY_AUTH_FILE": str(directory / "auth.json")}
        self._command = [installed("podman"), "--root", directory / "root", "--runroot", directory / "run",
                         "--tmpdir", directory / "tmp", "--storage-driver", "vfs", "--runtime", installed("runc"),
                         "--cgroup-manager", "cgroupfs", "--events-backend", "none"]

    def __call__(self, *arguments, timeout=300):
        return run(*self._command, *arguments, env=self._environment, timeout=timeout, cwd=self._directory)

    def of_layout(self, layout, name):
        """What podman calls an image of a layout: by a short path, because it makes a name of the path, and a directory
        with a capital or with `_` at its end has none."""
        link = self._directory / "layout"
        link.unlink(missing_ok=True)
        link.symlink_to(layout)
        return f"oci:layout:{name}"

    def program(self, directory, insecure):
        """The path of a program that is this podman, for scripts; it speaks plain HTTP with one registry."""
        directory = pathlib.Path(directory)
        (directory / "registries.conf").write_text(f'[[registry]]\nlocation = "{insecure}"\ninsecure = true\n')
        settings = {name: self._environment[name] for name in ("CONTAINERS_CONF", "REGISTRY_AUTH_FILE")}
        settings["CONTAINERS_REGISTRIES_CONF"] = directory / "registries.conf"
        command = ["env", *(f"{name}={value}" for name, value in settings.items()), *self._command]
        result = directory / "podman"
        result.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, command))} "$@"\n')
        result.chmod(0o755)
        return result

    def pull(self, reference, *options):
        """The id of an image of a registry that speaks plain HTTP."""
        return self("pull", "--quiet", "--tls-verify=false", *options, reference).strip()

    def run_once(self, image, *arguments, options=()):
        """The standard output of a container that must end with 0."""
        return self("run", "--rm", "--network", "host", *options, image, *arguments)

    @contextlib.contextmanager
    def running(self, image, *arguments, options=()):
        """A container in the background, removed in the end."""
        name = self("run", "-d", "--network", "host", *options, image, *arguments).strip()
        try:
            yield Container(self, name)
        finally:
            self("rm", "-f", name)

    def logs(self, name):
        """What a container wrote, to its standard output and to its standard error."""
        done = subprocess.run([*map(str, self._command), "logs", name], env=self._environment, text=True,
                              capture_output=True, check=True)
        return done.stdout, done.stderr


@contextlib.contextmanager
def podman(directory):
    """podman with its files below a directory; containers and images are gone in the end."""
    result = Podman(directory)
    try:
        yield result
    finally:
        result("rm", "-a", "-f")
        result("rmi", "-a", "-f")
