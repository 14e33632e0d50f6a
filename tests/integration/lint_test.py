"""What mgrctl policy lint and policy check print, and how they end.

Usage: lint_test.py BINARIES [unittest arguments]; as root, since /etc/mgr is root's.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

BINARIES = pathlib.Path(sys.argv[1]).resolve()
REPO = pathlib.Path(__file__).resolve().parents[2]
NOBODY = 65534

GOOD = """
[[allow]]
who = "anyone"
module = "mgr"
action = "ping"
"""
SHELL = """[module.box.action.say]
command = ["/bin/sh", "-c", "echo {text}"]
user = "nobody"
arg.text = { type = "string" }
"""


class PolicyFiles(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="mgr-lint-", dir="/run"))
        self.addCleanup(shutil.rmtree, self.root)
        os.chmod(self.root, 0o755)
        self.etc = self.root / "etc/mgr"
        (self.etc / "modules.d").mkdir(parents=True)
        self.write("policy.toml", GOOD)

    def write(self, name, text):
        path = self.etc / name
        path.write_text(text)
        path.chmod(0o644)
        return path

    def run_mgrctl(self, *words, user=None):
        command = [BINARIES / "mgrctl", "--libexec", BINARIES, *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, user=user,
                              extra_groups=[] if user else None, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout, done.stderr

    def lint(self, *words, user=None):
        return self.run_mgrctl("policy", "lint", *words, user=user)


class Lint(PolicyFiles):
    def test_finds_nothing_in_what_is_right(self):
        self.assertEqual(self.lint("--files", self.etc), (0, "nothing found\n", ""))
        self.assertEqual(self.lint("--root", self.root), (0, "nothing found\n", ""))
        self.assertEqual(self.lint("-q", "--root", self.root), (0, "", ""))

    def test_prints_place_code_reason_and_remedy(self):
        path = self.write("modules.d/box.toml", SHELL)
        code, output, errors = self.lint("--files", self.etc)
        self.assertEqual((code, errors), (1, ""))
        found, remedy = output.splitlines()
        self.assertTrue(found.startswith(f"{path}:1: interpreter-code: 'text' is read by /bin/sh as code"), found)
        self.assertTrue(remedy.startswith("    write a script"), remedy)
        self.assertEqual(self.lint("--root", self.root)[1], output)

    def test_is_silenced_on_the_spot(self):
        self.write("modules.d/box.toml", "# mgr-lint: allow interpreter-code a test of a shell\n" + SHELL)
        for where in (("--files", self.etc), ("--files", f"{self.etc}/"), ("--root", self.root)):
            self.assertEqual(self.lint(*where), (0, "nothing found\n", ""))
        # of a file without rules too
        path = self.write("modules.d/empty.toml", "# mgr-lint: allow root-path for no reason\n")
        code, output, _ = self.lint("--files", self.etc)
        self.assertEqual(code, 1)
        self.assertTrue(output.startswith(f"{path}:1: silence-unused: "), output)

    def test_a_rule_that_lists_no_unit_does_not_load(self):
        self.write("modules.d/site.toml", """[module.site.action.restart]
