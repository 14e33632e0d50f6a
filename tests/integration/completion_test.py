"""TAB in interactive shells, against real daemons: bash alone, bash with bash-completion, and zsh.

Usage: completion_test.py BINARIES [Class.test]; as root, inside a pid namespace of its own.
"""
import os
import subprocess
import sys
import threading
import unittest

from client_fake_server import FakeServer, success
from instance import POLICY, Instance
from shells import bash, bash_with_bash_completion, zsh

BINARIES = sys.argv.pop(1)
MGRCTL = BINARIES + "/mgrctl"
SHELLS = (bash, bash_with_bash_completion, zsh)

RULES = POLICY + """
[[allow]]
who = "root"
module = "job"
action = "*"
jobs = "all"
[[allow]]
who = "root"
module = "site"
action = "*"
where = { name = ["a.example", "b.example"] }
"""
MODULE = """
[module.site]
summary = "Sites: 50 % of %Bthem"
[module.site.action.load]
summary = "Load one"
command = ["/usr/bin/true", "{name}", "{how}", "{parts}", "{file}"]
user = "nobody"
[module.site.action.load.arg.name]
type = "hostname"
[module.site.action.load.arg.how]
type = "enum"
values = ["fast way", "$(touch made)", "`touch made`;&|", "it's \\"so\\"", "slow!!", "[a]*?", "~"]
help = "Which way"
[module.site.action.load.arg.parts]
type = "list of enum"
values = ["one", "two", "three"]
[module.site.action.load.arg.file]
type = "path"
roots = ["/etc/ssl"]
"""


def complete(*words, **environment):
    """What `mgrctl complete` prints; it never has anything to say beside that."""
    done = subprocess.run([MGRCTL, "complete", "--", *words], capture_output=True, text=True, check=True,
                          stdin=subprocess.DEVNULL, env=dict(os.environ, **environment))
    assert done.stderr == "", done.stderr
    return done.stdout.splitlines()


class Against(unittest.TestCase):
    def each_shell(self, **environment):
        """Each of the shells, ready."""
        for make in SHELLS:
            with self.subTest(make.__name__), make(BINARIES, **environment) as shell:
                yield shell


