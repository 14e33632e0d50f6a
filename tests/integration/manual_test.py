"""The examples of the manual, as they stand in its pages: files load, commands end and print as is shown, requests are replied.

Usage: manual_test.py BINARIES [unittest arguments]; as root.
"""
import os
import pathlib
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
            self.assertIn(f"\nthe_page {page}\n", guest)

    def test_each_form_that_is_shown_is_in_a_page(self):
        shown = {block.text.rstrip("\n") for page in PAGES for block in blocks(page) if block.kind == "text"}
        self.assertLessEqual(set(SHOWN), shown)


if __name__ == "__main__":
    unittest.main(verbosity=2)
