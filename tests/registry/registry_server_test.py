"""The program `registry_server`: its controls, its end, and what skopeo makes of it."""

import json
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from registry_server import RegistryServer  # noqa: E402

PROGRAM, STORE_TOOL = sys.argv[1:3]
EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def ask(registry, method, target, body=None, headers=()):
    """Status, headers and body."""
    request = urllib.request.Request(f"http://{registry.host}{target}", data=body, method=method, headers=dict(headers))
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def put_blob(registry, body=b"", digest=EMPTY):
    return ask(registry, "POST", f"/v2/a/blobs/uploads/?digest={digest}", body,
               {"Content-Type": "application/octet-stream"})[0]


class Controls(unittest.TestCase):
    def test_the_journal_is_told_and_written(self):
        with tempfile.NamedTemporaryFile() as file, RegistryServer(PROGRAM, journal=file.name) as registry:
            self.assertEqual(put_blob(registry), 201)
            self.assertEqual(registry.requests("POST"), [f"POST /v2/a/blobs/uploads/?digest={EMPTY} 201"])
            self.assertEqual([json.loads(line) for line in file], registry.journal())
            registry.reset_journal()
            self.assertEqual(registry.journal(), [])

    def test_faults_come_with_the_start_and_later(self):
        storm = {"do": "status", "status": 503, "times": 2, "headers": {"Retry-After": "1"}}
        with RegistryServer(PROGRAM, faults=[storm]) as registry:
            self.assertEqual([put_blob(registry) for _ in range(3)], [503, 503, 201])
            registry.set_faults([{"method": "GET", "target": "/blobs/", "do": "lose"}])
            with self.assertRaises(OSError):
                ask(registry, "GET", f"/v2/a/blobs/{EMPTY}")
            self.assertEqual(ask(registry, "GET", f"/v2/a/blobs/{EMPTY}")[0], 200)
            self.assertEqual(registry.state()["faults_fired"], 1)
            with self.assertRaisesRegex(ValueError, "there is no stats"):
                registry.set_faults([{"do": "status", "stats": 1}])

    def test_content_can_be_seen_spoilt_moved_and_lost(self):
        digest = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
        with RegistryServer(PROGRAM) as registry:
            self.assertEqual(put_blob(registry, b"hello", digest), 201)
            self.assertEqual(registry.blob("a", digest), b"hello")
            registry.corrupt(digest)
            self.assertEqual(ask(registry, "GET", f"/v2/a/blobs/{digest}")[2], b"hemlo")
            registry.tag("a", "moved", digest)
            self.assertEqual(registry.tags("a"), {"moved": digest})
            registry.forget(digest)
            self.assertIsNone(registry.blob("a", digest))
            with self.assertRaises(KeyError):
                registry.corrupt(digest)

    def test_options_come_with_the_start_and_later(self):
        with RegistryServer(PROGRAM, options={"auth": {"scheme": "basic"}}) as registry:
            self.assertEqual(put_blob(registry), 401)
            registry.configure({"single_post_status": 202})
            self.assertEqual(put_blob(registry), 202)
            self.assertEqual(registry.state()["open_uploads"], 1)

    def test_a_registry_goes_offline_and_comes_back_with_what_it_had(self):
        with RegistryServer(PROGRAM) as registry:
            self.assertEqual(put_blob(registry), 201)
            registry.offline(0.05)
            for _ in range(10_000):
                try:
                    found = registry.blob("a", EMPTY)
                    break
                except OSError:
                    continue
            self.assertEqual(found, b"")


class Ends(unittest.TestCase):
    def test_it_ends_on_sigterm_and_with_its_standard_input_also_while_a_client_waits(self):
        for end in (lambda process: process.send_signal(signal.SIGTERM), lambda process: process.stdin.close()):
            process = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            process.stdin.write('{"faults": [{"do": "stall"}]}\n')
            process.stdin.flush()
            port = json.loads(process.stdout.readline())["port"]
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(b"GET /v2/ HTTP/1.1\r\n\r\n")
                end(process)
                self.assertEqual(process.wait(timeout=20), 0)
            process.stdout.close()
            if not process.stdin.closed:
                process.stdin.close()

    def test_settings_come_from_a_file_and_wrong_ones_are_said(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write('{"options": {"like": "nobody"}}')
            file.flush()
            done = subprocess.run([PROGRAM, file.name], capture_output=True, text=True, timeout=20)
            self.assertEqual((done.returncode, done.stderr),
                             (1, "registry_server: options: like: found nobody\n"))


@unittest.skipIf(shutil.which("skopeo") is None, "skopeo is not installed")
class Skopeo(unittest.TestCase):
    """skopeo pushes an index with both images out of a layout, and pulls it back."""

    def copied(self, options, *arguments):
        with tempfile.TemporaryDirectory() as work, RegistryServer(PROGRAM, options=options) as registry:
            def skopeo(*words):
                subprocess.run(["skopeo", "--insecure-policy", "copy", "--all", "--preserve-digests", *words],
                               check=True, capture_output=True, text=True, timeout=120)

            put = subprocess.run([STORE_TOOL, "put", f"{work}/layout", "v1", "hello", "100000"], check=True,
                                 capture_output=True, text=True)
            skopeo("--dest-tls-verify=false", *arguments, f"oci:{work}/layout:v1",
                   f"docker://{registry.host}/team/app:1.0")
            self.assertEqual(registry.tags("team/app"), {"1.0": put.stdout.strip()})
            reading = [word.replace("dest", "src") for word in arguments]
            skopeo("--src-tls-verify=false", *reading, f"docker://{registry.host}/team/app:1.0", f"oci:{work}/back:v1")
            blobs = sorted(path.name for path in pathlib.Path(work, "layout/blobs/sha256").iterdir())
            self.assertEqual(sorted(path.name for path in pathlib.Path(work, "back/blobs/sha256").iterdir()), blobs)
            self.assertEqual(registry.state()["open_uploads"], 0)

    def test_a_plain_registry(self):
        self.copied({})

    def test_a_registry_like_docker_registry(self):
        self.copied({"like": "docker-registry"})

    def test_a_registry_like_ghcr(self):
        self.copied({"like": "ghcr"}, "--dest-creds=user:password")

    def test_a_registry_that_wants_a_password(self):
        self.copied({"auth": {"scheme": "basic"}}, "--dest-creds=user:password")


if __name__ == "__main__":
    result = unittest.main(argv=sys.argv[:1], exit=False).result
    sys.exit(1 if not result.wasSuccessful() else 77 if result.skipped else 0)
