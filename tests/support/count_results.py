"""Adds up the results of Meson's test logs: prints `N passed, N failed, N skipped`, and fails unless all passed."""
import json
import sys
from pathlib import Path

PASSED = {"OK", "EXPECTEDFAIL"}


def results(log: Path) -> list[str]:
    """The results in one log; a log that is missing or empty means the tests could not be built, which is a failure."""
    lines = log.read_text().splitlines() if log.exists() else []
    return [json.loads(line)["result"] for line in lines] or ["ERROR"]


def main(logs: list[str]) -> int:
    every = [result for log in logs for result in results(Path(log))]
    passed = sum(result in PASSED for result in every)
    skipped = every.count("SKIP")
    failed = len(every) - passed - skipped
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


sys.exit(main(sys.argv[1:]))
