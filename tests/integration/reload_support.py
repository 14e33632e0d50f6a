"""A whole mgr whose configuration the tests change while it runs."""
import json
import os
import time

from instance import DEADLINE
from jobs_support import JobsInstance, JobsTestCase

POLICY = """
[[principal]]
name = "root"
uid = 0
[[principal]]
name = "web"
user = "www-data"
[[allow]]
who = "root"
module = ["mgr", "work", "job"]
action = "*"
jobs = "all"
[[allow]]
who = "anyone"
module = "mgr"
action = ["ping", "whoami"]
"""

VERSION = '[[allow]]\nwho = "web"\nmodule = "mgr"\naction = "version"\n'
WORK = '[[allow]]\nwho = "web"\nmodule = "work"\naction = "*"\n'


def action(name, command, *keys):
    """A declared action of the module work, without arguments."""
    lines = [f"[module.work.action.{name}]", f"command = {json.dumps(command)}", 'user = "mgr-scan"', *keys]
    return "\n".join(lines) + "\n"


class Kept:
    """A connection that is kept, and asked over and over."""

    def __init__(self, mgr, user="www-data"):
        self.connection = mgr.client(user)
        self.connection.sendall(b"mgr:keep-alive\n")
        self.file = self.connection.makefile("rb")

    def send(self, module, action_name, **fields):
        lines = [f"module:{module}", f"action:{action_name}"] + [f"{name}:{value}" for name, value in fields.items()]
        self.connection.sendall(("\n".join(lines) + "\n\n").encode())

    def read(self):
        line = self.file.readline()
        if not line:
            raise AssertionError("the connection was closed without an answer")
        return json.loads(line)

    def ask(self, module, action_name, **fields):
        self.send(module, action_name, **fields)
        return self.read()

    def close(self):
        self.file.close()
        self.connection.close()


class ReloadTestCase(JobsTestCase):
    def setUp(self):
        self.mgr = JobsInstance(start=False)
        self.addCleanup(self.mgr.stop)
        self.rules = self.mgr.dir / "etc/mgr/rules.d"
        self.rules.mkdir()
        os.chmod(self.rules, 0o755)
        self.mgr.write("etc/mgr/policy.toml", POLICY)
        self.prepare()
        self.mgr.start()

    def prepare(self):
        pass

    def kept(self, user="www-data"):
        client = Kept(self.mgr, user)
        self.addCleanup(client.close)
        return client

    def reload(self):
        """Has to succeed; what the reply says."""
        return self.accepts(self.mgr.request("mgr", "reload", None))["data"]

    def accepts(self, reply):
        self.assertTrue(reply and reply["success"], reply)
        return reply

    def until(self, so):
        """Until that holds: of what no event tells."""
        end = time.monotonic() + DEADLINE
        while not so():
            self.assertLess(time.monotonic(), end, "it never came to that")
            time.sleep(0.01)
