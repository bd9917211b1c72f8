"""Holds the workflows and actions of the project and of its example against the rules, and the rules against files that
break them."""
import copy
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

import workflow_rules as rules

try:
    import yaml
except ImportError:
    print("python3-yaml is not installed")
    sys.exit(77)

ROOT = Path(__file__).resolve().parents[2]
DEMON = ROOT / "examples/demon"
ACTION = ROOT / "tools/action/action.yml"
ACTIONS = [ACTION, *sorted((DEMON / ".github/actions").glob("*/action.yml"))]
WORKFLOWS = [*sorted((ROOT / ".github/workflows").glob("*.yml")),
             *sorted((DEMON / ".github/workflows").glob("*.yml"))]


def load(path: Path) -> rules.Document:
    document = yaml.safe_load(path.read_text())
    if True in document:  # YAML 1.1 reads `on` as a truth value
        document["on"] = document.pop(True)
    return document


SHA = "a/b@" + "0123456789" * 4
WORKFLOW = yaml.safe_load(f"""
"on": push
permissions: {{contents: read}}
concurrency: one
jobs:
  publish:
    if: ${{{{ github.ref == 'refs/heads/main' }}}}
    permissions: {{packages: write}}
    timeout-minutes: 1
    steps:
      - uses: {SHA}
        with: {{push: true}}
      - run: echo "$REF"
""")
COMPOSITE = {"runs": {"steps": [{"run": "true", "shell": "bash"}]}}
# For each rule the path into a good document, and what breaks it there.
EXAMPLES = [
    (rules.unknown_keys, WORKFLOW, ["jobs", "publish", "steps", 0], {"use": SHA}),
    (rules.unknown_keys, COMPOSITE, ["jbos"], {}),
    (rules.wide_permissions, WORKFLOW, ["permissions"], "write-all"),
    (rules.wide_permissions, WORKFLOW, ["permissions"], {"packages": "write"}),
    (rules.endless_jobs, WORKFLOW, ["jobs", "publish"], {}),
    (rules.uncoordinated_runs, WORKFLOW, ["concurrency"], None),
    (rules.moving_actions, WORKFLOW, ["jobs", "publish", "steps", 0, "uses"], "actions/checkout@v5"),
    (rules.expressions_in_shell, WORKFLOW, ["jobs", "publish", "steps", 1, "run"], "echo ${{ github.head_ref }}"),
    (rules.shells_by_chance, COMPOSITE, ["runs", "steps", 0], {"run": "true"}),
    (rules.publishing_from_anywhere, WORKFLOW, ["jobs", "publish", "if"], "github.event_name == 'push'"),
    (rules.publishing_from_anywhere, WORKFLOW, ["jobs", "publish", "if"], "always() || github.ref == 'refs/heads/main'"),
]


def broken(document: rules.Document, path: list, value) -> rules.Document:
    """The document with another value at a path; None takes it away."""
    result = copy.deepcopy(document)
    place = result
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return result


class WorkflowsTest(unittest.TestCase):
    def test_every_rule_finds_what_breaks_it_and_nothing_else(self):
        for rule, good, path, value in EXAMPLES:
            with self.subTest(rule=rule.__name__, value=value):
                self.assertEqual(list(rule(good)), [])
                self.assertEqual(len(list(rule(broken(good, path, value)))), 1)

    def test_every_rule_has_an_example(self):
        self.assertEqual({rule for rule, *_ in EXAMPLES}, set(rules.RULES))

    def test_the_workflows_and_actions_follow_every_rule(self):
        self.assertGreaterEqual(len(WORKFLOWS), 4)
        for path in [*WORKFLOWS, *ACTIONS]:
            with self.subTest(path=path.relative_to(ROOT).as_posix()):
                document = load(path)
                self.assertEqual([finding for rule in rules.RULES for finding in rule(document)], [])

    def test_what_is_given_to_an_action_of_ours_are_inputs_of_it(self):
        used = [step for path in [*WORKFLOWS, *ACTIONS] for _, step in rules.steps(load(path)) if "uses" in step]
        for action in ACTIONS:
            folder = action.parent.relative_to(DEMON if action.is_relative_to(DEMON) else ROOT).as_posix()
            uses = [step.get("with", {}) for step in used if folder in step["uses"]]
            self.assertGreaterEqual(len(uses), 2, folder)
            for given in uses:
                self.assertLessEqual(given.keys(), load(action)["inputs"].keys(), folder)

    @unittest.skipUnless(shutil.which("actionlint"), "actionlint is not installed")
    def test_actionlint_finds_nothing(self):
        # GitHub takes an object for a container; actionlint does not.
        done = subprocess.run(["actionlint", "-ignore", "object, array, and null values should not", *WORKFLOWS],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.stdout + done.stderr, "")


if __name__ == "__main__":
    unittest.main()
