#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What shells offer when TAB is pressed."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from world_case import PROGRAMS, WorldCase  # noqa: E402

COMPLETION = HERE.parent.parent / "packaging/completion"
IN_BASH = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
_qpkg; printf '%s\\n' "${COMPREPLY[@]}"
"""
# The completion system as it is, but for what it adds: that is written down. ^X ends the shell.
IN_ZSH = """
PS1=
fpath=(~ $fpath)
autoload -Uz compinit
compinit -u -D
compadd() {
    local -a hits
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then
        builtin compadd "$@"
        return
    fi
    builtin compadd -O hits "$@"
    print -rl -- $hits >>~/written
    (( $#hits ))
}
leave() { BUFFER=exit; zle .accept-line }
zle -N leave
bindkey '^X' leave
"""
IN_FISH = "source $argv[1]; complete --do-complete $argv[2]"


class Completion:
    """What every shell offers. `tab(*words)`: the words that TAB offers for the last one."""

    def setUp(self):
        self.world = self.common  # one for all: looking changes nothing
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "here").mkdir()
        (self.folder / "here/some.qpkgb").touch()

    def surroundings(self, root):
        home = str(self.folder)
        environment = dict(os.environ, PATH=f"{PROGRAMS}:{os.environ['PATH']}", QPKG_ROOT=str(root or self.world.root),
                           HOME=home, XDG_CONFIG_HOME=home, XDG_DATA_HOME=home, ZDOTDIR=home, TERM="vt100")
        return {"cwd": self.folder / "here", "env": environment}

    def run_shell(self, root, *command):
        done = subprocess.run(command, text=True, capture_output=True, check=True, timeout=60, **self.surroundings(root))
        self.assertEqual(done.stderr, "")
        return done.stdout

    def test_commands_and_their_commands(self):
        self.assertEqual(self.tab("inst"), ["install"])
        self.assertIn("status", self.tab(""))
        self.assertEqual(self.tab("qube", ""), ["create", "list", "remove", "set", "start", "stop"])
        self.assertNotIn("__man", self.tab(""))

    def test_words_that_are_one_of_a_few(self):
        self.assertEqual(self.tab("completion", ""), ["bash", "fish", "zsh"])
        self.assertIn("install", self.tab("help", ""))

    def test_options_of_the_command_and_of_all(self):
        self.assertIn("--into", self.tab("install", "--in"))
        self.assertIn("--dry-run", self.tab("install", "--dr"))
        self.assertEqual(self.tab("search", "--into"), [])

    def test_names_that_are_known_here(self):
        self.assertEqual(self.tab("install", "h"), ["hello"])
        self.assertEqual(self.tab("install", "hello", "--into", ""), ["personal", "work"])
        self.assertEqual(self.tab("qube", "remove", "p"), ["personal"])
        self.assertEqual(self.tab("qube", "create", ""), self.files, "a new name is nobody's to guess")
        self.assertEqual(self.tab("qube", "create", "new", "--base", ""), ["debian-12"])
        self.assertEqual(self.tab("repo", "remove", ""), ["demo"])

    def test_files_and_words_of_other_programs_are_left_to_the_shell(self):
        self.assertEqual(self.tab("import", ""), self.files)
        self.assertEqual(self.tab("run", "work", "--", "h"), [])

    def test_nothing_is_made_by_looking(self):
        nowhere = self.world.folder / "nowhere"
        self.assertEqual(self.tab("install", "", root=nowhere), self.files)
        self.assertFalse(nowhere.exists())


class Bash(Completion, WorldCase):
    files = []  # -o default: they are bash's own

    def tab(self, *words, root=None):
        return self.run_shell(root, "bash", "-c", IN_BASH, "bash", COMPLETION / "qpkg.bash", "qpkg", *words).split()


class Unquoted(Completion):
    """bash does not tell what it would make of quotes; the others do."""

    def test_words_are_those_that_the_shell_makes_of_them(self):
        self.assertEqual(self.tab("install", "'hello'", "--in"), self.tab("install", "hello", "--in"))
        self.assertEqual(self.tab("qube", "'remove'", "p"), ["personal"])


class Zsh(Unquoted, WorldCase):
    files = ["some.qpkgb"]

    def tab(self, *words, root=None):
        (self.folder / ".zshrc").write_text(IN_ZSH)
        (self.folder / "_qpkg").write_bytes((COMPLETION / "qpkg.zsh").read_bytes())
        written = self.folder / "written"
        written.write_text("")
        keyboard, terminal = os.openpty()
        self.addCleanup(os.close, keyboard)
        with subprocess.Popen(["zsh", "-d", "-i"], stdin=terminal, stdout=terminal, stderr=terminal,
                              start_new_session=True, **self.surroundings(root)) as shell:
            os.close(terminal)
            os.write(keyboard, f"qpkg {' '.join(words)}\t\x18".encode())
            shell.wait(timeout=60)
        return sorted(set(written.read_text().split()))


class Fish(Unquoted, WorldCase):
    files = ["some.qpkgb"]

    def tab(self, *words, root=None):
        line = f"qpkg {' '.join(words)}"
        shown = self.run_shell(root, "fish", "--no-config", "-c", IN_FISH, COMPLETION / "qpkg.fish", line)
        return [offered.partition("\t")[0] for offered in shown.splitlines()]


if __name__ == "__main__":
    unittest.main()
