"""Tests. A daemon of the test's own making: it reads request blocks and answers by a function."""

import json
import os
import socket
import tempfile
import threading

os.environ["MGR_KEY"] = ""  # whatever key whoever runs the tests has


def success(action, data=None):
    reply = {"success": True, "msg": action + " ok"}
    if data is not None:
        reply["data"] = data
    return line(reply)


def refusal(code, error, detail="", **more):
    return line(dict({"success": False, "msg": {"err_code": code}, "error": error,
                      "detail": detail}, **more))


def more(action, data):
    return line({"success": True, "msg": action + " ok", "more": True, "data": data})


def line(reply):
    return (json.dumps(reply) + "\n").encode()


class FakeServer:
    """Listens on a UNIX socket in a temporary folder, or on TCP.

    `answer(fields)` gets each request as a dict, and gives the bytes to send back, or an iterable of
    pieces to send as they come; None ends the connection without a word. `blocks` holds the bytes of
    all requests but for their bodies, which `bodies` holds; `connections` counts.
    """

    def __init__(self, answer, tcp=False, hang_up_first=False):
        self.answer, self.hang_up_first = answer, hang_up_first
        self.blocks, self.bodies, self.connections = [], [], 0
        self.folder = tempfile.TemporaryDirectory()
        os.makedirs(self.folder.name + "/run")
        self.path = self.folder.name + "/run/mgr.sock"
        self.listener = socket.socket(socket.AF_INET if tcp else socket.AF_UNIX)
        self.listener.bind(("127.0.0.1", 0) if tcp else self.path)
        self.listener.listen(16)
        self.port = self.listener.getsockname()[1] if tcp else None
        self.acceptor = threading.Thread(target=self._accept, daemon=True)
        self.acceptor.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # close() alone would leave the thread in accept(), maybe on the next server's descriptor.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.acceptor.join()
        self.listener.close()
        self.folder.cleanup()

    @property
    def root(self):
        return self.folder.name

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            if self.hang_up_first:
                connection.sendall(self.answer({}))
                connection.close()
            else:
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, connection.makefile("rb") as stream:
            keep = True
            while keep:
                try:
                    block = self._read_block(stream)
                except ConnectionResetError:
                    return  # the client left what was owed
                if block is None:
                    return
                self.blocks.append(block)
                lines = block.decode().splitlines()[:-1]
                keep = lines[0] == "mgr:keep-alive" or self._kept(connection)
                if lines[0] == "mgr:keep-alive":
                    self.kept = connection
                fields = dict(item.split(":", 1) for item in lines)
                if "mgr-body" in fields:
                    self.bodies.append(stream.read(int(fields["mgr-body"])))
                reply = self.answer(fields)
                if reply is None:
                    return
                try:
                    for piece in [reply] if isinstance(reply, bytes) else reply:
                        connection.sendall(piece)
                except OSError:
                    return  # the client did not wait

    def _kept(self, connection):
        return getattr(self, "kept", None) is connection

    @staticmethod
    def _read_block(stream):
        block = b""
        while not block.endswith(b"\n\n"):
            piece = stream.readline()
            if not piece:
                return None
            block += piece
        return block
