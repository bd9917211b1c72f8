"""What a run of GitHub Actions gives to a build, and gets from it."""

import json
import pathlib
import re
import subprocess

from harness import case, contains, equal, fails, lacks, ocibuild, run_cases, succeeds
from workspace import build_environment, given_binaries, make_workspace

HOSTILE = ["\n::error::owned", "%0A::error::owned", "<<EOF", "\x1b[31mred", "##[add-mask]owned", "::add-mask::owned"]


class Step:
    """A step of a workflow: its environment, and the files it writes."""

    def __init__(self, directory, ref="refs/heads/main", event="push", payload=None):
        self.directory = pathlib.Path(directory)
        (self.directory / "event.json").write_text(json.dumps(payload or {"repository": {"default_branch": "main"}}))
        for name in ("output", "summary"):
            (self.directory / name).write_text("")
        self.environment = build_environment(
            directory, GITHUB_ACTIONS="true", CI="true", GITHUB_EVENT_NAME=event, GITHUB_REF=ref,
            GITHUB_EVENT_PATH=self.directory / "event.json", GITHUB_OUTPUT=self.directory / "output",
            GITHUB_STEP_SUMMARY=self.directory / "summary")

    def outputs(self):
        """Read as the runner reads them."""
        found, lines = {}, iter((self.directory / "output").read_text().splitlines())
        for line in lines:
            name, delimiter = re.fullmatch(r"([\w.-]+)<<(\S+)", line).groups()
            value = []
            while (line := next(lines)) != delimiter:
                value.append(line)
            found[name] = "\n".join(value)
        return found

    def summary(self):
        return (self.directory / "summary").read_text()


def build(step, *arguments, metadata="", root=None):
    root = root or make_workspace(step.directory, metadata)
    return root, ocibuild("build", *given_binaries(step.directory), *arguments, cwd=root, env=step.environment)


def commands(text):
    """The lines that the runner would take for commands."""
    return [line for line in text.splitlines() if line.strip().startswith("::") or "##[" in line]


@case("a build sets the outputs digests, images and one for each component")
def _(directory):
    step = Step(directory)
    root, done = build(step, "--registry", "ghcr.io/acme")
    equal(done.returncode, 0, done.stderr)
    outputs = step.outputs()
    document = json.loads((root / "target/ocibuild/docker-image-digests.json").read_text())["components"]
    equal(json.loads(outputs["digests"]), {name: each["digest"] for name, each in document.items()})
    equal(outputs["images"], done.stdout.rstrip("\n"))
    equal(outputs["alpha-digest"], document["alpha"]["digest"])
    equal(sorted(outputs), ["alpha-digest", "beta-digest", "digests", "images"])


@case("the summary of the step has a row for each image, and says what changed")
def _(directory):
    step = Step(directory)
    root, done = build(step)
    equal(done.returncode, 0, done.stderr)
    rows = [line for line in step.summary().splitlines() if line.startswith("| alpha | linux/")]
    equal(len(rows), 2, step.summary())
    contains(rows[0], "| new |")
    build(step, root=root)
    contains(step.summary(), "| same size |")


@case("outside of GitHub Actions none of these files is written")
def _(directory):
    step = Step(directory)
    step.environment.pop("GITHUB_ACTIONS")
    build(step)
    equal(step.outputs(), {})
    equal(step.summary(), "")


