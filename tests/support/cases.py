"""Cases with sentences as names, reported in TAP."""

import pathlib
import shutil
import sys
import tempfile
import traceback

_cases = []


class Skip(Exception):
    """A case that cannot run here; its text says why."""


def case(sentence):
    """Registers a function as the proof of a sentence."""

    def register(function):
        _cases.append((sentence, function))
        return function

    return register


def run_cases(words):
    """Runs every case in a fresh directory, or those whose sentences have one of the words, says how it went, and ends
    the process."""
    cases = [entry for entry in _cases if not words or any(word in entry[0] for word in words)]
    print(f"1..{len(cases)}")
    failures = 0
    for number, (sentence, function) in enumerate(cases, 1):
        with tempfile.TemporaryDirectory(prefix="ocibuild-test-") as directory:
            try:
                function(pathlib.Path(directory))
                print(f"ok {number} {sentence}", flush=True)
            except Skip as reason:
                print(f"ok {number} {sentence} # SKIP {reason}", flush=True)
            except Exception:
                failures += 1
                print(f"not ok {number} {sentence}", flush=True)
                print(traceback.format_exc(), file=sys.stderr, flush=True)
    sys.exit(1 if failures else 0)


def require(*programs):
    """Skips a case that cannot run without these programs."""
    for program in programs:
        if shutil.which(program) is None:
            raise Skip(f"{program} is not installed")


def equal(found, expected, context=""):
    if found != expected:
        raise AssertionError(f"found {found!r}, expected {expected!r}\n{context}")


def differ(one, other):
    if one == other:
        raise AssertionError(f"{one!r} is on both sides")


def contains(text, part):
    if part not in text:
        raise AssertionError(f"{part!r} is not in:\n{text}")


def lacks(text, part):
    if part in text:
        raise AssertionError(f"{part!r} is in:\n{text}")
