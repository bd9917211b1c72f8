"""The fixtures of registry tests, proven with skopeo and curl: they accept and refuse what a real registry would."""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import urllib.request

from cases import case, contains, differ, equal, require, run_cases
from certificates import Authority
from oci_layout import Layout
from real_registry import flip_byte, passwords, registry
from service import run, until
from tls_proxy import tls_proxy


def image(directory):
    """A layout with one small image, and the digest of its only layer."""
    layout = Layout(directory / "layout")
    manifest = layout.image([bytes(10240)], {"architecture": "amd64", "os": "linux"})
    layout.tag(manifest, "1")
    return f"oci:{layout.directory}:1", layout.read(manifest)["layers"][0]["digest"]


def push(source, host, *options):
    require("skopeo")
    run("skopeo", "copy", "--dest-tls-verify=false", *options, source, f"docker://{host}/some/image:1")


def pulled(host, *options):
    """The manifest of what was pushed."""
    return json.loads(run("skopeo", "inspect", "--raw", "--tls-verify=false", *options, f"docker://{host}/some/image:1"))


def refusal(function, *arguments):
    """What a program said that was refused."""
    try:
        function(*arguments)
    except AssertionError as failure:
        return str(failure)
    raise AssertionError(f"{arguments} was not refused")


def curl(url, *options):
    """The exit code, the status and the version of HTTP."""
    require("curl")
    done = subprocess.run(["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code} %{http_version}",
                           *map(str, options), url], stdout=subprocess.PIPE, text=True, timeout=30)
    return [done.returncode, *done.stdout.split()]


@case("what skopeo pushes to a registry it pulls again")
def pushes_and_pulls(directory):
    source, layer = image(directory)
    with registry() as served:
        push(source, served.host)
        equal(pulled(served.host)["layers"][0]["digest"], layer)


@case("the log of a registry has every request in order, also after a restart, and nothing else")
def logs_requests(directory):
    source, layer = image(directory)
    with registry() as served:
        push(source, served.host)
        equal([request.method for request in served.requests()].count("PUT"), 3)
        served.restart()
        before = len(served.requests())
        curl(f"{served.url}/v2/some/image/blobs/{layer}", "--head")
        head = served.requests()[before:]
        equal([(each.method, each.uri, each.status) for each in head],
              [("HEAD", f"/v2/some/image/blobs/{layer}", 200)])


@case("a registry that was killed refuses connections, and comes back at the same place with what it had")
def restarts(directory):
    source, layer = image(directory)
    with registry() as served:
        push(source, served.host)
        served.kill()
        equal(curl(f"{served.url}/v2/")[0], 7)
        served.start()
        equal(pulled(served.host)["layers"][0]["digest"], layer)


@case("a test that is killed takes its registry along")
def dies_with_the_test(directory):
    program = ("import time\nfrom real_registry import registry\n"
               "with registry() as served:\n  print(served.url, flush=True)\n  time.sleep(60)\n")
    with subprocess.Popen([sys.executable, "-B", "-c", program], stdout=subprocess.PIPE, text=True,
                          cwd=pathlib.Path(__file__).parent, env={**os.environ, "TMPDIR": str(directory)}) as test:
        url = test.stdout.readline().strip()
        equal(curl(f"{url}/v2/")[1], "200")
        test.kill()
    until(lambda: curl(f"{url}/v2/")[0] == 7, what="the registry to end")


@case("a blob that was damaged in the storage is served damaged, with status 200")
def corrupts(directory):
    source, layer = image(directory)
    with registry() as served:
        push(source, served.host)
        flip_byte(served.blob(layer), -1)
        with urllib.request.urlopen(f"{served.url}/v2/some/image/blobs/{layer}") as answer:
            equal(answer.status, 200)
            differ("sha256:" + hashlib.sha256(answer.read()).hexdigest(), layer)
        contains(refusal(run, "skopeo", "copy", "--src-tls-verify=false", f"docker://{served.host}/some/image:1",
                         f"dir:{directory}/pulled"), "got sha256:")


@case("a registry with passwords refuses the wrong one and none, and takes the right one")
def checks_passwords(directory):
    source, _ = image(directory)
    with registry(passwords({"alice": "open sesame"})) as served:
        contains(refusal(push, source, served.host), "authentication required")
        contains(refusal(push, source, served.host, "--dest-creds=alice:guess"), "authentication required")
        push(source, served.host, "--dest-creds=alice:open sesame")
        pulled(served.host, "--creds=alice:open sesame")


@case("behind TLS a registry speaks HTTP/2 to those who trust its authority, and to nobody else")
def speaks_tls(directory):
    authority = Authority(directory)
    with registry() as served, tls_proxy(authority.good(), {"/": served.port}) as proxy:
        trusting = ("--cacert", authority.certificate)
        equal(curl(f"{proxy.url}/v2/", "--http2", *trusting), [0, "200", "2"])
        equal(curl(f"https://127.0.0.1:{proxy.port}/v2/", "--http1.1", *trusting), [0, "200", "1.1"])
        equal(curl(f"{proxy.url}/v2/")[0], 60)
        equal([request.protocol for request in proxy.requests()], ["HTTP/2.0", "HTTP/1.1"])


@case("an expired, a misnamed and a self-signed certificate are refused")
def refuses_certificates(directory):
    authority = Authority(directory)
    with registry() as served:
        for certificate in (authority.expired(), authority.wrong_name(), authority.self_signed()):
            with tls_proxy(certificate, {"/": served.port}) as proxy:
                equal(curl(f"{proxy.url}/v2/", "--cacert", authority.certificate)[0], 60)
                equal(curl(f"{proxy.url}/v2/", "--insecure")[1], "200")


@case("skopeo pushes and pulls through TLS, so the registry gives locations as its clients see them")
def pushes_through_tls(directory):
    source, layer = image(directory)
    (directory / "tls").mkdir()
    authority = Authority(directory / "tls")
    with registry() as served, tls_proxy(authority.good(), {"/": served.port}) as proxy:
        (directory / "certs").mkdir()
        (directory / "certs" / "ca.crt").write_bytes(authority.certificate.read_bytes())
        run("skopeo", "copy", f"--dest-cert-dir={directory}/certs", source, f"docker://{proxy.host}/some/image:1")
        equal(json.loads(run("skopeo", "inspect", "--raw", f"--cert-dir={directory}/certs",
                             f"docker://{proxy.host}/some/image:1"))["layers"][0]["digest"], layer)


run_cases(sys.argv[1:])
