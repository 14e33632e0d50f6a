"""Between the check and the use nothing can be put in the place of what was checked, and nobody is held up by it."""
import ctypes
import fcntl
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import attack
from attack import FAILED
from instance import DEADLINE, acting_as, policy_of_www_data

MODULE = """
[module.show.action.file]
command = ["/bin/cat", "{file}"]
mode    = "output"
user    = "mgr-scan"
arg.file = { type = "path", roots = ["@DIR@/open/files"] }
[module.show.action.job]
command = ["/bin/cat", "{file}"]
user    = "mgr-scan"
stop_grace = "50ms"
arg.file = { type = "path", roots = ["@DIR@/open/files"] }
[module.show.action.quick]
command = ["/bin/true"]
mode    = "output"
[module.show.action.who]
command = ["/usr/bin/id"]
user    = "mgr-scan"
cwd     = "@DIR@/open"
mode    = "output"
"""
RENAME_EXCHANGE = 2
libc = ctypes.CDLL(None, use_errno=True)


def exchange(one, other):
    """renameat2(2): the two names change places, in one step."""
    if libc.renameat2(-100, os.fsencode(one), -100, os.fsencode(other), RENAME_EXCHANGE) != 0:
        raise OSError(ctypes.get_errno(), "renameat2")


class OpenFolder(attack.AttackTestCase):
    """Everything below `open` is an attacker's."""

    def files(self):
        self.mgr.write("etc/mgr/policy.toml", policy_of_www_data("show", "job"))
        self.mgr.write("etc/mgr/modules.d/show.toml", MODULE)
        self.open = self.mgr.dir / "open"
        self.outside = self.mgr.dir / "outside"
        for folder in (self.open, self.open / "files", self.open / "files/a", self.open / "files/a/b", self.outside,
                       self.outside / "b"):
            folder.mkdir(mode=0o755)
        for name, text in (("open/files/a/b/file", "inside\n"), ("outside/file", "outside\n"),
                           ("outside/b/file", "outside\n")):
            self.mgr.write(name, text)


