"""A build that is spread over machines: shards, parts by platform, and `index merge`, with the registry between them."""

import json
import subprocess
import urllib.request

from harness import case, contains, equal, fails, lacks, ocibuild, run_cases, succeeds
from real_registry import registry
from workspace import build_environment, given_binaries, make_workspace

IDENTITY = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b.c", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b.c"}


def git(root, *arguments, time="2026-01-01T00:00:00Z"):
    env = build_environment(root, GIT_CONFIG_GLOBAL="/dev/null", GIT_AUTHOR_DATE=time, GIT_COMMITTER_DATE=time, **IDENTITY)
    env.pop("GIT_CEILING_DIRECTORIES")
    return subprocess.run(["git", "-C", root, *arguments], env=env, check=True, capture_output=True, text=True).stdout.strip()


def commit(root, time):
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "change", time=time)
    return git(root, "rev-parse", "HEAD")


def make_repository(served, directory, tags='["latest", "sha-{git.sha}"]'):
    root = make_workspace(directory, f'registry = "{served.host}/acme"\ntags = {tags}')
    (root / ".gitignore").write_text("target\n")
    git(root, "init", "-q", "-b", "main")
    commit(root, "2026-01-01T00:00:00Z")
    return root


def build(root, directory, *arguments, packages=("alpha", "beta"), architectures=("amd64", "arm64"), **options):
    env = build_environment(directory, SOURCE_DATE_EPOCH=None, **options)
    return ocibuild("build", *given_binaries(directory, packages, architectures), *arguments, cwd=root, env=env)


def pushes(root, directory, *arguments, **options):
    done = build(root, directory, *arguments, **options)
    equal(done.returncode, 0, done.stderr)
    return done.stdout


def tags_of(served, name="alpha"):
    return succeeds("tags", f"{served.host}/acme/{name}").split()


@case("two shards that are merged in the registry are what one build makes")
def _(directory):
    with registry() as served, registry() as other:
        root = make_repository(served, directory)
        sha = git(root, "rev-parse", "HEAD")
        for number in (1, 2):
            contains(build(root, directory, "--push", "--shard", f"{number}/2").stderr, f"shard {number} of 2: 2 of 4")
        equal(tags_of(served), [f"shard-{sha}-1-of-2", f"shard-{sha}-2-of-2"])
        merged = succeeds("index", "merge", "--shards", "2", cwd=root, env=build_environment(directory))
        equal(tags_of(served)[:2], ["latest", f"sha-{sha}"])
        whole = pushes(root, directory, "--push", "--registry", f"{other.host}/acme")
        equal(merged.replace(served.host, other.host), whole)
        contains(succeeds("verify", f"{served.host}/acme/beta:latest"), "verified 8 blobs")


@case("parts by platform that are pushed by digest and merged by their files are what one build makes")
def _(directory):
    with registry() as served:
        root = make_repository(served, directory)
        for architecture in ("amd64", "arm64"):
            pushes(root, directory, "--push-by-digest", "--platform", f"linux/{architecture}", "--digests",
                   directory / f"{architecture}.json", architectures=[architecture])
        equal(fails(3, "tags", f"{served.host}/acme/alpha").count("error: "), 1)
        joined = directory / "joined.json"
        merged = succeeds("index", "merge", directory / "amd64.json", directory / "arm64.json", "--digests", joined)
        equal(merged, succeeds("digests", "merge", directory / "amd64.json", directory / "arm64.json", "-o", "/dev/null"))
        equal(pushes(root, directory, "--push", "--digests", directory / "whole.json"), merged)
        equal(json.loads(joined.read_text()), json.loads((directory / "whole.json").read_text()))
        equal(tags_of(served), ["latest", f"sha-{git(root, 'rev-parse', 'HEAD')}"])


@case("shards of some components and platforms are merged by saying these again")
def _(directory):
    with registry() as served:
        root = make_repository(served, directory)
        env = build_environment(directory)
        for number in (1, 2):
            pushes(root, directory, "alpha", "--push", "--shard", f"{number}/2", "--platform", "linux/amd64",
                   packages=["alpha"], architectures=["amd64"])
        said = fails(3, "index", "merge", "--shards", "2", cwd=root, env=env)
        contains(said, "help: if they were built for some components or platforms only, say these here as well")
        merged = succeeds("index", "merge", "--shards", "2", "alpha", "--platform", "linux/amd64", cwd=root, env=env)
        contains(merged, f"{served.host}/acme/alpha@sha256:")
        contains(succeeds("verify", f"{served.host}/acme/alpha:latest"), "verified 5 blobs")
        contains(fails(2, "index", "merge", "a.json", "--platform", "linux/amd64", cwd=root, env=env), "--platform is for --shards")
        contains(fails(2, "index", "merge", "a.json", "--shards", "2", cwd=root, env=env), "expected either")


