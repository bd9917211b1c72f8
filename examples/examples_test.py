"""Runs the C++ examples and looks at what they made with nothing but Python."""
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path

from cases import Skip
from real_registry import registry

ASSEMBLE, MOVE, PUSH, PIN = (str(Path(argument).resolve()) for argument in sys.argv[1:5])


def run(*command) -> subprocess.CompletedProcess:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)


class ExamplesTest(unittest.TestCase):
    def setUp(self):
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.program = self.directory / "engine"
        self.program.write_bytes(b"\x7fELF and so on\n" * 1000)
        self.layout = self.directory / "images"

    def assemble(self, layout: Path) -> str:
        done = run(ASSEMBLE, self.program, "linux/arm64", layout, "1.0")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.strip()

    def blob(self, digest: str) -> bytes:
        content = (self.layout / "blobs" / "sha256" / digest.removeprefix("sha256:")).read_bytes()
        self.assertEqual("sha256:" + hashlib.sha256(content).hexdigest(), digest)
        return content

    def test_an_assembled_image_holds_the_program_and_says_how_it_runs(self):
        manifest = json.loads(self.blob(self.assemble(self.layout)))
        config = json.loads(self.blob(manifest["config"]["digest"]))
        self.assertEqual(config["config"]["Entrypoint"], ["/usr/local/bin/engine"])
        self.assertEqual((config["architecture"], config["variant"]), ("arm64", "v8"))
        layer = self.directory / "layer.tar.gz"
        layer.write_bytes(self.blob(manifest["layers"][0]["digest"]))
        with tarfile.open(layer) as tar:
            self.assertEqual(tar.extractfile("usr/local/bin/engine").read(), self.program.read_bytes())
            self.assertEqual(tar.getmember("usr/local/bin/engine").mode, 0o755)

    def test_the_same_program_gives_the_same_digest_elsewhere(self):
        self.assertEqual(self.assemble(self.layout), self.assemble(self.directory / "elsewhere"))

    def test_a_pinned_manifest_differs_in_its_reference_only(self):
        digest = "sha256:" + "0" * 64
        digests = self.directory / "digests.json"
        digests.write_text(json.dumps({"schemaVersion": 1, "components": {"engine": {
            "image": "ghcr.io/acme/engine", "digest": digest, "size": 1, "platforms": {}}}}))
        manifest = self.directory / "pod.yaml"
        manifest.write_text("kind: Pod\napiVersion: v1\nspec:\n  containers:\n"
                            "    - name: engine   # the one\n      image: 'ghcr.io/acme/engine:1'  # pinned\n")
        done = run(PIN, digests, manifest)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, manifest.read_text().replace("engine:1'", f"engine@{digest}'"))
        self.assertIn(f"pod.yaml:6: engine is ghcr.io/acme/engine@{digest}", done.stderr)

    def test_a_moved_image_is_the_same_image(self):
        digest = self.assemble(self.layout)
        archive, back = self.directory / "engine.tar", self.directory / "back"
        for source, target in [(f"oci:{self.layout}:1.0", f"oci-archive:{archive}:2.0"),
                               (f"oci-archive:{archive}:2.0", f"oci:{back}:3.0")]:
            done = run(MOVE, source, target)
            self.assertEqual((done.returncode, done.stdout.strip()), (0, digest), done.stderr)
        names = [path.name for path in sorted((self.layout / "blobs/sha256").iterdir())]
        self.assertEqual(names, [path.name for path in sorted((back / "blobs/sha256").iterdir())])

    def test_a_damaged_image_is_not_moved(self):
        manifest = json.loads(self.blob(self.assemble(self.layout)))
        damaged = self.layout / "blobs/sha256" / manifest["config"]["digest"].removeprefix("sha256:")
        damaged.chmod(0o644)
        damaged.write_bytes(damaged.read_bytes()[:-1] + b" ")
        done = run(MOVE, f"oci:{self.layout}:1.0", f"oci-archive:{self.directory / 'engine.tar'}:1.0")
        self.assertEqual(done.returncode, 1)
        self.assertIn("error: ", done.stderr)
        self.assertFalse((self.directory / "engine.tar").exists())

    def test_a_pushed_image_is_the_same_image_in_the_registry(self):
        digest = self.assemble(self.layout)
        try:
            with registry() as target:
                name = f"{target.host}/engine"
                done = run(PUSH, self.layout, "1.0", f"{name}:1.0")
                self.assertEqual((done.returncode, done.stdout.strip()), (0, f"{name}@{digest}"), done.stderr)
                self.assertEqual(target.blob(digest).read_bytes(), self.blob(digest))
        except Skip as reason:
            self.skipTest(str(reason))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
