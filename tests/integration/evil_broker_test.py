"""What a broker that was taken over can do to the helper with modes output and stream: bounded.

Usage: evil_broker_test.py BINARIES; as root, in a pid namespace of its own.
"""
import json
import os
import socket
import struct
import sys
import time
import unittest

from instance import DEADLINE, Instance, acting_as, policy_of_www_data

BINARIES = sys.argv.pop(1) if len(sys.argv) > 1 else "build/dev/bin"
HELLO, RUN, CLOSED, CONNECTION, REPLY, RESULT = 1, 2, 3, 6, 7, 10

MODULE = """
[module.p.action.said]
command = ["/bin/echo", "said"]
mode    = "output"
[module.p.action.shared]
command = ["/bin/sleep", "1000"]
mode    = "output"
cache   = "1h"
stop_grace = "0s"
[module.p.action.stream]
command = ["/bin/sleep", "1000"]
mode    = "stream"
stop_grace = "0s"
"""


def text(value):
    return struct.pack("<I", len(value)) + value


def frame(kind, number, payload):
    return struct.pack("<IHHQ", len(payload), kind, 0, number) + payload


class EvilBroker:
    """Speaks the language of root as the broker's user, and holds one idle client of www-data's."""

    def __init__(self, mgr):
        until = time.monotonic() + DEADLINE
        while not (hello := self.connect(mgr)):  # the helper may not have seen yet that the other has gone
            if time.monotonic() > until:
                raise RuntimeError("the helper takes no broker")
        version = struct.unpack_from("<I", hello)[0]
        self.socket.sendall(frame(HELLO, 0, struct.pack("<I", version) + text(b"evil")))
        self.client = mgr.client()
        self.number = struct.unpack_from("<Q", self.wait_for(CONNECTION)[1])[0]

    def connect(self, mgr):
        """The helper's greeting; nothing where it sent us away."""
        self.unread = b""
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(DEADLINE)
        try:
            with acting_as("mgr-broker"):
                self.socket.connect(str(mgr.dir / "run/mgr/helper.sock"))
            return self.wait_for(HELLO)[1]
        except (EOFError, ConnectionError):
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
            for descriptor in descriptors:
                os.close(descriptor)
            if not data:
                raise EOFError
            self.unread += data

    def wait_for(self, wanted):
        while True:
            kind, number, payload = self.next()
            if kind == wanted:
                return number, payload

    def run(self, number, action):
        fields = [(b"module", b"p"), (b"action", action)]
        payload = struct.pack("<Q", self.number) + text(b"") + struct.pack("<I", len(fields))
        return frame(RUN, number, payload + b"".join(text(name) + text(value) for name, value in fields) + b"\0")


class Bounds(unittest.TestCase):
    def setUp(self):
        self.mgr = Instance(BINARIES, start=False)
        self.addCleanup(self.mgr.stop)
        self.mgr.write("etc/mgr/policy.toml", policy_of_www_data("p", "job"))
        self.mgr.write("etc/mgr/modules.d/p.toml", MODULE)
        self.mgr.start()
        self.mgr.kill_broker()
        self.evil = EvilBroker(self.mgr)
        self.addCleanup(self.evil.close)

    def until(self, so):
        end = time.monotonic() + DEADLINE
        while not so():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)

    def leaves(self):
        return list(self.mgr.cgroup.glob("job-*"))

    def test_requests_that_share_an_answer_are_bounded(self):
        for first in range(1, 6001, 1000):
            self.evil.socket.sendall(b"".join(self.evil.run(n, b"shared") for n in range(first, first + 1000)))
        _, payload = self.evil.wait_for(REPLY)
        self.assertEqual(json.loads(payload[5:])["msg"]["err_code"], 7)
        self.assertEqual(len(self.leaves()), 1)

    def test_answers_that_are_not_taken_are_bounded(self):
        for first in range(1, 1201, 200):
            self.evil.socket.sendall(b"".join(self.evil.run(n, b"said") for n in range(first, first + 200)))
            self.until(lambda: not self.leaves() and self.ends() >= min(first + 199, 500))
        self.assertLess(len(self.mgr.job_folders()), 500)
        told = [self.evil.next()[0] for _ in range(600)]
        self.assertIn(RESULT, told)
        self.until(lambda: not self.mgr.job_folders())

    def ends(self):
        return sum(line["event"] == "job_ended" for line in self.mgr.audit_lines())

    def test_a_stream_whose_client_goes_in_the_same_breath_is_not_started(self):
        gone = frame(CLOSED, 0, struct.pack("<Q", self.evil.number))
        self.evil.socket.sendall(self.evil.run(1, b"stream") + gone)
        _, payload = self.evil.wait_for(REPLY)
        self.assertEqual(json.loads(payload[5:])["msg"]["err_code"], 13)
        self.assertEqual(self.leaves(), [])
        self.assertEqual(self.mgr.job_folders(), [])

    def test_a_stream_whose_link_breaks_in_the_same_breath_is_not_started(self):
        self.evil.socket.sendall(self.evil.run(1, b"stream") + b"\xff" * 16)
        with self.assertRaises(EOFError):
            self.evil.wait_for(REPLY)
        self.mgr.start_broker()
        self.mgr.wait_ready()
        self.assertEqual(self.leaves(), [])
        self.assertEqual(self.mgr.job_folders(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
