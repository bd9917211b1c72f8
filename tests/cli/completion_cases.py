"""Completions, asked of the real shells."""

import re
import subprocess

from harness import PROGRAM, case, contains, environment, equal, in_terminal, require, run_cases, succeeds


def scripts(directory):
    """The three scripts, and a directory with the program for PATH."""
    for shell in ("bash", "zsh", "fish"):
        (directory / shell).write_text(succeeds("completion", shell))
    (directory / "bin").mkdir()
    (directory / "bin" / "ocibuild").symlink_to(PROGRAM)


def in_bash(directory, *words, expected):
    """What bash offers for the last word."""
    require("bash")
    program = f'''source {directory}/bash
compopt() {{ :; }}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ocibuild; printf '%s\\n' "${{COMPREPLY[@]}}"'''
    done = subprocess.run(["bash", "--norc", "-c", program, "bash", "ocibuild", *words], cwd=directory, text=True,
                          capture_output=True, env=environment(), check=True)
    equal(done.stderr, "")
    equal(sorted(done.stdout.split()), sorted(expected))


def in_fish(directory, line, expected):
    require("fish")
    program = f"source {directory}/fish; complete -C {line!r}"
    done = subprocess.run(["fish", "--no-config", "-c", program], cwd=directory, text=True, capture_output=True,
                          env=environment(HOME=directory), check=True)
    equal(done.stderr, "")
    equal(sorted(row.split("\t")[0] for row in done.stdout.splitlines()), sorted(expected))


def in_zsh(directory, line, expected):
    """Types a line and Tab in an interactive zsh; the words the command then gets."""
    require("zsh")
    (directory / ".zshrc").write_text(f'''PS1='ready> '; unsetopt beep
autoload -Uz compinit; compinit -u -D
source {directory}/zsh
ocibuild() {{ print -r -- "<$*>"; }}
''')
    text, _ = in_terminal(["zsh", "-i", "-d"], env=environment(TERM="xterm", ZDOTDIR=directory, HOME=directory), columns=200,
                          cwd=directory, send=[("ready> ", line + "\t\n"), ("ready> ", "exit\n")])
    contains(text, f"<{expected}>")


@case("bash completes commands, options and their values")
def _(directory):
    scripts(directory)
    in_bash(directory, "vers", expected=["version"])
    in_bash(directory, "version", "--js", expected=["--json"])
    in_bash(directory, "version", "--color", "a", expected=["auto", "always"])
    in_bash(directory, "version", "--color", "=", expected=["auto", "always", "never"])
    in_bash(directory, "version", "--color", "=", "ne", expected=["never"])
    in_bash(directory, "-q", "completion", "f", expected=["fish"])
    in_bash(directory, "digests", "me", expected=["merge"])
    in_bash(directory, "digests", "merge", "--js", expected=["--json"])
    in_bash(directory, "digests", "--pr", expected=["--progress"])


@case("fish completes commands, options and their values")
def _(directory):
    scripts(directory)
    in_fish(directory, "ocibuild vers", ["version"])
    in_fish(directory, "ocibuild version --js", ["--json"])
    in_fish(directory, "ocibuild version --color=ne", ["--color=never"])
    in_fish(directory, "ocibuild completion f", ["fish"])
    in_fish(directory, "ocibuild digests me", ["merge"])
    in_fish(directory, "ocibuild digests merge --js", ["--json"])
    in_fish(directory, "ocibuild tags me", [])


@case("zsh completes commands, options and their values")
def _(directory):
    scripts(directory)
    in_zsh(directory, "ocibuild vers", "version")
    in_zsh(directory, "ocibuild version --js", "version --json")
    in_zsh(directory, "ocibuild version --color=ne", "version --color=never")
    in_zsh(directory, "ocibuild completion f", "completion fish")
    in_zsh(directory, "ocibuild digests me", "digests merge")
    in_zsh(directory, "ocibuild digests merge --js", "digests merge --json")


@case("the scripts are well-formed for their shells")
def _(directory):
    scripts(directory)
    for shell in ("bash", "zsh", "fish"):
        require(shell)
        subprocess.run([shell, "-n", str(directory / shell)], check=True, env=environment(HOME=directory))


def commands_below(*group):
    """Every command that --help lists, with the words before it."""
    found = re.search(r"^Commands:\n(.*?)\n(?:\n|$)", succeeds(*group, "--help"), re.MULTILINE | re.DOTALL)
    names = [line.split()[0] for line in found[1].splitlines() if line[2] != " "] if found else []
    for name in names:
        yield (*group, name)
        yield from commands_below(*group, name)


@case("every option of every command is in every script")
def _(directory):
    scripts(directory)
    for command in commands_below():
        for option in re.findall(r"^  (?:-\w, |    )(--[\w-]+)", succeeds(*command, "--help"), re.MULTILINE):
            for shell, spelling in (("bash", option), ("zsh", option), ("fish", f"-l {option[2:]}")):
                contains((directory / shell).read_text(), spelling)


run_cases()
