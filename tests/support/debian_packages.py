"""Files of Debian or Ubuntu packages as layers, without dpkg's database, root or an extracted tree."""

import fcntl
import functools
import io
import os
import pathlib
import shlex
import subprocess
import tarfile
import tempfile

from cases import Skip
from service import installed, run

# /usr is merged: these names have become symbolic links to directories of /usr.
MERGED = ("bin", "lib", "lib64", "sbin")
# What slim images leave out.
LEFT_OUT = tuple(f"usr/share/{name}/" for name in ("doc", "info", "lintian", "locale", "man"))


def _cache():
    """Where packages stay between runs."""
    result = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "ocibuild-tests"
    result.mkdir(parents=True, exist_ok=True)
    return result


@functools.cache
def download(names, architecture):
    """The newest packages that apt knows: their files by name. Skips the case where apt has none."""
    names = [f"{name}:{architecture}" for name in names]
    cache = _cache()
    with (cache / "lock").open("w") as lock, tempfile.TemporaryDirectory(dir=cache) as fresh:
        fcntl.flock(lock, fcntl.LOCK_EX)
        offered = [shlex.split(line) for line in _apt_get("download", "--print-uris", *names, cwd=fresh).splitlines()]
        if not all(_complete(cache / file, int(size)) for _, file, size, *_ in offered):
            _apt_get("download", *names, cwd=fresh)
            for path in pathlib.Path(fresh).iterdir():
                path.rename(cache / path.name)
    return {file.partition("_")[0]: cache / file for _, file, *_ in offered}


def _complete(path, size):
    return path.exists() and path.stat().st_size == size


def _apt_get(*arguments, cwd):
    try:
        return run(installed("apt-get"), *arguments, cwd=cwd)
    except AssertionError as failure:
        raise Skip(f"apt-get has not every package: {str(failure).splitlines()[-1]}") from failure


class Tree:
    """What a layer shall have: paths, each with its tar header and content, whatever was put there last."""

    def __init__(self):
        self._entries = {}

    def add_package(self, deb):
        """The files of a package with the owners, modes and times that it gives them; hard links become files."""
        files = subprocess.run([installed("dpkg-deb"), "--fsys-tarfile", deb], stdout=subprocess.PIPE, check=True)
        with tarfile.open(fileobj=io.BytesIO(files.stdout)) as package:
            for header in package:
                content = package.extractfile(header).read() if header.isreg() or header.islnk() else b""
                if header.islnk():
                    header.type, header.linkname, header.size = tarfile.REGTYPE, "", len(content)
                header.name = _merged(header.name, header.isdir())
                if header.name and not header.name.startswith(LEFT_OUT):
                    self._put(header, content)

    def add_file(self, name, content):
        header = tarfile.TarInfo(name)
        header.size = len(content)
        self._put(header, content)

    def add_symlink(self, name, target):
        header = tarfile.TarInfo(name)
        header.type, header.linkname, header.mode = tarfile.SYMTYPE, target, 0o777
        self._put(header, b"")

    def read(self, name):
        return self._entries[name][1]

    def tar(self):
        """A tar of everything; the same packages give the same bytes."""
        result = io.BytesIO()
        with tarfile.open(fileobj=result, mode="w", format=tarfile.PAX_FORMAT) as output:
            for _, (header, content) in sorted(self._entries.items()):
                output.addfile(header, io.BytesIO(content))
        return result.getvalue()

    def _put(self, header, content):
        header.uname = header.gname = ""
        self._entries[header.name] = (header, content)


def _merged(name, is_directory=False):
    """The name without `./`, below /usr if it belongs there; empty for the root."""
    path = name.removeprefix(".").strip("/")
    top, slash, _ = path.partition("/")
    return f"usr/{path}" if top in MERGED and (slash or is_directory) else path
