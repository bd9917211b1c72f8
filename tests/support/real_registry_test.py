"""The fixtures of registry tests, proven with skopeo and curl: they accept and refuse what a real registry would."""

import hashlib
import os
import pathlib
import subprocess
import sys
import urllib.request

from cases import case, contains, differ, equal, require, run_cases
from certificates import Authority
from judges import curl, refusal, skopeo_manifest, skopeo_pull, skopeo_push, tiny_image
from real_registry import flip_byte, passwords, registry
from service import until
from tls_proxy import tls_proxy


@case("what skopeo pushes to a registry it pulls again")
def pushes_and_pulls(directory):
    source, layer = tiny_image(directory)
    with registry() as served:
        skopeo_push(source, served.host)
        equal(skopeo_manifest(served.host)["layers"][0]["digest"], layer)


@case("the log of a registry has every request in order, also after a restart, and nothing else")
def logs_requests(directory):
    source, layer = tiny_image(directory)
    with registry() as served:
        skopeo_push(source, served.host)
        equal([request.method for request in served.requests()].count("PUT"), 3)
        served.restart()
        before = len(served.requests())
        curl(f"{served.url}/v2/some/image/blobs/{layer}", "--head")
        head = served.requests()[before:]
        equal([(each.method, each.uri, each.status) for each in head],
              [("HEAD", f"/v2/some/image/blobs/{layer}", 200)])


@case("a registry that was killed refuses connections, and comes back at the same place with what it had")
def restarts(directory):
    source, layer = tiny_image(directory)
    with registry() as served:
        skopeo_push(source, served.host)
        served.kill()
        equal(curl(f"{served.url}/v2/")[0], 7)
        served.start()
        equal(skopeo_manifest(served.host)["layers"][0]["digest"], layer)


@case("a test that is killed takes its registry along")
def dies_with_the_test(directory):
    require("docker-registry")
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
    source, layer = tiny_image(directory)
    with registry() as served:
        skopeo_push(source, served.host)
        flip_byte(served.blob(layer), -1)
        with urllib.request.urlopen(f"{served.url}/v2/some/image/blobs/{layer}") as answer:
            equal(answer.status, 200)
            differ("sha256:" + hashlib.sha256(answer.read()).hexdigest(), layer)
        contains(refusal(skopeo_pull, served.host, f"dir:{directory}/pulled"), "got sha256:")


@case("a blob that was truncated in the storage is served short, with status 200")
def truncates(directory):
    source, layer = tiny_image(directory)
    with registry() as served:
        skopeo_push(source, served.host)
        os.truncate(served.blob(layer), 10)
        with urllib.request.urlopen(f"{served.url}/v2/some/image/blobs/{layer}") as answer:
            equal([answer.status, len(answer.read())], [200, 10])
        contains(refusal(skopeo_pull, served.host, f"dir:{directory}/pulled"), "got sha256:")


@case("a registry with passwords refuses the wrong one and none, and takes the right one")
def checks_passwords(directory):
    source, _ = tiny_image(directory)
    with registry(passwords({"alice": "open sesame"})) as served:
        contains(refusal(skopeo_push, source, served.host), "authentication required")
        contains(refusal(skopeo_push, source, served.host, creds="alice:guess"), "authentication required")
        skopeo_push(source, served.host, creds="alice:open sesame")
        skopeo_manifest(served.host, creds="alice:open sesame")


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
    source, layer = tiny_image(directory)
    authority = Authority(directory)
    with registry() as served, tls_proxy(authority.good(), {"/": served.port}) as proxy:
        skopeo_push(source, proxy.host, trust=authority.trust)
        equal(skopeo_manifest(proxy.host, trust=authority.trust)["layers"][0]["digest"], layer)
        contains(refusal(skopeo_manifest, proxy.host, trust=directory), "certificate")


run_cases(sys.argv[1:])
