"""A project with manifests to pin, and the digests of two releases."""

import hashlib
import json

COMPONENTS = ("engine", "runtime", "operate-ui")


def digest(text):
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def image(component):
    return f"ghcr.io/acme/demon-{component}"


def reference(component, release=""):
    return f"{image(component)}@{digest(component + release)}"


def write_digests(path, release="", components=COMPONENTS):
    entries = {name: {"image": image(name), "digest": digest(name + release), "tags": ["latest"], "size": 1,
                      "platforms": {}} for name in components}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"schemaVersion": 1, "components": entries}))
    return path


def manifest(*images):
    """A deployment with a container for each name and image, with things in it that must stay."""
    lines = ["# why: not\ttouched  ", "apiVersion: apps/v1", "kind: Deployment", "metadata: {name: demon}", "spec:",
             "  template:", "    spec:", "      containers:"]
    for name, text in images:
        lines += [f"      - name: {name}", f"        image: {text}   # keep", ""]
    return "\n".join(lines) + "\n"


def make_project(directory, text=None):
    """A directory with digests where a build puts them, and k8s/demon.yaml."""
    write_digests(directory / "target/ocibuild/docker-image-digests.json")
    file = directory / "k8s/demon.yaml"
    file.parent.mkdir()
    file.write_text(text or manifest(*((name, f"'{image(name)}:1.0'") for name in COMPONENTS)))
    return file


def pinned_text(release=""):
    return manifest(*((name, f"'{reference(name, release)}'") for name in COMPONENTS))
