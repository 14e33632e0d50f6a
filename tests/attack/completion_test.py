"""TAB in a shell of root's, while whoever took the broker over answers: what it says is neither run nor acted on."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unicodedata
import unittest

import attack
from client_fake_server import FakeServer, success
from instance import POLICY
from shells import bash, bash_with_bash_completion, zsh

SHELLS = (bash, bash_with_bash_completion, zsh)
# Each is a way for a text to become a command, another word, or something that a terminal does.
COMMANDS = ["$(touch @)", "`touch @`", "x;touch @", "x|touch @", "x&touch @", "x\ntouch @\n", "x\rtouch @\r", "$'\\n'touch @",
            "\"; touch @ #", "'; touch @ #", "\\'; touch @", "<(touch @)", ">(touch @)", "x > @", "${x:=$(touch @)}",
            "a[$(touch @)]", "$((a[$(touch @)]))", "~$(touch @)", "!!$(touch @)", "{a,$(touch @)}", "(e:'touch @':)",
            "*(e.touch @.)", "$(touch @)\tsummary $(touch @)", ":$(touch @)", "%{$(touch @)%}", "\\$(touch @)", "x\x16\x0atouch @\x0a"]
SCREEN = ["\x1b[2J", "\x1b]0;owned\x07", "\x9b2J", "\x1bP+q\x1b\\", "\x08\x08\x08rm", "\u202egpj", "\x7f", "\x00",
          "\u2028", "a\u200bb"]
OPTIONS = ["-rf", "--key-file=/tmp/evil", "--socket=@", "--", "-", "--body", "-c$(touch @)"]


class Tabs(unittest.TestCase):
    """The user is root, since that is whom it would be worth it to lie to."""

    def setUp(self):
        self.assertEqual(os.geteuid(), 0)
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.made = self.folder / "made"

    def texts(self, *kinds):
        return [text.replace("@", str(self.made)) for kind in kinds for text in kind]

    def schema(self, **members):
        """scan start, with another name, summary and so on."""
        argument = {"name": "how", "type": "enum", "values": ["fast"], "help": members.get("help", "")}
        argument.update(members.get("argument", {}))
        action = {"name": members.get("action", "start"), "summary": members.get("summary", ""), "arguments": [argument]}
        module = {"name": members.get("module", "scan"), "summary": members.get("summary", ""),
                  "aliases": members.get("aliases", []), "actions": [action]}
        return success("modules", {"modules": [module]})

    def shells(self, answer, which=SHELLS):
        with FakeServer(answer) as server:
            for make in which:
                with make(attack.BINARIES, MGR_SOCKET=server.path, MGR_KEY="") as shell:
                    shell.asked = lambda: len(server.blocks)
                    shell.closes_quotes = make is zsh
                    yield shell
                    self.assertEqual(list((shell.home / "here").iterdir()), [], make.__name__)
                    self.assertFalse(self.made.exists(), make.__name__)

    def press(self, shell, typed, tabs=b"\t"):
        """TAB, and then Enter: the words that the shell makes of it. The daemon has been asked."""
        before = shell.asked()
        words = shell.words_of(typed + tabs)
        self.assertGreater(shell.asked(), before, "the lie was not heard")
        self.assert_harmless(shell)
        return words

    def assert_harmless(self, shell):
        shown = shell.everything.decode(errors="replace")
        for byte in ("\x1b[2J", "\x1b]", "\x1bP", "\x9b", "\u202e", "\u200b", "\u2028", "\x00"):
            self.assertNotIn(byte, shown)

    def test_names_that_are_commands_complete_nothing(self):
        """A name outside the grammar refuses the whole schema, the good names in it too."""
        lie = {}
        for shell in self.shells(lambda fields: self.schema(**lie)):
            for name in self.texts(COMMANDS[:6], SCREEN[:2], OPTIONS[:2]):
                for lie in ({"module": name}, {"action": name}, {"aliases": [name]}, {"argument": {"name": name}}):
                    self.assertEqual(self.press(shell, b"mgrctl sc"), ["sc"], lie)

    def test_values_that_are_commands_are_words(self):
        """An enumeration's values: each that is completed is one word, to the letter."""
        values = []
        for shell in self.shells(lambda fields: self.schema(argument={"values": values})):
            for value in self.texts(COMMANDS):
                values = ["Q" + value]
                words = self.press(shell, b"mgrctl scan start how=Q")
                self.assertEqual(words, ["scan", "start", "how=Q" + (value if value.isprintable() else "")])
                values = [value, "fast"]  # which are listed, and zsh takes the first
                words = self.press(shell, b"mgrctl scan start how=", tabs=b"\t\t")
                self.assertEqual(words[:2], ["scan", "start"])
                self.assertIn(words[2:], (["how="], ["how=" + value], ["how=fast"]))

    def test_values_that_a_terminal_acts_on_are_none(self):
        """ESC, C1, bidirectional and invisible characters in a value. With a control character there is no schema."""
        values = []
        for shell in self.shells(lambda fields: self.schema(argument={"values": values})):
            for value in self.texts(SCREEN):
                values = [value, "Q" + value, "Q"]
                rest = "" if any(unicodedata.category(character) == "Cc" for character in value) else "Q"
                self.assertEqual(self.press(shell, b"mgrctl scan start how="), ["scan", "start", "how=" + rest])

    def test_values_that_are_options_are_none(self):
        """Behind the action a word that begins with a hyphen would be an option of mgrctl's."""
        values = []
        for shell in self.shells(lambda fields: self.schema(argument={"values": values})):
            for value in self.texts(OPTIONS):
                values = [value, "x"]
                words = self.press(shell, b"mgrctl scan start x\tx", tabs=b"")
                self.assertEqual(words, ["scan", "start", "x", "x"])
                self.assertEqual(self.press(shell, b"mgrctl scan start how="), ["scan", "start", "how=x"])

    def test_keys_of_jobs_that_are_commands_are_words(self):
        """A job's key is free text."""
        jobs = []
        for shell in self.shells(lambda fields: success("list", {"jobs": jobs})):
            for key in self.texts(COMMANDS, SCREEN, OPTIONS):
                jobs = [{"id": 7, "key": key, "module": key, "action": key, "state": key}]
                is_offered = key.isprintable() and not key.startswith("-")
                words = self.press(shell, b"mgrctl stop --key ")
                self.assertEqual(words, ["stop", "--key"] + [key] * is_offered)
            self.assertEqual(self.press(shell, b"mgrctl stop "), ["stop", "7"])

    def test_summaries_that_are_commands_are_shown_as_text(self):
        """What stands beside a word, in zsh: with all that a terminal acts on written out."""
        said = ""
        for shell in self.shells(lambda fields: self.schema(summary=said, help=said), [zsh]):
            for said in self.texts(COMMANDS, SCREEN, OPTIONS):
                self.press(shell, b"mgrctl s", tabs=b"\t\t")
                self.assertEqual(self.press(shell, b"mgrctl scan start h"), ["scan", "start", "how="])

    def test_a_word_that_is_begun_with_an_expansion_is_not_finished_by_a_lie(self):
        """What is typed is `$`, and the lie makes it a variable's name. zsh does not ask there: it knows its variables."""
        for shell in self.shells(lambda fields: self.schema(argument={"values": ["$HOME"]}), SHELLS[:2]):
            for typed, end in ((b"$", b""), (b"\"$", b"\"")):
                words = self.press(shell, b"mgrctl scan start how=" + typed, tabs=b"\t" + end)
                self.assertEqual(words, ["scan", "start", "how=$"])

    def test_within_an_open_quote_nothing_closes_it(self):
        """The lie ends the quote that was opened, and goes on behind it. zsh quotes it anew, and closes it itself."""
        values = []
        for shell in self.shells(lambda fields: self.schema(argument={"values": values})):
            for quote in (b"\"", b"'"):
                for value in self.texts(COMMANDS):
                    values = ["Q" + value]
                    typed = b"mgrctl scan start " + quote + b"how=Q"
                    if not shell.closes_quotes:
                        self.assertEqual(self.press(shell, typed, tabs=b"\t" + quote), ["scan", "start", "how=Q"])
                    elif value.isprintable():
                        self.assertEqual(self.press(shell, typed), ["scan", "start", "how=Q" + value])

    def test_what_is_not_signed_completes_nothing_for_who_signs(self):
        """Root's requests are signed with root's key: an answer without the host's signature completes nothing."""
        mgr = attack.Instance(attack.BINARIES, start=False)
        self.addCleanup(mgr.stop)
        mgr.write("etc/mgr/policy.toml", POLICY.replace("uid = 0", 'uid = 0\nkey = "root"'))
        mgr.start()
        config = self.folder / "mgr"
        config.mkdir()
        shutil.copy(mgr.dir / "var/lib/mgr/host/known_host", config / "known_hosts")
        asked = dict(os.environ, XDG_CONFIG_HOME=str(self.folder), MGR_KEY=str(mgr.dir / "etc/mgr/root.key"))

        def complete(socket):
            return subprocess.run([f"{attack.BINARIES}/mgrctl", "complete", "--", "sca"], capture_output=True, text=True,
                                  env=dict(asked, MGR_SOCKET=socket), check=True).stdout
        with FakeServer(lambda fields: self.schema()) as server:
            self.assertEqual(complete(server.path), "")
            self.assertIn(b"signature:", server.blocks[0])
        self.assertEqual(complete(str(mgr.dir / "run/mgr.sock")), "scan\n")

    def test_a_flood_of_candidates_ends(self):
        """A hundred thousand values."""
        values = [f"v{number}" for number in range(100_000)]
        with FakeServer(lambda fields: self.schema(argument={"values": values})) as server:
            done = subprocess.run([f"{attack.BINARIES}/mgrctl", "complete", "--", "scan", "start", "how="], text=True,
                                  env=dict(os.environ, MGR_SOCKET=server.path), capture_output=True, check=True)
        self.assertEqual(len(done.stdout.splitlines()), 1000)


if __name__ == "__main__":
    attack.main()
