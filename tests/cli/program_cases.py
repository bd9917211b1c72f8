"""The program as a whole: streams, exit codes, colours, how it is called."""

import json
import os
import random
import resource
import subprocess

from harness import (PROGRAM, case, contains, equal, environment, fails, files_below, in_terminal, lacks, ocibuild,
                     run_cases, succeeds)


@case("the version is one line, or one object with --json")
def _(directory):
    line = succeeds("version")
    equal(line, succeeds("--version"))
    name, version = line.split()
    equal(name, "ocibuild")
    found = json.loads(succeeds("version", "--json"))
    equal((found["schemaVersion"], found["version"]), (1, version))


@case("help goes to standard output and is no error")
def _(directory):
    contains(succeeds("--help"), "Usage: ocibuild [OPTIONS] COMMAND")
    contains(succeeds("version", "--help"), "Usage: ocibuild version")


@case("every command in the help has help of its own")
def _(directory):
    commands = succeeds("--help").split("Commands:\n")[1].split("\n\n")[0]
    names = [line.split()[0] for line in commands.splitlines() if line[2] != " "]
    contains(names, "version")
    for name in names:
        contains(succeeds(name, "--help"), f"Usage: ocibuild {name}")


@case("a wrong command line ends with 2 and names the nearest word")
def _(directory):
    equal(fails(2, "versoin"), "error: there is no command 'versoin'\nhelp: did you mean 'version'?\n")
    equal(fails(2, "version", "--jso"), "error: unexpected option '--jso'\nhelp: did you mean '--json'?\n")
    contains(fails(2), "error: no command was given")


@case("arguments cannot smuggle escape sequences into a message")
def _(directory):
    lacks(fails(2, "\x1b[2Jversion"), "\x1b")
    lacks(fails(2, "version", "--color=\x1b]0;x\a"), "\x1b")


@case("cargo ocibuild is ocibuild")
def _(directory):
    link = directory / "cargo-ocibuild"
    link.symlink_to(PROGRAM)
    equal(succeeds("ocibuild", "version", program=str(link)), succeeds("version"))
    contains(succeeds("ocibuild", "--help", program=str(link)), "Usage: cargo ocibuild [OPTIONS] COMMAND")


@case("a full device as standard output ends with 8")
def _(directory):
    with open("/dev/full", "w") as full:
        message = fails(8, "version", stdout=full)
    equal(message, "error: writing to standard output: no space left on device\n")


@case("a closed standard output ends with 8 before any work is done")
def _(directory):
    for redirection in (">&-", "</dev/null >&0"):
        done = subprocess.run(["sh", "-c", f'"$0" version {redirection}', PROGRAM], stderr=subprocess.PIPE, text=True,
                              env=environment())
        equal((done.returncode, done.stderr), (8, "error: standard output is closed\n"))


@case("a reader that went away ends with 8 and not by SIGPIPE")
def _(directory):
    read_end, write_end = os.pipe()
    os.close(read_end)
    message = fails(8, "version", stdout=write_end)
    equal(message, "error: writing to standard output: broken pipe\n")


@case("a file that grows over the limit of the shell ends with 8, and leaves nothing")
def too_large(directory):
    (directory / "tree").mkdir()
    (directory / "tree" / "file").write_bytes(random.Random(1).randbytes(100_000))
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, resource.RLIM_INFINITY))
    message = fails(8, "layer", directory / "tree", "-o", directory / "layer", preexec_fn=limit)
    contains(message, "file too large")
    equal(files_below(directory), ["tree", "tree/file"])


@case("closed standard error changes nothing")
def _(directory):
    done = subprocess.run(["sh", "-c", '"$0" version 2>&- <&-', PROGRAM], stdout=subprocess.PIPE, text=True)
    equal((done.returncode, done.stdout), (0, succeeds("version")))


@case("there are no escape sequences without a terminal, with NO_COLOR or with TERM=dumb")
def _(directory):
    lacks(fails(2, "versoin"), "\x1b")
    wrong = [PROGRAM, "versoin"]
    for changes in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": None}):
        text, code = in_terminal(wrong, env=environment(**{"TERM": "xterm", **changes}))
        equal(code, 2)
        lacks(text, "\x1b")
    text, _ = in_terminal(wrong + ["--color=never"])
    lacks(text, "\x1b")


@case("errors are coloured on a terminal, and where it is asked for")
def _(directory):
    text, _ = in_terminal([PROGRAM, "versoin"])
    contains(text, "\x1b[1;31merror\x1b[0m: ")
    contains(fails_colored(["versoin", "--color=always"], {}), "\x1b[1;31m")
    contains(fails_colored(["versoin"], {"CLICOLOR_FORCE": "1"}), "\x1b[1;31m")


def fails_colored(arguments, changes):
    done = ocibuild(*arguments, env=environment(**changes))
    equal(done.returncode, 2)
    return done.stderr


run_cases()
