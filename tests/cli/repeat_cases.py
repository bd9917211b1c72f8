"""The same push again, after success and after being killed anywhere: nothing is sent twice, nothing is left broken."""

import collections
import itertools
import random
import signal
import subprocess
import time

from counting_proxy import counting_proxy
from harness import PROGRAM, case, contains, equal, ocibuild, run_cases, succeeds
from real_registry import registry
from workspace import build_environment, given_binaries, make_layout, make_workspace


def build_arguments(served, directory, packages=("alpha", "beta")):
    root = make_workspace(directory, f'registry = "{served.host}/acme"\ntags = ["latest", "stable"]', packages)
    return root, ["build", "--push", *given_binaries(directory, packages)]


def new_requests(served, function):
    """What was asked while `function` ran."""
    before = len(served.requests())
    function()
    return served.requests()[before:]


def run_killed(arguments, root, directory, seconds):
    """Runs a command that is killed after so long; whether it ended before."""
    process = subprocess.Popen([PROGRAM, *map(str, arguments)], cwd=root, env=build_environment(directory),
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return process.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return False


def complete_tags(served, repositories):
    """How many tags there are; each is read with everything below it."""
    found = 0
    for repository in repositories:
        listed = ocibuild("tags", f"{served.host}/{repository}")
        if listed.returncode == 3:
            continue
        equal(listed.returncode, 0, listed.stderr)
        for tag in listed.stdout.split():
            contains(succeeds("verify", f"{served.host}/{repository}:{tag}"), "verified 8 blobs")
            found += 1
    return found


@case("the same build --push again asks with HEAD only and sends no byte")
def repeats_build(directory):
    with registry() as served:
        root, arguments = build_arguments(served, directory)
        first = succeeds(*arguments, cwd=root, env=build_environment(directory))
        outputs = []
        later = new_requests(served, lambda: outputs.append(
            ocibuild(*arguments, cwd=root, env=build_environment(directory))))
        equal(outputs[0].stdout, first)
        equal({request.method for request in later}, {"HEAD"})
        contains(outputs[0].stderr, "nothing to push, 16 blobs already there")
        equal(collections.Counter(request.uri for request in later).most_common(1)[0][1], 1, "asked twice")


@case("the same copy a hundred times asks with HEAD only")
def repeats_copy(directory):
    layout = make_layout(directory)
    with registry() as served:
        first = succeeds("copy", f"oci:{layout}:alpha", f"{served.host}/a:1")

        def again():
            for _ in range(100):
                equal(succeeds("copy", "-q", f"oci:{layout}:alpha", f"{served.host}/a:1"), first)

        equal({request.method for request in new_requests(served, again)}, {"HEAD"})


@case("a changed component sends only what changed")
def sends_changes(directory):
    with registry() as served:
        root, arguments = build_arguments(served, directory)
        succeeds(*arguments, cwd=root, env=build_environment(directory))
        manifest = root / "beta" / "Cargo.toml"
        manifest.write_text(manifest.read_text() + '[package.metadata.ocibuild]\nlabels = { new = "label" }\n')
        later = new_requests(served, lambda: succeeds(*arguments, cwd=root, env=build_environment(directory)))
        writes = [request.uri for request in later if request.method not in ("HEAD", "GET")]
        equal([uri for uri in writes if "acme/alpha" in uri], [])
        equal(len([uri for uri in writes if "digest=" in uri]), 2, str(writes))  # the two configs


@case("build --push killed after any time leaves no tag ahead of its content, and the next run completes it")
def survives_kills(directory):
    with registry() as measured:
        root, arguments = build_arguments(measured, directory)
        began = time.monotonic()
        succeeds(*arguments, cwd=root, env=build_environment(directory))
        whole = time.monotonic() - began
    repositories = ["acme/alpha", "acme/beta"]
    interrupted = 0
    for moment in range(6):
        with registry() as served:
            options = [*arguments, "--registry", f"{served.host}/acme"]
            interrupted += not run_killed(options, root, directory, whole * (moment + random.random()) / 6)
            equal(complete_tags(served, repositories) in range(5), True)
            succeeds(*options, cwd=root, env=build_environment(directory))
            equal(complete_tags(served, repositories), 4)
    equal(interrupted > 0, True, "no run was interrupted")


@case("build --push killed before its n-th request, for every n, is completed by the next run, which sends only the rest")
def survives_every_request(directory):
    root = make_workspace(directory, 'tags = ["latest", "stable"]', ("alpha",))
    arguments = ["build", "--push", *given_binaries(directory, ("alpha",))]
    with registry() as served:
        for number in itertools.count(1):
            process = None

            def kill(count, fatal=number):
                if count == fatal:
                    process.send_signal(signal.SIGKILL)

            repository = f"run{number}/alpha"
            with counting_proxy(served.port, kill) as proxy:
                process = subprocess.Popen([PROGRAM, *map(str, arguments), "--registry", f"{proxy.host}/run{number}"],
                                           cwd=root, env=build_environment(directory), stdout=subprocess.DEVNULL,
                                           stderr=subprocess.DEVNULL)
                code = process.wait()
            if code == 0:
                break
            equal(code, -signal.SIGKILL)
            tags = complete_tags(served, [repository])
            succeeds(*arguments, "--registry", f"{served.host}/run{number}", cwd=root, env=build_environment(directory))
            equal((tags <= 2, complete_tags(served, [repository])), (True, 2))
            digests = [request.uri.rpartition("digest=")[2] for request in served.requests()
                       if is_blob_put(request, repository)]
            # The few that were on their way when the program was killed may arrive twice.
            equal(len(digests) - len(set(digests)) <= 4, True, f"{number}: {digests}")
        equal(number > 25, True, f"a push has {number} requests")


def is_blob_put(request, repository):
    return request.method == "PUT" and request.status == 201 and request.uri.startswith(f"/v2/{repository}/blobs/")


run_cases()
