"""OCI layouts written by hand, from the specification and without ocibuild, whose judge they are."""

import gzip
import hashlib
import json
import pathlib
import shutil
from typing import NamedTuple


class MediaTypes(NamedTuple):
    config: str
    layer: str
    manifest: str
    index: str


OCI = MediaTypes("application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar+gzip",
                 "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json")
DOCKER = MediaTypes("application/vnd.docker.container.image.v1+json",
                    "application/vnd.docker.image.rootfs.diff.tar.gzip",
                    "application/vnd.docker.distribution.manifest.v2+json",
                    "application/vnd.docker.distribution.manifest.list.v2+json")


class Layout:
    """An image layout in a directory that does not exist yet. What is added is named by its descriptor."""

    def __init__(self, directory, types=OCI):
        self.directory = pathlib.Path(directory)
        self.types = types
        self._manifests = set()
        self._blobs = self.directory / "blobs" / "sha256"
        self._blobs.mkdir(parents=True)
        (self.directory / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')

    def blob(self, media_type, content):
        encoded = hashlib.sha256(content).hexdigest()
        (self._blobs / encoded).write_bytes(content)
        return {"mediaType": media_type, "digest": f"sha256:{encoded}", "size": len(content)}

    def document(self, media_type, value):
        return self.blob(media_type, json.dumps(value, indent=2).encode())

    def image(self, tars, config):
        """A manifest of the uncompressed tars; `config` is what its config says besides `rootfs`."""
        layers = [self.blob(self.types.layer, gzip.compress(tar, compresslevel=1, mtime=0)) for tar in tars]
        diff_ids = ["sha256:" + hashlib.sha256(tar).hexdigest() for tar in tars]
        config = self.document(self.types.config, {**config, "rootfs": {"type": "layers", "diff_ids": diff_ids}})
        manifest = self.document(self.types.manifest, {"schemaVersion": 2, "mediaType": self.types.manifest,
                                                       "config": config, "layers": layers})
        self._manifests.add(manifest["digest"])
        return manifest

    def index(self, images):
        """An index, or a manifest list, of pairs of a platform and the descriptor of its image."""
        manifests = [{**descriptor, "platform": platform} for platform, descriptor in images]
        return self.document(self.types.index, {"schemaVersion": 2, "mediaType": self.types.index,
                                                "manifests": manifests})

    def tag(self, descriptor, name):
        """Makes a document the only one that the layout names."""
        named = {**descriptor, "annotations": {"org.opencontainers.image.ref.name": name}}
        (self.directory / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [named]}))

    def read(self, descriptor):
        """The JSON of a descriptor."""
        return json.loads((self._blobs / descriptor["digest"].removeprefix("sha256:")).read_bytes())

    def copy_as_dir(self, root, directory):
        """The same for skopeo's transport `dir`, which unlike `oci` takes every media type; its name there."""
        directory.mkdir()
        (directory / "version").write_text("Directory Transport Version: 1.1\n")
        for path in self._blobs.iterdir():
            suffix = ".manifest.json" if f"sha256:{path.name}" in self._manifests else ""
            shutil.copy(path, directory / (path.name + suffix))
        shutil.copy(self._blobs / root["digest"].removeprefix("sha256:"), directory / "manifest.json")
        return f"dir:{directory}"
