"""What mgrctl shows of a shutdown, asked of a whole mgr whose shutdown is a harmless command.

Usage: shutdown_view_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import subprocess
import unittest

from instance import DEADLINE, uid_of
from jobs_support import BINARIES
from shutdown_support import ShutdownTestCase


class View(ShutdownTestCase):
    def mgrctl(self, *words, status=0):
        entry = uid_of("www-data")
        done = subprocess.run([BINARIES + "/mgrctl", "--root", self.mgr.dir, *map(str, words)], capture_output=True,
                              text=True, timeout=DEADLINE, stdin=subprocess.DEVNULL, user=entry.pw_uid,
                              group=entry.pw_gid, extra_groups=[])
        self.assertEqual(done.returncode, status, (words, done.stdout, done.stderr))
        return done.stdout if status == 0 else done.stderr

    def test_nothing_is_scheduled(self):
        self.assertEqual(self.mgrctl("shutdown", "status"), "no shutdown is scheduled\n")

    def test_when_the_machine_goes_down(self):
        said = self.mgrctl("shutdown", "poweroff", "delay=1h", "message=Back at noon")
        self.assertIn("shutdown", said)
        due = self.scheduled()[0]["due"]
        at = f"{due[:10]} {due[11:19]} UTC"
        status = self.mgrctl("shutdown", "status")
        self.assertTrue(status.startswith(f"poweroff: the machine goes down at {at} (in "), status)
        self.assertIn("message: Back at noon\n", status)
        job = self.scheduled()[0]["id"]
        self.assertIn(f"Due:       {at} (in ", self.mgrctl("job", "show", job))
        heading, row = self.mgrctl("jobs").splitlines()
        self.assertTrue(heading.endswith("DUE"), heading)
        self.assertRegex(row, r"  in [0-9 a-z.]+$")
        self.mgrctl("shutdown", "cancel")
        self.assertEqual(self.mgrctl("shutdown", "status"), "no shutdown is scheduled\n")
        self.assertNotIn("\x1b", status)

    def test_what_it_waits_for(self):
        first, second = self.start_gated("a", "single"), self.start_gated("b", "single")
        refused = self.mgrctl("shutdown", "reboot", status=1)
        self.assertIn(f"{first}", refused)
        self.assertIn("WAITS FOR", self.mgrctl("shutdown", "reboot", "wait_for_jobs=yes"))
        status = self.mgrctl("shutdown", "status")
        self.assertTrue(status.startswith("reboot: the machine goes down when these jobs have ended: "
                                          f"{first}, {second}; no new ones are accepted\n"), status)
        self.assertIn(f"Waits for: {first}, {second}\n", status)
        self.assertIn("WAITS FOR", self.mgrctl("jobs"))


if __name__ == "__main__":
    unittest.main()
