"""`ocibuild digests`: joining what the jobs of a matrix made."""

import json

from harness import case, contains, equal, fails, ocibuild, run_cases, succeeds
from workspace import build_environment, given_binaries, make_workspace


def parts(directory, *builds):
    """The digests files of several builds of one workspace, each with its own arguments."""
    root = make_workspace(directory)
    files = []
    for number, arguments in enumerate(builds):
        files.append(directory / f"{number}.json")
        components = [word for word in arguments if word in ("alpha", "beta")] or ["alpha", "beta"]
        architectures = [word.removeprefix("linux/") for word in arguments if word.startswith("linux/")] or ["amd64", "arm64"]
        done = ocibuild("build", *arguments, *given_binaries(directory, components, architectures), "--output",
                        f"oci:{directory}/out{number}", "--digests", files[-1], cwd=root,
                        env=build_environment(directory))
        equal(done.returncode, 0, done.stderr)
    return files


@case("the joined files of one job for each platform are the file of a build of both")
def _(directory):
    amd64, arm64, whole = parts(directory, ["--platform", "linux/amd64"], ["--platform", "linux/arm64"], [])
    equal(succeeds("digests", "merge", amd64, arm64), whole.read_text())
    equal(succeeds("digests", "merge", arm64, amd64), whole.read_text())


@case("the joined files of one job for each component are the file of a build of both")
def _(directory):
    alpha, beta, whole = parts(directory, ["alpha"], ["beta"], [])
    equal(succeeds("digests", "merge", beta, alpha), whole.read_text())


@case("with --output the pinned names are the result, and --json prints the file too")
def _(directory):
    alpha, beta = parts(directory, ["alpha"], ["beta"])
    joined = directory / "new" / "joined.json"
    lines = succeeds("digests", "merge", alpha, beta, "-o", joined).splitlines()
    components = json.loads(joined.read_text())["components"]
    equal(lines, [components["alpha"]["reference"], components["beta"]["reference"]])
    equal(succeeds("digests", "merge", alpha, beta, "-o", joined, "--json"), joined.read_text())


@case("parts that are not of one build are refused")
def _(directory):
    one, other = parts(directory, ["--platform", "linux/amd64"], ["--platform", "linux/amd64", "--tag", "v1"])
    contains(fails(3, "digests", "merge", one, other), "the parts are not of one build: the tags of alpha")


@case("a file that is no digests file, or is not there, is named")
def _(directory):
    (directory / "bad.json").write_text("{}")
    contains(fails(3, "digests", "merge", directory / "bad.json"), "bad.json: schemaVersion")
    equal(fails(3, "digests", "merge", directory / "none.json"), f"error: {directory}/none.json: no such file\n")
    equal(fails(3, "index", "merge", directory / "none.json"), f"error: {directory}/none.json: no such file\n")
    contains(fails(2, "digests", "merge"), "FILE is required")


run_cases()
