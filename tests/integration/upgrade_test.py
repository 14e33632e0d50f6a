"""What an upgrade meets: jobs whose records an older version wrote, and a broker or a helper of another version.

Usage: upgrade_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import hashlib
import os
import socket
import struct
import sys
import unittest

from evil_broker_support import HELLO, RUN, EvilBroker, frame, text
from instance import DEADLINE, uid_of
from jobs_support import JobsTestCase

FORMAT, OLDER = 5, 4  # helper/jobs/job_files.cpp
SPEC = b"mgrS"


def in_format(number, record):
    """A record (kind, format, payload; then 16 bytes of BLAKE2b) in another format, sealed anew."""
    kind, found, length = struct.unpack_from("<4sHI", record)
    payload = record[10:10 + length]
    assert found == FORMAT and len(record) == 10 + length + 16, record
    if kind == SPEC and number == OLDER:
        assert payload.endswith(bytes(4)), "the asker's key, which nobody had then"
        payload = payload[:-4]
    bare = struct.pack("<4sHI", kind, number, len(payload)) + payload
    return bare + hashlib.blake2b(bare, digest_size=16).digest()


def rewrite(path, number):
    """In place: mgr-job keeps the files of a running job open."""
    with open(path, "r+b") as file:
        changed = in_format(number, file.read())
        file.seek(0)
        file.write(changed)
        file.truncate()


def rewrite_journal(path, number):
    """The specs of accepted jobs, one behind the other, each after its length."""
    journal, changed, count = path.read_bytes(), b"", 0
    while journal:
        length, = struct.unpack_from("<I", journal)
        record = in_format(number, journal[4:4 + length])
        changed += struct.pack("<I", len(record)) + record
        journal, count = journal[4 + length:], count + 1
    path.write_bytes(changed)
    return count


class UpgradeTestCase(JobsTestCase):
    def setUp(self):
        super().setUp()
        self.jobs_folder = self.mgr.dir / "var/lib/mgr/jobs"

    def records_of(self, job):
        return [path for path in (self.jobs_folder / str(job)).iterdir()
                if path.name.split(".")[0] in ("spec", "start", "exit") and path.stat().st_size > 0]


class Records(UpgradeTestCase):
    def write_all_as(self, number):
        """How many records of jobs in folders there are, and how many in the journal."""
        paths = [path for job in self.mgr.job_folders() for path in self.records_of(job)]
        for path in paths + [self.jobs_folder / "next-id"]:
            rewrite(path, number)
        return len(paths), rewrite_journal(self.jobs_folder / "accepted", number)

    def told_of(self, *jobs):
        """All but the start: of one that runs, a new helper has it from mgr-job's record."""
        return [{name: value for name, value in self.shown(job).items() if name != "started"} for job in jobs]

    def test_what_an_older_version_accepted_and_ran_goes_on(self):
        ended = self.start("exit", "z", number=7)["id"]
        self.wait(ended)
        named = self.start("exit", "y", number=0, mgr__request__id="nightly")["id"]
        self.wait(named)
        running, waiting = (self.start_gated(token, "single") for token in "ab")
        self.until_started("a")
        before = self.told_of(ended, named, running, waiting)
        self.assertEqual([job["state"] for job in before], ["failed", "succeeded", "running", "queued"])
        self.mgr.kill_helper()
        folders, journal = self.write_all_as(OLDER)
        self.assertGreaterEqual(folders, 8, "spec and start of three, exit of two")
        self.assertGreaterEqual(journal, 1, "the one that waits")
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.assertEqual(self.told_of(ended, named, running, waiting), before)
        again = self.mgr.request("work", "exit", token="y", number=0, mgr__request__id="nightly")["data"]["jobs"][0]
        self.assertEqual((again["id"], again["new"]), (named, False), "a repeated request id")
        self.mgr.open_gate("a")
        self.mgr.open_gate("b")
        self.assertEqual([job["state"] for job in self.wait(running, waiting)], ["succeeded"] * 2)
        self.assertEqual([self.starts(token) for token in "abyz"], [1] * 4)
        self.assertGreater(self.start("exit", "x", number=0)["id"], waiting)

    def test_one_that_ended_under_an_older_version_while_no_helper_ran_is_known(self):
        job = self.start_gated("a")
        self.until_started("a")
        self.mgr.kill_helper()
        self.mgr.open_gate("a")
        self.mgr.wait_empty(self.mgr.cgroup / "supervisors")
        self.write_all_as(OLDER)
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.assertEqual(self.shown(job)["state"], "succeeded")

    def test_what_a_newer_version_wrote_is_left_alone(self):
        jobs = [self.start("exit", token, number=0)["id"] for token in "ab"]
        self.wait(*jobs)
        self.mgr.kill_helper()
        newer = self.jobs_folder / str(jobs[1]) / "spec"
        rewrite(newer, FORMAT + 1)
        (self.jobs_folder / "accepted").write_bytes(b"")  # or the journal would mend it
        kept = newer.read_bytes()
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.assertIn(f"left alone: job {jobs[1]}: its spec does not decode", self.mgr.log("helper"))
        self.assertEqual((self.ids(), newer.read_bytes()), (jobs[:1], kept))
        self.assertGreater(self.start("exit", "c", number=0)["id"], jobs[1])


