"""mgrctl setup at a terminal.

Usage: setup_questions_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import select
import signal
import unittest

from at_terminal import AtTerminal
from instance import DEADLINE
from setup_support import ANSWERS, OK, SCANS, USAGE, SetupCase


class Questions(SetupCase):
    def begin(self, *words):
        self.person = AtTerminal([str(word) for word in self.command("setup", *words)])
        self.seen = 0

    def answer(self, prompt, text):
        prompt = prompt.encode()
        while prompt not in self.person.shown[self.seen:]:
            is_said = select.select([self.person.terminal], [], [], DEADLINE)[0] and self.person.read()
            self.assertTrue(is_said, self.person.shown[self.seen:])
        self.seen = len(self.person.shown)
        self.person.types(text.encode())

    def shown(self):
        return self.person.shown.decode().replace("\r\n", "\n").replace(str(self.root), "")

    def answer_all(self):
        self.answer("User [www-data]: ", "\n")
        self.answer("scans, see how they go, and stop its own?\n  yes or no [yes]: ".replace("\n", "\r\n"), "\n")
        self.answer("yes or no [no]: ", "n\n")
        self.answer("units [none]: ", "nginx.service\n")
        self.answer("recipients [none]: ", "\n")
        self.answer("User [none]: ", "\n")
        self.answer("Address [127.0.0.1:6667]: ", "\n")

    def test_give_what_options_give(self):
        self.begin()
        self.answer_all()
        self.answer("Really? [y/N] ", "y\n")
        self.assertEqual(self.person.ends(), OK, self.shown())
        self.assertIn("  write /etc/mgr/rules.d/10-setup.toml\n", self.shown())
        text = self.own.read_text()
        self.assertIn(text.replace(str(self.root), ""), self.shown())
        self.own.unlink()
        self.sets_up(*ANSWERS, "--yes")
        self.assertEqual(self.own.read_text(), text)

    def test_those_that_options_answer_are_not_asked(self):
        self.begin(*ANSWERS)
        self.answer("User [none]: ", "\n")
        self.answer("Address [127.0.0.1:6667]: ", "\n")
        self.answer("Really? [y/N] ", "yes\n")
        self.assertEqual(self.person.ends(), OK, self.shown())
        self.assertNotIn("1. Who does", self.shown())

    def test_yes_leaves_what_must_be_answered(self):
        self.begin("--yes", "--allow", "scan")
        self.answer("User [www-data]: ", "\n")
        self.assertEqual(self.person.ends(), OK, self.shown())

    def test_a_wrong_answer_is_asked_again(self):
        self.begin(*SCANS[2:])
        self.answer("User [www-data]: ", "nobody-of-that-name\n")
        self.answer("there is no user nobody-of-that-name here\r\n  User [www-data]: ", "www-data\n")
        self.answer("User [none]: ", "www-data\n")
        self.answer("User [none]: ", "none\n")
        self.answer("Address [127.0.0.1:6667]: ", "\x04")
        self.assertEqual(self.person.ends(), USAGE)

    def test_a_no_writes_nothing(self):
        for answer in ("\n", "n\n", "maybe\n", "\x04"):
            before = self.tree()
            self.begin()
            self.answer_all()
            self.answer("Really? [y/N] ", answer)
            self.assertEqual(self.person.ends(), USAGE, self.shown())
            self.assertIn("nothing was written", self.shown())
            self.assertEqual(self.tree(), before)

    def test_the_end_of_the_input_writes_nothing_wherever_it_comes(self):
        self.stopped("\x04", USAGE)

    def test_an_interrupt_writes_nothing_wherever_it_comes(self):
        self.stopped("\x03", -signal.SIGINT)

    def stopped(self, byte, code):
        prompts = ("User [www-data]: ", "yes or no [yes]: ", "yes or no [no]: ", "units [none]: ",
                   "recipients [none]: ", "User [none]: ", "Address [127.0.0.1:6667]: ", "Really? [y/N] ")
        before = self.tree()
        for count in range(len(prompts)):
            with self.subTest(prompt=prompts[count]):
                self.begin()
                for prompt in prompts[:count]:
                    self.answer(prompt, "\n")
                self.answer(prompts[count], byte)
                self.assertEqual(self.person.ends(), code, self.shown())
                self.assertEqual(self.tree(), before)

    def test_what_a_setting_says_acts_on_no_terminal(self):
        self.write("mgr.toml", '[broker]\nlisten = "\\u001b[2J"\n')
        self.begin(*ANSWERS)
        self.answer("User [none]: ", "\n")
        self.answer("Address [", "\x04")
        self.assertEqual(self.person.ends(), USAGE, self.shown())
        self.assertNotIn("\x1b", self.shown())

    def test_what_was_edited_by_hand_is_asked_about(self):
        self.sets_up(*ANSWERS, "--yes")
        self.own.write_text("# mine\n")
        self.begin(*ANSWERS)
        self.answer("Replace it, with all that was edited? [y/N] ", "n\n")
        self.assertEqual(self.person.ends(), USAGE)
        self.assertEqual(self.own.read_text(), "# mine\n")
        self.begin(*ANSWERS)
        self.answer("Replace it, with all that was edited? [y/N] ", "y\n")
        self.answer("User [none]: ", "\n")
        self.answer("Address [127.0.0.1:6667]: ", "\n")
        self.answer("Really? [y/N] ", "y\n")
        self.assertEqual(self.person.ends(), OK, self.shown())
        self.assertNotEqual(self.own.read_text(), "# mine\n")

    def test_a_danger_is_asked_about_even_with_yes(self):
        words = (*SCANS, "--units", "debug-shell.service", "--yes")
        self.begin(*words)
        self.answer("Really, with what lint found above? [y/N] ", "\n")
        self.assertEqual(self.person.ends(), USAGE)
        self.assertFalse(self.own.exists())
        self.begin(*words)
        self.answer("Really, with what lint found above? [y/N] ", "y\n")
        self.assertEqual(self.person.ends(), OK, self.shown())
        self.assertTrue(self.own.exists())

    def test_a_module_of_modules_d_is_asked_about_by_its_actions(self):
        self.write("modules.d/dns.toml", '[module.dns]\nsummary = "The \\u202eresolver"\n'
                   '[module.dns.action.flush]\ncommand = ["/bin/true"]\nuser = "mgr-scan"\n'
                   '[module.dns.action.stats]\ncommand = ["/bin/true"]\nuser = "mgr-scan"\n')
        self.begin(*SCANS[:2])
        self.answer("yes or no [yes]: ", "no\n")
        self.answer("yes or no [no]: ", "\n")
        self.answer("units [none]: ", "\n")
        self.answer("recipients [none]: ", "\n")
        self.answer("Of flush, stats: which, with commas between; all; or none\r\n  Actions [none]: ", "flsh\n")
        self.answer("'flsh' is none of its actions here\r\n  Actions [none]: ", "stats\n")
        self.answer("User [none]: ", "\n")
        self.answer("Address [127.0.0.1:6667]: ", "\n")
        self.answer("Really? [y/N] ", "y\n")
        self.assertEqual(self.person.ends(), OK, self.shown())
        self.assertNotIn("\u202e", self.shown())
        self.assertTrue(self.may("dns", "stats"))
        self.assertFalse(self.may("dns", "flush"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
