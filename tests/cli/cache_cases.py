"""The cache of layers, as builds use it and as `ocibuild cache` shows it."""

import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess

from harness import PROGRAM, Skip, case, contains, environment, equal, fails, files_below, lacks, ocibuild, run_cases, succeeds
from workspace import build_environment, given_binaries, make_workspace


def cached(directory, **changes):
    """An environment with a cache in the directory of the case."""
    return build_environment(directory, OCIBUILD_CACHE_DIR=directory / "cache", OCIBUILD_CACHE_SIZE=None, **changes)


def make_image(directory, output, content, *arguments, env=None, **options):
    """Makes an image from a file with that content, in a layout; what the program said."""
    source = pathlib.Path(directory) / f"file-for-{output}"
    source.write_bytes(content)
    return ocibuild("image", "t:1", "--add", f"{source}:/file", "--output", f"oci:{directory}/{output}", *arguments,
                    env=env or cached(directory), **options)


def content_of(seed, size=100_000):
    return random.Random(seed).randbytes(size)


def shown(directory, *arguments):
    return json.loads(succeeds("cache", "--json", *arguments, env=cached(directory)))


def blobs(directory):
    return [path for path in (directory / "cache" / "blobs" / "sha256").iterdir()]


def require_whole(directory):
    for path in blobs(directory):
        equal(hashlib.sha256(path.read_bytes()).hexdigest(), path.name)


def require_tidy(directory):
    equal([name for name in files_below(directory) if "ocibuild-tmp" in name], [])


@case("an unchanged build makes no layer and gives the same digests, into a layout that lost everything too")
def _(directory):
    root = make_workspace(directory)
    arguments = ["build", *given_binaries(directory), "-v"]
    first = ocibuild(*arguments, cwd=root, env=cached(directory))
    contains(first.stderr, "cache: 0 layers found, 5 made")
    for lost in (False, True):
        if lost:
            shutil.rmtree(root / "target")
        again = ocibuild(*arguments, cwd=root, env=cached(directory))
        equal((again.returncode, again.stdout), (0, first.stdout), again.stderr)
        contains(again.stderr, "cache: 5 layers found, 0 made")
    layer = max((root / "target/ocibuild/blobs/sha256").iterdir(), key=lambda path: path.stat().st_size)
    equal(layer.stat().st_ino, (directory / "cache/blobs/sha256" / layer.name).stat().st_ino)


@case("an unchanged build writes nothing that is there already")
def _(directory):
    root = make_workspace(directory)
    arguments = ["build", *given_binaries(directory)]
    succeeds(*arguments, cwd=root, env=cached(directory))
    layout = root / "target" / "ocibuild"

    def times():
        return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in layout.rglob("*")
                if path.is_file() and path.name != "docker-image-digests.json"}

    before = times()
    succeeds(*arguments, cwd=root, env=cached(directory))
    equal(times(), before)


@case("an image finds its layer whatever place and name it gets, but not for another compression")
def _(directory):
    content = content_of(1)
    for output, arguments, found in (("a", [], 0), ("b", [], 1), ("c", ["--compression", "zstd"], 0)):
        done = make_image(directory, output, content, "-v", *arguments)
        equal(done.returncode, 0, done.stderr)
        contains(done.stderr, f"{found} layer{'' if found == 1 else 's'} found")
    equal(shown(directory)["layers"]["count"], 2)


@case("a changed file with the size and the times it had is another layer")
def _(directory):
    digests = []
    for content in (b"a" * 50_000, b"a" * 49_999 + b"b"):
        source = directory / "file"
        source.write_bytes(content)
        os.utime(source, ns=(1_700_000_000_000_000_000, 1_700_000_000_000_000_000))
        digests.append(succeeds("image", "t:1", "--add", f"{source}:/file", "--output", f"oci:{directory}/out",
                                env=cached(directory)))
    equal(len(set(digests)), 2)


@case("a damaged layer in the cache is warned about, made again, and reaches no image")
def _(directory):
    expected = make_image(directory, "plain", content_of(2), env=build_environment(directory)).stdout
    make_image(directory, "first", content_of(2))
    shutil.rmtree(directory / "first")
    for harm in (lambda data: data[:-1] + bytes([data[-1] ^ 1]), lambda data: data[:1000], lambda data: b""):
        (layer,) = blobs(directory)
        layer.write_bytes(harm(layer.read_bytes()))
        done = make_image(directory, "out", content_of(2))
        equal((done.returncode, done.stdout), (0, expected), done.stderr)
        contains(done.stderr, "warning: cache: blob sha256:")
        succeeds("verify", f"oci:{directory}/out:t:1")
        require_whole(directory)
        shutil.rmtree(directory / "out")
    for record in (directory / "cache" / "layers").iterdir():
        record.write_bytes(record.read_bytes()[:-2])
    done = make_image(directory, "out", content_of(2))
    equal((done.returncode, done.stdout), (0, expected), done.stderr)
    contains(done.stderr, "warning: cache: record ")


@case("a damaged layer in the layout, which is the one in the cache too, is set aside and made again")
def _(directory):
    expected = make_image(directory, "out", content_of(3)).stdout
    (layer,) = blobs(directory)
    with open(layer, "r+b") as file:
        file.seek(500)
        file.write(b"\0\0\0\0")
    done = make_image(directory, "out", content_of(3))
    equal((done.returncode, done.stdout), (0, expected), done.stderr)
    contains(done.stderr, "was corrupt: it is set aside")
    succeeds("verify", f"oci:{directory}/out:t:1")
    require_whole(directory)


