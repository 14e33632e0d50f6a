"""What becomes of a shutdown beside other jobs, and of other jobs beside a shutdown.

Usage: shutdown_jobs_test.py BINARIES [unittest arguments]; as root, in a pid namespace of its own.
"""
import json
import subprocess
import threading
import unittest

from instance import DEADLINE
from jobs_support import BINARIES
from shutdown_support import ShutdownTestCase


class Conflict(ShutdownTestCase):
    def refused(self, *ids, **fields):
        reply = self.refuses(self.mgr.request("shutdown", "poweroff", **fields), 11)
        named = ("this job is alive: " if len(ids) == 1 else "these jobs are alive: ") + ", ".join(map(str, ids))
        self.assertEqual((reply["error"], reply["detail"]), (
            "conflict", named + "; wait_for_jobs:yes waits until they have ended, force:yes does not"))
        self.assertEqual((self.scheduled(None), self.starts("off")), ([], 0))

    def test_it_is_refused_while_jobs_run_or_wait_and_names_them(self):
        jobs = [self.start_gated("a"), self.start_gated("b", "single", "daemon"), self.start_gated("c", "single")]
        self.assertEqual(self.state_of_all(jobs), ["running", "running", "queued"])
        self.refused(*jobs, reason="update", force="no", wait_for_jobs="no")
        effect = self.lines("effect")[-1]
        self.assertEqual((effect["module"], effect["action"]), ("shutdown", "poweroff"))
        self.assertIn("update", json.dumps(effect))
        self.assertEqual(self.finish("a", jobs[0]), ["succeeded"])
        self.refused(*jobs[1:])
        self.mgr.open_gate("b")
        self.mgr.open_gate("c")
        self.wait(*jobs)
        self.shutdown(message="now", reason="update")
        self.until_started("off")
        self.assertEqual((self.mgr.dir / "seen/off").read_text(), "--backend=auto --delay=0s --message=now poweroff\n")

    def state_of_all(self, jobs):
        return [self.shown(job)["state"] for job in jobs]

    def test_of_many_some_are_named(self):
        jobs = [self.start_gated("a", "single")] + [self.start("single", "b")["id"] for _ in range(24)]
        detail = self.refuses(self.mgr.request("shutdown", "halt"), 11)["detail"]
        self.assertIn(": " + ", ".join(map(str, jobs[:20])) + " and 5 more; ", detail)

    def test_one_that_is_stopping_is_alive(self):
        job = self.mgr.request("more", "lingers", token="a")["data"]["jobs"][0]["id"]
        self.until_started("a")
        with self.mgr.client() as connection:
            connection.sendall(f"module:job\naction:stop\nids:{job}\n\n".encode())
            self.until(lambda: self.state(job) == "stopping")
            self.refused(job)

    def test_one_between_two_attempts_is_alive(self):
        job = self.start("late", "a", number=1)["id"]
        self.until(lambda: self.shown(job)["attempt"] == 2)
        self.refused(job)

    def test_by_force_it_goes_beside_them(self):
        job = self.start_gated("a")
        off = self.shutdown(force="yes")
        self.assertNotIn("waits_for", off)
        self.until_started("off")
        self.accepts_new_jobs()
        self.assertEqual(self.state(job), "running")
        self.go_down(off["id"])

    def test_what_is_only_an_answer_is_in_nobodys_way(self):
        self.make_gate("a")
        self.make_gate("b")
        with self.mgr.client() as output, self.mgr.client() as stream:
            output.sendall(b"module:more\naction:ask\ntoken:a\n\n")
            stream.sendall(b"module:more\naction:stream\ntoken:b\n\n")
            self.until_started("a")
            self.until_started("b")
            off = self.shutdown("reboot")
            self.assertEqual(off["state"], "running")
            self.mgr.open_gate("a")
            self.assertTrue(json.loads(output.makefile().readline())["success"])

    def test_a_dry_run_tells_of_it_and_decides_nothing(self):
        self.start_gated("a")
        for fields, others in (({}, "conflict"), ({"wait_for_jobs": "yes"}, "waited_for"), ({"force": "yes"}, None)):
            reply = self.mgr.request("shutdown", "reboot", mgr__dry__run="yes", delay="10m", **fields)
            self.assertTrue(reply["success"], reply)
            job, = reply["data"]["jobs"]
            self.assertEqual((job["key"], job.get("others"), job["delay_ms"]), ("shutdown", others, 600000))
        self.assertEqual(self.scheduled(), [])
        self.accepts_new_jobs()


