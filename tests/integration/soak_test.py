"""Jobs under load while broker, helper, mgr-jobs and commands are killed: none is lost, none runs twice.

Usage: soak_test.py BINARIES; as root, in a pid namespace of its own. MGR_SOAK_ROUNDS is how often
something is killed (25), MGR_SOAK_SEED repeats a run's choices, though not its timing.
"""
import collections
import contextlib
import datetime
import os
import random
import select
import signal
import sys
import threading
import time
import unittest

from instance import DEADLINE
from jobs_support import ALIVE, JobsInstance

ROUNDS = int(os.environ.get("MGR_SOAK_ROUNDS") or 25)
SEED = int(os.environ.get("MGR_SOAK_SEED") or random.SystemRandom().randrange(1 << 32))
CLIENTS = 8
REQUESTS_A_ROUND = 2  # of each client
UNAVAILABLE = 8       # "nothing was started"

# Each start is a line with its time, appended before anything else happens.
COMMAND = """#!/bin/sh
date +%s%6N >> "@DIR@/seen/$2"
case "$1" in
  exit) exit "$3" ;;
  flaky) [ "$(wc -l < "@DIR@/seen/$2")" -ge "$3" ] ;;
  sleeper) sleep 1000 & exec sleep 1000 ;;
esac
"""
RETRIES = {"flaky": 2}
ACTIONS = {"exit": "", "flaky": 'retries = 2\nretry_delay = "5ms"', "sleeper": 'stop_grace = "100ms"',
           "narrow": "max_running = 2\nqueue = 100000", "left": 'lock = "disk"\nqueue = 100000',
           "right": 'lock = "disk"\nqueue = 100000'}
WORDS = {"narrow": "exit", "left": "exit", "right": "exit"}
SCAN = """
[module.scan.action.start]
command = ["@DIR@/bin/job", "exit", "scan-{task_id}", "0"]
user = "mgr-scan"
"""


class SoakInstance(JobsInstance):
    def __init__(self):
        super().__init__("keep_jobs = 1000000", ACTIONS, WORDS, start=False)
        self.write("bin/job", COMMAND, 0o755)
        self.write("etc/mgr/modules.d/scan.toml", SCAN)
        try:
            self.start()
        except Exception:
            self.stop()
            raise

    def starts_of(self, token):
        path = self.dir / "seen" / token
        return [int(line) for line in path.read_text().splitlines()] if path.exists() else []


class Client(threading.Thread):
    """Asks for jobs, so many a round, and keeps what it was told."""

    def __init__(self, mgr, number):
        super().__init__(daemon=True)
        self.mgr, self.name, self.random = mgr, f"client-{number}", random.Random(f"{SEED}/{number}")
        self.may_go_on = threading.Semaphore(0)
        self.done = threading.Event()
        self.told = {}       # token: the job's id, None where nothing was started, "?" for no answer
        self.keyed = []      # ids
        self.stopped = {}    # id: the state that the reply to stop told
        self.errors = []

    def run(self):
        try:
            while self.may_go_on.acquire() and not self.done.is_set():
                self.ask_for_one(f"{self.name}-{len(self.told)}")
        except Exception as error:
            self.errors.append(repr(error))
            raise

    def ask(self, *words, **fields):
        """The reply; None where there was none, because somebody was killed."""
        with contextlib.suppress(OSError, ValueError):
            return self.mgr.request(*words, user=None, **fields)
        return None

    def ask_for_one(self, token):
        action = self.random.choice(["exit", "exit", "flaky", "narrow", "left", "right", "sleeper", "scan"])
        fields = {}
        if action == "scan":
            reply = self.ask("scan", "start", task_ids=self.random.randrange(1, 4))
            if reply and reply["success"]:
                self.keyed.append(reply["data"]["jobs"][0]["id"])
            return
        if action != "sleeper":
            fields["number"] = self.random.choice([1, 2, 3, 9]) if action == "flaky" else self.random.choice([0, 0, 1])
        reply = self.ask("work", action, token=token, **fields)
        self.told[token] = "?"
        if reply and reply["success"]:
            job = reply["data"]["jobs"][0]
            self.told[token] = job["id"]
            if action == "sleeper" or self.random.random() < 0.1:
                answer = self.ask("job", "stop", ids=job["id"])
                if answer and answer["success"]:
                    self.stopped[job["id"]] = answer["data"]["jobs"][0]["state"]
        elif reply and reply["msg"]["err_code"] == UNAVAILABLE:
            self.told[token] = None


