"""Looking at OCI layouts without the code under test."""
import hashlib
import json
import os
import subprocess
import sys

SKIP = 77


def skip(reason):
    print("skipped:", reason)
    sys.exit(SKIP)


def run(*words, **options):
    """Runs a program; returns its exit status, output and errors."""
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    return done.returncode, done.stdout.strip(), done.stderr


def blobs(layout):
    """Every file under blobs/ with the digest its place claims."""
    for folder, _, names in os.walk(os.path.join(layout, "blobs")):
        for name in names:
            yield os.path.join(folder, name), os.path.basename(folder) + ":" + name


def require_whole_blobs(layout):
    """Fails unless every file under blobs/ hashes to its name."""
    for path, digest in blobs(layout):
        with open(path, "rb") as file:
            found = "sha256:" + hashlib.sha256(file.read()).hexdigest()
        assert found == digest, f"{path} has digest {found}"


def document(layout, digest):
    with open(os.path.join(layout, "blobs", *digest.split(":")), encoding="utf-8") as file:
        return json.load(file)


def require_complete(layout, descriptor):
    """Fails unless everything below the descriptor is there."""
    path = os.path.join(layout, "blobs", *descriptor["digest"].split(":"))
    assert os.path.getsize(path) == descriptor["size"], path
    if "index" not in descriptor["mediaType"] and "manifest" not in descriptor["mediaType"]:
        return
    node = document(layout, descriptor["digest"])
    below = node["manifests"] if "manifests" in node else [node["config"], *node["layers"]]
    for child in below:
        require_complete(layout, child)


def names(layout):
    """The roots of index.json by name; fails unless it parses."""
    with open(os.path.join(layout, "index.json"), encoding="utf-8") as file:
        entries = json.load(file)["manifests"]
    return {entry["annotations"]["org.opencontainers.image.ref.name"]: entry for entry in entries}


def require_sound(layout):
    """What holds at any moment: whole blobs, and an index.json whose roots are complete."""
    require_whole_blobs(layout)
    if os.path.exists(os.path.join(layout, "oci-layout")):
        for root in names(layout).values():
            require_complete(layout, root)


def require_tidy(layout):
    """Fails when temporary files were left."""
    assert sorted(os.listdir(os.path.join(layout, ".ocibuild"))) == ["lock"], os.listdir(os.path.join(layout, ".ocibuild"))
