"""skopeo, umoci and podman read what we write, and we read what skopeo writes."""
import json
import os
import shutil
import sys
import tempfile

from layouts import names, require_sound, run, skip

tool = sys.argv[1]
PODMAN = ["--storage-driver", "vfs", "--runtime", "runc", "--cgroup-manager=cgroupfs"]
NAME = "ghcr.io/o/n:1.2"


def succeed(*words):
    status, output, errors = run(*words)
    assert status == 0, f"{' '.join(words)}: {status} {errors}"
    return output


def skopeo(*words):
    return succeed("skopeo", "--insecure-policy", *words)


def copy(source, target):
    """Our copy; returns the digest of the root."""
    return succeed(tool, "copy", source, target)


def skopeo_reads_ours(work):
    layout = os.path.join(work, "layout")
    digest = succeed(tool, "put", layout, "v1", "hello", "5")
    copy(f"oci:{layout}:v1", f"oci-archive:{work}/oci.tar:v1")
    copy(f"oci:{layout}:v1", f"docker-archive:{work}/docker.tar:{NAME}")
    for place in (f"oci:{layout}:v1", f"oci-archive:{work}/oci.tar:v1"):
        raw = skopeo("inspect", "--raw", place)
        with open(os.path.join(layout, "blobs", *digest.split(":")), encoding="utf-8") as file:
            assert raw == file.read(), place
    assert json.loads(skopeo("inspect", f"docker-archive:{work}/docker.tar:{NAME}"))["Architecture"] == "amd64"
    return digest


def we_read_skopeos(work, digest):
    skopeo("copy", "--all", "--preserve-digests", f"oci:{work}/layout:v1", f"oci:{work}/theirs:v1")
    assert copy(f"oci:{work}/theirs:v1", f"oci:{work}/back:v1") == digest
    skopeo("copy", "--all", "--preserve-digests", f"oci-archive:{work}/oci.tar:v1", f"oci-archive:{work}/theirs.tar:v1")
    assert copy(f"oci-archive:{work}/theirs.tar:v1", f"oci:{work}/back:v2") == digest
    skopeo("copy", f"oci:{work}/layout:v1", f"docker-archive:{work}/saved.tar:{NAME}")
    copy(f"docker-archive:{work}/saved.tar:{NAME}", f"oci:{work}/back:v3")
    require_sound(f"{work}/back")
    assert set(names(f"{work}/back")) == {"v1", "v2", "v3"}
    assert json.loads(skopeo("inspect", f"oci:{work}/back:v3"))["Architecture"] == "amd64"


def umoci_unpacks_ours(work):
    copy(f"docker-archive:{work}/saved.tar:{NAME}", f"oci:{work}/single:v1")
    succeed("umoci", "unpack", "--rootless", "--image", f"{work}/single:v1", f"{work}/bundle")
    with open(f"{work}/bundle/rootfs/etc/greeting", encoding="utf-8") as file:
        assert file.read() == "hello"


def podman_loads_ours(work):
    podman = ["podman", "--root", f"{work}/root", "--runroot", f"{work}/run", *PODMAN]
    for archive in ("docker.tar", "oci.tar"):
        loaded = succeed(*podman, "load", "-i", f"{work}/{archive}")
        assert "Loaded image" in loaded, loaded
    images = succeed(*podman, "images", "--format", "{{.Repository}}:{{.Tag}}")
    assert NAME in images, images
    print("podman has", images.split())


missing = [program for program in ("skopeo", "umoci", "podman") if not shutil.which(program)]
if missing:
    skip(f"not installed: {', '.join(missing)}")
with tempfile.TemporaryDirectory() as work:
    root = skopeo_reads_ours(work)
    we_read_skopeos(work, root)
    umoci_unpacks_ours(work)
    podman_loads_ours(work)
