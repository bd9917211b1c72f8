"""The program behind TLS and HTTP/2: whom it trusts, what it says when it does not, and what large blobs cost."""

import contextlib
import os
import random
import subprocess
import time

from certificates import Authority
from harness import PROGRAM, case, contains, environment, equal, fails, lacks, run_cases, succeeds
from judges import skopeo_manifest, tiny_image
from plain_host import plain_host
from real_registry import registry
from tls_proxy import tls_proxy

MEBIBYTE = 1 << 20


@contextlib.contextmanager
def secured(certificate, **options):
    """A registry, and the proxy before it."""
    with registry() as served, tls_proxy(certificate, {"/": served.port}, **options) as proxy:
        yield served, proxy


def clean(**changes):
    """An environment without certificate authorities of the machine's user."""
    return environment(**{"SSL_CERT_FILE": None, "SSL_CERT_DIR": None, **changes})


def large_file(directory, mebibytes):
    """A file that no compression makes smaller."""
    path = directory / "large"
    with path.open("wb") as file:
        for number in range(mebibytes):
            file.write(random.Random(number).randbytes(MEBIBYTE))
    return path


def peak_memory(*arguments, env):
    """The largest resident set of a run that must succeed, in bytes."""
    process = subprocess.Popen([PROGRAM, *map(str, arguments)], env=env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    equal(process.returncode, 0, errors)
    return usage.ru_maxrss * 1024


@case("an authority is named by --ca-file, OCIBUILD_CA_FILE or SSL_CERT_FILE, and skopeo finds what was pushed")
def names_authority(directory):
    authority = Authority(directory)
    source, layer = tiny_image(directory)
    with secured(authority.good()) as (_, proxy):
        image = f"{proxy.host}/a:1"
        succeeds("copy", source, image, "--ca-file", authority.certificate, env=clean())
        for variable in ("OCIBUILD_CA_FILE", "SSL_CERT_FILE"):
            contains(succeeds("verify", image, env=clean(**{variable: authority.certificate})), "verified 3 blobs")
        equal({request.protocol for request in proxy.requests()}, {"HTTP/2.0"})
        equal(skopeo_manifest(proxy.host, "a:1", trust=authority.trust)["layers"][0]["digest"], layer)


@case("a certificate that is expired, for another name, or signed by nobody we know ends at once with 5 and says which (AT19)")
def refuses_certificates(directory):
    authority = Authority(directory)
    source, _ = tiny_image(directory)
    trust = ["--ca-file", authority.certificate]
    for certificate, options, word, mend in (
            (authority.expired(), trust, "expired", "have the certificate renewed"),
            (authority.wrong_name(), trust, "no alternative certificate subject name", "use a name that"),
            (authority.self_signed(), trust, "self-signed", "name the certificate authority with --ca-file"),
            (authority.good(), [], "unable to get local issuer certificate", "name the certificate")):
        with secured(certificate) as (_, proxy):
            for arguments in (["copy", source, f"{proxy.host}/a:1"], ["tags", f"{proxy.host}/a"]):
                began = time.monotonic()
                message = fails(5, *arguments, *options, env=clean())
                contains(message.replace("self signed", "self-signed"), word)
                contains(message, f"help: {mend}")
                contains(message, f"--insecure {proxy.host}")
                equal(time.monotonic() - began < 2, True, message)
                lacks(message, "trying again")
            equal({(request.method, request.uri) for request in proxy.requests()}, {("HEAD", "/v2/")})  # who is there?


@case("--insecure trusts one host and no other, and OCIBUILD_INSECURE is a list")
def trusts_one_host(directory):
    authority = Authority(directory)
    source, _ = tiny_image(directory)
    with secured(authority.self_signed()) as (_, one), secured(authority.self_signed()) as (_, other):
        for proxy in (one, other):
            succeeds("copy", source, f"{proxy.host}/a:1", "--insecure", proxy.host, env=clean())
        message = fails(5, "copy", f"{one.host}/a:1", f"{other.host}/b:1", "--insecure", one.host, env=clean())
        contains(message, f"--insecure {other.host}")
        succeeds("copy", f"{one.host}/a:1", f"{other.host}/b:1", env=clean(OCIBUILD_INSECURE=f"{one.host}, {other.host}"))


@case("a file of authorities that is missing or holds none is named in the message")
def refuses_files(directory):
    (directory / "empty.pem").write_text("nothing\n")
    with secured(Authority(directory).good()) as (_, proxy):
        contains(fails(3, "tags", f"{proxy.host}/a", "--ca-file", directory / "none.pem", env=clean()), "none.pem")
        message = fails(3, "tags", f"{proxy.host}/a", "--ca-file", directory / "empty.pem", env=clean())
        contains(message, "empty.pem holds no certificate, expected PEM")


@case("a host that speaks plain http, and is not one of ours, is refused at once; --insecure allows it")
def refuses_plain_http(_):
    with plain_host() as host:
        began = time.monotonic()
        message = fails(5, "inspect", f"{host}/a", env=clean())
        equal(time.monotonic() - began < 2, True, message)
        contains(message, f"{host.split(':')[0]} does not speak TLS")
        contains(message, f"--insecure {host}")
        contains(fails(3, "inspect", f"{host}/a", "--insecure", host, env=clean()), "there is no such image")


@case("a large image goes up and down over HTTP/2 and HTTP/1.1 in little memory")
def moves_large_images(directory):
    authority = Authority(directory)
    add = ["--add", f"{large_file(directory, 200)}:/large"]
    with secured(authority.good()) as (served, proxy):
        env = clean(SSL_CERT_FILE=authority.certificate)
        for image in (f"{proxy.host}/one", f"{served.host}/other"):
            peaks = [peak_memory("image", image, *add, "--push", env=env),
                     peak_memory("copy", image, f"oci:{directory}/{image.partition('/')[2]}", env=env),
                     peak_memory("verify", image, env=env)]
            equal([peak < 256 * MEBIBYTE for peak in peaks], [True] * 3, str(peaks))
        uploads = [request for request in proxy.requests() if (request.received or 0) > 200 * MEBIBYTE]
        equal([(request.method, request.protocol) for request in uploads], [("PUT", "HTTP/2.0")])
        downloads = [request for request in proxy.requests() if request.sent > 200 * MEBIBYTE]
        equal([(request.method, request.protocol) for request in downloads], [("GET", "HTTP/2.0")] * 2)


@case("behind an nginx that nobody configured a push goes up in chunks of 1 MiB")
def sends_small_chunks(directory):
    authority = Authority(directory)
    file = large_file(directory, 3)
    with secured(authority.good(), largest_body="1m") as (_, proxy):
        pushed = succeeds("image", f"{proxy.host}/a:1", "--add", f"{file}:/file", "--push",
                          "--ca-file", authority.certificate, env=clean())
        contains(succeeds("verify", pushed.strip(), "--ca-file", authority.certificate, env=clean()), "verified 4 blobs")


@case("a refusal by HTTP/2 that comes before the content was sent ends a push at once, and says what to change")
def ends_at_early_refusals(directory):
    authority = Authority(directory)
    file = large_file(directory, 1)
    with secured(authority.good(), largest_body="10k") as (_, proxy):
        for number in range(10):
            message = fails(5, "image", f"{proxy.host}/a{number}:1", "--add", f"{file}:/file", "--push",
                            "--ca-file", authority.certificate, env=clean(), timeout=60)
            contains(message, "413 ")
            contains(message, "help: let the registry, or the proxy in front of it, take larger requests")


run_cases()