class Swapped(OpenFolder):
    """Folders and links there are swapped without end."""

    TRIES = 400

    def swapping(self, one, other):
        """A process that swaps the two until it is killed."""
        child = os.fork()
        if child == 0:
            try:
                while True:
                    exchange(one, other)
            finally:
                os._exit(1)
        self.addCleanup(os.waitpid, child, 0)
        self.addCleanup(os.kill, child, signal.SIGKILL)

    def never_leads_outside(self, path):
        told = {"inside\n": 0, None: 0}
        for _ in range(self.TRIES):
            reply = self.mgr.ask(f"module:show\naction:file\nfile:{path}\n\n")
            if reply["success"]:
                self.assertEqual(reply["data"]["stdout"], "inside\n")
            else:
                self.assertEqual(reply["msg"], {"err_code": FAILED}, reply)
                self.assertNotIn("outside\n", str(reply))
            told[reply["data"]["stdout"] if reply["success"] else None] += 1
            if min(told.values()) >= 20:
                break
        self.assertGreater(min(told.values()), 0, told)  # it was really swapped in between

    def test_a_folder_that_is_swapped_with_a_link_leads_nowhere_else(self):
        """snapd CVE-2022-3328: a folder on the way became a link between check and use."""
        os.symlink(self.outside, self.open / "link")
        self.swapping(self.open / "files/a", self.open / "link")
        self.never_leads_outside(self.open / "files/a/b/file")

    def test_a_file_that_is_swapped_with_a_link_leads_nowhere_else(self):
        """The last part of a path, swapped between check and use."""
        os.symlink(self.outside / "file", self.open / "link")
        self.swapping(self.open / "files/a/b/file", self.open / "link")
        self.never_leads_outside(self.open / "files/a/b/file")

    def test_a_root_that_is_swapped_with_a_link_is_not_followed(self):
        """snapd CVE-2026-3888: the folder that the path has to be beneath was made anew, by somebody else."""
        (self.outside / "a").symlink_to(self.outside)
        os.symlink(self.outside, self.open / "link")
        self.swapping(self.open / "files", self.open / "link")
        self.never_leads_outside(self.open / "files/a/b/file")

    def test_a_lease_holds_up_its_own_job_alone(self):
        """A lease blocks whoever opens the file, for 45 s: here that is the command, and nobody of mgr's."""
        file = self.open / "files/leased"
        file.write_text("leased\n")
        os.chown(file, 1, 1)
        with acting_as("daemon"):
            held = os.open(file, os.O_RDWR)
        self.addCleanup(os.close, held)
        previous = signal.signal(signal.SIGIO, signal.SIG_IGN)
        self.addCleanup(signal.signal, signal.SIGIO, previous)
        fcntl.fcntl(held, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        job = self.mgr.ask(f"module:show\naction:job\nfile:{file}\n\n")["data"]["jobs"][0]["id"]
        until = time.monotonic() + DEADLINE
        while fcntl.fcntl(held, fcntl.F_GETLEASE) == fcntl.F_WRLCK:  # until somebody waits for it: no event but SIGIO
            self.assertLess(time.monotonic(), until)
            time.sleep(0.01)
        for _ in range(20):
            self.assertTrue(self.mgr.ask("module:mgr\naction:ping\n\n")["success"])
            self.assertTrue(self.mgr.ask("module:show\naction:quick\n\n")["success"])
        self.assertEqual(self.state(job), "running")
        self.assertTrue(self.mgr.ask(f"module:job\naction:stop\nids:{job}\n\n")["success"])
        self.assertEqual(self.state(job), "stopped")

    def state(self, job):
        return self.mgr.ask(f"module:job\naction:show\nid:{job}\n\n")["data"]["jobs"][0]["state"]

    def test_nobody_takes_a_lease_on_what_root_opens(self):
        """The same, on files that a start or a reload opens: a lease is for the file's owner."""
        for name in ("etc/mgr/policy.toml", "etc/mgr/modules.d/show.toml", "etc/mgr/mgr.toml",
                     "var/lib/mgr/host/known_host",
                     "var/lib/mgr/host/id", "etc/passwd", "etc/nsswitch.conf"):
            path = self.mgr.dir / name if not name.startswith(("etc/passwd", "etc/nss")) else pathlib.Path("/") / name
            for user in ("www-data", "mgr-broker", "mgr-scan"):
                script = ("import fcntl,os,sys\n"
                          "fcntl.fcntl(os.open(sys.argv[1], os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_RDLCK)")
                ran = subprocess.run(["setpriv", f"--reuid={user}", "--regid=nogroup", "--clear-groups",
                                      "--inh-caps=-all", "--",
                                      sys.executable, "-c", script, path], capture_output=True, text=True, check=False)
                self.assertIn("PermissionError", ran.stderr, (path, user))


class Looked(OpenFolder):
    """Which files anybody looks at, by the system calls of the helper and of all that it starts."""

    EVIL = ("etc/nsswitch.conf", "etc/passwd", "etc/group", "etc/ld.so.preload", "etc/ld.so.cache", "etc/localtime",
            "etc/host.conf",
            "lib/libnss_files.so.2", "lib/x86_64-linux-gnu/libnss_files.so.2", "lib64/libc.so.6",
            "usr/lib/libnss_evil.so.2",
            "libnss_evil.so.2", "libc.so.6", "id", "usr/bin/id")

    def files(self):
        super().files()
        self.trace = self.mgr.dir / "trace"
        for below in (self.open, self.mgr.dir):
            for name in self.EVIL:
                path = below / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("passwd: evil\n")
                if below == self.open:
                    os.chown(path, 33, 33)
        self.mgr.start_helper = self.start_traced

    def start_traced(self):
        self.mgr.helper = subprocess.Popen(["strace", "-D", "-f", "-qq", "-y", "-s", "4096", "-e", "trace=%file",
                                            "-o", self.trace,
                                            self.mgr.binaries / "mgr-helper", "--root", self.mgr.dir, "--libexec",
                                            self.mgr.libexec],
                                           stderr=self.mgr.open_log("helper"))

    def looked_at(self):
        """The paths in the trace: whole where the call says from where, as they are elsewhere."""
        for line in self.trace.read_text(errors="replace").splitlines():
            for folder, path in re.findall(r'(?:<([^>]*)>, |\()"((?:[^"\\]|\\.)*)"', line):
                yield os.path.normpath(os.path.join(folder, path)), line

    def test_no_name_service_of_a_jobs_folder_is_ever_opened(self):
        """sudo CVE-2025-32463: root looked users up by an nsswitch.conf and a library of a user's choice."""
        reply = self.mgr.ask("module:show\naction:who\n\n")
        self.assertIn("mgr-scan", reply["data"]["stdout"])
        self.mgr.helper.send_signal(signal.SIGHUP)
        until = time.monotonic() + DEADLINE
        while not any(line["event"] == "reloaded" for line in self.mgr.audit_lines()):
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)
        self.assertTrue(self.mgr.ask("module:show\naction:who\n\n")["success"])
        self.mgr.end(self.mgr.helper, signal.SIGTERM)
        evil = {str(below / name) for below in (self.open, self.mgr.dir) for name in self.EVIL}
        paths = list(self.looked_at())
        self.assertTrue(any(path == "/etc/nsswitch.conf" for path, _ in paths),
                        "nobody was looked up, so nothing is shown")
        self.assertTrue(any("mgr-configure" in path for path, _ in paths))
        self.assertTrue(any(path == str(self.open) for path, _ in paths), "no job was there")
        for path, line in paths:
            self.assertNotIn(path, evil, line)
            self.assertNotIn("evil", path, line)
            self.assertFalse(path.startswith(("etc/", "lib", "usr/")), line)
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.helper = self.mgr.helper.pid


if __name__ == "__main__":
    attack.main()
