"""What lies in the way of a file of root's, links above all, is neither followed nor written through."""
import os
import pathlib
import shutil
import signal
import subprocess
import time
import unittest

import attack
from instance import DEADLINE, Instance

# What a start opens, by who makes it: a folder of root's, with names in it.
FOLDERS = ("run/mgr", "var/lib/mgr", "var/lib/mgr/jobs", "var/lib/mgr/host", "var/log/mgr", "etc/mgr", "etc/mgr/modules.d",
           "etc/mgr/rules.d", "etc/mgr/keys.d")
SOCKETS = ("run/mgr.sock", "run/mgr/helper.sock")
FILES = ("run/mgr/helper.lock", "var/log/mgr/audit.jsonl", "var/lib/mgr/nonces", "var/lib/mgr/host/id", "var/lib/mgr/host/key",
         "var/lib/mgr/host/known_host", "var/lib/mgr/jobs/next-id", "var/lib/mgr/jobs/accepted", "var/lib/mgr/jobs/reserve", "etc/mgr/policy.toml",
         "etc/mgr/mgr.toml", "etc/mgr/modules.d/scan.toml", "etc/mgr/modules.d/more.toml", "etc/mgr/rules.d/more.toml",
         "etc/mgr/keys.d/root.toml", "etc/mgr/keys.d/more.toml", "etc/mgr/keys.d/mac.secret", "etc/mgr/root.key")
MAC = 'type = "hmac-sha256"\n'
JOB_FILES = ("spec", "start", "exit", "exit.1", "lock", "control", "input", "output.head", "output.tail0", "output.tail1", "spec.new")

TELL = """
[module.tell.action.tell]
command = ["/bin/echo", "{text}"]
arg.text = { type = "string" }
"""


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


class Planted(unittest.TestCase):
    """A mgr that has run once, so that all is there, and is started again over what was planted."""

    def setUp(self):
        self.mgr = Instance(attack.BINARIES, start=False)
        self.addCleanup(self.mgr.stop)
        for folder in ("rules.d", "keys.d"):
            (self.mgr.dir / "etc/mgr" / folder).mkdir(mode=0o755)
        self.mgr.write("etc/mgr/keys.d/mac.toml", MAC)
        self.mgr.write("etc/mgr/keys.d/mac.secret", "ab" * 32 + "\n", 0o600)
        self.mgr.start()
        self.assertTrue(self.mgr.ask("module:scan\naction:start\ntask_ids:9\nmgr-wait:yes\n\n")["success"])
        self.mgr.end(self.mgr.broker, signal.SIGTERM)
        self.mgr.end(self.mgr.helper, signal.SIGTERM)
        self.victim = Victim(self.mgr.dir)

    def started_over(self, place, plant):
        """Starts over what `plant(path)` puts at the place, which is put back afterwards; what was said."""
        path, aside = self.mgr.dir / place, self.mgr.dir / "aside"
        shutil.rmtree(self.victim.folder)
        self.victim = Victim(self.mgr.dir)
        was_there = os.path.lexists(path)
        if was_there:
            os.rename(path, aside)
        plant(path)
        said = self.start()
        planted = os.path.lexists(path) and os.lstat(path)
        if planted and stat_is_folder(planted):
            shutil.rmtree(path)
        elif planted:
            os.remove(path)
        if was_there:
            os.rename(aside, path)
        self.assertTrue(self.victim.state() == self.victim.before, f"{place} led to another file, which is not as it was")
        return said

    def start(self):
        """Starts a helper and ends it. What it complained of, or None where it served."""
        log = open(self.mgr.dir / "start.log", "w+")
        self.addCleanup(log.close)
        helper = subprocess.Popen([self.mgr.binaries / "mgr-helper", "--root", self.mgr.dir, "--libexec", self.mgr.libexec],
                                  stderr=log)
        self.addCleanup(self.mgr.end, helper)
        until = time.monotonic() + DEADLINE
        while helper.poll() is None:  # no event tells it to us
            if "ready" in pathlib.Path(log.name).read_text():
                self.mgr.end(helper, signal.SIGTERM)
                return None
            self.assertLess(time.monotonic(), until, "it hangs: " + pathlib.Path(log.name).read_text())
            time.sleep(0.01)
        return pathlib.Path(log.name).read_text()

    def test_a_link_in_place_of_a_folder_is_refused_by_its_path(self):
        """systemd CVE-2018-6954: a folder in /run became a link between two steps of a start."""
        for place in FOLDERS:
            with self.subTest(place=place):
                said = self.started_over(place, lambda path: os.symlink(self.victim.folder, path))
                self.assertIsNotNone(said, "it was followed")
                self.assertIn(str(self.mgr.dir / place), said)

    def test_a_link_in_place_of_a_file_is_not_followed(self):
        """nginx CVE-2016-1247: a log file that was a link made root write, and own, another's file."""
        for place in FILES:
            for target in (self.victim.path, self.victim.folder / "to-be-made", "/dev/null"):
                with self.subTest(place=place, target=target):
                    said = self.started_over(place, lambda path: os.symlink(target, path))
                    if said is not None:
                        self.assertIn(os.path.basename(place), said)

    def test_a_link_in_place_of_a_socket_is_replaced(self):
        """systemd CVE-2018-6954: bind(2), chown(2) and chmod(2) on a name that was a link."""
        for place in SOCKETS:
            for target in (self.victim.path, self.victim.folder, self.victim.folder / "to-be-made"):
                with self.subTest(place=place, target=target):
                    self.assertIsNone(self.started_over(place, lambda path: os.symlink(target, path)))

    def test_a_fifo_in_place_of_a_file_holds_up_no_start(self):
        """A FIFO that nobody writes to stops whoever opens it: each is refused, or taken for what it is."""
        for place in FILES:
            with self.subTest(place=place):
                said = self.started_over(place, lambda path: os.mkfifo(path, 0o600))
                if said is not None:
                    self.assertIn(os.path.basename(place), said)

    def test_a_second_name_of_another_file_is_not_written_to(self):
        """nginx CVE-2016-1247's class, by hard links: the file behind is another's."""
        for place in set(FILES) - {"var/log/mgr/audit.jsonl"}:  # a folder that is root's alone, and a log that goes on
            with self.subTest(place=place):
                self.started_over(place, lambda path: os.link(self.victim.path, path))
                self.assertEqual(self.victim.links(), 1)