class Killer:
    """Kills one thing a round, and starts broker and helper again as a supervisor does."""

    def __init__(self, mgr):
        self.mgr, self.random = mgr, random.Random(f"{SEED}/kill")
        self.counts = collections.Counter()
        self.hit = set()             # jobs of commands that were killed
        self.without_record = set()  # jobs whose mgr-job was killed before it had recorded their end

    def round(self):
        what = self.random.choice(["broker", "helper", "both", "mgr-job", "command"])
        time.sleep(self.random.random() * 0.05)  # any moment
        for _ in range(200):  # until there is one to kill
            if getattr(self, "kill_" + what.replace("-", "_"))():
                break
            time.sleep(0.001)
        self.mgr.wait_ready()

    def kill_broker(self):
        self.mgr.kill_broker()
        self.mgr.start_broker()
        self.counts["broker"] += 1
        return True

    def kill_helper(self):
        self.mgr.kill_helper()
        self.mgr.start_helper()
        self.counts["helper"] += 1
        return True

    def kill_both(self):
        self.mgr.kill_helper()
        self.kill_broker()
        self.mgr.start_helper()
        self.counts["helper"] += 1
        return True

    def pids_in(self, cgroup):
        with contextlib.suppress(OSError):
            return [int(pid) for pid in (cgroup / "cgroup.procs").read_text().split()]
        return []

    def seize(self, cgroup):
        """A descriptor of a process in there, and its pid; it cannot be another's."""
        pids = self.pids_in(cgroup)
        if not pids:
            return None, 0
        pid = self.random.choice(pids)
        with contextlib.suppress(ProcessLookupError):
            descriptor = os.pidfd_open(pid)
            if pid in self.pids_in(cgroup):
                return descriptor, pid
            os.close(descriptor)
        return None, 0

    def kill_command(self):
        leaves = sorted(self.mgr.cgroup.glob("job-*"))
        leaf = self.random.choice(leaves) if leaves else None
        process, _ = self.seize(leaf) if leaf else (None, 0)
        if process is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(process, signal.SIGKILL)
            self.counts["command"] += 1
            self.hit.add(int(leaf.name.removeprefix("job-")))
        os.close(process)
        return True

    def kill_mgr_job(self):
        process, pid = self.seize(self.mgr.cgroup / "supervisors")
        if process is None:
            return False
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            folder = os.readlink(f"/proc/{pid}/fd/3")  # job_folder_descriptor
            signal.pidfd_send_signal(process, signal.SIGSTOP)
            if self.has_stopped(pid):
                # It writes nothing now: without a record here, there will never be a success.
                records = {name: self.size(f"{folder}/{name}") for name in ("start", "exit")}
                signal.pidfd_send_signal(process, signal.SIGKILL)
                if not records["exit"]:
                    self.without_record.add(int(os.path.basename(folder)))
                self.counts["mgr-job"] += 1
            signal.pidfd_send_signal(process, signal.SIGKILL)
        select.select([process], [], [], DEADLINE)
        os.close(process)
        return True

    @staticmethod
    def size(path):
        return os.path.getsize(path) if os.path.exists(path) else 0

    @staticmethod
    def has_stopped(pid):
        """Once it has; it is nobody's child here, so there is no event."""
        for _ in range(2000):
            with open(f"/proc/{pid}/stat") as status:
                state = status.read().rsplit(")", 1)[1].split()[0]
            if state in "TZX":
                return state == "T"
            time.sleep(0.001)
        return False


def microseconds(text):
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return round(moment.timestamp() * 1e6)


