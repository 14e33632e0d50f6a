"""Which jobs run, which wait, and which run again: over the socket, with declared actions.

Usage: jobs_queue_test.py BINARIES [unittest arguments]; as root, in a pid namespace of its own.
"""
import unittest

from jobs_support import JobsTestCase, Stream


class Queue(JobsTestCase):
    def test_the_third_waits_and_the_fourth_is_refused_as_busy(self):
        first, second, third = (self.start_gated(token, "narrow") for token in ("a", "b", "c"))
        self.assertEqual([self.state(job) for job in (first, second, third)], ["running", "running", "queued"])
        reply = self.refuses(self.mgr.request("work", "narrow", token="d"), 7)
        self.assertEqual((reply["error"], reply["detail"]), ("busy", "the queue of work narrow is full"))
        self.assertEqual(len(self.ids()), 3, "a refused one leaves nothing")
        self.assertEqual(self.ids(state="queued"), [third])
        self.mgr.open_gate("b")
        self.assertEqual(self.wait(second)[0]["state"], "succeeded")
        self.mgr.open_gate("c")  # it is there, so it runs
        self.mgr.open_gate("a")
        self.assertEqual([job["state"] for job in self.wait(first, third)], ["succeeded"] * 2)
        self.assertEqual([self.starts(token) for token in "abcd"], [1, 1, 1, 0])

    def test_a_place_that_gets_free_is_room_in_the_queue(self):
        jobs = [self.start_gated(token, "narrow") for token in "abc"]
        self.job("stop", ids=jobs[2])
        self.assertEqual(self.start("narrow", "d")["state"], "queued")
        self.refuses(self.mgr.request("work", "narrow", token="e"), 7)

    def test_those_that_wait_run_in_the_order_in_which_they_came(self):
        jobs = [self.start_gated(token, "single") for token in "abcd"]
        for token, job in zip("abcd", jobs):
            self.assertEqual(self.ids(state="running"), [job])
            self.mgr.open_gate(token)
            self.wait(job)
        begun = [self.shown(job)["started"] for job in jobs]
        self.assertEqual(begun, sorted(begun))

    def test_one_actions_queue_keeps_no_other_waiting(self):
        for token in "ab":
            self.start_gated(token, "single")
        self.wait(self.start("exit", "free", number=0)["id"])

    def test_of_two_actions_with_one_lock_one_runs(self):
        left = self.start_gated("a", "left")
        right = self.start_gated("b", "right")
        again = self.start_gated("c", "left")
        self.assertEqual([self.state(job) for job in (left, right, again)], ["running", "queued", "queued"])
        self.mgr.open_gate("a")
        self.wait(left)
        self.assertEqual([self.state(job) for job in (right, again)], ["running", "queued"])
        self.job("stop", ids=right)
        self.assertEqual(self.state(again), "running", "a stop frees the lock")

    def test_the_limit_of_all_jobs_holds_over_all_actions(self):
        self.mgr.write("etc/mgr/mgr.toml", (self.mgr.dir / "etc/mgr/mgr.toml").read_text().replace(
            "[jobs]\n", "[jobs]\nmax_running = 1\n"))
        self.mgr.restart_helper()
        first = self.start_gated("a")
        second = self.start("exit", "b", number=0)
        self.assertEqual(second["state"], "queued")
        self.mgr.open_gate("a")
        self.assertEqual([job["state"] for job in self.wait(first, second["id"])], ["succeeded"] * 2)


class Keys(JobsTestCase):
    def test_the_same_request_gets_the_same_job(self):
        first = self.mgr.scan("start", "4")["data"]["jobs"][0]
        for reply in (self.mgr.scan("start", "4"), self.mgr.scan("start", "4,4"), self.mgr.scan("start", "4", user=None)):
            again = reply["data"]["jobs"][0]
            self.assertEqual((again["id"], again["new"], again["key"]), (first["id"], False, "scan:4"))
        self.assertTrue(first["new"])
        self.assertEqual(self.ids(user=None), [first["id"]])
        self.mgr.open_gate("4")
        self.wait(first["id"])
        later = self.mgr.scan("start", "4")["data"]["jobs"][0]
        self.assertTrue(later["new"], "a key is free when its job has ended")
        self.assertGreater(later["id"], first["id"])

    def test_of_another_caller_it_is_a_conflict_that_tells_nothing_of_the_job(self):
        job = self.mgr.scan("start", "4")["data"]["jobs"][0]["id"]
        reply = self.refuses(self.mgr.scan("start", "4", user="daemon"), 11)
        self.assertEqual(reply["detail"], "scan:4 is taken by another job")
        self.assertNotIn("data", reply)
        self.assertEqual(self.ids(user="daemon"), [])
        self.assertEqual(self.state(job), "running")

    def test_where_one_of_several_keys_is_taken_nothing_starts(self):
        self.mgr.scan("start", "4")
        self.refuses(self.mgr.scan("start", "1,2,4", user="daemon"), 11)
        self.assertEqual(len(self.ids(user=None)), 1)
        self.assertTrue(self.mgr.scan("start", "1")["data"]["jobs"][0]["new"], "its keys are free")

    def test_without_a_key_each_request_is_a_job(self):
        one, two = self.start("exit", "a", number=0), self.start("exit", "a", number=0)
        self.assertNotEqual(one["id"], two["id"])
        self.wait(one["id"], two["id"])
        self.assertEqual(self.starts("a"), 2)


