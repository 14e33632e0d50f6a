"""What the tests of mgrctl doctor share: a mgr that is well, and what is found wrong with it."""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

from instance import POLICY, Instance, uid_of

BINARIES = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/dev/bin").resolve()
PROGRAMS = ("mgr-helper", "mgr-broker", "mgr-configure", "mgr-job", "mgrctl")
ROOTS_RULE = 'name = "root"\nuid = 0\n'


class DoctorInstance(Instance):
    """Its programs are copies in a folder that is root's all the way up, as installed ones are."""

    def __init__(self):
        super().__init__(BINARIES, start=False)
        self.binaries = self.libexec = self.dir / "programs"
        self.binaries.mkdir(mode=0o755)
        for program in PROGRAMS:
            shutil.copy(BINARIES / program, self.binaries / program)
            os.chmod(self.binaries / program, 0o755)
        self.write("etc/mgr/policy.toml", POLICY.replace(ROOTS_RULE, ROOTS_RULE + 'key = "root"\n'))

    def mgrctl(self, *words, user=None, key="", prefix=()):
        environment = {"PATH": os.environ["PATH"]}
        if key is not None:
            environment["MGR_KEY"] = key
        become = []
        if user:
            entry = uid_of(user)
            become = ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups", "--"]
        return subprocess.run([*prefix, *become, self.binaries / "mgrctl", "--root", self.dir, "--libexec", self.libexec,
                               *words], env=environment, capture_output=True, text=True, timeout=60)


class DoctorCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mgr = DoctorInstance()
        try:
            cls.mgr.start()
        except Exception:
            cls.mgr.stop()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.mgr.stop()

    def doctor(self, *words, **more):
        """Its lines: check, verdict, found, remedy; and that its exit status is what they say."""
        run = self.mgr.mgrctl("--json", "doctor", *words, **more)
        told = json.loads(run.stdout)
        failed = [line for line in told["checks"] if line["verdict"] == "failed"]
        self.assertEqual(told["failed"], len(failed))
        self.assertEqual(run.returncode, 1 if failed else 0, run.stderr)
        return told["checks"]

    def wrong(self, *words, **more):
        return [line for line in self.doctor(*words, **more) if line["verdict"] in ("failed", "warning")]

    def found(self, check, verdict, text, **more):
        """The remedy of the one line that says so; nothing else has failed."""
        lines = self.wrong(**more)
        mine = [line for line in lines if (line["check"], line["verdict"]) == (check, verdict) and text in line["found"]]
        self.assertEqual(len(mine), 1, lines)
        self.assertEqual([line for line in lines if line["verdict"] == "failed" and line is not mine[0]], [])
        return mine[0]["remedy"]

    def is_well(self, *but):
        """Nothing has failed, and nothing of these checks is a warning."""
        lines = self.wrong()
        self.assertEqual([line for line in lines if line["verdict"] == "failed" or line["check"] in but], [])

    def type(self, command):
        subprocess.run(["sh", "-c", command], check=True)

    @contextlib.contextmanager
    def replaced(self, name, change):
        """The file of /etc/mgr and the like, changed, and put back."""
        path = self.mgr.dir / name
        before = path.read_bytes()
        path.write_bytes(change(before))
        try:
            yield path
        finally:
            path.write_bytes(before)
