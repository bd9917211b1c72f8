"""Programs that others wrote, skopeo and curl: whatever speaks to registries is held against them."""

import json
import subprocess

from cases import require
from oci_layout import Layout
from service import run

IMAGE = "some/image:1"


def tiny_image(directory):
    """The name of a layout with one small image, as skopeo says it, and the digest of its only layer."""
    layout = Layout(directory / "layout")
    manifest = layout.image([bytes(10240)], {"architecture": "amd64", "os": "linux"})
    layout.tag(manifest, "1")
    return f"oci:{layout.directory}:1", layout.read(manifest)["layers"][0]["digest"]


def skopeo_push(source, host, image=IMAGE, creds=None, trust=None):
    """Copies everything to a registry: by TLS if there is a directory of authorities to trust, else by plain HTTP."""
    require("skopeo")
    run("skopeo", "copy", "--all", *_options("dest-", creds, trust), source, f"docker://{host}/{image}")


def skopeo_pull(host, target, image=IMAGE, creds=None, trust=None):
    """Copies everything from a registry to a target such as `oci:DIRECTORY`."""
    require("skopeo")
    run("skopeo", "copy", "--all", *_options("src-", creds, trust), f"docker://{host}/{image}", target)


def skopeo_manifest(host, image=IMAGE, creds=None, trust=None):
    """The manifest, or index, that a registry has."""
    require("skopeo")
    return json.loads(run("skopeo", "inspect", "--raw", *_options("", creds, trust), f"docker://{host}/{image}"))


def _options(side, creds, trust):
    """Without credentials none, also if the user has some."""
    return [f"--{side}creds={creds}" if creds else f"--{side}no-creds",
            f"--{side}cert-dir={trust}" if trust else f"--{side}tls-verify=false"]


def refusal(function, *arguments, **options):
    """What a program said that must fail."""
    try:
        function(*arguments, **options)
    except AssertionError as failure:
        return str(failure)
    raise AssertionError(f"{function.__name__}{arguments} was not refused")


def curl(url, *options):
    """The exit code, the status and the version of HTTP."""
    require("curl")
    done = subprocess.run(["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code} %{http_version}",
                           *map(str, options), url], stdout=subprocess.PIPE, text=True, timeout=30)
    return [done.returncode, *done.stdout.split()]
