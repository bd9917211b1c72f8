"""A small base image, and looking at what stands on it."""

import hashlib
import json

from harness import succeeds


def make_base(directory, *arguments, platforms="linux/amd64,linux/arm64"):
    """A layout with one image, named base:1; its only file is /etc/os-release."""
    (directory / "os-release").write_text("ID=sample\n")
    layout = directory / "base"
    succeeds("image", "base:1", "--add", f"{directory}/os-release:/etc/os-release", "--platform", platforms,
             "--env", "LANG=C", "--label", "vendor=sample", "--workdir", "/srv", *arguments, "--output", f"oci:{layout}")
    return layout


def as_docker(layout):
    """The same base in the types of Docker, beside the original: its name is docker:1."""
    def put(document):
        content = json.dumps(document).encode()
        digest = hashlib.sha256(content).hexdigest()
        (layout / "blobs" / "sha256" / digest).write_bytes(content)
        return {"digest": "sha256:" + digest, "size": len(content)}

    def read(descriptor):
        return json.loads((layout / "blobs" / "sha256" / descriptor["digest"][7:]).read_text())

    vendor = "application/vnd.docker."
    index = read(json.loads((layout / "index.json").read_text())["manifests"][0])
    entries = []
    for entry in index["manifests"]:
        manifest = read(entry)
        manifest["mediaType"] = vendor + "distribution.manifest.v2+json"
        manifest["config"]["mediaType"] = vendor + "container.image.v1+json"
        for layer in manifest["layers"]:
            layer["mediaType"] = vendor + "image.rootfs.diff.tar.gzip"
        entries.append({"mediaType": manifest["mediaType"], **put(manifest), "platform": entry["platform"]})
    media_type = vendor + "distribution.manifest.list.v2+json"
    root = {"mediaType": media_type, **put({"schemaVersion": 2, "mediaType": media_type, "manifests": entries})}
    names = json.loads((layout / "index.json").read_text())
    names["manifests"].append({**root, "annotations": {"org.opencontainers.image.ref.name": "docker:1"}})
    (layout / "index.json").write_text(json.dumps(names))


def images_of(layout, name="alpha"):
    return json.loads(succeeds("inspect", "--json", f"oci:{layout}:{name}"))["images"]
