"""What can be asked of jobs, and by whom: the actions of the module job over the socket.

Usage: jobs_ask_test.py BINARIES [unittest arguments]; as root, in a pid namespace of its own.
"""
import unittest

from instance import DEADLINE
from jobs_support import JobsTestCase, Stream, caller

NO_JOB = 9007199254740991  # 2^53 - 1


class Stop(JobsTestCase):
    def test_one_that_waits_never_runs(self):
        first, second = (self.start_gated(token, "single") for token in "ab")
        stopped = self.job("stop", ids=second)["jobs"][0]
        self.assertEqual((stopped["id"], stopped["state"]), (second, "stopped"))
        self.assertNotIn("started", stopped)
        self.mgr.open_gate("a")
        self.wait(first)
        self.mgr.restart_helper()
        self.assertEqual((self.state(second), self.starts("b")), ("stopped", 0))
        self.assertNotIn("start", self.files(second))

    def test_by_its_number(self):
        jobs = [self.start("stubborn", token)["id"] for token in "abc"]
        data = self.job("stop", ids=f"{jobs[0]},{jobs[2]},{jobs[0]}")
        self.assertEqual([(job["id"], job["state"]) for job in data["jobs"]],
                         [(jobs[0], "stopped"), (jobs[2], "stopped")])
        self.assertEqual(self.mgr.processes_of(jobs[0]) + self.mgr.processes_of(jobs[2]), [])
        self.assertEqual(self.state(jobs[1]), "running")
        again = self.job("stop", ids=jobs[0])["jobs"][0]
        self.assertEqual(again["state"], "stopped", "of an ended one, it says how that ended")

    def test_by_its_key(self):
        started = self.mgr.scan("start", "4,1")["data"]["jobs"]
        self.assertEqual([job["id"] for job in self.job("stop", key="scan:4")["jobs"]], [started[0]["id"]])
        self.assertEqual(self.state(started[1]["id"]), "running")
        self.refuses(self.mgr.request("job", "stop", key="scan:5"), 12)
        self.refuses(self.mgr.request("job", "stop", "daemon", key="scan:1"), 12)

    def test_all_of_a_module_that_one_may_see(self):
        scan = self.mgr.scan("start", "4")["data"]["jobs"][0]["id"]
        mine = [self.start("sleeper", token)["id"] for token in "ab"]
        theirs = self.start("sleeper", "c", user="daemon")["id"]
        self.assertEqual([job["id"] for job in self.job("stop", of_module="work")["jobs"]], mine)
        self.assertEqual((self.state_of(scan), self.state_of(theirs)), ("running", "running"))
        self.assertEqual(self.job("stop", of_module="nothing")["jobs"], [])
        self.assertEqual([job["id"] for job in self.job("stop", None, of_module="work")["jobs"]], [theirs])

    def state_of(self, job):
        return self.shown(job, user=None)["state"]

    def test_all_of_ones_own_even_for_root(self):
        theirs = self.start("sleeper", "a")["id"]
        roots = self.start("sleeper", "b", user=None)["id"]
        self.assertEqual([job["id"] for job in self.job("stop", None, mine="yes")["jobs"]], [roots])
        self.assertEqual(self.state(theirs), "running")

    def test_it_wants_to_be_told_which_in_one_way(self):
        job = self.start("sleeper", "a")["id"]
        for fields in ({}, {"mine": "no"}, {"mine": "yes", "ids": job}, {"key": "scan:1", "of_module": "work"}):
            self.refuses(self.mgr.request("job", "stop", **fields), 6)
        self.assertEqual(self.state(job), "running")

    def test_somebody_elses_looks_like_one_that_never_was(self):
        job = self.start("sleeper", "a")["id"]
        for action, name in (("stop", "ids"), ("show", "id"), ("wait", "ids"), ("output", "id"), ("follow", "id")):
            theirs = self.refuses(self.mgr.request("job", action, "daemon", **{name: job}), 12)
            missing = self.refuses(self.mgr.request("job", action, "daemon", **{name: NO_JOB}), 12)
            theirs.pop("audit", None), missing.pop("audit", None)
            self.assertEqual(theirs, missing)
        own = self.start("sleeper", "b", user="daemon")["id"]
        self.refuses(self.mgr.request("job", "stop", "daemon", ids=f"{own},{job}"), 12)
        self.assertEqual((self.shown(own, "daemon")["state"], self.state(job)), ("running", "running"),
                         "and none of the others is stopped")

    def test_a_number_that_can_be_none_is_an_invalid_argument(self):
        for number in ("-1", "0", "9007199254740992", "x", "1.0", "01", "1 2", "99999999999999999999999"):
            for action, name in (("stop", "ids"), ("show", "id"), ("wait", "ids"), ("output", "id"), ("follow", "id")):
                with self.subTest(number=number, action=action):
                    self.refuses(self.mgr.request("job", action, **{name: number}), 6)


