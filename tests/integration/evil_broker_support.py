"""A broker that was taken over, for tests: it speaks the language of root as the broker's user."""
import os
import socket
import struct
import time

from instance import DEADLINE, acting_as

HELLO, RUN, CLOSED, CONNECTION, REPLY, RESULT = 1, 2, 3, 6, 7, 10


def text(value):
    return struct.pack("<I", len(value)) + value


def frame(kind, number, payload):
    return struct.pack("<IHHQ", len(payload), kind, 0, number) + payload


class EvilBroker:
    """Speaks the language of root as the broker's user, and holds one idle client, www-data's or another's."""

    def __init__(self, mgr, user="www-data"):
        until = time.monotonic() + DEADLINE
        while not (hello := self.connect(mgr)):  # the helper may not have seen yet that the other has gone
            if time.monotonic() > until:
                raise RuntimeError("the helper takes no broker")
        version = struct.unpack_from("<I", hello)[0]
        self.socket.sendall(frame(HELLO, 0, struct.pack("<I", version) + text(b"evil")))
        self.client = mgr.client(user)
        self.number = struct.unpack_from("<Q", self.wait_for(CONNECTION)[1])[0]

    def connect(self, mgr):
        """The helper's greeting; nothing where it sent us away, or has not made its socket, or its group, yet."""
        self.unread = b""
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(DEADLINE)
        try:
            with acting_as("mgr-broker"):
                self.socket.connect(str(mgr.dir / "run/mgr/helper.sock"))
            return self.wait_for(HELLO)[1]
        except (EOFError, ConnectionError, FileNotFoundError, PermissionError):
            self.socket.close()
            return None

    def close(self):
        self.socket.close()
        self.client.close()

    def next(self):
        """The kind, id and payload of the next message; the descriptors of a send are closed."""
        while True:
            if len(self.unread) >= 16:
                length, kind, _, number = struct.unpack_from("<IHHQ", self.unread)
                if len(self.unread) >= 16 + length:
                    payload, self.unread = self.unread[16:16 + length], self.unread[16 + length:]
                    return kind, number, payload
            data, descriptors, _, _ = socket.recv_fds(self.socket, 1 << 20, 253)
            self.take(descriptors)
            if not data:
                raise EOFError
            self.unread += data

    def take(self, descriptors):
        """What came with a message: the connections that the helper hands down."""
        for descriptor in descriptors:
            os.close(descriptor)

    def wait_for(self, wanted):
        while True:
            kind, number, payload = self.next()
            if kind == wanted:
                return number, payload

    def run(self, number, action, module=b"p", more=()):
        fields = [(b"module", module), (b"action", action), *more]
        payload = struct.pack("<Q", self.number) + text(b"") + struct.pack("<I", len(fields))
        return frame(RUN, number, payload + b"".join(text(name) + text(value) for name, value in fields) + b"\0")
