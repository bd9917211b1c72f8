"""`ocibuild digests fetch` with a GitHub of our own, and with a registry where tags are what is left."""

import json
import time

from github_api import REPOSITORY, github, zip_of
from harness import case, contains, environment, equal, fails, lacks, ocibuild, run_cases, succeeds
from real_registry import registry
from workspace import build_environment, given_binaries, make_workspace

NAME = "docker-image-digests"
FILE = NAME + ".json"


def document(component="engine", revision="0" * 40):
    """A digests file with one component, as another program could write it."""
    digest = "sha256:" + "1" * 64
    image = f"ghcr.io/acme/demon-{component}"
    return json.dumps({"schemaVersion": 1, "generatedBy": "ocibuild 0.0.1", "revision": revision, "components": {
        component: {"image": image, "digest": digest, "reference": f"{image}@{digest}", "tags": ["latest"], "size": 5,
                    "platforms": {"linux/amd64": {"digest": "sha256:" + "2" * 64, "size": 5}}}}})


def env_for(api, **changes):
    """As in a workflow."""
    values = {"GITHUB_API_URL": api.api, "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_TOKEN": api.token, "GH_TOKEN": None}
    return environment(**{**values, **changes})


def good_run(api, **run):
    number = api.run(**run)
    api.artifact(number, NAME, zip_of({FILE: document()}))
    return number


@case("the digests of the newest successful run on main are written, and their pinned names printed")
def _(directory):
    with github() as api:
        api.artifact(api.run(), NAME, zip_of({FILE: document("old")}))
        run = good_run(api)
        api.run(conclusion="failure")
        api.run(branch="other")
        done = ocibuild("digests", "fetch", cwd=directory, env=env_for(api))
        equal(done.returncode, 0, done.stderr)
        equal(done.stdout, f"ghcr.io/acme/demon-engine@sha256:{'1' * 64}\n")
        contains(done.stderr, f"run {run} of 2026-01-02T03:04:05Z")
        written = (directory / "target" / "ocibuild" / FILE).read_text()
        equal(json.loads(written), json.loads(document()))
        equal(succeeds("digests", "fetch", "--json", "-o", directory / "d.json", env=env_for(api)), written)
        equal(succeeds("digests", "fetch", "-o", "-", cwd=directory, env=env_for(api)), written)
        equal((directory / "-").exists(), False)


@case("in GitHub Actions what was fetched becomes outputs of the step, and what is doubtful an annotation")
def _(directory):
    with github() as api:
        api.artifact(api.run(commit="b" * 40), NAME, zip_of({FILE: document()}))
        outputs = directory / "outputs"
        done = ocibuild("digests", "fetch", cwd=directory, env=env_for(api, GITHUB_ACTIONS="true", GITHUB_OUTPUT=outputs))
        equal(done.returncode, 0, done.stderr)
        contains(outputs.read_text(), "engine-digest<<")
        contains(done.stderr, "::warning")
        contains(done.stderr, f"the digests are of commit {'0' * 40}")


@case("the token goes to the API and not to the storage, and is never shown")
def _(directory):
    with github(token="ghs_SECRET") as api:
        good_run(api)
        done = ocibuild("digests", "fetch", "-vv", cwd=directory, env=env_for(api))
        equal(done.returncode, 0, done.stderr)
        equal({headers.get("Authorization") for _, _, headers in api.asked}, {"Bearer ghs_SECRET"})
        equal([headers.get("Authorization") for _, _, headers in api.asked_of_storage], [None])
        equal(api.asked[0][2]["X-GitHub-Api-Version"], "2022-11-28")
        contains(api.asked[0][2]["User-Agent"], "ocibuild/")
        lacks(done.stderr, "ghs_SECRET")
        signature = next(iter(api.links))
        lacks(done.stderr, signature)
        succeeds("digests", "fetch", cwd=directory, env=env_for(api, GITHUB_TOKEN="", GH_TOKEN="ghs_SECRET"))


