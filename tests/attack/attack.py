"""What the attacks share: a whole mgr, and the oracle that holds for each of them.

An attack is refused where nobody is given anything by it, the refusal is in the audit log, the same helper is
still there, and nothing was done as root. Each TOPIC_test.py ends with attack.main().
Usage of those: TOPIC_test.py BINARIES [Class.test]; as root, inside a pid namespace of its own.
"""
import contextlib
import ctypes
import json
import os
import pathlib
import re
import socket
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from instance import (  # noqa: E402 (the folder of what is shared)
    DEADLINE, Instance, policy_of_www_data, read_to_end)

UNKNOWN, FAILED, UNAUTHENTICATED, DENIED, MALFORMED, INVALID, BUSY = 1, 2, 3, 4, 5, 6, 7
UNAVAILABLE, STALE, TOO_LARGE, CONFLICT, NOT_FOUND, TIMEOUT = 8, 9, 10, 11, 12, 13
BINARIES = sys.argv.pop(1) if len(sys.argv) > 1 else "build/dev/bin"


class AttackTestCase(unittest.TestCase):
    """A mgr of its own for each attack; files() may lay others than Instance's before it starts."""

    def setUp(self):
        self.mgr = Instance(BINARIES, start=False)
        self.addCleanup(self.mgr.stop)
        self.files()
        self.mgr.start()
        self.helper = self.mgr.helper.pid
        self.seen = self.effects()

    def files(self):
        """Writes configuration with self.mgr.write()."""

    def tearDown(self):
        self.assertIsNone(self.mgr.helper.poll(), "the helper has ended: " + self.mgr.log("helper"))
        self.assertEqual(self.mgr.helper.pid, self.helper, "another helper")
        self.mgr.check_audit_chain()

    def until(self, so, what):
        """Waits for what no event tells."""
        end = time.monotonic() + DEADLINE
        while not so():
            self.assertLess(time.monotonic(), end, what() if callable(what) else what)
            time.sleep(0.02)

    # ---- what has happened

    def effects(self):
        """What was begun, by the audit log."""
        return [line for line in self.mgr.audit_lines() if line["event"] == "effect"]

    def refusals(self, **members):
        """The refusals in the audit log that have these members."""
        return [line for line in self.mgr.audit_lines()
                if line["event"] == "refused" and members.items() <= line.items()]

    def assert_nothing_happened(self):
        self.assertEqual(self.effects(), self.seen)
        self.assertEqual(self.mgr.job_folders(), [])

    def assert_refused(self, reply, *codes):
        """One of these codes, no effect; and if the helper has decided, its audit line is the one that is quoted."""
        self.assertIsNotNone(reply, "no answer")
        self.assertFalse(reply["success"], reply)
        self.assertIn(reply["msg"]["err_code"], codes, reply)
        if reply.get("audit"):
            (line,) = [line for line in self.mgr.audit_lines() if line["seq"] == reply["audit"]]
            self.assertEqual((line["event"], line["error"]), ("refused", reply["error"]), line)
        self.assert_nothing_happened()


def descriptors_of(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


def memory_of(process):
    """What it has taken for itself and is resident, in KiB."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+) kB", status)[1])


def is_sanitized(program):
    """Of such a program no figure of memory means anything: what it has freed it keeps for long."""
    return b"__asan_init" in pathlib.Path(BINARIES, program).read_bytes()


def let_descriptors_in(process):
    """As before Linux 6.16: its sockets take descriptors, which SO_PASSRIGHTS keeps from them since. So what is tried
    is what the daemons do by themselves; of a listener, those that it accepts inherit it."""
    so_passrights, pidfd_getfd = 83, 438
    libc = ctypes.CDLL(None, use_errno=True)
    pidfd = os.pidfd_open(process.pid)
    for name in os.listdir(f"/proc/{process.pid}/fd"):
        with contextlib.suppress(OSError):  # gone meanwhile, or an older kernel
            is_socket = os.readlink(f"/proc/{process.pid}/fd/{name}").startswith("socket:")
            if is_socket and (copy := libc.syscall(pidfd_getfd, pidfd, int(name), 0)) >= 0:
                with socket.socket(fileno=copy) as taken:
                    taken.setsockopt(socket.SOL_SOCKET, so_passrights, 1)
    os.close(pidfd)


def reply_of(connection):
    """What is answered until the connection is closed: its first line; None for nothing."""
    answer = read_to_end(connection)
    return json.loads(answer.splitlines()[0]) if answer else None


class NoSkips(unittest.TextTestResult):
    """A skipped attack is one that nobody tried."""

    def addSkip(self, test, reason):
        self.addFailure(test, (AssertionError, AssertionError("skipped: " + reason), None))


def main():
    unittest.main(verbosity=2, testRunner=unittest.TextTestRunner(verbosity=2, resultclass=NoSkips))