@case("cache shows what is there, trims to a size and clears")
def _(directory):
    for seed in range(4):
        make_image(directory, str(seed), content_of(seed))
    text = succeeds("cache", env=cached(directory))
    contains(text, f"{directory}/cache\n  4 layers, 40")
    contains(text, " kB of 10.0 GB")
    before = shown(directory)
    equal((before["limit"], before["directory"]), (10_000_000_000, f"{directory}/cache"))
    trimmed = shown(directory, "--trim", "250kB")
    equal((trimmed["layers"]["count"], trimmed["removed"]["count"]), (2, 2))
    contains(make_image(directory, "again", content_of(3), "-v").stderr, "1 layer found, 0 made")
    contains(make_image(directory, "oldest", content_of(0), "-v").stderr, "0 layers found, 1 made")
    equal(shown(directory, "--trim")["removed"]["count"], 0)
    done = ocibuild("cache", "--clear", env=cached(directory))
    contains(done.stderr, "removed 3 blobs, 30")
    contains(done.stdout, "0 layers, 0 B")
    require_tidy(directory)


@case("after a build the cache has at most its size, and what was used last stays")
def _(directory):
    env = cached(directory) | {"OCIBUILD_CACHE_SIZE": "250kB"}
    for seed in range(5):
        equal(make_image(directory, str(seed), content_of(seed), env=env).returncode, 0)
        make_image(directory, "used again", content_of(0), env=env)
        equal(shown(directory)["layers"]["size"] <= 250_000, True, str(shown(directory)))
    contains(make_image(directory, "first", content_of(0), "-v", env=env).stderr, "1 layer found")


@case("a size of 0 and --no-cache neither look nor keep")
def _(directory):
    env = cached(directory) | {"OCIBUILD_CACHE_SIZE": "0"}
    make_image(directory, "a", content_of(1), env=env)
    contains(succeeds("cache", env=env), "off: OCIBUILD_CACHE_SIZE is 0")
    make_image(directory, "b", content_of(1), "--no-cache")
    root = make_workspace(directory)
    succeeds("build", *given_binaries(directory), "--no-cache", cwd=root, env=cached(directory))
    equal((directory / "cache").exists(), False)


@case("the cache is where OCIBUILD_CACHE_DIR, XDG_CACHE_HOME or HOME say, in this order, and otherwise nowhere")
def _(directory):
    names = {"OCIBUILD_CACHE_DIR": directory / "own", "XDG_CACHE_HOME": directory / "xdg", "HOME": directory / "home"}
    places = [directory / "own", directory / "xdg" / "ocibuild", directory / "home" / ".cache" / "ocibuild"]
    for number, place in enumerate(places):
        given = {name: value for name, value in list(names.items())[number:]}
        env = environment(OCIBUILD_CACHE_SIZE=None, **{name: given.get(name) for name in names})
        contains(succeeds("cache", env=env), f"{place}\n")
        equal(make_image(directory, f"out{number}", content_of(1), env=env).returncode, 0)
        equal((place / "layers").is_dir(), True)
    env = environment(OCIBUILD_CACHE_SIZE=None, OCIBUILD_CACHE_DIR=None, XDG_CACHE_HOME="relative", HOME=None)
    contains(fails(3, "cache", env=env), "help: set OCIBUILD_CACHE_DIR")
    equal(make_image(directory, "nowhere", content_of(1), env=env).returncode, 0)


@case("a cache that cannot be used is a warning, and a wrong size an error")
def _(directory):
    (directory / "cache").write_text("a file")
    done = make_image(directory, "out", content_of(1))
    equal(done.returncode, 0, done.stderr)
    contains(done.stderr, "warning: no cache is used: ")
    done = make_image(directory, "out", content_of(1), env=cached(directory) | {"OCIBUILD_CACHE_SIZE": "big"})
    equal(done.returncode, 2)
    contains(done.stderr, "error: OCIBUILD_CACHE_SIZE: `big`")
    equal(fails(2, "cache", "--trim", "--clear", env=cached(directory)).count("error"), 1)


@case("a full disk under the cache is one warning, and the images are made")
def _(directory):
    (directory / "cache").mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", directory / "cache"],
                                           capture_output=True).returncode != 0:
        raise Skip("no tmpfs can be mounted here")
    try:
        for _ in range(2):
            done = make_image(directory, "out", content_of(1, 500_000), "--platform", "linux/amd64")
            equal(done.returncode, 0, done.stderr)
            equal(done.stderr.count("warning: cache: nothing more is kept"), 1, done.stderr)
            contains(done.stderr.lower(), "no space left")
        require_tidy(directory)
    finally:
        subprocess.run(["umount", directory / "cache"], check=True)


@case("20 processes make images through one small cache at once, while it is trimmed and cleared (LD05)")
def _(directory):
    expected = [make_image(directory, f"plain{seed}", content_of(seed), env=build_environment(directory)).stdout
                for seed in range(5)]
    env = cached(directory) | {"OCIBUILD_CACHE_SIZE": "300kB"}
    for round_number in range(5):
        running = []
        for number in range(20):
            words = ["image", "t:1", "--add", f"{directory}/file-for-plain{number % 5}:/file", "--output",
                     f"oci:{directory}/out{round_number}-{number}"]
            if number in (7, 14):
                words = ["cache", "--trim", "100kB"] if number == 7 else ["cache", "--clear"]
            running.append(subprocess.Popen([PROGRAM, *words], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                            text=True))
        for number, process in enumerate(running):
            output, errors = process.communicate(timeout=120)
            equal(process.returncode, 0, errors)
            lacks(errors, "warning")
            if number not in (7, 14):
                equal(output, expected[number % 5])
        require_whole(directory)
        require_tidy(directory)


run_cases()
