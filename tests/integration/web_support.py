"""A mgr with a web server before it, for tests: what curl asks, what comes back, and streams that are kept open."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from instance import DEADLINE, Instance
from web_servers import SERVERS

USERS = {"alice": "correct horse", "bob": "battery staple"}
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
POLICY = """
[[principal]]
name = "web"
user = "www-data"
[[allow]]
who    = "anyone"
module = "mgr"
action = "ping"
[[allow]]
who    = "web"
module = ["scan", "job"]
action = "*"
[[allow]]
who    = "web"
module = "mgr"
action = ["modules", "whoami"]
"""
# Says a word, and another when somebody has opened its gate, twice.
COMMAND = """#!/bin/sh
gate() { read -r word < "@DIR@/gates/$1"; }
case "$2" in
  1) echo first; gate 1; echo second; gate 4; echo third ;;
  2) head -c 900000 /dev/zero | tr '\\0' x ;;
esac
"""


class Answer:
    def __init__(self, head, body):
        first, _, fields = head.partition("\r\n")
        self.status = int(first.split()[1])
        self.headers = [tuple(line.split(": ", 1)) for line in fields.splitlines() if ": " in line]
        self.body = body

    def header(self, name):
        """All values of that header."""
        return [value for field, value in self.headers if field.lower() == name.lower()]

    @property
    def reply(self):
        return json.loads(self.body)


class Site:
    """An Instance, with a web server of that kind before it."""

    def __init__(self, binaries, kind, users=USERS):
        self.users = users
        self.instance = Instance(binaries, start=False)
        try:
            self.instance.write("etc/mgr/policy.toml", POLICY)
            self.instance.write("bin/scan-command", COMMAND, 0o755)
            self.instance.start()
            folder = self.instance.dir / "web"
            folder.mkdir(mode=0o755)
            self.server = SERVERS[kind](folder, os.environ.get("C") or self.instance.binaries / "mgr.cgi", self.instance.dir / "run/mgr.sock", users)
        except Exception:
            self.instance.stop()
            raise
        self.host = f"localhost:{self.server.port}"

    def stop(self):
        self.server.stop()
        self.instance.stop()

    def curl(self, path, *words, user="alice", password=None, data=None, host=None):
        """What curl gets for that path. With data, a POST; user None logs in as nobody."""
        with tempfile.TemporaryDirectory() as folder:
            head, body = pathlib.Path(folder, "head"), pathlib.Path(folder, "body")
            command = ["curl", "--silent", "--show-error", "--path-as-is", "--noproxy", "*", "--max-time", str(DEADLINE),
                       "--dump-header", head, "--output", body, *words, f"http://{host or self.host}{path}"]
            if user is not None:
                command[1:1] = ["--user", f"{user}:{password or self.users[user]}"]
            if data is not None:
                command[1:1] = ["--data-binary", "@-"]
            subprocess.run(command, input=data.encode() if isinstance(data, str) else data, check=True, timeout=2 * DEADLINE)
            # The last of them: before it may stand a 100 (Continue).
            return Answer(head.read_bytes().decode("latin-1").strip().split("\r\n\r\n")[-1],
                          body.read_bytes() if body.exists() else b"")

    def token(self, user="alice"):
        answer = self.curl("/mgr/api/token", "--header", f"Content-Type: {JSON}", user=user, data="{}")
        assert answer.status == 200, (answer.status, answer.body[:300], self.server.log()[-600:])
        return answer.reply["data"]["token"]

    def ask(self, *words, user="alice", path="/mgr/api", token=None, **fields):
        """A request as the page sends it, with more of curl's options."""
        return self.curl(path, "--header", f"Content-Type: {JSON}", "--header", f"X-MGR-Token: {token or self.token(user)}",
                         *words, user=user, data=json.dumps(fields))


class SiteCase(unittest.TestCase):
    """Tests of one web server; classes for each are made by for_each_server."""
    binaries = kind = None

    @classmethod
    def setUpClass(cls):
        cls.site = Site(cls.binaries, cls.kind)
        cls.addClassCleanup(cls.site.stop)

    def assert_refused(self, answer, status):
        self.assertEqual(status, answer.status, (answer.headers, answer.body[:300], self.site.server.log()[-600:]))

    def effects(self):
        """The lines of the audit log that tell of what somebody behind the web server asked for."""
        return [line for line in self.site.instance.audit_lines() if "on_behalf_of" in line]


def for_each_server(module, *cases):
    """Adds to a module a class for each web server and each of these, such as NginxRefusals."""
    for case in cases:
        for kind in SERVERS:
            name = kind.capitalize() + case.__name__
            module[name] = type(name, (case, SiteCase), {"kind": kind, "__module__": module["__name__"]})
