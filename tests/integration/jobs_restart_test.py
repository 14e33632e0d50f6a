"""What outlives helper and broker: those that run, those that wait, those that are tried again.

Usage: jobs_restart_test.py BINARIES [unittest arguments]; as root, in a pid namespace of its own.
"""
import os
import signal
import subprocess
import unittest

from instance import DEADLINE
from jobs_support import BINARIES, JobsTestCase, Stream


class Restart(JobsTestCase):
    def mgr_jobs(self):
        """The pids of the supervisors."""
        return [int(pid) for pid in (self.mgr.cgroup / "supervisors/cgroup.procs").read_text().split()]

    def test_those_that_waited_run_once_and_in_order(self):
        jobs = [self.start_gated(token, "single") for token in "abcd"]
        self.mgr.restart_helper()
        self.assertEqual([self.state(job) for job in jobs], ["running", "queued", "queued", "queued"])
        self.mgr.restart_helper()
        self.assertEqual([self.shown(job)["attempt"] for job in jobs], [1] * 4)
        for token, job in zip("abcd", jobs):
            self.assertEqual(self.ids(state="running"), [job])
            self.mgr.open_gate(token)
            self.wait(job)
        self.assertEqual([self.starts(token) for token in "abcd"], [1] * 4)
        self.assertEqual([self.state(job) for job in jobs], ["succeeded"] * 4)

    def test_one_that_ended_meanwhile_lets_the_next_run(self):
        jobs = [self.start_gated(token, "left") for token in "ab"]
        self.mgr.kill_helper()
        self.mgr.open_gate("a")
        self.mgr.wait_empty(self.mgr.cgroup / f"job-{jobs[0]}")
        self.assertEqual(self.starts("b"), 0, "without a helper nothing starts")
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.mgr.open_gate("b")
        self.assertEqual([job["state"] for job in self.wait(*jobs)], ["succeeded"] * 2)
        self.assertEqual([self.starts(token) for token in "ab"], [1, 1])

    def test_the_limits_hold_for_what_ran_before(self):
        first = self.start_gated("a", "left")
        self.mgr.restart_helper()
        second = self.start_gated("b", "right")
        self.assertEqual([self.state(job) for job in (first, second)], ["running", "queued"])
        narrow = [self.start_gated(token, "narrow") for token in "cde"]
        self.mgr.restart_helper()
        self.refuses(self.mgr.request("work", "narrow", token="f"), 7)
        self.assertEqual([self.state(job) for job in narrow], ["running", "running", "queued"])

    def test_a_key_stays_taken(self):
        job = self.mgr.scan("start", "4")["data"]["jobs"][0]["id"]
        self.mgr.restart_helper()
        again = self.mgr.scan("start", "4")["data"]["jobs"][0]
        self.assertEqual((again["id"], again["new"]), (job, False))
        self.refuses(self.mgr.scan("start", "4", user="daemon"), 11)

    def test_the_attempts_are_counted_on(self):
        job = self.start("late", "a", number=1)["id"]
        self.until_second_attempt(job)
        self.mgr.restart_helper()
        found = self.wait(job)[0]  # a new helper does not wait out the delay of an old one
        self.assertEqual((found["state"], found["attempt"], self.starts("a")), ("failed", 2, 2))

    def until_second_attempt(self, job):
        with Stream(self.mgr, "watch") as watch:
            watch.next()
            if self.shown(job)["attempt"] < 2:
                watch.until(lambda one: one["id"] == job and one["attempt"] == 2)

    def test_without_helper_and_mgr_job_it_is_lost_and_its_processes_are_gone(self):
        job = self.start_gated("a")
        self.until_started("a")
        self.mgr.kill_helper()
        supervisor, = self.mgr_jobs()
        os.kill(supervisor, signal.SIGKILL)
        self.mgr.wait_empty(self.mgr.cgroup / "supervisors")
        self.mgr.start_helper()
        self.mgr.wait_ready()
        found = self.wait(job)[0]
        self.assertEqual((found["state"], found["detail"]), ("lost", "mgr-job was killed while it ran"))
        self.assertEqual((self.mgr.processes_of(job), self.starts("a")), ([], 1))

    def test_one_of_retries_that_is_lost_is_not_tried_again(self):
        job = self.start_gated("a", "retried")
        self.until_started("a")
        supervisor, = self.mgr_jobs()
        os.kill(supervisor, signal.SIGKILL)
        found = self.wait(job)[0]
        self.assertEqual((found["state"], found["attempt"], self.starts("a")), ("lost", 1, 1))

    def until_started(self, token):
        """Opens the gate's other end, which blocks until the command is there."""
        held = os.open(self.mgr.dir / "gates" / token, os.O_WRONLY)
        self.addCleanup(os.close, held)

    def test_what_waits_is_stopped_by_the_next_helper(self):
        first, second = (self.start_gated(token, "single") for token in "ab")
        self.mgr.restart_helper()
        self.assertEqual(self.job("stop", ids=second)["jobs"][0]["state"], "stopped")
        self.mgr.open_gate("a")
        self.wait(first)
        self.assertEqual(self.starts("b"), 0)

    def test_a_torn_journal_costs_nobody_else_a_job(self):
        jobs = [self.start_gated(token, "single") for token in "abc"]
        self.mgr.kill_helper()
        with open(self.mgr.dir / "var/lib/mgr/jobs/accepted", "r+b") as journal:
            journal.seek(0, os.SEEK_END)
            journal.write(b"\x40\0\0\0torn")
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.assertEqual(self.ids(), jobs)
        later = self.start_gated("d", "single")
        self.mgr.restart_helper()
        self.assertEqual(self.ids(), jobs + [later])

    def test_a_damaged_folder_is_told_by_the_check_and_set_aside(self):
        jobs = [self.start("exit", token, number=0)["id"] for token in "abc"]
        self.wait(*jobs)
        self.mgr.kill_helper()
        folder = self.mgr.dir / "var/lib/mgr/jobs"
        (folder / str(jobs[1]) / "spec").write_bytes(b"torn")
        (folder / "777").mkdir()
        (folder / "accepted").write_bytes(b"")  # or the journal would mend it
        check = [f"{BINARIES}/mgr-helper", "--root", self.mgr.dir, "--libexec", BINARIES, "--check"]
        done = subprocess.run(check, capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual((done.returncode, done.stdout), (0, "the configuration is valid\n"), done.stderr)
        self.assertEqual(done.stderr.splitlines(), [
            f"mgr-helper: warning: job {job}: its spec does not decode; set aside" for job in (jobs[1], 777)])
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.assertEqual(self.ids(), [jobs[0], jobs[2]])
        self.assertTrue((folder / str(jobs[1]) / "spec").exists(), "left alone")
        self.assertGreater(self.start("exit", "d", number=0)["id"], 777)

    def test_all_of_one_request_are_there_or_none(self):
        started = self.mgr.scan("start", "4,1")["data"]["jobs"]
        self.mgr.kill_helper()
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.assertEqual(self.ids(), [job["id"] for job in started])


if __name__ == "__main__":
    unittest.main(verbosity=2)