@case("runs and artifacts on later pages are found")
def _(directory):
    with github() as api:
        api.page_size = 2
        run = good_run(api)
        for _ in range(5):
            api.run(head="mallory/demon", event="pull_request")
        for number in range(5):
            api.artifact(run, f"log-{number}", b"")
        done = ocibuild("digests", "fetch", cwd=directory, env=env_for(api))
        equal(done.returncode, 0, done.stderr)
        contains(done.stderr, f"run {run} ")


@case("a pull request from a branch of that name is never taken, whatever its artifact says")
def _(directory):
    with github() as api:
        api.artifact(api.run(head="mallory/demon", event="pull_request"), NAME, zip_of({FILE: document("evil")}))
        api.artifact(api.run(head="mallory/demon", event="pull_request_target"), NAME, zip_of({FILE: document("evil")}))
        api.artifact(api.run(head=None, event="push"), NAME, zip_of({FILE: document("evil")}))
        message = fails(5, "digests", "fetch", cwd=directory, env=env_for(api))
        contains(message, f"{REPOSITORY} has no successful run of docker-build.yml on branch main")
        contains(message, "runs of pull requests and of forks do not count")


@case("an artifact that is missing or has expired ends with 5 and says when and what to do")
def _(directory):
    with github() as api:
        good_run(api)
        run = api.run(commit="b" * 40)
        message = fails(5, "digests", "fetch", cwd=directory, env=env_for(api))
        contains(message, f"run {run} has no artifact {NAME}")
        contains(message, f"note: the run is of 2026-01-02T03:04:05Z, for commit {'b' * 40}: https://github.com/")
        api.artifact(run, NAME, zip_of({FILE: document()}), expired=True)
        message = fails(5, "digests", "fetch", cwd=directory, env=env_for(api))
        contains(message, f"artifact {NAME} of run {run} has expired, on 2026-04-02T03:05:00Z")
        contains(message, f"help: run the workflow again: gh workflow run docker-build.yml --repo {REPOSITORY} --ref main")
        contains(message, "--fallback-tag")
        equal(list(directory.iterdir()), [])


@case("a run can be named, and what is wrong with it is said")
def _(directory):
    with github() as api:
        run = good_run(api, conclusion="failure")
        good_run(api)
        done = ocibuild("digests", "fetch", "--run-id", run, cwd=directory, env=env_for(api))
        equal(done.returncode, 0, done.stderr)
        contains(done.stderr, f"warning: run {run} did not succeed: failure")
        contains(fails(3, "digests", "fetch", "--run-id", "1", cwd=directory, env=env_for(api)), "404 Not Found")
        contains(fails(2, "digests", "fetch", "--run-id", "last", cwd=directory, env=env_for(api)), "--run-id: 'last'")


@case("what may not be read ends with 6, and what is not there with 3, each with what helps")
def _(directory):
    with github() as api:
        good_run(api)
        message = fails(6, "digests", "fetch", cwd=directory, env=env_for(api, GITHUB_TOKEN=None))
        contains(message, "401 Requires authentication")
        contains(message, "GH_TOKEN: ${{ github.token }}")
        contains(message, "permissions: actions: read")
        contains(fails(6, "digests", "fetch", cwd=directory, env=env_for(api, GITHUB_TOKEN="old")), "401 Bad credentials")
        contains(fails(3, "digests", "fetch", "--workflow", "x.yml", cwd=directory, env=env_for(api)), "404 Not Found")
        contains(fails(2, "digests", "fetch", cwd=directory, env=env_for(api, GITHUB_REPOSITORY=None)), "--repo OWNER/NAME")
    with github(private=True) as api:
        good_run(api)
        contains(fails(3, "digests", "fetch", cwd=directory, env=env_for(api, GITHUB_TOKEN=None)), "private repository")


@case("a rate limit that lasts ends with 5 at once and says how long")
def _(directory):
    with github() as api:
        good_run(api)
        api.remaining, api.reset = 0, int(time.time()) + 29 * 60 + 30
        message = fails(5, "digests", "fetch", "--fallback-tag", "main", cwd=directory, env=env_for(api))
        contains(message, "API rate limit exceeded")
        contains(message, "note: GitHub takes requests again in 30m")


