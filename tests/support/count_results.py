"""Adds up the results of Meson's test logs: prints `N passed, N failed, N skipped`, and fails unless all passed."""
import json
import re
import sys
from pathlib import Path

PASSED = {"OK", "EXPECTEDFAIL"}


TAP_SKIP = re.compile(r"^ok \d+ .*# SKIP", re.MULTILINE)


def results(log: Path) -> list[str]:
    """The results in one log; a log that is missing or empty means the tests could not be built, which is a failure.

    Meson calls a TAP test passed when some of its cases were skipped; here each of them counts as skipped, too.
    """
    tests = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    skipped_cases = sum(len(TAP_SKIP.findall(test.get("stdout", ""))) for test in tests if test["result"] in PASSED)
    return [test["result"] for test in tests] + ["SKIP"] * skipped_cases or ["ERROR"]


def main(logs: list[str]) -> int:
    every = [result for log in logs for result in results(Path(log))]
    passed = sum(result in PASSED for result in every)
    skipped = every.count("SKIP")
    failed = len(every) - passed - skipped
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


sys.exit(main(sys.argv[1:]))
