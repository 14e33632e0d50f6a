"""What the tests of jobs over the socket share: declared actions whose commands wait at gates, and
clients that wait for what they are told, not for time.
"""
import contextlib
import json
import os
import sys
import time
import unittest

from instance import SETTINGS, DEADLINE, Instance, uid_of

BINARIES = sys.argv.pop(1) if len(sys.argv) > 1 else "build/dev/bin"

# job WORD TOKEN [NUMBER]. Each start is a line of seen/TOKEN. A gate is a FIFO: reading it waits
# until the test writes.
COMMAND = """#!/bin/sh
echo started >> "@DIR@/seen/$2"
gate() { read -r word < "@DIR@/gates/$1"; }
case "$1" in
  gated) gate "$2" ;;
  exit) exit "$3" ;;
  flaky) [ "$(wc -l < "@DIR@/seen/$2")" -ge "$3" ] ;;
  sleeper) exec sleep 1000 ;;
  stubborn) trap '' TERM; sleep 1000 & while :; do wait; done ;;
  progress) eval "exec 9>&$MGR_PROGRESS_FD"
     echo '10 begun' >&9; gate "$2"; echo '60 more' >&9; echo '130 nonsense' >&9; gate "$2.end" ;;
esac
"""

ACTIONS = {  # action: what its table says beside command and user
    "gated": "", "exit": "success_exit = [0, 3]", "sleeper": 'stop_grace = "100ms"',
    "stubborn": 'stop_grace = "50ms"', "narrow": "max_running = 2\nqueue = 1",
    "single": "max_running = 1", "left": 'lock = "disk"', "right": 'lock = "disk"',
    "flaky": 'retries = 2\nretry_delay = "1ms"', "slow": 'timeout = "50ms"\nstop_grace = "50ms"',
    "slow-twice": 'timeout = "50ms"\nstop_grace = "50ms"\nretries = 1\nretry_delay = "1ms"',
    "retried": "retries = 3", "late": 'retries = 1\nretry_delay = "1h"', "progress": "progress = true",
}
WORDS = {"narrow": "gated", "single": "gated", "retried": "gated", "left": "gated", "right": "gated", "slow": "sleeper",
         "slow-twice": "sleeper", "late": "exit"}


ALIVE = "accepted,queued,running,stopping"


def declared(actions, words):
    text = '[module.work]\nsummary = "Work"\n'
    for action, keys in actions.items():
        word = words.get(action, action)
        number = word in ("exit", "flaky")
        command = f'"@DIR@/bin/job", "{word}", "{{token}}"' + (', "{number}"' if number else "")
        text += f'[module.work.action.{action}]\ncommand = [{command}]\nuser = "mgr-scan"\n{keys}\n'
        text += f'[module.work.action.{action}.arg.token]\ntype = "string"\nmax_length = 64\n'
        if number:
            text += f'[module.work.action.{action}.arg.number]\ntype = "int"\n'
    return text


POLICY = """
[[principal]]
name = "web"
user = ["www-data", "daemon"]

[[principal]]
name = "root"
uid = 0

[[allow]]
who = ["anyone"]
module = "mgr"
action = "ping"

[[allow]]
who = ["web"]
module = ["work", "scan", "job"]
action = "*"
jobs = "own"

[[allow]]
who = ["root"]
module = ["work", "scan", "job", "mgr"]
action = "*"
jobs = "all"
"""


class JobsInstance(Instance):
    def __init__(self, settings="", actions=None, words=None, start=True):
        super().__init__(BINARIES, start=False)
        try:
            self.write("etc/mgr/policy.toml", POLICY)
            self.write("etc/mgr/modules.d/work.toml", declared(actions or ACTIONS, words or WORDS))
            self.write("etc/mgr/mgr.toml", SETTINGS.replace("[jobs]\n", "[jobs]\n" + settings + "\n"))
            self.write("bin/job", COMMAND, 0o755)
            if start:
                self.start()
        except Exception:
            self.stop()
            raise

    def request(self, module, action, user="www-data", **fields):
        lines = [f"module:{module}", f"action:{action}"]
        lines += [f"{name.replace('__', '-')}:{value}" for name, value in fields.items()]
        return self.ask("\n".join(lines) + "\n\n", user)

    def restart_helper(self):
        self.kill_helper()
        self.start_helper()
        self.wait_ready()


