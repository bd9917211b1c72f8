"""What can go wrong between the program and a real registry: damaged storage, restarts, no way there, Ctrl-C."""

import json
import os
import random
import re
import signal
import subprocess
import time

from harness import (PROGRAM, case, contains, environment, equal, fails, files_below, heed_signals, lacks, ocibuild,
                     paths_below, run_cases, size_of, succeeds)
from judges import tiny_image
from plain_host import plain_host
from real_registry import flip_byte, registry
from service import free_port, until

NOWHERE = "http://127.0.0.1:9"


def start(*arguments, **options):
    return subprocess.Popen([PROGRAM, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, preexec_fn=heed_signals, **options)


def start_large_push(directory, served, **changes):
    """A push that has begun to send its large blob."""
    (directory / "tmp").mkdir()
    (directory / "large").write_bytes(random.Random(1).randbytes(200_000_000))
    process = start("image", f"{served.host}/large:1", "--add", f"{directory}/large:/large", "--push",
                    env=environment(TMPDIR=directory / "tmp", **changes))

    def is_sending():
        equal(process.poll(), None, "ended early")
        return any(size_of(path) > 0 for path in paths_below(served.directory, "_uploads/*/data"))

    until(is_sending, what="the first bytes of the blob")
    return process


def end(process, number):
    """The exit code after a signal, what was said, and how many seconds it took."""
    began = time.monotonic()
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    return process.returncode, errors, time.monotonic() - began


@case("a blob that was damaged in the registry, or cut off, ends a pull with 7 and is not kept")
def refuses_damage(directory):
    source, layer = tiny_image(directory)
    for number, damage in enumerate((lambda path: flip_byte(path, -1), lambda path: os.truncate(path, 10))):
        with registry() as served:
            succeeds("copy", source, f"{served.host}/a:1")
            damage(served.blob(layer))
            target = directory / str(number)
            for place in (f"oci:{target}", f"oci-archive:{target}.tar", f"docker-archive:{target}.tar"):
                contains(fails(7, "copy", f"{served.host}/a:1", place), layer)
            equal(json.loads((target / "index.json").read_text())["manifests"], [])
            equal([name for name in files_below(target) if layer[7:] in name], [])
            equal([name for name in files_below(directory) if "tmp" in name or name.endswith(".tar")], [])
            equal(ocibuild("verify", f"{served.host}/a:1").returncode, 7)


@case("a manifest that was damaged in the registry ends a pull with 7")
def refuses_damaged_manifests(directory):
    source, _ = tiny_image(directory)
    with registry() as served:
        digest = succeeds("copy", source, f"{served.host}/a:1").strip().split("@")[1]
        served.blob(digest).write_bytes(served.blob(digest).read_bytes().replace(b'"size": ', b'"size":\t', 1))
        contains(fails(7, "copy", f"{served.host}/a:1", f"oci:{directory}/x"), digest)
        contains(fails(7, "inspect", f"{served.host}/a@{digest}"), digest)


@case("a push goes on when the registry is killed in the middle of it and comes back after two seconds (UP26)")
def survives_restarts(directory):
    with registry() as served:
        process = start_large_push(directory, served)
        served.kill()
        time.sleep(2)
        served.start()
        output, errors = process.communicate(timeout=120)
        equal(process.returncode, 0, errors)
        contains(errors, "retr")
        contains(succeeds("verify", output.strip()), "verified 4 blobs")


@case("what a killed registry left half-written is sent anew by the next push (UP26)")
def mends_links(directory):
    source, _ = tiny_image(directory)
    with registry() as served:
        succeeds("copy", source, f"{served.host}/a:1")
        # It writes them in place: one that it was writing when it was killed is there, and empty.
        links = [*served.directory.glob("storage/**/_layers/**/link"), *served.directory.glob("storage/**/revisions/**/link")]
        equal(len(links), 3)
        for link in links:
            link.write_text("")
        digest = succeeds("copy", source, f"{served.host}/a:2").strip()
        equal(sum(request.status == 500 for request in served.requests()), 3 * len(links))
        contains(succeeds("verify", digest), "verified 3 blobs")


@case("a tag that a killed registry left half-written is set anew, with --force-tag also one that should not move")
def mends_tags(directory):
    source, _ = tiny_image(directory)
    with registry() as served:
        for tag, force in (("latest", []), ("1.2.3", ["--force-tag"])):
            digest = succeeds("copy", source, f"{served.host}/a:{tag}")
            link, = served.directory.glob(f"storage/**/_manifests/tags/{tag}/current/link")
            link.write_text("")
            if force:
                message = fails(5, "copy", source, f"{served.host}/a:{tag}")
                contains(message, f"--force-tag sets the tag {tag} anew")
            equal(succeeds("copy", *force, source, f"{served.host}/a:{tag}"), digest)
            contains(succeeds("verify", f"{served.host}/a:{tag}"), "verified 3 blobs")


@case("TMPDIR that is no directory ends with 8 and is named, before anything is sent")
def says_no_temporary_directory(directory):
    (directory / "tool").write_text("content")
    with registry() as served:
        message = fails(8, "image", f"{served.host}/a:1", "--add", f"{directory}/tool:/tool", "--push",
                        env=environment(TMPDIR=directory / "none"))
        contains(message, "TMPDIR")
        equal({request.method for request in served.requests()} <= {"HEAD", "GET"}, True)


@case("a port where nothing listens ends with 5, after one note at a time however many uploads wait")
def says_refused(directory):
    source, _ = tiny_image(directory)
    host = f"127.0.0.1:{free_port()}"
    message = fails(5, "copy", source, f"{host}/a:1")
    contains(message, f"error: pushing {host}/a: failed to connect to 127.0.0.1 port {host.split(':')[1]}: connection refused")
    contains(message, "note: tried 5 times")
    attempts = re.findall(r"trying again in .* \(attempt (\d) of 5\)", message)
    equal(len(attempts), len(set(attempts)), message)


@case("a host that does not exist ends with 5 at once")
def says_unknown(directory):
    source, _ = tiny_image(directory)
    for arguments in (["copy", source, "registry.invalid/a:1"], ["tags", "registry.invalid/a"]):
        began = time.monotonic()
        message = fails(5, *arguments, env=environment(http_proxy=None, https_proxy=None, all_proxy=None, ALL_PROXY=None))
        contains(message, "could not resolve host: registry.invalid")
        contains(message, "help: is the name right, and is there a network?")
        equal(time.monotonic() - began < 5, True, message)


@case("proxies are asked for all hosts but loopback ones and those in NO_PROXY")
def uses_proxies(directory):
    source, _ = tiny_image(directory)
    proxies = {"http_proxy": NOWHERE, "https_proxy": NOWHERE, "no_proxy": None, "NO_PROXY": None}
    with registry() as served:
        succeeds("copy", source, f"{served.host}/a:1", env=environment(**proxies))
    with plain_host() as host:
        asked = ["inspect", f"{host}/a", "--insecure", host]
        contains(fails(5, *asked, env=environment(**proxies)), "port 9: connection refused")
        address = host.split(":")[0]
        for variable in ("NO_PROXY", "no_proxy"):
            for listed in (f"example.com,{address}", f"example.com, {host}", "*", "example.com,*"):
                free = environment(**{**proxies, variable: listed})
                contains(fails(3, *asked, env=free), "there is no such image")
        contains(fails(5, *asked, env=environment(**{**proxies, "NO_PROXY": f"{address}:1"})), "port 9: connection refused")
    for listed in ("*.invalid", ".invalid", "invalid", "registry.invalid:443"):
        message = fails(5, "tags", "registry.invalid/a", env=environment(**{**proxies, "NO_PROXY": listed}))
        contains(message, "could not resolve host: registry.invalid")


@case("SIGINT in the middle of a push ends within a second with 130, and leaves no files and no tag")
def stops_pushing(directory):
    with registry() as served:
        code, errors, seconds = end(start_large_push(directory, served), signal.SIGINT)
        equal(code, 130, errors)
        equal(seconds < 1, True, f"it took {seconds} s")
        lacks(errors, "error")
        equal(list((directory / "tmp").iterdir()), [])
        equal(list(paths_below(served.directory, "_manifests")), [])


@case("SIGINT while waiting for a registry ends within a second with 130, and leaves no files")
def stops_waiting(directory):
    source, _ = tiny_image(directory)
    process = start("copy", "-v", source, f"127.0.0.1:{free_port()}/a:1", env=environment(TMPDIR=directory))
    while "trying again" not in (line := process.stderr.readline()):
        equal(process.poll(), None, line)
    before = files_below(directory)
    code, errors, seconds = end(process, signal.SIGINT)
    equal(code, 130, errors)
    lacks(errors, "error")
    equal(seconds < 1, True, f"it took {seconds} s")
    equal(files_below(directory), before)


@case("SIGINT while pulling ends within a second with 130, and leaves no temporary files")
def stops_pulling(directory):
    with registry() as served:
        process = start_large_push(directory, served)
        equal(process.wait(120), 0, process.stderr.read())
        target = directory / "target"
        process = start("copy", f"{served.host}/large:1", f"oci:{target}", env=environment(TMPDIR=directory / "tmp"))
        until(lambda: any(size_of(path) > 1_000_000 for path in paths_below(target)) or process.poll() is not None,
              what="the first bytes of the blob")
        code, errors, seconds = end(process, signal.SIGINT)
        equal(code, 130, errors)
        equal(seconds < 1, True, f"it took {seconds} s")
        equal([name for name in files_below(target) if "tmp" in name], [])
        equal(json.loads((target / "index.json").read_text())["manifests"], [])


run_cases()
