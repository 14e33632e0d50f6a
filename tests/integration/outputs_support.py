"""Actions of mode output and stream for the tests, and clients that ask for them."""
import contextlib
import json
import time

from instance import DEADLINE
from jobs_support import ALIVE, POLICY, JobsInstance, JobsTestCase, Stream

# say WORD TOKEN. Each start is a line of seen/TOKEN; gates as in jobs_support.
COMMAND = r"""#!/bin/sh
echo started >> "@DIR@/seen/$2"
gate() { read -r word < "@DIR@/gates/$1"; }
case "$1" in
  both) echo "to $2"; echo "no $2" >&2 ;;
  exit) echo "so far"; exit "$2" ;;
  signal) echo "so far"; kill -KILL $$ ;;
  gone) exec "@DIR@/bin/nothing-here" ;;
  bytes) printf '\377\376\0'; printf 'caf\303\251' >&2 ;;
  much) seq -f 'line %.0f' 1 500000; echo end >&2 ;;
  gated) echo one; gate "$2"; echo two ;;
  echo) printf %s "$2" ;;
  deep) head -c 260000 /dev/zero | tr '\0' '[' ;;
  sleeper) echo begun; exec sleep 1000 ;;
  silent) exec sleep 1000 ;;
  file) cat "@DIR@/seen/json" ;;
esac
"""

# action: the word of its command, and its keys. Each has an argument `token`.
ACTIONS = {
    "both": ("both", 'mode = "output"'),
    "exit": ("exit", 'mode = "output"\nsuccess_exit = [0, 4]'),
    "signal": ("signal", 'mode = "output"'),
    "bytes": ("bytes", 'mode = "output"'),
    "much": ("much", 'mode = "output"\noutput_limit = "16M"'),
    "most": ("much", 'mode = "output"'),
    "gated": ("gated", 'mode = "output"\nstop_grace = "50ms"'),
    "narrow": ("gated", 'mode = "output"\nmax_running = 1\nqueue = 1'),
    "left": ("gated", 'mode = "output"\nlock = "disk"'),
    "right": ("both", 'mode = "output"\nlock = "disk"'),
    "slow": ("sleeper", 'mode = "output"\ntimeout = "50ms"\nstop_grace = "50ms"'),
    "json": ("echo", 'mode = "output"\noutput_format = "json"'),
    "jsonfile": ("file", 'mode = "output"\noutput_format = "json"\noutput_limit = "16M"'),
    "jsonexit": ("exit", 'mode = "output"\noutput_format = "json"'),
    "deep": ("deep", 'mode = "output"\noutput_format = "json"'),
    "cached": ("both", 'mode = "output"\ncache = "24h"'),
    "brief": ("both", 'mode = "output"\ncache = "100ms"'),
    "failing": ("exit", 'mode = "output"\ncache = "24h"'),
    "shared": ("gated", 'mode = "output"\ncache = "24h"\nstop_grace = "50ms"'),
    "stream": ("gated", 'mode = "stream"\nstop_grace = "50ms"'),
    "silent": ("silent", 'mode = "stream"\nstop_grace = "50ms"'),
    "queued": ("silent", 'mode = "stream"\nstop_grace = "50ms"\nmax_running = 1'),
    "refused": ("exit", 'mode = "stream"'),
}

RULES = """
[[principal]]
name = "one"
user = "www-data"

[[principal]]
name = "two"
user = "daemon"

[[principal]]
name = "three"
user = "bin"

[[allow]]
who = ["one", "two"]
module = "say"
action = "*"
jobs = "own"

[[allow]]
who = "three"
module = ["say", "job"]
action = "*"
jobs = "claimed"

[[allow]]
who = "root"
module = "say"
action = "*"
jobs = "all"
"""


def declared():
    text = '[module.say]\nsummary = "What is said"\n'
    for action, (word, keys) in ACTIONS.items():
        text += f'[module.say.action.{action}]\ncommand = ["@DIR@/bin/say", "{word}", "{{token}}"]\n'
        text += f'user = "mgr-scan"\n{keys}\n[module.say.action.{action}.arg.token]\ntype = "string"\n'
    text += '[module.say.action.missing]\ncommand = "@DIR@/bin/nothing-here"\nuser = "mgr-scan"\nmode = "output"\n'
    return text


class OutputsTestCase(JobsTestCase):
    def setUp(self):
        self.mgr = JobsInstance(self.settings, start=False)
        self.addCleanup(self.mgr.stop)
        self.mgr.write("etc/mgr/modules.d/say.toml", declared())
        self.mgr.write("etc/mgr/policy.toml", POLICY + RULES)
        self.mgr.write("bin/say", COMMAND, 0o755)
        self.mgr.start()

    def ask(self, action, token="t", user="www-data", **fields):
        return self.mgr.request("say", action, user, token=token, **fields)

    def said(self, action, token="t", user="www-data", **fields):
        """The data of a success."""
        reply = self.ask(action, token, user, **fields)
        self.assertTrue(reply and reply["success"], reply)
        self.assertEqual(reply["msg"], f"{action} ok")
        return reply["data"]

    def later(self, action, token="t", user="www-data", **fields):
        return Later(self.mgr, action, token, user, fields)

    def until_listed(self, state, number=1):
        """The jobs in that state, once they are so many: as watch tells."""
        with Stream(self.mgr, "watch", user=None) as watch:
            watch.next()
            while True:
                jobs = self.job("list", None, state=state)["jobs"]
                if len(jobs) >= number:
                    return [job["id"] for job in jobs]
                watch.next()

    @contextlib.contextmanager
    def ending(self, job, state):
        """What is in the block makes the job end, in that state; it is watched from before."""
        with Stream(self.mgr, "watch", user=None) as watch:
            watch.next()
            yield
            told = watch.until(lambda told: told and told["id"] == job and told["state"] not in ALIVE.split(","))
            self.assertEqual(told[-1]["state"], state)

    def until_gone(self):
        """Until no folder of a job is left: they go right after the reply, which no event tells."""
        until = time.monotonic() + DEADLINE
        while self.mgr.job_folders():
            self.assertLess(time.monotonic(), until, self.mgr.job_folders())
            time.sleep(0.01)


class Later:
    """A request that has been sent, and whose answer is awaited."""

    def __init__(self, mgr, action, token, user, fields):
        self.connection = mgr.client(user)
        lines = ["module:say", f"action:{action}", f"token:{token}"]
        lines += [f"{name.replace('__', '-')}:{value}" for name, value in fields.items()]
        self.connection.sendall(("\n".join(lines) + "\n\n").encode())
        self.file = self.connection.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def next(self):
        line = self.file.readline()
        return json.loads(line) if line else None

    def close(self):
        self.file.close()
        self.connection.close()
