"""What a broker that was taken over can do to the helper with modes output and stream: bounded.

Usage: evil_broker_test.py BINARIES; as root, in a pid namespace of its own.
"""
import json
import struct
import sys
import time
import unittest

from evil_broker_support import CLOSED, EvilBroker, REPLY, RESULT, frame
from instance import DEADLINE, Instance, policy_of_www_data

BINARIES = sys.argv.pop(1) if len(sys.argv) > 1 else "build/dev/bin"

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
