"""What the tests of the module shutdown share: a mgr whose shutdown is a harmless command that waits at a
gate, as the machine's would wait for its time, and whose opening is the machine's going down.
"""
import time

from instance import DEADLINE, REPO
from jobs_support import ACTIONS, POLICY, WORDS, JobsInstance, JobsTestCase

OFF = """#!/bin/sh
echo "$*" >> "@DIR@/seen/off"
read -r word < "@DIR@/gates/off"
"""

# again TOKEN: fails in its first attempt, at the gate TOKEN.1, and succeeds in the second.
AGAIN = """#!/bin/sh
echo started >> "@DIR@/seen/$1"
attempt=$(wc -l < "@DIR@/seen/$1")
read -r word < "@DIR@/gates/$1.$attempt"
[ "$attempt" = 2 ]
"""

# asks TOKEN: a job that asks for a shutdown when other jobs have ended, and waits for its end.
ASKS = """#!/usr/bin/python3
import socket, sys
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect("@DIR@/run/mgr.sock")
    connection.sendall(b"module:shutdown\\naction:reboot\\nwait_for_jobs:yes\\nmgr-wait:yes\\n\\n")
    answer = connection.makefile().readline()
with open("@DIR@/seen/" + sys.argv[1], "w") as seen:
    seen.write(answer)
"""

MORE = """
[module.more.action.ask]
command = ["@DIR@/bin/job", "gated", "{token}"]
user = "mgr-scan"
mode = "output"
[module.more.action.ask.arg.token]
type = "string"
[module.more.action.stream]
command = ["@DIR@/bin/job", "gated", "{token}"]
user = "mgr-scan"
mode = "stream"
[module.more.action.stream.arg.token]
type = "string"
[module.more.action.again]
command = ["@DIR@/bin/again", "{token}"]
user = "mgr-scan"
retries = 1
retry_delay = "1ms"
[module.more.action.again.arg.token]
type = "string"
[module.more.action.asks]
command = ["@DIR@/bin/asks", "{token}"]
user = "daemon"
[module.more.action.asks.arg.token]
type = "string"
[module.more.action.lingers]
command = ["@DIR@/bin/job", "stubborn", "{token}"]
user = "mgr-scan"
stop_grace = "10m"
[module.more.action.lingers.arg.token]
type = "string"
"""


def shutdown_file(min_proof="kernel"):
    """The file as it is shipped, but for whom it runs as, what it runs and the proof that it wants."""
    text = (REPO / "policy/default/modules.d/shutdown.toml").read_text()
    text = text.replace('"/usr/libexec/mgr/mgr-shutdown"', '"@DIR@/bin/off"')
    text = text.replace('"root"', '"mgr-scan"').replace('min_proof  = "signed"', f'min_proof = "{min_proof}"')
    assert text.count("@DIR@/bin/off") == text.count(f'min_proof = "{min_proof}"') == 3
    return text


class ShutdownTestCase(JobsTestCase):
    SETTINGS = ""  # of [jobs] in mgr.toml

    def setUp(self):
        self.mgr = JobsInstance(self.SETTINGS, start=False)
        self.addCleanup(self.mgr.stop)
        policy = POLICY.replace('["work", ', '["work", "more", "shutdown", ')
        self.mgr.write("etc/mgr/policy.toml", policy)
        self.mgr.write("etc/mgr/modules.d/more.toml", MORE)
        self.mgr.write("etc/mgr/modules.d/shutdown.toml", shutdown_file())
        for name, text in (("off", OFF), ("again", AGAIN), ("asks", ASKS)):
            self.mgr.write(f"bin/{name}", text, 0o755)
        self.make_gate("off")
        self.mgr.start()

    def shutdown(self, action="poweroff", user="www-data", **fields):
        """Asks for one, which must be scheduled anew; what the reply says of its job."""
        reply = self.mgr.request("shutdown", action, user, **fields)
        self.assertTrue(reply["success"], reply)
        job, = reply["data"]["jobs"]
        self.assertEqual((job["new"], job["key"]), (True, "shutdown"))
        return job

    def scheduled(self, user="www-data"):
        """What `shutdown status` shows."""
        reply = self.mgr.request("shutdown", "status", user)
        self.assertTrue(reply["success"], reply)
        return reply["data"]["jobs"]

    def cancel(self, user="www-data"):
        reply = self.mgr.request("shutdown", "cancel", user)
        self.assertTrue(reply["success"], reply)
        return reply["data"]["jobs"]

    def until(self, so):
        """Until it is so: of what no event tells us."""
        until = time.monotonic() + DEADLINE
        while not so():
            self.assertLess(time.monotonic(), until, "it does not come to that")
            time.sleep(0.02)

    def go_down(self, job):
        """The machine begins to go down, as far as the command can tell."""
        self.mgr.open_gate("off")
        self.assertEqual(self.wait(job)[0]["state"], "succeeded")

    def finish(self, token, *jobs):
        """Lets the command at this gate go on, until these jobs have ended."""
        self.mgr.open_gate(token)
        return [job["state"] for job in self.wait(*jobs)]

    def refuses_new_jobs(self, shutdown, action="poweroff"):
        for user in ("www-data", "daemon", None):
            refused = self.refuses(self.mgr.request("work", "exit", user, token="new", number=0), 11)
            self.assertEqual(refused["detail"],
                             f"no new job before job {shutdown} (shutdown {action}) has ended")
        self.assertEqual(self.starts("new"), 0)

    def accepts_new_jobs(self):
        self.assertEqual(self.wait(self.start("exit", "fresh", number=0)["id"])[0]["state"], "succeeded")