class Wait(JobsTestCase):
    def test_it_ends_at_its_limit_and_the_job_goes_on(self):
        job = self.start_gated("a")
        reply = self.refuses(self.mgr.request("job", "wait", ids=job, limit=1), 13)
        self.assertIn("1 of the jobs have not ended", reply["detail"])
        self.assertEqual(self.state(job), "running")
        self.refuses(self.mgr.request("job", "wait", ids=job, limit=0), 6)

    def test_without_a_limit_it_lasts_until_all_have_ended(self):
        jobs = [self.start_gated(token) for token in "ab"]
        with Stream(self.mgr, "wait", ids=f"{jobs[0]},{jobs[1]}") as waits:
            for token in "ab":
                self.mgr.open_gate(token)
            self.assertEqual([job["state"] for job in waits.next()["data"]["jobs"]], ["succeeded"] * 2)
        self.assertEqual([job["state"] for job in self.job("wait", ids=jobs[0])["jobs"]], ["succeeded"],
                         "of one that has ended it is answered at once")


class Watch(JobsTestCase):
    def test_every_change_is_told_in_order(self):
        with Stream(self.mgr, "watch") as watch:
            first = watch.next()
            self.assertEqual((first["success"], first["more"], first["data"]), (True, True, {"jobs": []}))
            jobs = [self.start_gated(token, "single") for token in "ab"]
            for token in "ab":
                self.mgr.open_gate(token)
            told = watch.until(lambda job: (job["id"], job["state"]) == (jobs[1], "succeeded"))
        for job in jobs:
            self.assertEqual([one["state"] for one in told if one["id"] == job], ["queued", "running", "succeeded"])
        order = [(one["id"], one["state"]) for one in told]
        self.assertLess(order.index((jobs[0], "succeeded")), order.index((jobs[1], "running")))

    def test_a_stop_is_told_as_stopping_and_stopped(self):
        with Stream(self.mgr, "watch") as watch:
            watch.next()
            job = self.start("stubborn", "a")["id"]
            self.job("stop", ids=job)
            told = watch.until(lambda job: job["state"] == "stopped")
        self.assertEqual([one["state"] for one in told], ["queued", "running", "stopping", "stopped"])

    def test_only_ones_own_and_only_the_module_are_told(self):
        with Stream(self.mgr, "watch", of_module="work") as mine, Stream(self.mgr, "watch", None) as roots:
            mine.next(), roots.next()
            other = self.start("exit", "a", user="daemon", number=0)["id"]
            scan = self.mgr.scan("start", "3")["data"]["jobs"][0]["id"]
            self.wait(other, scan)
            job = self.start("exit", "b", number=0)["id"]
            self.assertEqual({one["id"] for one in mine.until(lambda job: job["state"] == "succeeded")}, {job})
            told = roots.until(lambda one: one["id"] == job and one["state"] == "succeeded")
            self.assertEqual({one["id"] for one in told}, {other, scan, job})

    def test_a_connection_that_streams_takes_no_further_request(self):
        job = self.start("sleeper", "a")["id"]
        with Stream(self.mgr, "watch", first="mgr:keep-alive\n") as watch:
            watch.next()
            watch.connection.sendall(f"module:job\naction:stop\nids:{job}\n\n".encode())
            with Stream(self.mgr, "watch") as other:  # served after it: the broker sends in order
                other.next()
            self.assertEqual(self.state(job), "running")
            refused = [line for line in self.lines("refused") if "carries a stream" in str(line)]
            self.assertEqual(len(refused), 1, self.lines("refused"))
        self.assertEqual(self.state(job), "running")

    def test_progress_is_the_commands_word_in_list_and_watch(self):
        with Stream(self.mgr, "watch") as watch:
            watch.next()
            self.make_gate("a.end")
            job = self.start_gated("a", "progress")
            self.assertEqual(watch.until(lambda job: job.get("progress") == 10)[-1]["state"], "running")
            self.assertEqual(self.job("list")["jobs"][0]["progress"], 10)
            self.mgr.open_gate("a")
            watch.until(lambda job: job.get("progress") == 60)
            self.mgr.open_gate("a.end")
            told = watch.until(lambda job: job["state"] == "succeeded")
        self.assertTrue(all(job["progress"] == 60 for job in told), told)
        self.assertEqual(self.shown(job)["progress"], 60)
        self.mgr.restart_helper()
        self.assertEqual(self.shown(job).get("progress"), 60)