class Crowd(ShutdownTestCase):
    """Where as many jobs run as may, and more wait, each as long as whoever started it likes."""
    SETTINGS = "max_running = 1"

    def test_it_is_in_no_forced_shutdowns_way(self):
        running, waiting = (self.start("sleeper", token)["id"] for token in "ab")
        self.assertEqual(self.shutdown(user=None, force="yes")["state"], "running")
        self.until_started("off")
        self.assertEqual([self.state(job) for job in (running, waiting)], ["running", "queued"])
        self.cancel(None)
        self.assertEqual(self.job("stop", ids=running)["jobs"][0]["state"], "stopped")
        self.until(lambda: self.state(waiting) == "running")

    def test_of_streams_is_in_no_shutdowns_way(self):
        self.make_gate("a")
        with self.mgr.client() as stream:
            stream.sendall(b"module:more\naction:stream\ntoken:a\n\n")
            self.until_started("a")
            for fields in ({}, {"wait_for_jobs": "yes"}):
                self.assertEqual(self.shutdown(**fields)["state"], "running")
                self.cancel()


class Waiting(ShutdownTestCase):
    def test_it_waits_for_all_and_no_new_one_comes_until_it_has_ended(self):
        first, second = self.start_gated("a", "single"), self.start_gated("b", "single", "daemon")
        off = self.shutdown(wait_for_jobs="yes")
        self.assertEqual((off["state"], off["waits_for"]), ("queued", [first, second]))
        self.refuses_new_jobs(off["id"])
        self.assertEqual(self.finish("a", first), ["succeeded"])
        self.assertEqual((self.scheduled()[0]["waits_for"], self.shown(off["id"], "www-data")["waits_for"]),
                         ([second], [second]), "an older one that waited runs")
        self.assertEqual(self.starts("off"), 0)
        self.finish("b", second)
        self.until_started("off")
        running, = self.scheduled()
        self.assertEqual(running["state"], "running")
        self.assertNotIn("waits_for", running)
        self.assertNotIn("due", running)
        self.refuses_new_jobs(off["id"])
        self.go_down(off["id"])
        self.accepts_new_jobs()
        self.assertEqual(self.scheduled(), [])

    def test_without_others_it_runs_at_once(self):
        off = self.shutdown(wait_for_jobs="yes")
        self.assertEqual(off["state"], "running")
        self.assertNotIn("waits_for", off)
        self.refuses_new_jobs(off["id"])

    def test_it_waits_over_the_death_of_helper_and_broker(self):
        first, second = self.start_gated("a", "single"), self.start_gated("b", "single")
        off = self.shutdown(wait_for_jobs="yes", delay="1h")["id"]
        self.mgr.restart_helper()
        self.assertEqual(self.scheduled()[0]["waits_for"], [first, second])
        self.refuses_new_jobs(off)
        self.mgr.kill_broker()
        self.mgr.start_broker()
        self.mgr.wait_ready()
        self.mgr.kill_helper()
        self.mgr.open_gate("a")
        self.mgr.wait_empty(self.mgr.cgroup / f"job-{first}")
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.refuses_new_jobs(off)
        self.assertEqual(self.starts("off"), 0)
        self.finish("b", second)
        self.until_started("off")
        self.mgr.restart_helper()
        self.refuses_new_jobs(off)
        running, = self.scheduled()
        self.assertEqual((running["state"], running["attempt"], self.starts("off")), ("running", 1, 1))
        self.assertGreater(running["due"], running["started"])
        self.go_down(off)

    def test_the_next_attempt_of_an_older_job_is_no_new_job(self):
        self.make_gate("a.1")
        self.make_gate("a.2")
        job = self.mgr.request("more", "again", token="a")["data"]["jobs"][0]["id"]
        off = self.shutdown(wait_for_jobs="yes")["id"]
        self.mgr.open_gate("a.1")
        self.mgr.open_gate("a.2")
        self.assertEqual([(job["state"], job["attempt"]) for job in self.wait(job)], [("succeeded", 2)])
        self.go_down(off)
        ended = self.shown(job)["ended"]
        self.assertLess(ended, self.shown(off)["started"])

    def test_what_is_only_an_answer_goes_on(self):
        self.start_gated("a")
        self.shutdown(wait_for_jobs="yes")
        self.make_gate("b")
        self.make_gate("c")
        for action, token in (("ask", "b"), ("stream", "c")):
            with self.mgr.client() as connection:
                connection.sendall(f"module:more\naction:{action}\ntoken:{token}\n\n".encode())
                self.mgr.open_gate(token)
                self.assertTrue(json.loads(connection.makefile().readlines()[-1])["success"])

    def test_an_equal_start_gets_the_job_that_runs_and_all_or_none_holds(self):
        scan = self.mgr.scan("start", "4")["data"]["jobs"][0]["id"]
        off = self.shutdown(wait_for_jobs="yes")
        again = self.mgr.scan("start", "4")["data"]["jobs"][0]
        self.assertEqual((again["id"], again["new"]), (scan, False))
        for tasks in ("5", "4,5", "5,4"):
            self.refuses(self.mgr.scan("start", tasks), 11)
        self.assertEqual(self.ids(None), [scan, off["id"]])
        self.assertEqual(self.scheduled()[0]["waits_for"], [scan])

    def test_of_one_turn_what_came_before_is_waited_for_and_what_came_behind_is_refused(self):
        self.make_gate("a")
        blocks = ["module:work\naction:gated\ntoken:a\n\n", "module:shutdown\naction:halt\nwait_for_jobs:yes\n\n",
                  "module:work\naction:exit\ntoken:b\nnumber:0\n\n", "module:shutdown\naction:halt\nwait_for_jobs:yes\n\n",
                  "module:shutdown\naction:halt\nforce:yes\n\n"]
        with self.mgr.client() as connection:
            connection.sendall(("mgr:keep-alive\n" + "".join(blocks)).encode())
            file = connection.makefile()
            replies = [json.loads(file.readline()) for _ in blocks]
        first, off, again = (replies[i]["data"]["jobs"][0] for i in (0, 1, 3))
        self.assertEqual((off["waits_for"], again["id"], again["new"]), ([first["id"]], off["id"], False))
        for reply in (replies[2], replies[4]):
            self.refuses(reply, 11)
        self.assertEqual(len(self.ids()), 2)

    def test_of_one_turn_a_job_that_was_just_accepted_is_in_the_way(self):
        self.make_gate("a")
        with self.mgr.client() as connection:
            connection.sendall(b"mgr:keep-alive\nmodule:work\naction:gated\ntoken:a\n\nmodule:shutdown\naction:halt\n\n")
            file = connection.makefile()
            started, refused = json.loads(file.readline()), json.loads(file.readline())
        self.refuses(refused, 11)
        self.assertIn(f"this job is alive: {started['data']['jobs'][0]['id']};", refused["detail"])

    def test_a_reload_does_not_disturb(self):
        job = self.start_gated("a")
        off = self.shutdown(wait_for_jobs="yes")["id"]
        self.assertTrue(self.mgr.request("mgr", "reload", None)["success"])
        (self.mgr.dir / "etc/mgr/modules.d/shutdown.toml").unlink()
        self.assertTrue(self.mgr.request("mgr", "reload", None)["success"])
        self.refuses_new_jobs(off)
        self.refuses(self.mgr.request("shutdown", "halt"), 2)
        self.assertEqual(self.scheduled()[0]["waits_for"], [job])
        self.assertEqual(self.finish("a", job), ["succeeded"])
        self.go_down(off)

    def test_a_request_id_makes_its_repetition_harmless(self):
        job = self.start_gated("a")
        fields = {"wait_for_jobs": "yes", "mgr__request__id": "night"}
        off = self.shutdown(**fields)["id"]
        for _ in range(2):
            again = self.mgr.request("shutdown", "poweroff", **fields)["data"]
            self.assertEqual((again["jobs"][0]["id"], again["jobs"][0]["new"], again["repeated"]), (off, False, True))
            self.assertEqual(again["jobs"][0]["waits_for"], [job])
            self.mgr.restart_helper()
        self.refuses(self.mgr.request("shutdown", "reboot", **fields), 11)
        self.cancel()
        again = self.mgr.request("shutdown", "poweroff", **fields)["data"]["jobs"][0]
        self.assertEqual((again["id"], again["state"]), (off, "stopped"), "called off it stays")

    def test_after_a_restart_of_the_machine_it_is_moot(self):
        job = self.start_gated("a")
        off = self.shutdown(wait_for_jobs="yes")["id"]
        self.restart_under_boot("00000000-0000-4000-8000-000000000000\n")
        ended, = self.wait(off)
        self.assertEqual((ended["state"], ended["detail"]), ("failed", "the machine went down while it waited"))
        self.accepts_new_jobs()
        self.assertEqual((self.finish("a", job), self.starts("off")), (["succeeded"], 0))
        self.assertEqual([line["id"] for line in self.lines("job_ended")].count(off), 1)

    def test_it_is_refused_where_no_restart_could_be_told(self):
        job = self.start_gated("a")
        self.restart_under_boot("")
        self.refuses(self.mgr.request("shutdown", "reboot", wait_for_jobs="yes"), 8)
        self.assertEqual((self.finish("a", job), self.starts("off")), (["succeeded"], 0))

    def restart_under_boot(self, boot):
        self.mgr.kill_helper()
        self.mgr.write("bin/boot_id", boot)
        self.mgr.helper = subprocess.Popen(
            ["unshare", "--mount", "--", "sh", "-c", 'mount --bind "$0" /proc/sys/kernel/random/boot_id; exec "$@"',
             self.mgr.dir / "bin/boot_id", self.mgr.binaries / "mgr-helper", "--root", self.mgr.dir,
             "--libexec", self.mgr.libexec], stderr=self.mgr.open_log("helper"))
        self.mgr.wait_ready()


