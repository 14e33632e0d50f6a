"""The module of HACKING.md in a whole mgr: what it says somebody can do with it, and what nobody can.

Usage: hacking_test.py BINARIES TAKEN [unittest arguments]; as root, inside a pid namespace of its own.
BINARIES holds a mgr-helper and a mgr-configure that know the module, TAKEN the files that HACKING.md shows.
"""
import json
import pathlib
import subprocess
import sys
import time
import unittest

from instance import DEADLINE, Instance, uid_of

BINARIES, TAKEN = (pathlib.Path(sys.argv.pop(1)) for _ in range(2))
LISTED, OTHER = "00:00:5e:00:53:01", "00:00:5e:00:53:ff"
DENIED, INVALID = 4, 6

POLICY = """
[[principal]]
name = "web"
user = "www-data"
[[allow]]
who = "anyone"
module = "mgr"
action = "ping"
[[allow]]
who = "web"
module = "mgr"
action = "modules"
"""
# Stands for the program that HACKING.md names.
COMMAND = '#!/bin/sh\necho "$#:$1:$(id -un)" > "@DIR@/seen/woken"\n'


class AModuleInTenLines(unittest.TestCase):
    def setUp(self):
        self.mgr = Instance(BINARIES, start=False)
        self.addCleanup(self.mgr.stop)
        self.mgr.write("bin/wakeonlan", COMMAND, 0o755)
        declared = (TAKEN / "modules.d/wake.toml").read_text()
        self.mgr.write("etc/mgr/modules.d/wake.toml", declared.replace("/usr/bin/wakeonlan", "@DIR@/bin/wakeonlan"))
        self.mgr.write("etc/mgr/policy.toml", POLICY + (TAKEN / "policy.toml").read_text())

    def ask(self, action, mac=None, **options):
        return self.mgr.ask(f"module:wake\naction:{action}\n" + (f"mac:{mac}\n" if mac else "") + "\n", **options)

    def refused(self, code, *request, **options):
        answer = self.ask(*request, **options)
        self.assertFalse(answer["success"], answer)
        self.assertEqual(answer["msg"]["err_code"], code, answer)

    def wait_for_end(self):
        until = time.monotonic() + DEADLINE
        while time.monotonic() < until:
            job = self.ask("status")["data"]["jobs"][0]
            if job["state"] not in ("accepted", "queued", "running"):
                return job
            time.sleep(0.02)
        raise AssertionError("the job does not end")

    def mgrctl(self, *words):
        entry = uid_of("www-data")
        done = subprocess.run([BINARIES / "mgrctl", "--root", self.mgr.dir, *words], capture_output=True, text=True,
                              timeout=60, stdin=subprocess.DEVNULL, user=entry.pw_uid, group=entry.pw_gid,
                              extra_groups=[])
        return done.returncode, done.stdout, done.stderr

    def check(self):
        done = subprocess.run([BINARIES / "mgrctl", "--libexec", BINARIES, "--root", self.mgr.dir, "policy", "check"],
                              capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def test_starts_its_job_and_shows_it(self):
        self.mgr.start()
        self.assertEqual(self.ask("status")["data"]["jobs"], [])
        started = self.ask("send", LISTED)
        self.assertTrue(started["success"], started)
        job = started["data"]["jobs"][0]
        self.assertEqual((job["key"], job["module"], job["action"], job["new"]),
                         (f"wake:{LISTED}", "wake", "send", True))
        self.assertEqual(self.wait_for_end()["state"], "succeeded")
        self.assertEqual((self.mgr.dir / "seen/woken").read_text(), f"1:{LISTED}:nobody\n")

    def test_what_no_rule_allows_is_denied(self):
        self.mgr.start()
        self.refused(DENIED, "send", OTHER)
        self.refused(DENIED, "send", LISTED, user="daemon")
        self.refused(DENIED, "status", user="daemon")
        self.refused(DENIED, "send", LISTED, user=None)  # root is named by no rule either
        self.assertFalse(self.ask("send", LISTED, tcp=True)["success"])

    def test_a_value_that_is_no_mac_address_reaches_nobody(self):
        self.mgr.start()
        for mac in (None, "-h", "00:00:5e:00:53", "00:00:5e:00:53:01;id", "00-00-5e-00-53-01", "00:00:5e:00:53:0g",
                    "00:00:5e:00:53:01,00:00:5e:00:53:02", "00:00:5e:00:53:01:02", "$(id)", "\u0660" * 12):
            self.refused(INVALID, "send", mac)
        self.refused(INVALID, "status", LISTED)
        self.assertEqual(self.mgr.job_folders(), [])

    def test_it_is_told_of_and_has_its_help(self):
        self.mgr.start()
        modules = self.mgr.ask("module:mgr\naction:modules\n\n")["data"]["modules"]
        wake = next(module for module in modules if module["name"] == "wake")
        self.assertEqual(wake["summary"], "Wakes machines up")
        send, status = wake["actions"]
        self.assertEqual((send["name"], send["mode"], send["min_proof"]), ("send", "job", "kernel"))
        self.assertEqual([(given["name"], given["type"], given["required"]) for given in send["arguments"]],
                         [("mac", "mac", True)])
        self.assertEqual((status["name"], status["mode"], status["arguments"]), ("status", "reply", []))
        code, said, _ = self.mgrctl("wake", "send", "--help")
        self.assertEqual(code, 0)
        self.assertIn("MAC address", said)
        code, said, errors = self.mgrctl("wake", "send", LISTED)
        self.assertEqual((code, errors), (0, ""))
        self.assertIn(f"wake:{LISTED}", said)

    def test_what_modules_d_may_say_is_checked(self):
        for lines, wrong in (('command = "/bin/true"\nmode = "output"\n', 'send has mode "job" and no other'),
                             ('command = ["/bin/true", "{host}"]\n', "names 'host', which it does not give"),
                             ('command = "/bin/true"\narg.host = { type = "string" }\n',
                              "send takes no arguments but its own")):
            self.mgr.write("etc/mgr/modules.d/wake.toml", "[module.wake.action.send]\n" + lines)
            code, said = self.check()
            self.assertEqual(code, 2, said)
            self.assertIn("wake.toml:1: the module wake: ", said)
            self.assertIn(wrong, said)
        self.mgr.write("etc/mgr/modules.d/wake.toml", '[module.wake.action.sing]\ncommand = "/bin/true"\n')
        self.assertIn("has no command of this name", self.check()[1])

    def test_without_a_command_it_fails_and_says_so(self):
        self.mgr.write("etc/mgr/modules.d/wake.toml", "")
        self.mgr.start()
        answer = self.ask("send", LISTED)
        self.assertEqual(answer["msg"]["err_code"], 2, answer)
        self.assertIn("modules.d names no command", json.dumps(answer))


if __name__ == "__main__":
    unittest.main()
