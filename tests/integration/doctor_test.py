"""`mgrctl doctor` of a mgr that is well: nothing has failed, nothing is changed, and to whom it says what.

Usage: doctor_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import os
import subprocess
import unittest

from client_fake_server import FakeServer, success
from doctor_support import DoctorCase


class Well(DoctorCase):
    CHECKS = ("kernel", "cgroup", "users", "files", "configuration", "processes", "sockets", "network", "versions", "clock",
              "keys", "audit", "disk")

    def test_nothing_has_failed(self):
        lines = self.doctor()
        self.assertEqual([line for line in lines if line["verdict"] == "failed"], [])
        self.assertEqual(set(line["check"] for line in lines), {*self.CHECKS, "units", "signing"})
        # The log's first key is still there; and what machines for tests often lack: a clock that is kept right, a
        # controller of cgroups, a disk with room. All else is well.
        well = {line["check"] for line in lines if line["verdict"] == "ok"}
        self.assertEqual(set(self.CHECKS) - well - {"audit", "clock", "cgroup", "disk"}, set(), lines)

    def test_the_units_of_the_machine_are_not_those_of_a_scratch_root(self):
        self.assertEqual([line["verdict"] for line in self.doctor() if line["check"] == "units"], ["not checked"])

    def test_roots_signature_is_tried(self):
        line, = [line for line in self.doctor(key=None) if line["check"] == "signing"]
        self.assertEqual(line["verdict"], "ok", line)

    def test_for_people_a_line_each_and_what_to_do_below(self):
        run = self.mgr.mgrctl("doctor")
        lines = run.stdout.splitlines()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertTrue(any(line.startswith("ok           sockets: ") for line in lines), run.stdout)
        first_key = next(i for i, line in enumerate(lines) if line.startswith("warning      audit: "))
        self.assertEqual(lines[first_key + 1],
                         f"             mgrctl --root {self.mgr.dir} audit key > /media/usb/audit.key")
        self.assertRegex(lines[-1], r"^\d+ ok, \d+ warnings?, 0 failed, \d+ not checked$")

    def test_quiet_is_what_is_wrong_alone(self):
        verdicts = {line[:13].strip() for line in self.mgr.mgrctl("-q", "doctor").stdout.splitlines()}
        self.assertEqual(verdicts, {"warning", ""})

    def test_changes_nothing(self):
        def look():
            own = ("var/log", "var/lib/mgr/audit", "helper.log", "broker.log")  # which mgr writes while it runs
            return {str(path.relative_to(self.mgr.dir)): path.lstat()[:8] for path in self.mgr.dir.rglob("*")
                    if not str(path.relative_to(self.mgr.dir)).startswith(own)}
        before = look()
        self.doctor()
        self.assertEqual({name: (before.get(name), stat) for name, stat in look().items()
                          if name in before and stat[:7] != before[name][:7]}, {})
        self.assertEqual(set(look()), set(before))

    def test_is_no_action_and_takes_no_words(self):
        for words in (["doctor", "now"], ["doctor", "--wait"], ["--host", "127.0.0.1:1", "doctor"]):
            self.assertEqual(self.mgr.mgrctl(*words).returncode, 125 if "--wait" in words else 2, words)


class Seen(DoctorCase):
    """By others than root, and of others than mgr."""

    def test_an_ordinary_user_is_told_what_it_could_not_see(self):
        before = len(self.mgr.written_audit())
        lines = self.doctor(user="games")
        self.assertEqual([line for line in lines if line["verdict"] == "failed"], [])
        checks = {line["check"]: line["verdict"] for line in lines}
        self.assertEqual(checks["audit"], "not checked")
        self.assertEqual(checks["kernel"], "ok")
        self.assertEqual(checks["sockets"], "ok")
        self.assertIn("sudo mgrctl", self.mgr.mgrctl("doctor", user="games").stdout)
        self.assertEqual([line for line in self.mgr.written_audit()[before:] if b"refused" in line], [])

    def test_what_a_broker_says_moves_no_cursor_and_is_no_line(self):
        evil = "0.1\x1b[2J\nok           users: all well\u202e"

        def answer(fields):
            return success(fields["action"], {"version": evil})
        with FakeServer(answer) as server:
            os.chmod(server.path, 0o666)
            run = self.mgr.mgrctl("--socket", server.path, "doctor")
        self.assertNotIn("\x1b", run.stdout)
        self.assertNotIn("\u202e", run.stdout)
        self.assertNotIn("\nok           users: all well", run.stdout)
        self.assertIn("warning      versions: mgr 0.1\\x1b[2J", run.stdout)

    def test_a_process_that_is_only_called_so_is_none(self):
        process = subprocess.Popen(["setpriv", "--reuid=games", "--clear-groups", "--", "/usr/bin/python3", "-c",
                                    "import sys; open('/proc/self/comm', 'w').write('mgr-helper');"
                                    "print('ready', flush=True); sys.stdin.read()", "--root", str(self.mgr.dir)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self.assertEqual(process.stdout.readline(), b"ready\n")
            self.is_well("processes")
        finally:
            process.communicate()


if __name__ == "__main__":
    unittest.main()