command = ["/bin/echo", "{unit}"]
arg.unit = { type = "unit", listed = true }
""")
        allow = '[[allow]]\nwho = "anyone"\nmodule = %s\naction = %s\n'
        path = self.etc / "policy.toml"
        for module, action in (('"site"', '"restart"'), ('["scan", "site"]', '"*"')):
            self.write("policy.toml", GOOD + allow % (module, action))
            for command in ("check", "lint"):
                code, _, errors = self.run_mgrctl("policy", command, "--files", self.etc)
                self.assertEqual(code, 2)
                self.assertIn(f"{path}:6: the action 'restart' wants each rule to list its 'unit': "
                              "write where = { unit = [", errors)
        self.write("policy.toml", GOOD + allow % ('"site"', '"*"') + 'where = { unit = "nginx.service" }\n')
        self.assertEqual(self.run_mgrctl("policy", "check", "--files", self.etc)[0], 0)

    def test_writes_json(self):
        path = self.write("modules.d/box.toml", SHELL)
        code, output, _ = self.lint("--json", "--files", self.etc)
        told = json.loads(output)
        self.assertEqual((code, told["count"]), (1, 1))
        finding = told["findings"][0]
        self.assertEqual((finding["file"], finding["line"], finding["code"], finding["severity"]),
                         (str(path), 1, "interpreter-code", "danger"))
        self.assertTrue(finding["text"] and finding["remedy"])

    def test_looks_at_the_files_of_the_machine(self):
        drop = self.root / "drop"
        drop.mkdir()
        drop.chmod(0o1777)
        command = drop / "run"
        command.write_text("#!/bin/sh\n")
        command.chmod(0o755)
        self.write("modules.d/box.toml", f'[module.box.action.run]\ncommand = ["{command}"]\n')
        code, output, _ = self.lint("--files", self.etc)
        self.assertEqual(code, 1)
        self.assertIn(f":1: loose-command: the command, {command}, can be replaced", output)
        self.assertIn("(mode 1777)", output)

    def test_says_what_its_caller_may_not_look_at(self):
        hidden = self.root / "hidden"
        hidden.mkdir(0o700)
        (hidden / "run").write_text("")
        self.write("modules.d/box.toml", f'[module.box.action.run]\ncommand = ["{hidden}/run"]\n')
        self.assertEqual(self.lint("--files", self.etc)[0], 0)
        code, output, _ = self.lint("--files", self.etc, user=NOBODY)
        self.assertEqual(code, 1, output)
        self.assertIn(": not-looked-at: ", output)

    def test_ends_with_2_where_the_policy_does_not_load(self):
        path = self.write("policy.toml", GOOD + "modul = 1\n")
        code, output, errors = self.lint("--files", self.etc)
        self.assertEqual((code, output), (2, ""))
        self.assertIn(f"{path}:6: unknown key 'modul'", errors)
        self.assertEqual(self.lint("--files", self.root / "gone")[0], 2)
        self.assertEqual(self.lint("policy.toml")[0], 2)

    def test_shows_nothing_that_a_terminal_acts_on(self):
        self.write("modules.d/box.toml", SHELL.replace("/bin/sh", "/opt/\\u001b]0;x\\u0007\\u202e/sh"))
        _, output, errors = self.lint("--files", self.etc)
        self.assertIn("\\x1b]0;x", output)
        for hostile in "\x1b\x07\u202e":
            self.assertNotIn(hostile, output + errors)

    def test_waits_for_no_fifo(self):
        os.mkfifo(self.etc / "modules.d/box.toml")
        self.assertEqual(self.lint("--files", self.etc)[0], 2)


class Check(PolicyFiles):
    def check(self, *words, user=None):
        return self.run_mgrctl("policy", "check", *words, user=user)

    def test_says_what_it_did_not_look_at(self):
        code, output, errors = self.check("--files", self.etc)
        self.assertEqual((code, errors), (0, ""))
        lines = output.splitlines()
        self.assertEqual(lines[0], "the configuration is valid")
        self.assertEqual([line.split(":")[0] for line in lines[1:]], ["ownership not checked", "machine not checked"])
        code, output, errors = self.check("--root", self.root, user=NOBODY)
        self.assertEqual((code, errors), (0, ""))
        self.assertEqual([line.split(":")[0] for line in output.splitlines()[1:]], ["machine not checked"])

    def test_says_what_a_helper_would(self):
        self.write("policy.toml", GOOD + '[[allow]]\nwho = "anyone"\nmodule = "gone"\naction = "x"\n')
        helper = subprocess.run([BINARIES / "mgr-helper", "--libexec", BINARIES, "--root", self.root, "--check"],
                                capture_output=True, text=True, timeout=60)
        code, output, errors = self.check("--root", self.root)
        self.assertEqual(code == 0, helper.returncode == 0, (errors, helper.stderr))
        self.assertEqual(output, helper.stdout)
        plain = [line.replace("mgr-helper: ", "").replace("error: ", "") for line in helper.stderr.splitlines()]
        self.assertEqual([line.replace("mgrctl: ", "") for line in errors.splitlines()], plain)

    def test_ends_with_2_and_the_place_of_a_mistake(self):
        path = self.write("policy.toml", GOOD + "modul = 1\n")
        for user in (None, NOBODY):
            code, output, errors = self.check("--root", self.root, user=user)
            self.assertEqual((code, output, errors), (2, "", f"mgrctl: {path}:6: unknown key 'modul'\n"))
        code, output, _ = self.check("--json", "--files", self.etc)
        told = json.loads(output)
        self.assertEqual((code, told["valid"]), (2, False))
        self.assertEqual(told["error"], f"{path}:6: unknown key 'modul'")

    def test_counts_ownership_but_of_a_copy(self):
        (self.etc / "policy.toml").chmod(0o666)
        code, _, errors = self.check("--root", self.root)
        self.assertEqual(code, 2)
        self.assertIn("policy.toml: writable by ", errors)
        self.assertEqual(self.check("--files", self.etc)[0], 0)

    def test_writes_json(self):
        told = json.loads(self.check("--json", "--files", self.etc)[1])
        self.assertEqual((told["valid"], told["warnings"], len(told["not_checked"])), (True, [], 2))

    def test_tells_where_mgr_configure_is_missing(self):
        done = subprocess.run([BINARIES / "mgrctl", "--libexec", self.root, "policy", "check"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 127, done.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
