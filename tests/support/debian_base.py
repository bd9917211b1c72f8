"""A base image of a distribution's unchanged packages, for amd64 and arm64: dynamic programs run on it."""

import functools

from debian_packages import Tree, download
from judges import skopeo_push
from oci_layout import OCI, Layout

CREATED = "2024-01-01T00:00:00Z"
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PLATFORMS = {"amd64": {"architecture": "amd64", "os": "linux"},
             "arm64": {"architecture": "arm64", "os": "linux", "variant": "v8"}}
FILES = ("base-files", "base-passwd")
PROGRAMS = ("libc6", "libgcc-s1", "libtinfo6", "bash")


@functools.cache
def layers(architecture):
    """The tars of two layers: the directories and settings of the system, and what is needed to run a program."""
    packages = download(FILES + PROGRAMS, architecture)
    system, programs = Tree(), Tree()
    for name in FILES:
        system.add_package(packages[name])
    for name in ("bin", "lib", "sbin", *(["lib64"] if architecture == "amd64" else [])):
        system.add_symlink(name, f"usr/{name}")
    for name in ("passwd", "group"):
        system.add_file(f"etc/{name}", system.read(f"usr/share/base-passwd/{name}.master"))
    for name in PROGRAMS:
        programs.add_package(packages[name])
    return system.tar(), programs.tar()


def config(architecture):
    return {**PLATFORMS[architecture], "created": CREATED,
            "config": {"Env": [PATH], "Cmd": ["bash"]},
            "history": [{"created": CREATED, "created_by": f"packages {' '.join(FILES)}"},
                        {"created": CREATED, "created_by": f"packages {' '.join(PROGRAMS)}"},
                        {"created": CREATED, "created_by": 'CMD ["bash"]', "empty_layer": True}]}


def write_base(directory, types=OCI, architectures=tuple(PLATFORMS)):
    """A layout of the base image, named `base`, and the descriptor of its index."""
    layout = Layout(directory / "layout", types)
    index = layout.index([(PLATFORMS[architecture], layout.image(layers(architecture), config(architecture)))
                          for architecture in architectures])
    layout.tag(index, "base")
    return layout, index


def push_base(host, directory, image="library/debian:base", types=OCI, **access):
    """Pushes the base to a registry with skopeo, which changes nothing, and gives the digest of its index."""
    layout, index = write_base(directory, types)
    skopeo_push(layout.copy_as_dir(index, directory / "dir"), host, image, **access)
    return index["digest"]