class Together(ShutdownTestCase):
    """Who waits for whom."""

    def test_a_start_that_waits_is_answered_with_its_end(self):
        self.start_gated("a")
        with self.mgr.client() as connection:
            connection.sendall(b"module:shutdown\naction:halt\nwait_for_jobs:yes\nmgr-wait:yes\n\n")
            self.until(self.scheduled)
            off = self.scheduled()[0]["id"]
            self.mgr.open_gate("a")
            self.mgr.open_gate("off")
            job, = json.loads(connection.makefile().readline())["data"]["jobs"]
        self.assertEqual((job["id"], job["state"]), (off, "succeeded"))

    def asking_job(self):
        """A job whose command waits for a shutdown that waits for this job."""
        job = self.mgr.request("more", "asks", "daemon", token="asks")["data"]["jobs"][0]["id"]
        self.until(lambda: self.scheduled(None))
        off, = self.scheduled(None)
        self.assertEqual((off["waits_for"], off["caller"]["uid"]), ([job], 1))
        return job, off["id"]

    def test_of_two_that_wait_for_each_other_the_shutdown_can_be_called_off(self):
        job, off = self.asking_job()
        self.assertEqual(self.state(off), "queued")
        self.cancel(None)
        self.assertEqual([one["state"] for one in self.wait(job, off)], ["succeeded", "stopped"])
        answer = json.loads((self.mgr.dir / "seen/asks").read_text())
        self.assertEqual(answer["data"]["jobs"][0]["state"], "stopped")

    def test_of_two_that_wait_for_each_other_the_job_can_be_stopped(self):
        job, off = self.asking_job()
        self.assertEqual(self.job("stop", None, ids=job)["jobs"][0]["state"], "stopped")
        self.go_down(off)

    def test_of_racing_clients_none_is_accepted_behind_it_and_none_is_lost(self):
        accepted, refused, begun = [], [], threading.Barrier(9)
        def client(number):
            begun.wait(DEADLINE)
            while True:
                reply = self.mgr.request("work", "exit", None, token=f"racer-{number}", number=0)
                if not reply["success"]:
                    return refused.append(reply)
                accepted.append(reply["data"]["jobs"][0]["id"])
        clients = [threading.Thread(target=client, args=(number,)) for number in range(8)]
        for one in clients:
            one.start()
        begun.wait(DEADLINE)
        self.until(lambda: len(accepted) >= 40)
        off = self.shutdown(user=None, wait_for_jobs="yes")["id"]
        for one in clients:
            one.join(DEADLINE)
        self.assertEqual([(reply["msg"]["err_code"], reply["detail"]) for reply in refused],
                         [(11, f"no new job before job {off} (shutdown poweroff) has ended")] * 8)
        self.assertEqual((len(set(accepted)), max(accepted) < off), (len(accepted), True))
        self.go_down(off)
        ended = self.job("wait", None, ids=",".join(map(str, accepted[-64:])), limit=DEADLINE)["jobs"]
        self.assertEqual({job["state"] for job in ended}, {"succeeded"})
        self.assertLess(max(job["ended"] for job in ended), self.shown(off)["started"])
        self.assertEqual(sum(self.starts(f"racer-{number}") for number in range(8)), len(accepted))
        told = [job["id"] for job in self.job("list", None, limit=1000, of_module="work")["jobs"]]
        self.assertEqual(told, sorted(accepted))


if __name__ == "__main__":
    unittest.main(verbosity=2)