@case("an artifact that is no harmless zip ends with 7 and leaves nothing behind")
def _(directory):
    climbs = zip_of({"../evil.json": "{}", FILE: document()})
    bomb = zip_of({FILE: " " * (200 << 20)})
    cut = zip_of({FILE: document()})[:-20]
    for content in (climbs, bomb, cut, b"<html>not a zip</html>"):
        with github() as api:
            api.artifact(api.run(), NAME, content)
            message = fails(7, "digests", "fetch", cwd=directory, env=env_for(api))
            contains(message, f"artifact {NAME} of run 1000: the zip ")
    equal(list(directory.iterdir()), [])


@case("a zip with another digest than GitHub says ends with 7, and one without a digests file with 3")
def _(directory):
    with github() as api:
        api.artifact(api.run(), NAME, zip_of({FILE: document()}))["digest"] = "sha256:" + "0" * 64
        contains(fails(7, "digests", "fetch", cwd=directory, env=env_for(api)), "GitHub says")
        api.artifact(api.run(), NAME, zip_of({FILE: "{}"}), with_digest=False)
        contains(fails(3, "digests", "fetch", cwd=directory, env=env_for(api)), "schemaVersion")
        api.artifact(api.run(), "other", zip_of({"a.txt": ""}))
        contains(fails(3, "digests", "fetch", "--artifact", "other", cwd=directory, env=env_for(api)), "none is " + FILE)


@case("the API is asked in plain http on this machine only")
def _(directory):
    env = environment(GITHUB_API_URL="http://github.example", GITHUB_REPOSITORY=REPOSITORY, GITHUB_TOKEN="t")
    contains(fails(2, "digests", "fetch", cwd=directory, env=env), "plain http")


@case("without an artifact --fallback-tag takes what the tag names now, and warns")
def _(directory):
    root = make_workspace(directory, 'name = "demon-{component}"')
    with github() as api, registry() as served:
        env = {**build_environment(directory), **env_for(api, OCIBUILD_REGISTRY=f"{served.host}/acme")}
        built = ocibuild("build", *given_binaries(directory), "--push", "--tag", "main", "--json", cwd=root, env=env)
        equal(built.returncode, 0, built.stderr)
        api.artifact(api.run(), NAME, zip_of({FILE: document()}), expired=True)
        done = ocibuild("digests", "fetch", "--fallback-tag", "main", "-o", directory / "d.json", cwd=root, env=env)
        equal(done.returncode, 0, done.stderr)
        contains(done.stderr, f"warning: artifact {NAME} of run 1000 has expired")
        contains(done.stderr, "warning: taking what the tag `main` names now: it may be of any commit")
        found = json.loads((directory / "d.json").read_text())
        equal(found["components"], json.loads(built.stdout)["components"])
        equal(found["revision"], "")
        image = f"{served.host}/acme/demon-alpha"
        lines = succeeds("digests", "fetch", "--fallback-tag", "main", "--image", f"alpha={image}", cwd=directory, env=env)
        equal(lines, found["components"]["alpha"]["reference"] + "\n")
        contains(fails(3, "digests", "fetch", "--fallback-tag", "v9", cwd=root, env=env), "component alpha: ")
        env["OCIBUILD_REGISTRY"] = ""
        contains(fails(3, "digests", "fetch", "--fallback-tag", "main", cwd=root, env=env), "alpha: no registry is set")


@case("--fallback-tag is no way around a refusal")
def _(directory):
    with github() as api:
        good_run(api)
        env = env_for(api, GITHUB_TOKEN="old")
        fails(6, "digests", "fetch", "--fallback-tag", "main", "--image", "a=localhost:1/a", cwd=directory, env=env)
        contains(fails(2, "digests", "fetch", "--image", "a=localhost:1/a", cwd=directory, env=env), "--fallback-tag")
        contains(fails(2, "digests", "fetch", "--fallback-tag", "m", "--image", "a", cwd=directory, env=env), "COMPONENT=NAME")


run_cases()