class Stream:
    """A request that answers with several lines, and those that have come."""

    def __init__(self, mgr, action, user="www-data", first="", **fields):
        self.connection = mgr.client(user)
        lines = ["module:job", f"action:{action}"] + [f"{name}:{value}" for name, value in fields.items()]
        self.connection.sendall((first + "\n".join(lines) + "\n\n").encode())
        self.file = self.connection.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.connection.close()

    def next(self):
        line = self.file.readline()
        if not line:
            raise AssertionError("the stream has ended")
        return json.loads(line)

    def next_job(self):
        """The job of the next line; the first line of a watch has none."""
        reply = self.next()
        return reply["data"]["jobs"][0] if reply["data"]["jobs"] else None

    def until(self, so):
        """All jobs as they are told, up to one that is so."""
        told = []
        while not told or not so(told[-1]):
            told.append(self.next_job())
        return told


class JobsTestCase(unittest.TestCase):
    settings = ""

    def setUp(self):
        self.mgr = JobsInstance(self.settings)
        self.addCleanup(self.mgr.stop)

    def refuses(self, reply, code):
        self.assertIsNotNone(reply, "closed without an answer")
        self.assertEqual((reply["success"], reply.get("msg")), (False, {"err_code": code}), reply)
        return reply

    def job(self, action, user="www-data", **fields):
        """The reply of the module job, which must be a success."""
        reply = self.mgr.request("job", action, user, **fields)
        self.assertTrue(reply["success"], reply)
        return reply["data"]

    def start(self, action, token, user="www-data", **fields):
        """Starts a job and gives what the reply says of it."""
        reply = self.mgr.request("work", action, user, token=token, **fields)
        self.assertTrue(reply["success"], reply)
        self.assertTrue(reply["data"]["jobs"][0]["new"], reply)
        return reply["data"]["jobs"][0]

    def start_gated(self, token, action="gated", user="www-data", **fields):
        """One whose command has a gate of this name to wait at."""
        self.make_gate(token)
        return self.start(action, token, user, **fields)["id"]

    def make_gate(self, token):
        path = self.mgr.dir / "gates" / token
        os.mkfifo(path)
        os.chmod(path, 0o644)

    def wait(self, *ids, user=None):
        """Waits until these have ended; each as it is then."""
        return self.job("wait", user, ids=",".join(map(str, ids)), limit=DEADLINE)["jobs"]

    def state(self, job):
        return self.shown(job)["state"]

    def shown(self, job, user=None):
        return self.job("show", user, id=job)["jobs"][0]

    def ids(self, user="www-data", **fields):
        return [job["id"] for job in self.job("list", user, **fields)["jobs"]]

    def starts(self, token):
        """How often the command was started."""
        path = self.mgr.dir / "seen" / token
        return len(path.read_text().splitlines()) if path.exists() else 0

    def until_started(self, token):
        """Until the command has begun: no event tells it to us."""
        until = time.monotonic() + DEADLINE
        while self.starts(token) == 0:
            self.assertLess(time.monotonic(), until, f"{token} does not start")
            time.sleep(0.02)

    def files(self, job):
        with contextlib.suppress(FileNotFoundError):
            return sorted(os.listdir(self.mgr.dir / "var/lib/mgr/jobs" / str(job)))
        return []

    def lines(self, event):
        return [line for line in self.mgr.audit_lines() if line["event"] == event]


def caller(user):
    return {"uid": uid_of(user).pw_uid}
