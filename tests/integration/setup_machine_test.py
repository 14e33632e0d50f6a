"""mgrctl setup and what else it changes: who is an admin, and the mgr that runs.

Usage: setup_machine_test.py BINARIES [unittest arguments]; as root, inside a pid namespace and a mount
namespace of its own.
"""
import hashlib
import shutil
import subprocess
import tempfile
import time
import unittest

from at_terminal import AtTerminal
from instance import Instance
from setup_support import BINARIES, FAILED, OK, SCANS, SetupCase


class Admin(SetupCase):
    """With users and groups of the test's own, in a mount namespace of its own."""

    def setUp(self):
        super().setUp()
        etc = tempfile.mkdtemp(dir="/run")
        self.addCleanup(shutil.rmtree, etc)
        subprocess.run(["cp", "-a", "/etc/.", etc], check=True)
        subprocess.run(["mount", "--bind", etc, "/etc"], check=True)
        self.addCleanup(subprocess.run, ["umount", "/etc"], check=True)
        for user in ("setup-alice", "setup-bob"):
            subprocess.run(["useradd", "--no-create-home", user], check=True)

    @staticmethod
    def members():
        entry = subprocess.run(["getent", "group", "mgr-admin"], check=True, stdout=subprocess.PIPE, text=True).stdout
        return set(filter(None, entry.strip().split(":")[3].split(",")))

    def test_is_put_into_the_group(self):
        before = self.members()
        printed, _ = self.sets_up(*SCANS, "--admin", "setup-alice", "--yes")
        self.assertEqual(self.members(), before | {"setup-alice"})
        self.assertIn("keygen setup-alice", printed)
        self.assertTrue(self.may("mgr", "stats", user="setup-alice"))
        self.sets_up(*SCANS, "--admin", "setup-alice", "--yes")
        self.sets_up(*SCANS, "--admin", "setup-bob", "--yes")
        self.assertEqual(self.members(), before | {"setup-alice", "setup-bob"})

    def test_a_dry_run_puts_nobody_there(self):
        before = self.members()
        self.sets_up(*SCANS, "--admin", "setup-alice", "--dry-run")
        self.assertEqual(self.members(), before)

    def test_a_group_that_is_missing_is_told(self):
        self.write("mgr.toml", '[helper]\nadmin_group = "setup-missing"\n')
        self.assertIn("group of the admins", self.refuses(*SCANS, "--admin", "setup-alice", "--yes"))

    def test_a_group_that_no_rule_is_about_is_told(self):
        policy = (self.etc / "policy.toml").read_text()
        self.write("policy.toml", policy.replace('group = "mgr-admin"', 'group = "root"'))
        _, said = self.sets_up(*SCANS, "--admin", "setup-alice", "--yes")
        self.assertIn("No principal of the policy has the group mgr-admin", said)

    def test_where_the_group_cannot_be_changed_it_is_said(self):
        subprocess.run(["mount", "-o", "remount,bind,ro", "/etc"], check=True)
        self.addCleanup(subprocess.run, ["mount", "-o", "remount,bind,rw", "/etc"], check=True)
        code, _, said = self.run_setup(*SCANS, "--admin", "setup-alice", "--yes")
        self.assertEqual(code, FAILED, said)
        self.assertIn("gpasswd -a setup-alice mgr-admin failed", said)
        self.assertTrue(self.own.exists())


class Running(unittest.TestCase):
    """A helper that runs loads it at once, or not at all."""

    ECHO = '[module.echo.action.{}]\ncommand = ["/bin/echo", "hello"]\nuser = "{}"\nmode = "output"\n'

    def setUp(self):
        self.mgr = Instance(BINARIES, start=False)
        self.addCleanup(self.mgr.stop)
        self.mgr.write("etc/mgr/modules.d/echo.toml", self.ECHO.format("say", "mgr-scan"))
        self.mgr.start()
        self.own = self.mgr.dir / "etc/mgr/rules.d/10-setup.toml"

    def run_setup(self, *words):
        done = subprocess.run([BINARIES / "mgrctl", "--root", self.mgr.dir, "--libexec", BINARIES, "setup",
                               "--web-user", "www-data", "--yes", *words], stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, start_new_session=True)
        return done.returncode, done.stdout, done.stderr

    def say(self):
        return self.mgr.ask("module:echo\naction:say\n\n")

    def test_it_is_in_force_at_once(self):
        self.assertEqual(self.say()["msg"], {"err_code": 4})
        code, printed, said = self.run_setup("--allow", "echo")
        self.assertEqual(code, OK, said)
        self.assertIn("is written, and in force\n", printed)
        self.assertIn("allowed: www-data may echo say\n", printed)
        self.assertTrue(self.say()["success"])
        self.assertEqual(self.run_setup("--allow", "none")[0], OK)
        self.assertEqual(self.say()["msg"], {"err_code": 4})

    def test_the_time_to_answer_is_not_the_helpers(self):
        timeout = 3
        person = AtTerminal([str(word) for word in (
            BINARIES / "mgrctl", "--root", self.mgr.dir, "--libexec", BINARIES, "setup", "--timeout", timeout,
            "--web-user", "www-data", "--allow", "echo", "--admin", "none", "--listen", f"127.0.0.1:{self.mgr.port}")])
        person.sees(b"Really? [y/N] ")
        time.sleep(timeout)  # the person's, which is what this is about
        person.types(b"y\n")
        self.assertEqual(person.ends(), OK, person.shown)
        self.assertIn(b"is written, and in force", person.shown)

    def test_the_audits_first_key_is_a_step_until_it_is_taken(self):
        taken = [BINARIES / "mgrctl", "--root", self.mgr.dir, "audit", "key"]
        self.assertIn("audit key > FILE", self.run_setup("--allow", "echo")[1])
        subprocess.run(taken, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.assertNotIn("audit key > FILE", self.run_setup("--allow", "echo")[1])

    def test_what_the_helper_refuses_is_taken_back(self):
        """A mistake that only the machine knows: an action that runs as the broker's user."""
        self.assertEqual(self.run_setup("--allow", "echo")[0], OK)
        before = hashlib.sha256(self.own.read_bytes()).digest()
        settings = (self.mgr.dir / "etc/mgr/mgr.toml").read_bytes()
        self.mgr.write("etc/mgr/modules.d/own.toml", self.ECHO.format("own", "mgr-broker"))
        code, _, said = self.run_setup("--allow", "echo,scan", "--listen", "192.0.2.1:1")
        self.assertEqual(code, FAILED, said)
        self.assertIn("would run as mgr-broker", said)
        self.assertIn("10-setup.toml is as it was before", said)
        self.assertEqual(hashlib.sha256(self.own.read_bytes()).digest(), before)
        self.assertEqual((self.mgr.dir / "etc/mgr/mgr.toml").read_bytes(), settings)
        self.own.unlink()
        self.assertEqual(self.run_setup("--allow", "echo")[0], FAILED)
        self.assertFalse(self.own.exists())

    def test_without_a_helper_it_counts_from_the_next_start(self):
        self.mgr.kill_helper()
        code, printed, said = self.run_setup("--allow", "echo")
        self.assertEqual(code, OK, said)
        self.assertIn("counts from the next start of mgr-helper", said)
        self.assertIn("allowed: www-data may echo say\n", printed)
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.assertTrue(self.say()["success"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
