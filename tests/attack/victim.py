"""A file that no attack may touch, and a look at the system calls of who should not."""
import os
import pathlib
import signal
import subprocess
import time

import attack  # noqa: F401 (finds the folder of instance.py)
from instance import DEADLINE


class Victim:
    """A file of root's that an attacker would have changed or told: whatever happens, it stays as it was."""

    TEXT = "victim " * 20 + "\n"

    def __init__(self, folder):
        self.folder = folder / "victim"
        self.folder.mkdir(mode=0o700)
        self.path = self.folder / "file"
        self.path.write_text(self.TEXT)
        os.chmod(self.path, 0o600)
        self.before = self.state()

    def state(self):
        return [(str(path), os.lstat(path)[:3], os.lstat(path)[4:7], os.lstat(path).st_mtime_ns,
                 path.read_text() if path.is_file() else "") for path in (self.folder, *sorted(self.folder.iterdir()))]

    def links(self):
        return os.stat(self.path).st_nlink


class traced:
    """strace on a running process for the with-block: the system calls on files, and what starts programs."""

    def __init__(self, pid, output, calls="%file,%process,unlinkat"):
        self.tracer = subprocess.Popen(["strace", "-f", "-qq", "-y", "-e", "trace=" + calls, "-o", output, "-p",
                                        str(pid)])
        self.pid = pid

    def __enter__(self):
        until = time.monotonic() + DEADLINE
        while "TracerPid:\t0" in pathlib.Path(f"/proc/{self.pid}/status").read_text():
            assert time.monotonic() < until and self.tracer.poll() is None, "strace does not attach"
            time.sleep(0.01)

    def __exit__(self, *_):
        self.tracer.send_signal(signal.SIGINT)
        self.tracer.wait(DEADLINE)