class OtherBroker(EvilBroker):
    """One of another version, which says so."""

    def __init__(self, mgr, difference):
        mgr.kill_broker()
        while not (hello := self.connect(mgr)):  # until the helper has seen that the other has gone
            pass
        self.version = struct.unpack_from("<I", hello)[0] + difference
        self.socket.sendall(frame(HELLO, 0, struct.pack("<I", self.version) + text(b"mgr-broker 0.0.1")))


class Versions(UpgradeTestCase):
    def test_a_broker_of_another_version_is_told_and_has_nothing_done(self):
        for difference in (-1, 1):
            broker = OtherBroker(self.mgr, difference)
            self.assertEqual(self.mgr.scan("start", "1")["error"], "unavailable")
            asked = struct.pack("<Q", 1) + text(b"") + struct.pack("<I", 1) + text(b"module") + text(b"scan") + b"\0"
            broker.socket.sendall(frame(RUN, 1, asked))
            with self.assertRaises((EOFError, ConnectionError)):
                while True:
                    self.assertEqual(broker.next()[0], HELLO, "it was told something")
            broker.socket.close()
            self.mgr.start_broker()
            self.mgr.wait_ready()
        self.assertEqual(self.mgr.job_folders(), [])

    def test_a_broker_of_this_version_ends_at_another_helper_and_the_next_one_serves(self):
        job = self.start_gated("a")
        for difference in (-1, 1):
            version = self.version_of_helper() + difference
            self.mgr.end(self.mgr.broker)
            self.mgr.kill_helper()
            path = self.mgr.dir / "run/mgr/helper.sock"
            path.unlink()
            with socket.socket(socket.AF_UNIX) as other:
                other.bind(str(path))
                os.chown(path, 0, uid_of("mgr-broker").pw_gid)
                os.chmod(path, 0o660)
                other.listen()
                other.settimeout(DEADLINE)
                self.mgr.start_broker()
                with other.accept()[0] as link:
                    link.sendall(frame(HELLO, 0, struct.pack("<I", version) + text(b"mgr-helper 0.0.1")))
                    self.assertEqual(self.mgr.broker.wait(DEADLINE), 1, self.mgr.log("broker"))
            self.assertIn(f"the helper speaks version {version} of the language of root", self.mgr.log("broker"))
            self.mgr.start()
            self.assertEqual(self.state(job), "running")

    def version_of_helper(self):
        broker = OtherBroker(self.mgr, 0)
        broker.socket.close()
        return broker.version


if __name__ == "__main__":
    unittest.main(verbosity=2)
