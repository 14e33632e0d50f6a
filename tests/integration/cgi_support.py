"""What tests of mgr.cgi share: a web server that is none. It makes up the environment of RFC 3875 and runs the program
as www-data, on pipes of the test's own.
"""
import contextlib
import http.client
import io
import json
import os
import pathlib
import select
import subprocess
import urllib.parse

from instance import DEADLINE, uid_of

HOST = "panel.example.net"
UNKNOWN, FAILED, UNAUTHENTICATED, DENIED, MALFORMED, INVALID = 1, 2, 3, 4, 5, 6
UNAVAILABLE, TOO_LARGE, NOT_FOUND, TIMEOUT = 8, 10, 12, 13
JSON, FORM = "application/json", "application/x-www-form-urlencoded"

PING = {"module": "mgr", "action": "ping"}
EXIT = {"module": "work", "action": "exit", "token": "t", "number": 0}


class Answer:
    """Status, header and content of what a CGI program wrote."""

    def __init__(self, written, returncode=None):
        head, _, self.content = written.partition(b"\r\n\r\n")
        self.header = http.client.parse_headers(io.BytesIO(head + b"\r\n\r\n"))
        self.status = int(self.header["Status"].split()[0]) if self.header["Status"] else None
        self.written, self.returncode = written, returncode

    @property
    def json(self):
        return json.loads(self.content)

    @property
    def code(self):
        """The err_code of a refusal, 0 of a success."""
        return 0 if self.json["success"] else self.json["msg"]["err_code"]

    def __repr__(self):
        return f"{self.status} {self.content[:300]!r}"


class Events:
    """The events of a stream as they come: (event, data); a comment is (None, None)."""

    def __init__(self, process):
        self.process, self.come, header = process, b"", b""
        while not header.endswith(b"\r\n\r\n"):
            header += self.line()
        self.answer = Answer(header)

    def line(self):
        while b"\n" not in self.come:
            ready, _, _ = select.select([self.process.stdout], [], [], DEADLINE)
            assert ready, "nothing comes"
            piece = os.read(self.process.stdout.fileno(), 65536)
            assert piece, "it has ended"
            self.come += piece
        line, _, self.come = self.come.partition(b"\n")
        return line + b"\n"

    def rest(self):
        """All that is still to come."""
        return self.come + self.process.stdout.read()

    def next(self):
        event, data = "message", None
        while (line := self.line()) != b"\n":
            field, _, value = line.rstrip(b"\n").partition(b": ")
            if field == b"event":
                event = value.decode()
            elif field == b"data":
                assert data is None, "data of two lines"
                data = json.loads(value)
            else:
                assert line == b":\n", line
                event = None
        return event, data

    def next_said(self):
        """The next one that is no comment."""
        while (event := self.next()) == (None, None):
            pass
        return event


class Site:
    """mgr.cgi for the mgr of an Instance, or for the socket of another daemon."""

    def __init__(self, binaries, folder, socket, **environment):
        self.program = pathlib.Path(binaries) / "mgr.cgi"
        self.folder = pathlib.Path(folder) / "web"
        self.folder.mkdir()
        www_data = uid_of("www-data")
        os.chown(self.folder, www_data.pw_uid, www_data.pw_gid)
        os.chmod(self.folder, 0o700)
        self.environment = {
            "GATEWAY_INTERFACE": "CGI/1.1", "SERVER_PROTOCOL": "HTTP/1.1", "REQUEST_METHOD": "POST", "PATH_INFO": "",
            "QUERY_STRING": "", "CONTENT_TYPE": JSON, "HTTP_HOST": HOST, "MGR_HOSTS": HOST, "MGR_USER": "alice",
            "MGR_SOCKET": str(socket), "MGR_TOKEN_KEY": str(self.folder / "token.key"), **environment}

    def environment_with(self, changes, length):
        values = {**self.environment, "CONTENT_LENGTH": str(length), **changes}
        return {name: value for name, value in values.items() if value is not None}

    def start(self, body=b"", user="www-data", before=(), words=(), stderr=subprocess.PIPE, **changes):
        """The process, with the body not yet written. A change that is None unsets the variable."""
        entry = uid_of(user)
        return subprocess.Popen(
            [*before, "setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups", "--",
             self.program, *words],
            env=self.environment_with(changes, len(body)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr)

    def post(self, body=b"", **options):
        """The answer to these bytes."""
        process = self.start(body, **options)
        written, noted = process.communicate(body, DEADLINE)
        answer = Answer(written, process.returncode)
        answer.notes = noted.decode()
        return answer

    def token(self, **changes):
        answer = self.post(b"{}", PATH_INFO="/token", **changes)
        assert answer.status == 200, answer
        return answer.json["data"]["token"]

    def ask(self, fields, form=False, **changes):
        """A request with a token of its own, as the page makes it."""
        body, kind = encoded(fields, form)
        changes.setdefault("HTTP_X_MGR_TOKEN", self.token(**{
            name: changes[name] for name in ("MGR_USER", "HTTP_HOST", "MGR_HOSTS") if name in changes}))
        return self.post(body, CONTENT_TYPE=kind, **changes)

    @contextlib.contextmanager
    def stream(self, fields, **changes):
        """The events of a request; what runs still is ended as by a web server whose client has gone."""
        body, kind = encoded(fields, False)
        process = self.start(body, CONTENT_TYPE=kind, PATH_INFO="/stream", HTTP_X_MGR_TOKEN=self.token(),
                             stderr=subprocess.DEVNULL, **changes)
        try:
            process.stdin.write(body)
            process.stdin.close()
            yield Events(process)
        finally:
            process.stdout.close()
            process.wait(DEADLINE)


def encoded(fields, form):
    if form:
        return urllib.parse.urlencode(fields).encode(), FORM
    return json.dumps(fields).encode(), JSON
