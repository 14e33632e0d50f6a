"""A full disk starts no job and says so; what there is can be stopped and forgotten.

Usage: jobs_full_disk_test.py BINARIES [unittest arguments]; as root, in pid and mount namespaces of
its own.
"""
import errno
import json
import subprocess
import time
import unittest

from instance import DEADLINE
from jobs_support import POLICY, JobsInstance, JobsTestCase


class SmallDisk(JobsInstance):
    """With a file system of its own, of some MiB, on one of its folders."""

    def __init__(self, folder, size):
        super().__init__(start=False)
        self.disk = self.dir / folder
        self.disk.mkdir(parents=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", self.disk], check=True)
        try:
            self.start()
        except Exception:
            self.stop()
            raise

    def fill(self):
        """To the last byte."""
        with open(self.disk / "ballast", "ab", buffering=0) as ballast:
            for size in (1 << 16, 1):
                try:
                    while ballast.write(bytes(size)):
                        pass
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def empty(self):
        (self.disk / "ballast").unlink()

    def stop(self):
        self.end(self.broker)
        self.end(self.helper)
        self.kill_cgroup()
        subprocess.run(["umount", "--lazy", self.disk], check=False)
        super().stop()


class FullDisk(JobsTestCase):
    def start_mgr(self, folder, size):
        self.mgr = SmallDisk(folder, size)
        self.addCleanup(self.mgr.stop)

    def setUp(self):
        self.taken = []  # jobs that the disk had room to record and not to run

    def starts_nothing(self, token):
        """The refusal. A record may fit into the last block of the journal: such a job waits."""
        for _ in range(100):
            before = self.ids()
            reply = self.mgr.request("work", "exit", token=token, number=0)
            if not reply["success"]:
                break
            self.taken.append(reply["data"]["jobs"][0]["id"])
        self.refuses(reply, 2)
        self.assertRegex(reply["detail"], "nothing was started")
        self.assertEqual((self.ids(), self.starts(token)), (before, 0))
        self.assertEqual([self.state(job) for job in self.taken], ["queued"] * len(self.taken))
        return reply

    def until_started(self, token):
        held = open(self.mgr.dir / "gates" / token, "w")  # blocks until the command is there
        self.addCleanup(held.close)
        return held

    def test_of_the_jobs(self):
        self.start_mgr("var/lib/mgr", "1m")
        running = self.start_gated("a", "single")
        self.until_started("a")
        self.until_started("a")
        waiting = self.start_gated("b", "single")
        ended = self.start("exit", "c", number=0)["id"]
        self.wait(ended)
        self.mgr.fill()
        reply = self.starts_nothing("d")
        self.assertRegex(reply["detail"], "(?i)no space|full")
        self.assertEqual(self.job("stop", ids=running)["jobs"][0]["state"], "stopped")
        self.assertEqual(self.state(waiting), "queued", "no room for its folder yet")
        self.mgr.restart_helper()
        self.assertEqual([self.state(job) for job in (running, waiting, ended)], ["stopped", "queued", "succeeded"])
        self.starts_nothing("e")
        self.mgr.empty()
        self.mgr.open_gate("b")
        self.assertEqual(self.wait(waiting)[0]["state"], "succeeded")
        self.assertEqual(self.wait(self.start("exit", "f", number=0)["id"])[0]["state"], "succeeded")
        if self.taken:
            self.wait(*self.taken)
        self.assertEqual([self.starts(token) for token in "abcf"], [1] * 4)
        self.assertEqual(self.starts("d") + self.starts("e"), len(self.taken), "none is lost, none runs twice")

    def test_a_command_that_ends_meanwhile_has_its_end_recorded(self):
        self.start_mgr("var/lib/mgr", "1m")
        job = self.start_gated("a")
        self.until_started("a")
        with self.until_started("a") as gate:
            self.mgr.fill()
            gate.write("go\n")
        self.assertEqual(self.wait(job)[0]["state"], "succeeded")
        self.mgr.restart_helper()
        self.assertEqual(self.state(job), "succeeded")

    def test_pruning_makes_room(self):
        self.start_mgr("var/lib/mgr", "1m")
        ended = [self.start("exit", "a", number=0)["id"] for _ in range(10)]
        self.wait(*ended)
        self.mgr.fill()
        self.starts_nothing("b")
        self.assertEqual(self.job("prune")["pruned"], 10)
        if self.taken:
            self.wait(*self.taken)
        self.assertEqual(self.wait(self.start("exit", "c", number=0)["id"])[0]["state"], "succeeded")

    def test_one_that_waits_can_be_stopped_and_never_runs(self):
        self.start_mgr("var/lib/mgr", "1m")
        running = self.start_gated("a", "single")
        self.until_started("a")
        waiting = self.start_gated("b", "single")
        self.mgr.fill()
        # Its end needs room of its own: told when there is some, and not before it is recorded.
        with self.mgr.client() as connection:
            connection.sendall(f"module:job\naction:stop\nids:{waiting}\n\n".encode())
            self.assertIn(self.until_not_queued(waiting), ("stopping", "stopped"))
            self.mgr.open_gate("a")
            self.wait(running)
            self.mgr.empty()
            self.assertIn(b'"stopped"', connection.recv(65536))
        self.mgr.restart_helper()
        self.assertEqual((self.state(waiting), self.starts("b")), ("stopped", 0))

    def until_not_queued(self, job):
        """The state after it; the request for it came over another connection."""
        state, until = "queued", time.monotonic() + DEADLINE
        while state == "queued":
            self.assertLess(time.monotonic(), until, "it still waits")
            state = self.state(job)
        return state

    def test_of_the_audit_log(self):
        self.start_mgr("var/log/mgr", "6m")
        running = self.start_gated("a")
        self.until_started("a")
        self.mgr.fill()
        # Half of the space set aside is for starts, so that stops have the other half.
        for number in range(1000):
            self.refuses(self.mgr.request("job", "stop", key="x" * 4000), 12)
            if number % 20 == 0:
                reply = self.mgr.request("work", "exit", token=f"b-{number}", number=0, mgr__wait="yes")
                if not reply["success"]:
                    break
        self.refuses(reply, 2)
        self.assertEqual(reply["detail"], "the disk is full; nothing was started")
        self.assertEqual(self.starts(f"b-{number}"), 0)
        self.starts_nothing("c")
        self.assertEqual(self.job("stop", ids=running)["jobs"][0]["state"], "stopped")
        stops = [line for line in self.lines("effect") if line["arguments"] == {"ids": str(running)}]
        self.assertEqual(len(stops), 1)
        self.assertEqual(self.lines("job_ended")[-1]["id"], running)
        self.mgr.empty()
        self.assertEqual(self.wait(self.start("exit", "d", number=0)["id"])[0]["state"], "succeeded")
        self.mgr.check_audit_chain()

    def allow_shutdown(self):
        self.mgr.write("etc/mgr/policy.toml", POLICY.replace('["work", ', '["work", "shutdown", '))
        self.mgr.write("etc/mgr/modules.d/long.toml", '[module.work.action.long]\n'
                       'command = ["@DIR@/bin/job", "sleeper", "long", "{token}"]\nuser = "mgr-scan"\n'
                       '[module.work.action.long.arg.token]\ntype = "string"\nmax_length = 4096\n')
        self.mgr.write("etc/mgr/modules.d/shutdown.toml", '[module.shutdown.action.reboot]\n'
                       'command = ["@DIR@/bin/job", "gated", "off"]\nuser = "mgr-scan"\n')
        self.make_gate("off")
        self.assertTrue(self.mgr.request("mgr", "reload", None)["success"])

    def shuts_down(self):
        reply = self.mgr.request("shutdown", "reboot", force="yes")
        self.assertTrue(reply["success"], reply)
        with self.until_started("off") as gate:
            gate.write("go\n")
        self.assertEqual(self.wait(reply["data"]["jobs"][0]["id"])[0]["state"], "succeeded")

    def test_of_the_jobs_does_not_keep_the_machine_from_being_shut_down(self):
        self.start_mgr("var/lib/mgr", "1m")
        self.allow_shutdown()
        self.wait(self.start("exit", "a", number=0)["id"])
        self.mgr.fill()
        self.starts_nothing("b")
        reserve = self.mgr.disk / "jobs/reserve"
        self.assertGreater(reserve.stat().st_size, 0)
        self.shuts_down()
        self.mgr.empty()
        self.wait(self.start("exit", "c", number=0)["id"])
        self.assertGreater(reserve.stat().st_size, 0)

    def test_a_shutdown_that_waits_keeps_the_space_for_it(self):
        self.start_mgr("var/lib/mgr", "1m")
        self.allow_shutdown()
        running = self.start_gated("a")
        self.until_started("a")
        self.until_started("a")
        self.mgr.fill()
        off = self.mgr.request("shutdown", "reboot", wait_for_jobs="yes")["data"]["jobs"][0]
        self.assertEqual(off["waits_for"], [running])
        self.mgr.restart_helper()
        self.mgr.open_gate("a")
        with self.until_started("off") as gate:
            gate.write("go\n")
        self.assertEqual(self.wait(off["id"])[0]["state"], "succeeded")

    def test_no_other_job_gets_the_space_for_a_shutdown(self):
        """Neither one of the same turn, before it or behind it, nor one while it runs."""
        self.start_mgr("var/lib/mgr", "1m")
        self.allow_shutdown()
        self.mgr.fill()
        block = f"module:work\naction:long\ntoken:{'x' * 4000}\n\n" * 40
        off = "module:shutdown\naction:reboot\nforce:yes\n\n"
        with self.mgr.client() as connection:
            connection.sendall(("mgr:keep-alive\n" + block + off + block).encode())
            file = connection.makefile()
            replies = [json.loads(file.readline()) for _ in range(81)]
        self.assertEqual([reply["success"] for reply in replies], [False] * 40 + [True] + [False] * 40, replies)
        self.until_started("off")
        self.starts_nothing("b")
        self.mgr.open_gate("off")
        self.assertEqual(self.wait(replies[40]["data"]["jobs"][0]["id"])[0]["state"], "succeeded")

    def test_of_the_audit_log_does_not_keep_the_machine_from_being_shut_down(self):
        self.start_mgr("var/log/mgr", "6m")
        self.allow_shutdown()
        self.mgr.fill()
        while self.mgr.request("work", "exit", token="a", number=0, mgr__wait="yes")["success"]:
            for _ in range(20):
                self.mgr.request("job", "stop", key="x" * 4000)
        self.starts_nothing("b")
        self.shuts_down()
        self.assertEqual(self.lines("effect")[-1]["module"], "shutdown")
        self.mgr.check_audit_chain()


if __name__ == "__main__":
    unittest.main(verbosity=2)
