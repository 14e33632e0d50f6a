"""A client of mgr that keeps its connection, for the rows about jobs."""

import json
import socket

from servers import Failure


class Refused(Failure):
    def __init__(self, reply):
        super().__init__(f"refused: {reply}")
        self.reply = reply


class Client:
    """One kept connection."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)
        self.replies = self.socket.makefile("r", encoding="utf-8")
        self.first = "mgr:keep-alive\n"

    def ask(self, module, action, **fields):
        lines = [f"module:{module}", f"action:{action}"]
        lines += [f"{name.replace('_on_', '-')}:{value}" for name, value in fields.items()]
        self.socket.sendall((self.first + "\n".join(lines) + "\n\n").encode())
        self.first = ""
        return self.next()

    def next(self):
        reply = json.loads(self.replies.readline())
        if not reply["success"]:
            raise Refused(reply)
        return reply

    def stop_all(self):
        """A stop answers `timeout` where the jobs are more than can end while it waits; they go on ending."""
        for _ in range(10):
            try:
                return self.ask("job", "stop", of_module="bench")
            except Refused as refused:
                if refused.reply["error"] != "timeout":
                    raise
        raise Failure("the jobs do not end")
