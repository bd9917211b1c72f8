"""Our registry in the guise of docker-registry answers as docker-registry does: both are asked the same, side by side."""

import hashlib
import http.client
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from registry_server import RegistryServer  # noqa: E402

PROGRAM = sys.argv[1]
OCTETS = {"Content-Type": "application/octet-stream"}
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
COMPARED = ("Range", "Content-Range", "Docker-Content-Digest", "Docker-Distribution-API-Version", "ETag")


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def descriptor(media_type, content):
    return {"mediaType": media_type, "digest": digest(content), "size": len(content)}


def image(layer):
    return json.dumps({"schemaVersion": 2, "mediaType": MANIFEST,
                       "config": descriptor("application/vnd.oci.image.config.v1+json", b"{}"),
                       "layers": [descriptor("application/vnd.oci.image.layer.v1.tar", layer)]}).encode()


def index(manifest):
    return json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor(MANIFEST, manifest)]}).encode()


class Asked:
    """A registry, and what it answered: as far as two registries can agree."""

    def __init__(self, host):
        self.host = host
        self.answers = []

    def ask(self, method, target, body=None, headers=(), name=""):
        """Asks, notes the answer, and returns where the answer points to."""
        connection = http.client.HTTPConnection(self.host, timeout=30)
        connection.request(method, target, body=body, headers=dict(headers))
        answer = connection.getresponse()
        content = b"" if answer.status == 416 else answer.read()  # docker-registry's 416 has fewer bytes than it says
        code = content[:200] if answer.status < 300 else ""
        if answer.status >= 400 and content.startswith(b"{"):
            code = json.loads(content)["errors"][0]["code"]
        shown = {header: answer.getheader(header) for header in COMPARED}
        location = answer.getheader("Location", "")
        shown["Location"] = location.split("?")[0].rsplit("/", 1)[0].split(self.host)[-1]
        connection.close()
        path = re.sub("/uploads/.*", "/uploads/...", target)
        self.answers.append((f"{name or method} {path}", answer.status, code, shown))
        return location.split(self.host)[-1]

    def session(self, repository="a"):
        return self.ask("POST", f"/v2/{repository}/blobs/uploads/")

    def put_blob(self, content, repository="a"):
        self.ask("PUT", f"{self.session(repository)}&digest={digest(content)}", content, OCTETS)


def ask_uploads(asked):
    asked.put_blob(b"hello")
    asked.put_blob(b"")
    asked.ask("PUT", asked.session(), b"hello", OCTETS, name="no digest")
    for wrong in ("sha256:0", digest(b"other")):
        asked.ask("PUT", f"{asked.session()}&digest={wrong}", b"hello", OCTETS, name=f"digest {wrong}")
    asked.ask("PUT", f"{asked.session().split('?')[0]}?digest={digest(b'x')}", b"x", OCTETS, name="no state")
    asked.ask("POST", f"/v2/a/blobs/uploads/?digest={digest(b'single')}", b"single", OCTETS, name="single")
    old = asked.session()
    second = asked.ask("PATCH", old, b"ch", OCTETS | {"Content-Range": "0-1"})
    asked.ask("GET", old, name="old state")
    third = asked.ask("PATCH", asked.ask("GET", second), b"unk", OCTETS | {"Content-Range": "2-4"})
    asked.ask("PUT", f"{third}&digest={digest(b'chunk')}", b"")
    cancelled = asked.session()
    asked.ask("DELETE", cancelled)
    asked.ask("GET", cancelled, name="cancelled")
    for blob, source in ((b"hello", "a"), (b"hello", "nobody"), (b"nothing", "a")):
        asked.ask("POST", f"/v2/b/blobs/uploads/?mount={digest(blob)}&from={source}", name=f"mount {source}")


def ask_blobs(asked):
    blob = f"/v2/a/blobs/{digest(b'hello')}"
    for part in ("bytes=1-2", "bytes=3-", "bytes=-2", "bytes=0-99"):
        asked.ask("GET", blob, headers={"Range": part}, name=part)
    for target in (blob, f"/v2/b/blobs/{digest(b'hello')}", f"/v2/c/blobs/{digest(b'hello')}", "/v2/a/blobs/sha256:zz"):
        asked.ask("HEAD", target)
        asked.ask("GET", target)
    asked.ask("DELETE", blob)


def ask_manifests(asked):
    asked.put_blob(b"{}")
    good = image(b"hello")
    puts = [("1.0", good, MANIFEST), (digest(good), good, MANIFEST), (digest(b"x"), good, MANIFEST),
            ("2.0", image(b"missing"), MANIFEST), ("2.0", good, INDEX), ("2.0", good, "application/json"),
            ("2.0", b"{", MANIFEST), ("all", index(good), INDEX), ("all", index(image(b"missing")), INDEX)]
    for reference, body, media_type in puts:
        asked.ask("PUT", f"/v2/a/manifests/{reference}", body, {"Content-Type": media_type}, name=media_type)
    for reference in ("1.0", digest(good), "all", "none"):
        for accept in ({}, {"Accept": "*/*"}, {"Accept": MANIFEST}, {"Accept": f"{MANIFEST}, {INDEX}"}):
            for method in ("HEAD", "GET"):
                asked.ask(method, f"/v2/a/manifests/{reference}", headers=accept, name=f"{method} {accept}")
    asked.ask("DELETE", "/v2/a/manifests/1.0")
    asked.ask("GET", "/v2/nobody/tags/list")
    asked.ask("GET", f"/v2/a/referrers/{digest(good)}")


def ask_everything(host):
    asked = Asked(host)
    asked.ask("GET", "/v2/")
    asked.ask("GET", "/v2/x")
    ask_uploads(asked)
    ask_blobs(asked)
    ask_manifests(asked)
    return asked.answers


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def answers_of_docker_registry(directory):
    port = free_port()
    configuration = pathlib.Path(directory, "config.yml")
    configuration.write_text(f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {directory}/data}}}}\n"
                             f"http: {{addr: '127.0.0.1:{port}', secret: x}}\n", encoding="utf-8")
    registry = subprocess.Popen(["docker-registry", "serve", str(configuration)],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        return ask_everything(f"127.0.0.1:{port}")
    finally:
        registry.kill()
        registry.wait()


def main():
    if shutil.which("docker-registry") is None:
        print("skipped: docker-registry is not installed", file=sys.stderr)
        return 77
    with tempfile.TemporaryDirectory() as directory:
        theirs = answers_of_docker_registry(directory)
    with RegistryServer(PROGRAM, options={"like": "docker-registry"}) as registry:
        ours = ask_everything(registry.host)
    differences = [(their, our) for their, our in zip(theirs, ours, strict=True) if their != our]
    for their, our in differences:
        print(f"docker-registry: {their}\nours:            {our}", file=sys.stderr)
    print(f"{len(ours)} answers compared")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