class Ends(JobsTestCase):
    def end(self, action, token, **fields):
        return self.wait(self.start(action, token, **fields)["id"])[0]

    def test_a_failure_is_tried_again_and_each_attempt_is_kept(self):
        job = self.end("flaky", "a", number=3)
        self.assertEqual((job["state"], job["attempt"], self.starts("a")), ("succeeded", 3, 3))
        files = self.files(job["id"])
        self.assertEqual([name for name in files if name.startswith(("start", "exit"))],
                         ["exit", "exit.1", "exit.2", "start", "start.1", "start.2"])

    def test_no_more_attempts_than_declared(self):
        job = self.end("flaky", "a", number=9)
        self.assertEqual((job["state"], job["attempt"], job["exit_status"], self.starts("a")), ("failed", 3, 1, 3))

    def test_a_success_is_not_tried_again(self):
        job = self.end("flaky", "a", number=1)
        self.assertEqual((job["state"], job["attempt"], self.starts("a")), ("succeeded", 1, 1))

    def test_one_that_waits_for_its_next_attempt_is_queued_and_can_be_stopped(self):
        with Stream(self.mgr, "watch") as watch:
            watch.next()
            job = self.start("late", "a", number=1)["id"]
            told = watch.until(lambda job: job["state"] == "queued" and job["attempt"] == 2)
            self.assertNotIn("exit_status", told[-1], "the first attempt's end is not the job's")
            self.assertEqual(self.job("stop", ids=job)["jobs"][0]["state"], "stopped")
        self.assertEqual(self.starts("a"), 1)
        self.mgr.restart_helper()
        self.assertEqual((self.state(job), self.starts("a")), ("stopped", 1))

    def test_the_statuses_that_are_success_are_the_actions(self):
        for status, state in ((0, "succeeded"), (3, "succeeded"), (1, "failed"), (4, "failed")):
            job = self.end("exit", f"with-{status}", number=status)
            self.assertEqual((job["state"], job["exit_status"]), (state, status))

    def test_a_timeout_ends_it_as_timed_out(self):
        job = self.end("slow", "a")
        self.assertEqual((job["state"], self.starts("a")), ("timed-out", 1))
        self.assertEqual(self.mgr.processes_of(job["id"]), [])

    def test_a_timeout_is_tried_again(self):
        job = self.end("slow-twice", "a")
        self.assertEqual((job["state"], job["attempt"], self.starts("a")), ("timed-out", 2, 2))

    def test_a_start_that_waits_is_answered_with_the_end(self):
        reply = self.mgr.request("work", "exit", token="a", number=7, mgr__wait="yes")
        job = reply["data"]["jobs"][0]
        self.assertTrue(reply["success"])
        self.assertEqual((job["state"], job["exit_status"], job["new"]), ("failed", 7, True))
        refused = self.refuses(self.mgr.request("scan", "status", mgr__wait="yes"), 6)
        self.assertEqual(refused["detail"], "mgr-wait is for actions that answer with jobs")
        self.refuses(self.mgr.request("work", "exit", token="b", number=0, mgr__wait="maybe"), 6)
        self.assertEqual(self.starts("b"), 0)

    def test_a_client_that_goes_while_it_waits_ends_nothing(self):
        self.make_gate("a")
        with Stream(self.mgr, "watch") as watch:
            watch.next()
            with self.mgr.client() as connection:
                connection.sendall(b"module:work\naction:gated\ntoken:a\nmgr-wait:yes\n\n")
                job = watch.until(lambda job: job["state"] == "running")[-1]["id"]
            self.mgr.open_gate("a")
            watch.until(lambda job: job["state"] == "succeeded")
        self.assertEqual(self.state(job), "succeeded")


if __name__ == "__main__":
    unittest.main(verbosity=2)
