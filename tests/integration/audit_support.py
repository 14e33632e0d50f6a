"""A mgr whose audit log is looked at as an admin does: with mgrctl audit, and the first key."""
import json
import pathlib
import subprocess
import time
import unittest

from instance import DEADLINE, SETTINGS, Instance
from jobs_support import BINARIES

POLICY_OF_JOBS = '\n[[allow]]\nwho = ["web"]\nmodule = "job"\naction = "*"\njobs = "own"\n'


class AuditCase(unittest.TestCase):
    settings = ""

    def setUp(self):
        self.mgr = Instance(BINARIES, start=False)
        self.addCleanup(self.mgr.stop)
        policy = (self.mgr.dir / "etc/mgr/policy.toml").read_text()
        self.mgr.write("etc/mgr/policy.toml", policy + POLICY_OF_JOBS)
        self.mgr.write("etc/mgr/mgr.toml", SETTINGS + "[audit]\n" + self.settings)
        self.before_start()
        self.mgr.start()
        self.folder = self.mgr.dir / "var/log/mgr"
        self.log = self.folder / "audit.jsonl"
        self.keys = self.mgr.dir / "var/lib/mgr/audit"

    def before_start(self):
        pass

    def mgrctl(self, *words, status=0, warns=False):
        done = subprocess.run([pathlib.Path(BINARIES) / "mgrctl", "--root", self.mgr.dir, "audit", *words],
                              capture_output=True, text=True, timeout=DEADLINE, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        if status == 0 and not warns:
            self.assertEqual(done.stderr, "")
        return done.stdout

    def take_key(self):
        self.key = self.mgr.dir / "admin.key"
        self.key.write_text(self.mgrctl("key", warns=True))

    def verify(self, *words, status=0):
        shown = self.mgrctl("verify", "--json", "--key", self.key, *words, status=status)
        *findings, summary = [json.loads(line) for line in shown.splitlines()]
        self.assertEqual(summary["whole"], status == 0)
        self.assertEqual(summary["with_mac"], summary["macs_checked"])
        return summary, [finding["fault"] for finding in findings]

    def lines(self):
        """Of all files; a line that is being written is not there yet."""
        files = [(self.folder / name).read_text() for name in self.files()]
        return [json.loads(line) for text in files for line in text[:text.rfind("\n") + 1].splitlines()]

    def files(self):
        return sorted(path.name for path in self.folder.glob("audit-*.jsonl")) + ["audit.jsonl"]

    def restart_helper(self):
        self.mgr.kill_helper()
        self.mgr.start_helper()
        self.mgr.wait_ready()

    def until(self, what, so):
        until = time.monotonic() + DEADLINE
        while not so():
            self.assertLess(time.monotonic(), until, what)
            time.sleep(0.02)
