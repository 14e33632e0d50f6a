"""Interactive shells at a pseudo-terminal, with mgrctl's completion in them, for tests of what TAB does.

In each, the command mgrctl is a function that tells with which words it was called; completion, which runs the
program, is not concerned. So what was completed is known from how the shell itself reads the line.
"""
import fcntl
import os
import pathlib
import select
import signal
import struct
import tempfile
import termios

from at_terminal import AtTerminal
from instance import DEADLINE

COMPLETIONS = pathlib.Path(__file__).resolve().parents[2] / "packaging/completions"
# Each word with its length before it.
TELL = r"""mgrctl() { local w; printf 'TOLD['; for w; do printf '%d:%s' "${#w}" "$w"; done; printf ']\n'; }"""


class Shell(AtTerminal):
    """A shell that has read its completion, in an empty folder of its own."""

    def __init__(self, words, setup, binaries, **environment):
        given = environment.keys()
        self.folder = tempfile.TemporaryDirectory()
        self.shown = self.everything = b""
        self.home = pathlib.Path(self.folder.name, "home")
        (self.home / "here").mkdir(parents=True)
        rc = self.home / "rc"
        rc.write_text("\n".join(setup + [TELL, "cd ~/here", "echo BEG''UN", ""]))
        environment = dict(os.environ, HOME=str(self.home), PATH=f"{binaries}:/usr/bin:/bin", TERM="dumb",
                           LC_ALL="C.UTF-8", **environment)
        for name in {"XDG_CONFIG_HOME", "MGR_HOST"} - given:
            environment.pop(name, None)
        super().__init__(["/usr/bin/env", "-i", *(f"{name}={value}" for name, value in environment.items()),
                          *(word.replace("@RC@", str(rc)) for word in words)])
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 100, 200, 0, 0))
        self.types(f". {rc}\r".encode())
        self.sees(b"BEGUN")

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        if failed:
            os.kill(self.pid, signal.SIGKILL)
        else:
            self.types(b"\x15exit\r")
        while self.read():
            pass
        os.waitpid(self.pid, 0)
        os.close(self.terminal)
        self.folder.cleanup()

    def read(self):
        if not select.select([self.terminal], [], [], DEADLINE)[0]:
            raise AssertionError("the shell waits for more: %r" % self.shown)
        piece = super().read()
        self.everything += piece
        return piece

    def sees_next(self, text):
        """From here on; gives what was shown until then."""
        while text not in self.shown:
            if not self.read():
                raise AssertionError("%r not shown, but %r" % (text, self.shown))
        before, _, self.shown = self.shown.partition(text)
        return before + text

    def words_of(self, typed):
        """What mgrctl would be called with after these keys and Enter."""
        self.shown = b""
        self.types(typed + b"\r")
        self.sees_next(b"TOLD[")
        told, words = self.sees_next(b"]\r\n").decode().removesuffix("]\r\n"), []
        while told:
            length, _, told = told.partition(":")
            words.append(told[:int(length)])
            told = told[int(length):]
        return words

    def listed(self, typed, last):
        """What is shown after these keys, until `last` is there; the line is given up then."""
        self.shown = b""
        self.types(typed)
        shown = self.sees_next(last)
        self.types(b"\x15echo AG''AIN\r")
        return shown + self.sees_next(b"AGAIN\r\n")


BASH = ["/bin/bash", "--norc", "--noprofile", "-i"]
FOR_TESTS = ["bind 'set bell-style none' 'set page-completions off' 2>/dev/null",
             "bind 'set completion-query-items 0'", "bind 'set page-completions off'", "bind 'set enable-bracketed-paste off'"]


def bash(binaries, **environment):
    """With nothing but the file itself."""
    return Shell(BASH, FOR_TESTS + [f". {COMPLETIONS}/mgrctl.bash"], binaries, **environment)


def bash_with_bash_completion(binaries, **environment):
    """As installed: bash-completion finds the file at the first TAB."""
    setup = ["folder=~/data/bash-completion/completions", "mkdir -p $folder", f"cp {COMPLETIONS}/mgrctl.bash $folder/mgrctl",
             "XDG_DATA_DIRS=$HOME/data:/usr/share", ". /usr/share/bash-completion/bash_completion"]
    return Shell(BASH, FOR_TESTS + setup, binaries, **environment)


def zsh(binaries, **environment):
    return Shell(["/usr/bin/zsh", "-f", "-i"],
                 [f"fpath=({COMPLETIONS} $fpath)", "autoload -U compinit", "compinit -D -u", "unsetopt prompt_sp",
                  "LISTMAX=0"], binaries, **environment)
