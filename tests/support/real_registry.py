"""The registry that everybody runs, Debian's docker-registry, on a free port of 127.0.0.1 with a storage of its own."""

import contextlib
import json
import pathlib
import secrets
import tempfile

import access_log
from service import Service, free_port, installed, run


class Registry:
    """Runs between `start` and `kill`, as often as wanted, always on the same port and storage."""

    def __init__(self, directory, auth):
        self.directory = pathlib.Path(directory)
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.host}"
        config = {
            "version": "0.1",
            "log": {"level": "info", "formatter": "json"},
            # No cache: what is asked for is read from the storage, where tests damage it.
            "storage": {"filesystem": {"rootdirectory": str(self.directory / "storage")}, "delete": {"enabled": True}},
            "http": {"addr": self.host, "secret": secrets.token_hex(16)},
            "auth": auth,
        }
        # Every JSON document is a YAML document.
        (self.directory / "config.yml").write_text(json.dumps(config))
        self._service = Service([installed("docker-registry"), "serve", self.directory / "config.yml"], self.directory)

    def start(self):
        starts = self._listens()
        self._service.start(lambda: self._listens() > starts)

    def _listens(self):
        return self._service.errors().count(f"listening on {self.host}")

    def kill(self):
        self._service.kill()

    def restart(self):
        self.kill()
        self.start()

    def requests(self):
        """What it was asked since it was first started, in the order in which it answered."""
        if self._service.running:
            access_log.settle(self.port, self._service.output)
        return access_log.parse(self._service.output())

    def blob(self, digest):
        """The file of a blob or a manifest; what is done to it, as by `flip_byte` or `os.truncate`, is served."""
        algorithm, _, encoded = digest.partition(":")
        return self.directory / "storage/docker/registry/v2/blobs" / algorithm / encoded[:2] / encoded / "data"


def flip_byte(path, offset):
    """Flips every bit of one byte of a file; a negative offset counts from the end."""
    content = bytearray(path.read_bytes())
    content[offset] ^= 0xFF
    path.write_bytes(content)


@contextlib.contextmanager
def registry(auth=lambda directory: {}):
    """A running registry; `auth` gives the section of its config, from the directory in which it may write."""
    with tempfile.TemporaryDirectory(prefix="ocibuild-registry-") as directory:
        result = Registry(directory, auth(pathlib.Path(directory)))
        try:
            result.start()
            yield result
        finally:
            result.kill()


def passwords(users):
    """Basic authentication: `{user: password}`."""

    def auth(directory):
        lines = [run(installed("htpasswd"), "-Bbn", user, password) for user, password in users.items()]
        (directory / "htpasswd").write_text("".join(lines))
        return {"htpasswd": {"realm": "ocibuild tests", "path": str(directory / "htpasswd")}}

    return auth
