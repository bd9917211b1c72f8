"""The rules of workflows and actions. Each takes the parsed file and yields what breaks it."""
import re
from collections.abc import Iterator

WORKFLOW_KEYS = {"name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs"}
JOB_KEYS = {"name", "permissions", "needs", "if", "runs-on", "environment", "concurrency", "outputs", "env", "defaults",
            "steps", "timeout-minutes", "strategy", "continue-on-error", "container", "services"}
CALL_KEYS = {"name", "permissions", "needs", "if", "concurrency", "strategy", "uses", "with", "secrets"}
STEP_KEYS = {"id", "if", "name", "uses", "run", "working-directory", "shell", "with", "env", "continue-on-error",
             "timeout-minutes"}
ACTION_KEYS = {"name", "author", "description", "inputs", "outputs", "runs", "branding"}
PINNED = re.compile(r"\./|[\w.-]+/[\w./-]+@[0-9a-f]{40}$")
# `github.ref == 'refs/heads/main'`, alone or as one of several places to publish from, each of which is protected.
PUBLISHES_FROM = re.compile(r"(?:github\.ref == 'refs/heads/main'|startsWith\(github\.ref, 'refs/tags/v'\)| \|\| )+")

Document = dict


def jobs(document: Document) -> dict[str, dict]:
    return document.get("jobs") or {}


def steps(document: Document) -> Iterator[tuple[str, dict]]:
    """Every step of a workflow or a composite action, with where it is."""
    places = {**jobs(document), **({"action": document["runs"]} if "runs" in document else {})}
    for name, place in places.items():
        for number, step in enumerate(place.get("steps") or [], 1):
            yield f"{name}, step {number}", step


def unknown_keys(document: Document) -> Iterator[str]:
    known = ACTION_KEYS if "runs" in document else WORKFLOW_KEYS
    yield from (f"{key} is no key" for key in document.keys() - known)
    for name, job in jobs(document).items():
        yield from (f"{name}: {key} is no key" for key in job.keys() - (CALL_KEYS if "uses" in job else JOB_KEYS))
    for place, step in steps(document):
        yield from (f"{place}: {key} is no key" for key in step.keys() - STEP_KEYS)


def wide_permissions(document: Document) -> Iterator[str]:
    """A workflow may read; what may write is one job."""
    if jobs(document):
        granted = document.get("permissions")
        if not isinstance(granted, dict) or not set(granted.values()) <= {"read", "none"}:
            yield f"the permissions are {granted}, a workflow's own may only be to read"


def endless_jobs(document: Document) -> Iterator[str]:
    for name, job in jobs(document).items():
        if "uses" not in job and "timeout-minutes" not in job:
            yield f"{name}: has no timeout-minutes"


def uncoordinated_runs(document: Document) -> Iterator[str]:
    if jobs(document) and "concurrency" not in document:
        yield "has no concurrency: two runs for one ref would race"


def moving_actions(document: Document) -> Iterator[str]:
    used = [*steps(document), *jobs(document).items()]
    for place, user in used:
        if "uses" in user and not PINNED.match(user["uses"]):
            yield f"{place}: {user['uses']} is not pinned by a commit"


def expressions_in_shell(document: Document) -> Iterator[str]:
    """What an expression gives would be read as shell; an environment variable is not."""
    for place, step in steps(document):
        if "${{" in str(step.get("run", "")):
            yield f"{place}: an expression in run, pass it by env"


def shells_by_chance(document: Document) -> Iterator[str]:
    for place, step in steps(document):
        if "runs" in document and "run" in step and "shell" not in step:
            yield f"{place}: a step of an action must say its shell"


def publishing_from_anywhere(document: Document) -> Iterator[str]:
    for name, job in jobs(document).items():
        granted = job.get("permissions", document.get("permissions"))
        may_write = isinstance(granted, dict) and granted.get("packages") == "write"
        pushes = any((step.get("with") or {}).get("push") for step in job.get("steps") or [])
        condition = str(job.get("if", "")).removeprefix("${{").removesuffix("}}").strip()
        if (may_write or pushes) and not PUBLISHES_FROM.fullmatch(condition):
            yield f"{name}: publishes from elsewhere than main and release tags"


RULES = [unknown_keys, wide_permissions, endless_jobs, uncoordinated_runs, moving_actions, expressions_in_shell,
         shells_by_chance, publishing_from_anywhere]