class List(JobsTestCase):
    def test_each_filter_and_all_together(self):
        running = self.start("sleeper", "a")["id"]
        failed = self.start("exit", "b", number=1)["id"]
        good = self.start("exit", "c", number=0)["id"]
        other = self.start("exit", "d", user="daemon", number=0)["id"]
        scan = self.mgr.scan("start", "3")["data"]["jobs"][0]["id"]
        self.wait(failed, good, other, scan)
        for user, fields, expected in [
                ("www-data", {}, [running, failed, good, scan]), (None, {}, [running, failed, good, other, scan]),
                ("daemon", {}, [other]), ("www-data", {"state": "failed"}, [failed, scan]),
                ("www-data", {"state": "running,succeeded"}, [running, good]), ("www-data", {"state": "lost"}, []),
                ("www-data", {"of_module": "scan"}, [scan]), ("www-data", {"of_module": "none"}, []),
                ("www-data", {"limit": 2}, [good, scan]), (None, {"caller": caller("daemon")["uid"]}, [other]),
                ("www-data", {"caller": caller("daemon")["uid"]}, []),
                (None, {"of_module": "work", "state": "succeeded", "limit": 1}, [other])]:
            with self.subTest(user=user, fields=fields):
                self.assertEqual(self.ids(user, **fields), expected)
        for fields in ({"state": "asleep"}, {"limit": 0}, {"limit": 1001}, {"caller": -1}, {"id": running}):
            self.refuses(self.mgr.request("job", "list", **fields), 6)

    def test_show_tells_what_was_asked_for_and_how_it_went(self):
        job = self.start("exit", "a b'c", number=7)["id"]
        self.wait(job)
        shown = self.shown(job)
        self.assertEqual((shown["module"], shown["action"], shown["state"], shown["exit_status"], shown["attempt"]),
                         ("work", "exit", "failed", 7, 1))
        self.assertEqual(shown["argv"], [f"{self.mgr.dir}/bin/job", "exit", "a b'c", "7"])
        self.assertEqual((shown["user"], shown["caller"]), ("mgr-scan", caller("www-data")))
        self.assertEqual(shown["arguments"], {"token": "a b'c", "number": "7"})
        self.assertLessEqual(shown["accepted"], shown["started"])
        self.assertLessEqual(shown["started"], shown["ended"])

    def test_without_a_rule_nothing_is_answered(self):
        policy = self.mgr.dir / "etc/mgr/policy.toml"
        policy.write_text(policy.read_text().replace(', "daemon"]', "]"))
        self.mgr.restart_helper()
        job = self.start("sleeper", "a")["id"]
        for action, fields in (("list", {}), ("show", {"id": job}), ("wait", {"ids": job}), ("stop", {"ids": job}),
                               ("output", {"id": job}), ("follow", {"id": job}), ("watch", {}), ("prune", {})):
            with self.subTest(action=action):
                self.refuses(self.mgr.request("job", action, "daemon", **fields), 4)
        self.refuses(self.mgr.request("work", "exit", "daemon", token="b", number=0), 4)
        self.assertEqual((self.state(job), self.ids(user=None)), ("running", [job]))
        self.refuses(self.mgr.ask("module:job\naction:list\n\n", tcp=True), 3)


class Prune(JobsTestCase):
    def test_ended_ones_go_and_those_that_live_stay(self):
        running = self.start("sleeper", "a")["id"]
        ended = [self.start("exit", "b", number=0)["id"] for _ in range(3)]
        waiting = [self.start_gated(token, "single") for token in "cd"]
        self.wait(*ended)
        data = self.job("prune")
        self.assertEqual(data["pruned"], 3)
        self.assertGreater(data["bytes"], 0)
        self.assertEqual(self.ids(), [running] + waiting)
        self.assertEqual(self.files(ended[0]), [])
        self.refuses(self.mgr.request("job", "show", id=ended[0]), 12)
        self.mgr.restart_helper()
        self.assertEqual(self.ids(), [running] + waiting)
        self.assertGreater(self.start("exit", "e", number=0)["id"], max(waiting), "no number comes again")
        self.assertEqual(self.starts("b"), 3, "what was forgotten does not run again")

    def test_only_what_is_older_and_only_ones_own(self):
        mine = self.start("exit", "a", number=0)["id"]
        theirs = self.start("exit", "b", user="daemon", number=0)["id"]
        self.wait(mine, theirs)
        self.assertEqual(self.job("prune", older_than=3600)["pruned"], 0)
        self.assertEqual(self.job("prune", older_than=0)["pruned"], 1)
        self.assertEqual(self.ids(user=None), [theirs])
        self.assertEqual(self.job("prune", None)["pruned"], 1)


class Retention(JobsTestCase):
    settings = "keep_jobs = 5"

    def test_so_many_ended_ones_are_kept_the_newest(self):
        running = self.start("sleeper", "live")["id"]
        jobs = []
        for number in range(8):
            jobs.append(self.start("exit", "a", number=0)["id"])
            self.wait(jobs[-1])
        self.assertEqual(self.ids(), [running] + jobs[-5:])
        self.mgr.restart_helper()
        self.assertEqual(self.ids(), [running] + jobs[-5:])
        self.assertEqual(sorted(map(int, self.mgr.job_folders())), [running] + jobs[-5:])
        self.assertEqual(self.starts("a"), 8)


if __name__ == "__main__":
    unittest.main(verbosity=2)
