"""What was asked before a daemon ends in order is answered, not let go of.

Usage: jobs_ending_test.py BINARIES [unittest arguments]; as root, in a pid namespace of its own.
"""
import contextlib
import fcntl
import json
import signal
import struct
import termios
import time
import unittest

from instance import DEADLINE, read_to_end
from jobs_support import JobsTestCase

CLIENTS = 20


def unread(connection):
    """How many bytes of what was sent the other side has not read yet (SIOCOUTQ, unix(7))."""
    return struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, b"\0" * 4))[0]


class Ending(JobsTestCase):
    def asked(self, blocks):
        """Connections whose requests are under way: the broker has read them, and the helper stands still."""
        opened = self.enterContext(contextlib.ExitStack())
        clients = [opened.enter_context(self.mgr.client()) for _ in blocks]
        for client in clients:  # a connection is the broker's once something on it was answered
            client.sendall(b"mgr:keep-alive\nmodule:mgr\naction:ping\n\n")
            self.assertIn(b"ping ok", client.recv(65536))
        self.mgr.helper.send_signal(signal.SIGSTOP)
        for client, block in zip(clients, blocks):
            client.sendall(block.encode())
        self.until(lambda: not any(map(unread, clients)))
        return clients

    def until(self, holds):
        until = time.monotonic() + DEADLINE
        while not holds():
            self.assertLess(time.monotonic(), until)
            time.sleep(0.01)

    def replies_of(self, clients):
        return [json.loads(read_to_end(client)) for client in clients]

    def started(self, count):
        return [f"module:work\naction:exit\ntoken:t{number}\nnumber:0\n\n" for number in range(count)]

    def test_a_broker_that_ends_relays_the_answers_under_way(self):
        clients = self.asked(self.started(CLIENTS))
        self.mgr.broker.send_signal(signal.SIGTERM)
        self.mgr.helper.send_signal(signal.SIGCONT)
        replies = self.replies_of(clients)
        self.assertEqual(self.mgr.broker.wait(DEADLINE), 0)
        self.assertEqual([reply["success"] for reply in replies], [True] * CLIENTS, replies)
        self.mgr.start_broker()
        self.mgr.wait_ready()
        for number, reply in enumerate(replies):
            self.wait(reply["data"]["jobs"][0]["id"])
            self.assertEqual(self.starts(f"t{number}"), 1)

    def test_a_helper_that_ends_answers_what_was_on_its_way(self):
        clients = self.asked(self.started(CLIENTS))
        self.mgr.helper.send_signal(signal.SIGTERM)
        self.mgr.helper.send_signal(signal.SIGCONT)
        replies = self.replies_of(clients)
        self.assertEqual(self.mgr.helper.wait(DEADLINE), 0)
        self.assertEqual([reply["success"] for reply in replies], [True] * CLIENTS, replies)

    def test_what_waits_for_a_job_is_told_that_it_may_have_been_carried_out(self):
        job = self.start_gated("a", "gated")
        for daemon in ("broker", "helper"):
            client = self.enterContext(self.mgr.client())
            client.sendall(f"module:job\naction:wait\nids:{job}\n\n".encode())
            self.until(lambda: unread(client) == 0)
            self.mgr.ask("module:mgr\naction:ping\n\n")  # and the helper has read it before that
            getattr(self.mgr, daemon).send_signal(signal.SIGTERM)
            self.assertEqual(getattr(self.mgr, daemon).wait(DEADLINE), 0)
            self.assertEqual(self.replies_of([client])[0]["error"], "timeout")
            getattr(self.mgr, f"start_{daemon}")()
            self.mgr.wait_ready()


if __name__ == "__main__":
    unittest.main(verbosity=2)
