"""The examples of the manual, as they stand in its pages: files load, commands end and print as is shown, requests are replied.

Usage: manual_test.py BINARIES [unittest arguments]; as root.
"""
import os
import pathlib
import re
import secrets
import subprocess
import sys
import unittest

from instance import REPO
from manual_blocks import FOLDER, blocks, commands
from manual_elsewhere import BOOTED, ELSEWHERE, SHOWN
from manual_machine import remove_cgroup

BINARIES = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/dev/bin").resolve()
HERE = pathlib.Path(__file__).resolve().parent
PAGES = sorted(path.name for path in FOLDER.glob("*.[1-9]"))


class Pages(unittest.TestCase):
    def run_page(self, page):
        tag = secrets.token_hex(4)
        self.addCleanup(remove_cgroup, tag)
        done = subprocess.run(
            ["unshare", "--mount", "--net", "--ipc", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc", "--",
             sys.executable, "-B", HERE / "manual_page.py", BINARIES, page],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=240, env={**os.environ, "MGR_MANUAL": tag})
        print(done.stdout.splitlines()[0] if done.stdout else "")
        self.assertEqual(done.returncode, 0, done.stdout)


for name in sorted(set(PAGES) - set(BOOTED)):
    setattr(Pages, "test_" + name.replace("-", "_").replace(".", "_"), lambda self, page=name: self.run_page(page))


class ExitStatuses(unittest.TestCase):
    """What a program exits with is in its page, and is what the page says of it."""

    def told(self, page):
        text = (FOLDER / page).read_text()
        section = re.search(r"^\.Sh EXIT STATUS\n(.*?)^\.Sh ", text, re.M | re.S)[1]
        return {int(status): below for status, below in re.findall(r"^\.It (\d+)\n((?:(?!\.It |\.El).*\n)*)", section, re.M)}

    def ends(self, page, status, word, *arguments, stdin=b"", **options):
        """The program ends with this status, of which the page has this word."""
        program = page.rsplit(".", 1)[0]
        done = subprocess.run([BINARIES / program, *arguments], input=stdin, capture_output=True, timeout=20, **options)
        self.assertEqual(done.returncode, status, f"{program} {arguments}: {done.stderr.decode()}")
        self.assertIn(word, self.told(page)[status], page)

    def test_of_a_wrong_option(self):
        for page, status, word in (("mgr-helper.8", 2, "option"), ("mgr-broker.8", 2, "option"), ("mgr-job.8", 64, "option"),
                                   ("mgr-scan.1", 2, "error"), ("mgr-mail.8", 64, "option"), ("mgr-service.8", 2, "usage"),
                                   ("mgr-shutdown.8", 2, "argument"), ("mgrctl.1", 2, "command line")):
            self.ends(page, status, word, "--nonsense")

    def test_of_what_cannot_start(self):
        self.ends("mgr-helper.8", 1, "could not start", "--check", "--libexec", "/nonexistent")
        self.ends("mgr-broker.8", 1, "could not start")  # as root
        self.ends("mgr-job.8", 64, "by hand")
        self.ends("mgr-scan.1", 2, "error", "-t", "1", "--root", "/nonexistent")
        self.ends("mgr-service.8", 3, "bus", "status", "x.service", env={"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent"})
        self.ends("mgrctl.1", 127, "unavailable", "--socket", "/nonexistent", "ping")

    def test_of_a_mail_that_is_not_sent(self):
        letter = ("--to=root", "--subject=x", "--sendmail=/nonexistent")
        self.ends("mgr-mail.8", 65, "UTF-8", *letter, stdin=b"\xff")
        self.ends("mgr-mail.8", 72, "executed", *letter, stdin=b"text")
        self.assertEqual(subprocess.run([BINARIES / "mgr-mail", *letter], stdin=os.open("/", os.O_RDONLY), capture_output=True).returncode, 74)
        self.assertIn("input", self.told("mgr-mail.8")[74])

    def test_of_mgrctl_are_those_of_its_code(self):
        code = (REPO / "client/exit_code.h").read_text()
        statuses = set(map(int, re.findall(r"^  \w+ = (\d+),", code, re.M)))
        self.assertGreaterEqual(len(statuses), 7)
        self.assertLessEqual(statuses - {0}, set(self.told("mgrctl.1")))


class Options(unittest.TestCase):
    """A page has the options that its program's help has, and explains none that there is not."""

    def test_each_program_and_its_page_have_the_same(self):
        for page in PAGES:
            program = BINARIES / page.rsplit(".", 1)[0]
            if not program.exists() or page == "mgr.cgi.8":  # which has none
                continue
            done = subprocess.run([program, "--help"], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=20)
            helped = set(re.findall(r"(?<![\w-])--([a-z][a-z-]+)", done.stdout + done.stderr))
            text = (FOLDER / page).read_text()
            told = set(re.findall(r"\bFl (?:\w , )?-([a-z][a-z-]+)", text))
            explained = {name for line in re.findall(r"^\.It Fl (.*)$", text, re.M)
                         for name in re.findall(r"(?:^|(?<= ))-([a-z][a-z-]+)", line)}
            self.assertLessEqual(helped - {"help", "version"}, told | explained, page)
            self.assertLessEqual(explained, helped | {"help", "version"}, page)


class Lists(unittest.TestCase):
    """What is not run is in a page, and what is said to be run elsewhere is."""

    def test_each_command_that_runs_elsewhere_is_in_a_page_and_in_that_test(self):
        entered = {command.text for page in PAGES for block in blocks(page) if block.kind == "session"
                   for command in commands(block.text)}
        for text, (test, words) in ELSEWHERE.items():
            self.assertIn(text, entered)
            self.assertIn(words, (REPO / "tests" / test).read_text(), text)

    def test_each_page_is_run_here_or_where_systemd_is(self):
        guest = (HERE / "manual_guest.sh").read_text()
        self.assertEqual(set(PAGES) & set(BOOTED), set(BOOTED))
        for page in BOOTED:
            self.assertRegex(guest, rf"\nthe_page {page}\s")

    def test_each_form_that_is_shown_is_in_a_page(self):
        shown = {block.text.rstrip("\n") for page in PAGES for block in blocks(page) if block.kind == "text"}
        self.assertLessEqual(set(SHOWN), shown)


if __name__ == "__main__":
    unittest.main(verbosity=2)