class Soak(unittest.TestCase):
    def setUp(self):
        self.mgr = SoakInstance()
        self.addCleanup(self.mgr.stop)
        self.clients = [Client(self.mgr, number) for number in range(CLIENTS)]
        self.killer = Killer(self.mgr)

    def test_every_job_ends_once_whoever_is_killed(self):
        print(f"soak: {ROUNDS} rounds, MGR_SOAK_SEED={SEED}", file=sys.stderr)
        self.run_load()
        self.wait_for_all()
        jobs = self.all_jobs()
        self.mgr.kill_helper()
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.assertEqual(self.all_jobs(), jobs, "what is on disk is what the helper said")
        newest = self.asked("job", "list", limit=1000)["jobs"]
        self.assertEqual([job["id"] for job in newest], sorted(jobs)[-1000:])
        self.assertEqual({job["id"]: job["state"] for job in newest},
                         {job["id"]: jobs[job["id"]]["state"] for job in newest})
        states = collections.Counter(job["state"] for job in jobs.values())
        print(f"soak: killed {dict(self.killer.counts)}; jobs {len(jobs)}: {dict(states)}", file=sys.stderr)
        for job in jobs.values():
            with self.subTest(job=job["id"], seed=SEED):
                self.check_job(job)
        self.check_replies(jobs)
        self.check_kills(jobs)
        self.check_limits(jobs)
        self.check_nothing_is_left()
        ends = collections.Counter(line["id"] for line in self.mgr.audit_lines() if line["event"] == "job_ended")
        self.assertEqual([job for job in jobs if ends[job] == 0], [], "ends that the audit does not tell")
        self.mgr.check_audit_chain()

    def asked(self, module, action, **fields):
        reply = self.mgr.request(module, action, None, **fields)
        self.assertTrue(reply and reply["success"], reply)
        return reply["data"]

    def run_load(self):
        for client in self.clients:
            client.start()
        for _ in range(ROUNDS):
            for client in self.clients:
                client.may_go_on.release(REQUESTS_A_ROUND)
            self.killer.round()
        for client in self.clients:
            client.done.set()
            client.may_go_on.release()
        for client in self.clients:
            client.join(3 * DEADLINE)
            self.assertFalse(client.is_alive() or client.errors, client.errors)

    def wait_for_all(self):
        until = time.monotonic() + 120
        while jobs := self.asked("job", "list", state=ALIVE, limit=1000)["jobs"]:
            self.assertLess(time.monotonic(), until, jobs[:10])
            for job in jobs:  # whose client does not know it
                if job["action"] == "sleeper":
                    self.asked("job", "stop", ids=job["id"])
            self.asked("job", "wait", ids=",".join(str(job["id"]) for job in jobs[-64:]), limit=100)

    def all_jobs(self):
        """By id, as the helper tells them, of all that have a folder."""
        ids = sorted(map(int, self.mgr.job_folders()))
        return {job: self.asked("job", "show", id=job)["jobs"][0] for job in ids}

    def check_job(self, job):
        files = os.listdir(self.mgr.dir / "var/lib/mgr/jobs" / str(job["id"]))
        self.assertIn(job["state"], ("succeeded", "failed", "stopped", "lost"), job)
        self.assertIn("exit", files)
        self.assertFalse({"lock", "control"} & set(files), files)
        self.assertLessEqual(job["attempt"], 1 + RETRIES.get(job["action"], 0))
        self.assertEqual(sum(name.startswith("exit.") and name != "exit.new" for name in files), job["attempt"] - 1, files)
        if job["module"] == "scan":
            return
        starts = self.mgr.starts_of(job["arguments"]["token"])
        self.assertLessEqual(len(starts), job["attempt"], job)
        self.assertTrue(all(start <= microseconds(job["ended"]) for start in starts), (starts, job))
        if job["state"] == "succeeded" and job["id"] not in self.killer.hit:  # that may have been `date`
            self.assertGreaterEqual(len(starts), 1)

    def check_replies(self, jobs):
        of_token = {}
        for job in jobs.values():
            if job["module"] == "work":
                self.assertNotIn(job["arguments"]["token"], of_token, "one request, two jobs")
                of_token[job["arguments"]["token"]] = job["id"]
        for client in self.clients:
            for token, told in client.told.items():
                if told != "?":
                    self.assertEqual(of_token.get(token), told, token)
            for job, state in client.stopped.items():
                self.assertEqual(jobs[job]["state"], state, "a reply to stop tells the end")
            self.assertLessEqual(set(client.keyed), set(jobs))
        for task in (1, 2, 3):
            of_key = [job for job in jobs.values() if job.get("key") == f"scan:{task}"]
            self.assertLessEqual(len(self.mgr.starts_of(f"scan-{task}")), len(of_key))

    def check_kills(self, jobs):
        for job in self.killer.without_record:
            found = jobs[job]
            if found["state"] != "lost":
                self.assertEqual((found["state"], found.get("detail")),
                                 ("failed", "mgr-job ended before the command was started"), found)

    def check_limits(self, jobs):
        """By the times that the records tell."""
        def most_at_a_time(so):
            spans = [job for job in jobs.values() if "started" in job and so(job)]
            moments = [(job["started"], 1) for job in spans] + [(job["ended"], -1) for job in spans]
            running = most = 0
            for _, change in sorted(moments):
                running += change
                most = max(most, running)
            return most
        self.assertLessEqual(most_at_a_time(lambda job: job["action"] == "narrow"), 2)
        self.assertLessEqual(most_at_a_time(lambda job: job["action"] in ("left", "right")), 1)
        for task in (1, 2, 3):
            self.assertLessEqual(most_at_a_time(lambda job: job.get("key") == f"scan:{task}"), 1)

    def check_nothing_is_left(self):
        self.mgr.wait_empty(self.mgr.cgroup / "supervisors")
        self.assertEqual([path.name for path in self.mgr.cgroup.iterdir() if path.is_dir()], ["supervisors"])
        self.assertIn("populated 0", (self.mgr.cgroup / "cgroup.events").read_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
