"""A mgr with a web server before it, for tests: what curl asks, what comes back, and streams that are kept open."""
import base64
import ctypes
import http.client
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import unittest

from instance import DEADLINE, Instance, policy_of_www_data
from web_servers import SERVERS

USERS = {"alice": "correct horse", "bob": "battery staple"}
CLONE_NEWNET = 0x40000000  # <linux/sched.h>
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
POLICY = policy_of_www_data("scan", "job", "box") + """
[[allow]]
who    = "web"
module = "mgr"
action = ["modules", "whoami"]
"""
# A task says a word, and the next when somebody has opened its gate, twice.
COMMAND = """#!/bin/sh
gate() { read -r word < "@DIR@/gates/$1"; }
[ -e "@DIR@/gates/$2-a" ] || exit 0
echo first; gate "$2-a"; echo second; gate "$2-b"; echo third
"""
# Answers with the body that it was sent.
BOX = """
[module.box.action.put]
command = ["/bin/cat"]
mode = "output"
user = "nobody"
[module.box.action.put.arg.file]
type = "blob"
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
        self.tasks = 0
        self.instance = Instance(binaries, start=False)
        try:
            self.instance.write("etc/mgr/policy.toml", POLICY)
            self.instance.write("etc/mgr/modules.d/box.toml", BOX)
            self.instance.write("bin/scan-command", COMMAND, 0o755)
            self.instance.start()
            folder = self.instance.dir / "web"
            folder.mkdir(mode=0o755)
            self.server = SERVERS[kind](folder, self.instance.binaries / "mgr.cgi", self.instance.dir / "run/mgr.sock", users)
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

    def connection(self, path, body, *, token, user="alice", password=None, length=None, more="", receive_buffer=None):
        """A connection with a POST of the page's on it, whose body is as long as it says or not."""
        connection = socket.socket()
        connection.settimeout(DEADLINE)
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.connect(("127.0.0.1", self.server.port))
        login = base64.b64encode(f"{user}:{password or self.users[user]}".encode()).decode()
        connection.sendall(f"POST {path} HTTP/1.1\r\nHost: {self.host}\r\nAuthorization: Basic {login}\r\n"
                           f"Content-Type: {JSON}\r\nX-MGR-Token: {token}\r\n{more}"
                           f"Content-Length: {len(body) if length is None else length}\r\n\r\n{body}".encode())
        return connection

    def start_long_task(self):
        """A job that waits at two gates; its number, and that of its task."""
        self.tasks += 1
        for half in "ab":
            gate = self.instance.dir / f"gates/{self.tasks}-{half}"
            os.mkfifo(gate)
            gate.chmod(0o644)
        answer = self.ask(module="scan", action="start", task_ids=str(self.tasks))
        return answer.reply["data"]["jobs"][0]["id"], self.tasks

    def stream(self, token, user="alice", **fields):
        return Stream(self.connection("/mgr/api/stream", json.dumps(fields), token=token, user=user))


class Stream:
    """The answer to a request for a stream, as it comes."""

    def __init__(self, connection):
        self.connection = connection
        self.response = http.client.HTTPResponse(connection)
        self.response.begin()
        self.status = self.response.status

    def event(self):
        """The next one, as (its name, its data); comments are passed over."""
        name, data = "message", None
        while True:
            line = self.response.readline().decode()
            assert line, "the stream has ended"
            field, _, value = line.rstrip("\n").partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                data = json.loads(value)
            elif not field and data is not None:
                return name, data

    def text(self):
        """What the job has printed, as the next event has it."""
        _, data = self.event()
        return "".join(record["text"] for record in data["data"]["records"])

    def close(self):
        self.response.close()
        self.connection.close()


def small_send_buffers():
    """Moves this process, and what it starts, into a network of its own where little is sent that nobody takes."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    pathlib.Path("/proc/sys/net/ipv4/tcp_wmem").write_text("4096 8192 16384")


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


def for_each_server(module, *cases, base=SiteCase):
    """Adds to a module a class for each web server and each of these, such as NginxRefusals."""
    for case in cases:
        for kind in SERVERS:
            name = kind.capitalize() + case.__name__
            module[name] = type(name, (case, base), {"kind": kind, "__module__": module["__name__"]})
