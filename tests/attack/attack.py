"""What the attacks share: a whole mgr, and the oracle that holds for each of them.

An attack is refused where nobody is given anything by it, the refusal is in the audit log, the same helper is
still there, and nothing was done as root. Each TOPIC_test.py ends with attack.main().
Usage of those: TOPIC_test.py BINARIES [Class.test]; as root, inside a pid namespace of its own.
"""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from instance import Instance, policy_of_www_data, read_to_end  # noqa: E402 (the folder of what is shared)

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
