"""mgrctl import: what it writes, and what it says and refuses. COOKBOOK.md has the whole way to a working policy.

Usage: import_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from instance import DEADLINE, uid_of

BINARIES = pathlib.Path(sys.argv[1]).resolve()


def run(words, cwd, user=None, stdin=None):
    identity = {}
    if user:
        entry = uid_of(user)
        identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return subprocess.run(words, cwd=cwd, input=stdin, capture_output=True, text=True, timeout=DEADLINE,
                          env={"PATH": "/usr/bin:/bin", "MGR_KEY": ""}, **identity)


class Import(unittest.TestCase):
    """Without a daemon, as any user."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mgr-test-", dir="/run"))
        self.addCleanup(shutil.rmtree, self.folder)
        os.chown(self.folder, uid_of("www-data").pw_uid, -1)
        (self.folder / "sudoers").write_text("alice ALL = NOPASSWD: /usr/bin/id -u, /bin/cat *\n")
        (self.folder / "actions_net.conf").write_text(
            "[ping]\ncommand:/usr/bin/ping\nparameters:-c 1 %s\ntype:script_output\nallowed_groups:adm\n"
            "[look]\ncommand:/usr/bin/ss | wc -l\ntype:script_output\n")

    def mgrctl(self, *words, stdin=None):
        return run([f"{BINARIES}/mgrctl", *words], self.folder, "www-data", stdin)

    def load(self, folder):
        """As the helper would; the error, which is empty."""
        done = subprocess.run([f"{BINARIES}/mgr-configure", "--review", "--folder", str(self.folder / folder)],
                              capture_output=True, timeout=DEADLINE)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_what_is_written_loads(self):
        for words in (("sudoers", "sudoers"), ("configd", "actions_net.conf")):
            done = self.mgrctl("import", *words, "--into", "new")
            self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
            # One more principal or action that it knows: so these files were read, and not refused.
            self.assertIn({"sudoers": b"id-u", "configd": b"ping"}[words[0]], self.load("new"))
        self.assertEqual(sorted(str(path.relative_to(self.folder / "new")) for path in self.folder.glob("new/**/*.toml")),
                         ["modules.d/net.toml", "modules.d/sudo.toml", "policy.toml", "rules.d/configd.toml",
                          "rules.d/sudoers.toml"])

    def test_standard_output_has_all_files_and_standard_error_the_rest(self):
        done = self.mgrctl("import", "sudoers", "-", stdin="alice ALL = NOPASSWD: /usr/bin/id -u, ALL\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(re.findall("^# ==> (.*)$", done.stdout, re.MULTILINE),
                         ["modules.d/sudo.toml", "rules.d/sudoers.toml"])
        self.assertEqual(done.stderr.splitlines()[0], "stdin:1: taken over: sudo id-u")
        self.assertTrue(done.stderr.splitlines()[-1].startswith("1 action and 1 rule taken over; 1 thing needs a human"))
        self.assertEqual(self.mgrctl("-q", "import", "sudoers", "sudoers").stderr, "")
        done = self.mgrctl("import", "sudoers", "-", stdin="alice ALL = NOPASSWD: /usr/bin/id -u\n")
        self.assertTrue(done.stderr.endswith("; 0 things need a human\n"), done.stderr)

    def test_each_thing_that_needs_a_human_is_one_comment(self):
        for words in (("sudoers", "sudoers"), ("configd", "actions_net.conf")):
            done = self.mgrctl("import", *words)
            marks = re.findall("^# NEEDS A HUMAN: [a-z_./]+:[0-9]+: ", done.stdout, re.MULTILINE)
            self.assertEqual(len(marks), 1, done.stdout)
            self.assertIn("; 1 thing needs a human: look for NEEDS A HUMAN\n", done.stderr)

    def test_a_file_that_is_there_is_not_replaced_unasked(self):
        words = ("import", "sudoers", "sudoers", "--into", "new")
        self.assertEqual(self.mgrctl(*words).returncode, 0)
        before = (self.folder / "new/modules.d/sudo.toml").read_bytes()
        done = self.mgrctl(*words)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("new/modules.d/sudo.toml: is there already; --yes replaces it", done.stderr)
        self.assertEqual(self.mgrctl(*words, "--yes").returncode, 0)
        self.assertEqual((self.folder / "new/modules.d/sudo.toml").read_bytes(), before)

    def test_what_cannot_be_read_is_a_wrong_use(self):
        (self.folder / "noise").write_bytes(bytes(range(256)) * 4)
        for words in (("sudoers", "none"), ("sudoers", "noise"), ("configd", "noise"), ("configd", "sudoers"),
                      ("sudoers", "."), ("sudoers",), (), ("passwd", "sudoers")):
            done = self.mgrctl("import", *words, "--into", "never")
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertTrue(done.stderr.startswith("mgrctl: "), done.stderr)
            self.assertTrue(done.stderr.removesuffix("\n").isprintable(), done.stderr)
        self.assertFalse((self.folder / "never").exists())

    def test_what_a_file_holds_never_reaches_the_terminal_raw(self):
        done = self.mgrctl("import", "sudoers", "-", stdin="x ALL=/bin/a 1\nx ALL=/bin/a \x1b]0;owned\x07 *\n\x1b[2J\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        for text in (done.stdout, done.stderr):
            self.assertNotIn("\x1b", text)
            self.assertNotIn("\x07", text)

    def test_the_folder_must_be_writable(self):
        done = self.mgrctl("import", "sudoers", "sudoers", "--into", "/etc/mgr-nobody-may")
        self.assertEqual(done.returncode, 2)
        self.assertIn("Permission denied", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
