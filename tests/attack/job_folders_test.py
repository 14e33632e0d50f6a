"""What lies in the folder of a job is unlinked, and neither followed nor told to anybody else."""
import os
import subprocess

import attack
from victim import Victim, traced

JOB_FILES = ("spec", "start", "exit", "exit.1", "lock", "control", "input", "output.head", "output.tail0",
             "output.tail1", "spec.new")
TELL = """
[module.tell.action.tell]
command = ["/bin/echo", "{text}"]
arg.text = { type = "string" }
"""


class JobFolders(attack.AttackTestCase):
    """The folder of a job that has ended, with what a mgr-job or a root that was tricked might leave there."""

    EVIL_NAMES = ("';touch @;'", "$(touch @)", "`touch @`", "-rf", "--", "a\nb", "\x1b[2J", "..x", "...", "x" * 255,
                  "*", "\u202ex",
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
        places = [self.mgr.dir / place for place in ("run", "run/mgr", "var/lib", "var/lib/mgr", "var/lib/mgr/jobs",
                                                     "var/log/mgr",
                                                     "var/lib/mgr/host", "etc/mgr")] + [self.folder(job)]
        script = ("import os,sys\nfor p in sys.argv[1:]:\n"
                  " for f in (lambda: os.rename(p, p + 'x'), lambda: os.mkdir(p + '/x'),\n"
                  "           lambda: os.symlink('/', p + '/y'), lambda: os.rmdir(p)):\n"
                  "  try:\n   f()\n   print(p)\n  except OSError:\n   pass\n")
        for user in ("www-data", "mgr-broker", "mgr-job", "mgr-scan", "nobody"):
            ran = subprocess.run(["setpriv", f"--reuid={user}", "--regid=nogroup", "--clear-groups", "--",
                                  "/usr/bin/python3", "-c",
                                  script, *places], capture_output=True, text=True, check=True)
            self.assertEqual(ran.stdout, "", user)


if __name__ == "__main__":
    attack.main()