def stat_is_folder(status):
    return (status.st_mode & 0o170000) == 0o040000


class JobFolders(attack.AttackTestCase):
    """The folder of a job that has ended, with what a mgr-job or a root that was tricked might leave there."""

    EVIL_NAMES = ("';touch @;'", "$(touch @)", "`touch @`", "-rf", "--", "a\nb", "\x1b[2J", "..x", "...", "x" * 255, "*", "\u202ex",
                  "gone.7", "%s%n", "\\", " ")

    def files(self):
        self.victim = Victim(self.mgr.dir)
        self.canary = self.mgr.dir / "canary"
        self.mgr.write("etc/mgr/modules.d/tell.toml", TELL)
        self.mgr.write("etc/mgr/policy.toml", attack.policy_of_www_data("scan", "job", "tell") + """
[[principal]]
name = "root"
uid = 0
[[allow]]
who = "root"
module = ["job", "scan", "tell"]
action = "*"
jobs = "all"
""")

    def ended_job(self):
        reply = self.mgr.ask("module:scan\naction:start\ntask_ids:9\nmgr-wait:yes\n\n", None)
        return reply["data"]["jobs"][0]["id"]

    def folder(self, job):
        return self.mgr.dir / "var/lib/mgr/jobs" / str(job)

    def prune(self):
        return self.mgr.ask("module:job\naction:prune\n\n", None)

    def test_names_in_a_job_folder_are_unlinked_and_nothing_else(self):
        """Cockpit CVE-2024-2947: a file's name was a command to whoever cleaned up."""
        job = self.ended_job()
        for name in self.EVIL_NAMES:
            (self.folder(job) / name.replace("@", str(self.canary).replace("/", "\u2215"))).write_text("x")
        os.symlink(self.victim.path, self.folder(job) / "link")
        os.symlink(self.victim.folder, self.folder(job) / "folder-link")
        os.link(self.victim.path, self.folder(job) / "second-name")
        os.mkfifo(self.folder(job) / "fifo")
        trace = self.mgr.dir / "trace"
        with traced(self.mgr.helper.pid, trace):
            self.assertTrue(self.prune()["success"])
        self.assertFalse(self.folder(job).exists())
        self.assertEqual([name for name in os.listdir(self.folder(job).parent) if name.startswith("gone.")], [])
        self.assertFalse(self.canary.exists())
        self.assertEqual(self.victim.state(), self.victim.before)
        text = trace.read_text(errors="replace")
        self.assertIn("unlinkat(", text)
        for call in ("execve", "unlink(", "rename(", "chmod", "chown", "fork("):
            self.assertNotIn(call, text)

    def test_a_folder_in_a_job_folder_is_not_walked_into(self):
        """systemd CVE-2018-6954's class: a recursive removal that an attacker steers elsewhere."""
        job = self.ended_job()
        (self.folder(job) / "deep").mkdir()
        (self.folder(job) / "deep/file").write_text("x")
        os.symlink(self.victim.folder, self.folder(job) / "deep/link")
        self.prune()
        self.assertFalse(self.folder(job).exists())
        self.assertEqual(self.victim.state(), self.victim.before)
        self.assertTrue(self.mgr.ask("module:job\naction:list\n\n", None)["success"])

    def test_links_in_a_job_folder_are_neither_read_nor_written(self):
        """snapd CVE-2022-3328's class: links in the place of a job's own files, at a start and at a removal."""
        for name in JOB_FILES:
            for plant in (os.symlink, os.link):
                with self.subTest(name=name, plant=plant.__name__):
                    job = self.ended_job()
                    self.mgr.kill_helper()
                    path = self.folder(job) / name
                    path.unlink(missing_ok=True)
                    plant(self.victim.path, path)
                    self.mgr.start_helper()
                    self.mgr.wait_ready()
                    for action in ("show", "output", "follow"):
                        answer = self.mgr.send(f"module:job\naction:{action}\nid:{job}\n\n", None)
                        self.assertNotIn(b"victim victim", answer)
                    self.prune()
                    path.unlink(missing_ok=True)
                    self.assertEqual(self.victim.state(), self.victim.before)
        self.helper = self.mgr.helper.pid

    def test_the_output_of_another_job_is_not_told_by_a_link_to_it(self):
        """snapd CVE-2022-3328's class: what root opens for a caller is another's file, of the right form even."""
        tell = "module:tell\naction:tell\ntext:{}\nmgr-wait:yes\n\n"
        roots = self.mgr.ask(tell.format("unmistakable"), None)["data"]["jobs"][0]["id"]
        self.assertIn(b"unmistakable", self.mgr.send(f"module:job\naction:output\nid:{roots}\n\n", None))
        for plant in (os.symlink, os.link):
            webs = self.mgr.ask(tell.format("web"))["data"]["jobs"][0]["id"]
            for name in (name for name in os.listdir(self.folder(roots)) if name.startswith("output")):
                (self.folder(webs) / name).unlink()
                plant(self.folder(roots) / name, self.folder(webs) / name)
            for action in ("output", "follow"):
                answer = self.mgr.send(f"module:job\naction:{action}\nid:{webs}\n\n")
                self.assertIn(b'"success":', answer)
                self.assertNotIn(b"unmistakable", answer)

    def test_a_job_folder_that_became_a_link_is_not_followed(self):
        """snapd CVE-2022-3328, CVE-2026-3888: a folder of root's was renamed, and a link stood in its place."""
        job = self.ended_job()
        os.rename(self.folder(job), self.mgr.dir / "moved")
        before = sorted(os.listdir(self.mgr.dir / "moved"))
        os.symlink(self.mgr.dir / "moved", self.folder(job))
        self.assertNotIn(b'"success":true', self.mgr.send(f"module:job\naction:output\nid:{job}\n\n", None))
        self.prune()
        self.assertEqual(sorted(os.listdir(self.mgr.dir / "moved")), before)
        for folder in (self.folder(7000), self.folder("gone.8000")):
            os.symlink(self.victim.folder, folder)
        self.mgr.kill_helper()
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.helper = self.mgr.helper.pid
        self.assertEqual(self.victim.state(), self.victim.before)

    def test_nobody_but_root_gets_near_a_job_folder(self):
        """snapd CVE-2022-3328: a race needs a folder that the attacker can rename. There is none."""
        job = self.ended_job()
        places = [self.mgr.dir / place for place in ("run", "run/mgr", "var/lib", "var/lib/mgr", "var/lib/mgr/jobs", "var/log/mgr",
                                                     "var/lib/mgr/host", "etc/mgr")] + [self.folder(job)]
        script = "import os,sys\nfor p in sys.argv[1:]:\n for f in (lambda: os.rename(p, p + 'x'), lambda: os.mkdir(p + '/x'), " \
                 "lambda: os.symlink('/', p + '/y'), lambda: os.rmdir(p)):\n  try:\n   f()\n   print(p)\n  except OSError:\n   pass\n"
        for user in ("www-data", "mgr-broker", "mgr-job", "mgr-scan", "nobody"):
            ran = subprocess.run(["setpriv", f"--reuid={user}", "--regid=nogroup", "--clear-groups", "--", "/usr/bin/python3", "-c",
                                  script, *places], capture_output=True, text=True, check=True)
            self.assertEqual(ran.stdout, "", user)


class traced:
    """strace on a running process for the with-block: the system calls on files, and what starts programs."""

    def __init__(self, pid, output, calls="%file,%process,unlinkat"):
        self.tracer = subprocess.Popen(["strace", "-f", "-qq", "-y", "-e", "trace=" + calls, "-o", output, "-p", str(pid)])
        self.pid = pid

    def __enter__(self):
        until = time.monotonic() + DEADLINE
        while "TracerPid:\t0" in pathlib.Path(f"/proc/{self.pid}/status").read_text():
            assert time.monotonic() < until and self.tracer.poll() is None, "strace does not attach"
            time.sleep(0.01)

    def __exit__(self, *_):
        self.tracer.send_signal(signal.SIGINT)
        self.tracer.wait(DEADLINE)


if __name__ == "__main__":
    attack.main()