class Running(Against):
    @classmethod
    def setUpClass(cls):
        cls.mgr = Instance(BINARIES, start=False)
        cls.addClassCleanup(cls.mgr.stop)
        cls.mgr.write("etc/mgr/policy.toml", RULES)
        cls.mgr.write("etc/mgr/modules.d/site.toml", MODULE)
        os.mkdir(cls.mgr.dir / "etc/mgr/keys.d")
        cls.mgr.start()
        cls.job = str(cls.mgr.scan("start", "1", user=None)["data"]["jobs"][0]["id"])
        cls.where = {"MGR_SOCKET": str(cls.mgr.dir / "run/mgr.sock"), "MGR_KEY": ""}

    def shells(self):
        return self.each_shell(**self.where)

    def complete(self, *words):
        return complete(*words, **self.where)

    def test_modules_actions_and_arguments_come_from_the_running_mgr(self):
        for shell in self.shells():
            self.assertEqual(shell.words_of(b"mgrctl sc\tx"), ["scan", "x"])
            self.assertEqual(shell.words_of(b"mgrctl SC\tsto\t1"), ["SCAN_MODULE", "stop", "1"])
            self.assertEqual(shell.words_of(b"mgrctl scan st\tar\ttask_\t1,2"), ["scan", "start", "task_ids=1,2"])
            self.assertEqual(shell.words_of(b"mgrctl site load name=a\tfile\t\t"),
                             ["site", "load", "name=a.example", "file=/etc/ssl/"])
            self.assertEqual(shell.words_of(b"mgrctl explain site load b\tpar\tone,th\tx"),
                             ["explain", "site", "load", "b.example", "parts=one,three", "x"])

    def test_what_there_is_to_choose_from_is_listed(self):
        for shell in self.shells():
            listed = shell.listed(b"mgrctl scan \t\t", b"stop")
            for action in (b"start", b"status", b"list"):
                self.assertIn(action, listed)

    def test_zsh_shows_summaries(self):
        with zsh(BINARIES, **self.where) as shell:
            self.assertRegex(shell.listed(b"mgrctl s\t\t", b"them"), b"site +-- Sites: 50 % of %Bthem")

    def test_a_value_is_one_word_whatever_is_in_it(self):
        for shell in self.shells():
            for begun, value in ((b"f", "fast way"), (b"\\$", "$(touch made)"), (b"\\`", "`touch made`;&|"),
                                 (b"i", "it's \"so\""), (b"s", "slow!!"), (b"\\[", "[a]*?")):
                self.assertEqual(shell.words_of(b"mgrctl site load how=" + begun + b"\tx"),
                                 ["site", "load", "how=" + value, "x"])
            self.assertEqual(list((shell.home / "here").iterdir()), [])

    def test_within_quotes_a_word_goes_on(self):
        for shell in self.shells():
            self.assertEqual(shell.words_of(b"mgrctl 'site' \"load\" \"par\ttw\t"), ["site", "load", "parts=two"])
            self.assertEqual(shell.words_of(b"mgrctl site lo\\ad 'name=b\t"), ["site", "load", "name=b.example"])

    def test_options_are_those_of_the_command(self):
        for shell in self.shells():
            self.assertEqual(shell.words_of(b"mgrctl key add --fr\tx"), ["key", "add", "--from", "x"])
            self.assertEqual(shell.words_of(b"mgrctl scan start --req\tx"), ["scan", "start", "--request-id", "x"])
            self.assertEqual(shell.words_of(b"mgrctl explain --as=www-d\tx"), ["explain", "--as=www-data", "x"])

    def test_a_colon_or_an_at_sign_ends_no_word(self):
        """As COMP_WORDBREAKS of bash has it."""
        for shell in self.shells():
            typed = f"mgrctl --root {self.mgr.dir} explain --as key:ro\tx"
            self.assertEqual(shell.words_of(typed.encode())[3:], ["--as", "key:root", "x"])

    def test_behind_another_command(self):
        """As sudo is completed, where bash-completion or zsh knows it."""
        for make in (bash_with_bash_completion, zsh):
            with make(BINARIES, **self.where) as shell:
                self.assertEqual(shell.words_of(b"command mgrctl scan star\t; mgrctl y"), ["y"])
                self.assertIn(b"scan start ", shell.everything)

    def test_files_are_the_shells_own(self):
        for shell in self.shells():
            (shell.home / "here/a file").write_text("")
            (shell.home / "here/dir").mkdir()
            self.assertEqual(shell.words_of(b"mgrctl --body a\tx"), ["--body", "a file", "x"])
            self.assertEqual(shell.words_of(b"mgrctl --body=a\tx"), ["--body=a file", "x"])
            self.assertEqual(shell.words_of(b"mgrctl policy check --files d\tx"), ["policy", "check", "--files", "dir/x"])
            self.assertEqual(shell.words_of(b"mgrctl policy test a\tx"), ["policy", "test", "a file", "x"])
            self.assertEqual(shell.words_of(b"mgrctl scan start a\tx"), ["scan", "start", "ax"])

    def test_jobs_are_completed_by_id_and_key(self):
        for shell in self.shells():
            for word in ("stop", "follow", "output", "wait", "job show"):
                self.assertEqual(shell.words_of(f"mgrctl {word} \tx".encode()), [*word.split(), self.job, "x"])
            self.assertEqual(shell.words_of(b"mgrctl stop --key sc\tx"), ["stop", "--key", "scan:1", "x"])
            self.assertEqual(shell.words_of(b"mgrctl stop --key=scan:\tx"), ["stop", "--key=scan:1", "x"])

    def test_keys_are_those_that_have_a_record(self):
        folder = self.mgr.dir / "etc/mgr/keys.d"
        for name in ("panel.toml", "panel.secret", "$(touch made).toml", "-rf.toml"):
            (folder / name).write_text("")
            self.addCleanup((folder / name).unlink)
        self.assertEqual(complete("--root", str(self.mgr.dir), "key", "revoke", ""), ["panel", "root"])
        self.assertEqual(complete("--root", str(self.mgr.dir), "explain", "--as", "key:"), ["key:panel", "key:root"])

    def test_the_line_says_who_is_asked(self):
        self.assertEqual(complete("--root", str(self.mgr.dir), "sc", MGR_SOCKET="/nowhere"), ["scan"])
        self.assertEqual(complete("--socket", "/nowhere", "sc", **self.where), [])

    def test_every_command_that_is_offered_is_one(self):
        unknown = ("there is no module", "key add, key list", "audit head, key", "policy needs one of")
        for first in self.complete(""):
            for second in [""] + [word for word in self.complete(first, "") if first in ("key", "audit", "policy")]:
                done = subprocess.run([MGRCTL, *([first, second] if second else [first])], text=True, capture_output=True,
                                      stdin=subprocess.DEVNULL, user="nobody", env=dict(self.where, HOME="/nonexistent"))
                if second or first not in ("key", "audit", "policy"):
                    self.assertFalse([why for why in unknown if why in done.stderr], (first, second, done.stderr))


class Away(Against):
    """Where no mgr is there, or none that answers, mgrctl's own words are there all the same."""

    def test_no_mgr(self):
        for shell in self.each_shell(MGR_SOCKET="/nonexistent/mgr.sock"):
            self.assertEqual(shell.words_of(b"mgrctl sto\tx"), ["stop", "x"])
            self.assertEqual(shell.words_of(b"mgrctl key rev\tx"), ["key", "revoke", "x"])
            self.assertEqual(shell.words_of(b"mgrctl sca\tx"), ["scax"])
            self.assertNotIn(b"unavailable", shell.shown)

    def test_a_mgr_that_never_answers(self):
        never = threading.Event()
        self.addCleanup(never.set)
        with FakeServer(lambda fields: never.wait() and None) as server:
            self.assertEqual(complete("sta", MGR_SOCKET=server.path), ["stats"])

    def test_a_key_that_cannot_be_read(self):
        self.assertEqual(complete("sta", MGR_KEY="/nonexistent", MGR_SOCKET="/nonexistent"), ["stats"])

    def test_a_shell_that_there_is_not(self):
        for words in (["--shell", "fish", "--", "mgrctl "], ["--shell", "bash", "--", "mgrctl", "x"], ["--shell", "zsh"]):
            done = subprocess.run([MGRCTL, "complete", *words], capture_output=True, text=True, stdin=subprocess.DEVNULL)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)

    def test_one_connection_is_enough(self):
        modules = {"modules": [{"name": "scan", "actions": [
            {"name": "start", "arguments": [{"name": "how", "type": "enum", "values": ["fast"]}]}]}]}
        with FakeServer(lambda fields: success(fields["action"], modules)) as server:
            for words, count in ((["scan", "start", "h"], 1), (["scan", "start", "how="], 1), (["key", ""], 0),
                                 (["--body", ""], 0), (["stop", ""], 1)):
                before = server.connections
                complete(*words, MGR_SOCKET=server.path)
                self.assertEqual(server.connections - before, count, words)


if __name__ == "__main__":
    unittest.main(verbosity=2)
