"""mgr under a supervisor of plain sh, packaging/examples/without-systemd/run.sh, from its start to its end.

Usage: without_systemd_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

from instance import DEADLINE, REPO, Instance, uid_of

BINARIES = pathlib.Path(sys.argv.pop(1)).resolve()
RUN = REPO / "packaging/examples/without-systemd/run.sh"


class UnderSh(Instance):
    def __init__(self):
        super().__init__(BINARIES, start=False)
        self.script = None

    def launch(self):
        environment = {"PATH": os.environ["PATH"], "MGR_ROOT": str(self.dir), "MGR_PROGRAMS": str(BINARIES),
                       "MGR_LIBEXEC": str(BINARIES), "MGR_FOLDERS": str(REPO / "packaging/tmpfiles.d/mgr.conf")}
        self.script = subprocess.Popen(["sh", str(RUN)], env=environment, stdin=subprocess.DEVNULL,
                                       stderr=self.open_log("run"), start_new_session=True)

    def start(self):
        self.launch()
        self.wait_ready()

    def terminate(self):
        self.script.send_signal(signal.SIGTERM)
        return self.script.wait(DEADLINE)

    def stop(self):
        if self.script and self.script.poll() is None:
            os.killpg(self.script.pid, signal.SIGKILL)
            self.script.wait(DEADLINE)
        super().stop()


def pids_of(program):
    """Of those that live in this pid namespace, which is the test's own."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(folder / "exe") == str(BINARIES / program):
                found.append(int(folder.name))
        except OSError:
            pass
    return found


def parent_of(pid):
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")")[1].split()[1])


class WithoutSystemd(unittest.TestCase):
    def setUp(self):
        self.mgr = UnderSh()
        self.addCleanup(self.mgr.stop)
        self.mgr.start()

    def until(self, so, what):
        until = time.monotonic() + DEADLINE
        while not (found := so()):
            self.assertLess(time.monotonic(), until, f"{what}: " + self.mgr.log("run"))
            time.sleep(0.02)
        return found

    def another(self, program, before):
        return self.until(lambda: [pid for pid in pids_of(program) if pid != before], f"no other {program}")[0]

    def test_both_are_children_of_the_script_with_nothing_of_systemds(self):
        for program, user in (("mgr-helper", "root"), ("mgr-broker", "mgr-broker")):
            pid, = pids_of(program)
            self.assertEqual(parent_of(parent_of(pid)), self.mgr.script.pid)
            uids = pathlib.Path(f"/proc/{pid}/status").read_text().split("Uid:\t")[1].splitlines()[0]
            self.assertEqual(uids.split("\t"), [str(uid_of(user).pw_uid)] * 4)
            words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            self.assertIn(b"--foreground", words)
            for name in (b"NOTIFY_SOCKET", b"LISTEN_FDS", b"INVOCATION_ID"):
                self.assertNotIn(name, pathlib.Path(f"/proc/{pid}/environ").read_bytes())
        self.assertIn("mgr-helper: info: ready", self.mgr.log("run"))
        self.assertIn("linked with the helper", self.mgr.log("run"))

    def test_a_job_of_www_data_is_stopped_whole(self):
        self.assertTrue(self.mgr.ask("module:mgr\naction:ping\n\n")["success"])
        job = self.mgr.scan("start", "2")["data"]["jobs"][0]["id"]
        self.until(lambda: len(self.mgr.processes_of(job)) >= 11, "the tree does not come up")
        self.assertEqual(self.mgr.scan("stop", "2")["data"]["jobs"][0]["state"], "stopped")
        self.assertEqual(self.mgr.processes_of(job), [])

    def test_a_broker_that_is_killed_comes_back(self):
        before, = pids_of("mgr-broker")
        os.kill(before, signal.SIGKILL)
        self.another("mgr-broker", before)
        self.mgr.wait_ready()
        self.assertIn("mgr-broker has ended with status 137", self.mgr.log("run"))

    def test_a_helper_that_is_killed_comes_back_and_the_job_goes_on(self):
        job = self.mgr.scan("start", "4")["data"]["jobs"][0]["id"]
        before, = pids_of("mgr-helper")
        os.kill(before, signal.SIGKILL)
        self.another("mgr-helper", before)
        self.mgr.wait_ready()
        found = self.mgr.job(4)
        self.assertEqual((found["id"], found["state"]), (job, "running"))
        self.mgr.open_gate("4")
        self.assertEqual(self.mgr.wait_for_state(4, ["failed"])["exit_status"], 42)

    def test_sighup_reloads(self):
        helper, = pids_of("mgr-helper")
        self.mgr.script.send_signal(signal.SIGHUP)
        self.until(lambda: [line for line in self.mgr.audit_lines() if line["event"] == "reloaded"], "not reloaded")
        self.assertEqual(pids_of("mgr-helper"), [helper])

    def test_sigterm_ends_all_and_leaves_nothing(self):
        job = self.mgr.scan("start", "2")["data"]["jobs"][0]["id"]
        self.until(lambda: len(self.mgr.processes_of(job)) >= 11, "the tree does not come up")
        self.assertEqual(self.mgr.terminate(), 0, self.mgr.log("run"))
        for program in ("mgr-helper", "mgr-broker", "mgr-job"):
            self.assertEqual(pids_of(program), [])
        self.assertFalse(self.mgr.cgroup.exists())
        self.assertIn("helper_ended", [line["event"] for line in self.mgr.audit_lines()])
        self.mgr.start()
        found = self.mgr.job(2)
        self.assertEqual((found["id"], found["state"]), (job, "stopped"), json.dumps(found))

    def test_sigterm_while_one_is_started_again_ends_all(self):
        for program in ("mgr-broker", "mgr-helper"):
            before, = pids_of(program)
            os.kill(before, signal.SIGKILL)
        self.assertEqual(self.mgr.terminate(), 0, self.mgr.log("run"))
        self.assertEqual(pids_of("mgr-helper") + pids_of("mgr-broker"), [])

    def test_without_a_cgroup_it_says_what_is_missing(self):
        self.assertEqual(self.mgr.terminate(), 0)
        settings = self.mgr.dir / "etc/mgr/mgr.toml"
        settings.write_text(settings.read_text().replace("cgroup =", "#cgroup ="))
        self.mgr.launch()
        self.assertEqual(self.mgr.script.wait(DEADLINE), 1)
        self.assertIn("[jobs] cgroup of mgr.toml", self.mgr.log("run"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
