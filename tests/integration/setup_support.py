"""What the tests of mgrctl setup share: the files that are shipped, below a folder of root's."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from instance import REPO, ensure_users

BINARIES = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/dev/bin").resolve()
OK, FAILED, USAGE = 0, 1, 2
SCANS = ("--web-user", "www-data", "--allow", "scan")
ANSWERS = (*SCANS, "--units", "nginx.service")


class SetupCase(unittest.TestCase):
    """With the files that are shipped, below a folder of root's."""

    def setUp(self):
        ensure_users()
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="mgr-setup-", dir="/run"))
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        os.chmod(self.root, 0o755)
        self.etc = self.root / "etc/mgr"
        shutil.copytree(REPO / "policy/default", self.etc)
        for path in (self.root / "etc", self.etc, *self.etc.rglob("*")):
            os.chown(path, 0, 0)
            path.chmod(0o755 if path.is_dir() else 0o644)
        self.own = self.etc / "rules.d/10-setup.toml"

    def command(self, *words):
        return [BINARIES / "mgrctl", "--root", self.root, "--libexec", BINARIES, *words]

    def run_setup(self, *words, user=None):
        """Without a terminal; the code, and what was printed, without the root folder's name."""
        before = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--"] if user else []
        done = subprocess.run([*before, *self.command("setup", *words)], stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, start_new_session=True,
                              env={**os.environ, "MGR_HOST": "192.0.2.1:1"})
        return done.returncode, *(text.replace(str(self.root), "") for text in (done.stdout, done.stderr))

    def sets_up(self, *words):
        code, printed, said = self.run_setup(*words)
        self.assertEqual(code, OK, printed + said)
        return printed, said

    def refuses(self, *words, code=USAGE):
        """What is said of it; nothing is written."""
        before = self.tree()
        found, printed, said = self.run_setup(*words)
        self.assertEqual(found, code, printed + said)
        self.assertEqual(self.tree(), before)
        return said

    def tree(self):
        """All that lies below the root folder, with when it was changed."""
        def state(path):
            status = path.lstat()
            return status.st_mode, status.st_ino, status.st_mtime_ns, path.read_bytes() if path.is_file() else b""
        return {path: state(path) for path in (self.root, *self.root.rglob("*"))}

    def write(self, name, text):
        path = self.etc / name
        path.parent.mkdir(exist_ok=True, mode=0o755)
        path.write_text(text)
        path.chmod(0o644)

    def mgrctl(self, *words):
        return subprocess.run(self.command(*words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False)

    def may(self, *words, user="www-data"):
        """What the files decide about a request of the user's."""
        done = self.mgrctl("explain", "--files", self.etc, "--as", user, *words)
        self.assertIn(done.returncode, (0, 126), done.stdout)
        return done.returncode == 0