@case("--tags-from github tags by the branch, and --tag adds to that")
def _(directory):
    step = Step(directory, ref="refs/pull/7/merge", event="pull_request", payload={"pull_request": {"number": 7}})
    root = make_workspace(directory)
    done = ocibuild("plan", "--json", "--tags-from", "github", cwd=root, env=step.environment)
    equal(done.returncode, 3, done.stderr)
    contains(done.stderr, "sha-{git.sha}")
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
        subprocess.run(["git", "-C", root, *command], check=True)
    sha = subprocess.run(["git", "-C", root, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    step.environment.pop("GIT_CEILING_DIRECTORIES")
    plan = json.loads(succeeds("plan", "--json", "--tags-from", "github", "--tag", "mine", cwd=root, env=step.environment))
    equal(plan["components"][0]["tags"]["value"], ["mine", "pr-7", f"sha-{sha}"])
    contains(fails(2, "plan", "--tags-from", "github", cwd=root, env=build_environment(directory)),
             "GITHUB_REF is not set")


@case("an error is an annotation as well")
def _(directory):
    step = Step(directory)
    done = ocibuild("build", "nothing", cwd=make_workspace(directory), env=step.environment)
    annotation = [line for line in done.stderr.splitlines() if line.startswith("::error ")]
    equal(len(annotation), 1, done.stderr)
    contains(annotation[0], "::error title=ocibuild::the workspace has no component `nothing`%0Ahelp: did you mean")
    lacks(ocibuild("build", "nothing", cwd=directory / "work").stderr, "::error")


@case("no name, tag or branch becomes a workflow command, an output or an escape sequence")
def _(directory):
    step = Step(directory)
    root = make_workspace(directory)
    manifest = (root / "alpha/Cargo.toml").read_text()
    for number, text in enumerate(HOSTILE):
        quoted = json.dumps(text)
        for arguments, metadata in (([], f"component = {quoted}"), (["--tag", text], ""), (["--registry", text], ""),
                                    ([text], ""), (["--platform", text], ""), ([], f"unknown = {quoted}\n{quoted} = 1"),
                                    ([], f"labels = {{ note = {quoted} }}")):
            (root / "alpha/Cargo.toml").write_text(manifest + f"\n[package.metadata.ocibuild]\n{metadata}\n")
            for command in (["plan"], ["build", *given_binaries(directory)]):
                done = ocibuild(*command, *arguments, cwd=root, env=step.environment)
                for line in commands(done.stdout + done.stderr):
                    equal(line.startswith(("::error title=ocibuild::", "::warning title=ocibuild::")) and "##[" not in line,
                          True, f"{number} {command}: {line!r}")
                lacks(done.stdout + done.stderr, "\x1b")
    for name, value in step.outputs().items():
        equal(bool(re.fullmatch(r"digests|images|[A-Za-z0-9_.-]+-digest", name)), True, name)
        lacks(value, "owned")
    lacks(step.summary(), "owned")


@case("what a compiler prints is no workflow command")
def _(directory):
    step = Step(directory)
    root = make_workspace(directory)
    (root / "alpha/build.rs").write_text('fn main() { println!("cargo:warning=x"); eprintln!("::add-mask::owned"); '
                                         'eprintln!("  ::error::owned ##[debug]owned"); std::process::exit(1) }\n')
    done = ocibuild("build", "--platform", "linux/amd64", cwd=root, env=step.environment)
    equal(done.returncode, 4, done.stderr)
    contains(done.stderr, ":add-mask::owned")
    equal([line for line in commands(done.stderr) if not line.startswith("::error title=ocibuild::")], [], done.stderr)


@case("an image that grew beyond its budget ends with 1, and is compared with the file that is named")
def _(directory):
    step = Step(directory)
    root, done = build(step)
    before = directory / "before.json"
    document = json.loads((root / "target/ocibuild/docker-image-digests.json").read_text())
    for component in document["components"].values():
        component["platforms"]["linux/amd64"]["size"] //= 2
    before.write_text(json.dumps(document))
    (root / "Cargo.toml").write_text((root / "Cargo.toml").read_text() + 'budget = { image-growth = "10%" }\n')
    equal(build(step, root=root)[1].returncode, 0)
    _, done = build(step, "--previous", before, root=root)
    equal(done.returncode, 1, done.stderr)
    contains(done.stderr, "error: alpha for linux/amd64 grew from")
    contains(done.stderr, "its budget is a growth of 10 %")
    lacks(done.stderr, "alpha for linux/arm64 grew")
    contains(fails(3, "build", *given_binaries(directory), "--previous", directory / "none.json", cwd=root,
                   env=step.environment), "none.json")


@case("a build that takes longer than its budget ends with 1")
def _(directory):
    _, done = build(Step(directory), metadata='budget = { build-time = "1ms", image-size = "100MB" }')
    equal(done.returncode, 1, done.stderr)
    contains(done.stderr, "error: alpha took ")
    contains(done.stderr, "; budget: size 100.0 MB, time ")
    equal(len(done.stdout.splitlines()), 2)


run_cases()