@case("shards of which one is missing are not merged, and no tag moves")
def _(directory):
    with registry() as served:
        root = make_repository(served, directory)
        pushes(root, directory, "--push", "--shard", "1/2")
        said = fails(3, "index", "merge", "--shards", "2", cwd=root, env=build_environment(directory))
        contains(said, "none of 2 shards has pushed alpha for linux/arm64")
        sha = git(root, "rev-parse", "HEAD")
        contains(said, f"expected it under one of the tags from shard-{sha}-1-of-2 to 2-of-2 in {served.host}/acme/alpha")
        equal(len(tags_of(served)), 1)


@case("a shard without an image has nothing to do")
def _(directory):
    with registry() as served:
        root = make_repository(served, directory)
        equal(pushes(root, directory, "--push", "--shard", "2/9"), "")
        contains(fails(2, "build", "--shard", "3/2", cwd=root), "--shard: `3/2` is no shard")


@case("an immutable tag is respected by index merge as by build")
def _(directory):
    with registry() as served:
        root = make_repository(served, directory, tags='["v1.0.0"]')
        pushes(root, directory, "--push")
        commit(root, "2026-01-02T00:00:00Z")
        pushes(root, directory, "--push-by-digest", "--digests", directory / "part.json")
        contains(fails(7, "index", "merge", directory / "part.json", "--digests", "/dev/null"),
                 "the tag v1.0.0 exists and must not move")


@case("a tag does not go back to an older commit, unless it is moved on purpose")
def _(directory):
    with registry() as served:
        root = make_repository(served, directory, tags='["latest"]')
        old = git(root, "rev-parse", "HEAD")
        new = commit(root, "2026-01-02T00:00:00Z")
        pushes(root, directory, "--push")
        newest = succeeds("inspect", "--json", f"{served.host}/acme/alpha:latest")
        git(root, "checkout", "-q", old)
        done = build(root, directory, "--push")
        equal(done.returncode, 7, done.stderr)
        contains(done.stderr, "the tag latest would go back to an older commit")
        contains(done.stderr, f"names an image of {new}, which comes after this one")
        contains(done.stderr, "--force-tag")
        equal(succeeds("inspect", "--json", f"{served.host}/acme/alpha:latest"), newest)
        pushes(root, directory, "--push", "--force-tag")
        git(root, "checkout", "-q", "main")
        pushes(root, directory, "--push")


@case("a shallow clone that does not know the tag's commit goes by the time of the commits")
def _(directory):
    with registry() as served:
        root = make_repository(served, directory, tags='["latest"]')
        commit(root, "2026-01-02T00:00:00Z")
        pushes(root, directory, "--push")
        git(root, "reset", "-q", "--hard", "HEAD^")
        git(root, "reflog", "expire", "--expire=now", "--all")
        git(root, "gc", "-q", "--prune=now")
        done = build(root, directory, "--push")
        equal(done.returncode, 7, done.stderr)
        contains(done.stderr, "which is later, and which this clone does not know")
        commit(root, "2026-01-03T00:00:00Z")
        pushes(root, directory, "--push")


def put_under(served, tag, document):
    request = urllib.request.Request(f"http://{served.host}/v2/acme/alpha/manifests/{tag}", method="PUT",
                                     data=json.dumps(document).encode(), headers={"Content-Type": document["mediaType"]})
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).close()


@case("what others put under a tag is no command, shown in short, and in nobody's way when it is no image")
def _(directory):
    with registry() as served:
        root = make_repository(served, directory, tags='["latest"]')
        foreign = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []}
        revision = "--output=" + "x" * 10000
        put_under(served, "latest", foreign | {"annotations": {
            "org.opencontainers.image.revision": revision, "org.opencontainers.image.created": "2099-01-01T00:00:00Z"}})
        done = build(root, directory, "--push")
        equal(done.returncode, 7, done.stderr)
        contains(done.stderr, f"names an image of {revision[:63]}\u2026, which is later")
        put_under(served, "latest", foreign | {"annotations": {"org.opencontainers.image.revision": 1}})
        pushes(root, directory, "--push")


@case("a component without a registry is merged nowhere")
def _(directory):
    root = make_workspace(directory)
    pushes(root, directory, "--digests", directory / "part.json")
    contains(fails(2, "index", "merge", directory / "part.json"), "no registry is set for alpha")
    contains(fails(2, "index", "merge"), "expected either the digests files of the parts, or --shards N")
    contains(fails(2, "index", "merge", "--shards", "0", cwd=root), "--shards: `0` is no number of shards, from 1 to 1000")
    for option in (["--tag", "v1"], ["--registry", "localhost:1/a"], ["--tags-from", "github"], ["--manifest-path", "x"]):
        contains(fails(2, "index", "merge", directory / "part.json", *option), f"{option[0]} is for --shards")


run_cases()
