"""The audit log over its files, at a full disk, and as a copy in the journal.

Usage: audit_files_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import json
import socket
import subprocess
import unittest

from audit_support import AuditCase
from instance import DEADLINE, SETTINGS
from jobs_full_disk_test import SmallDisk

# Whatever www-data writes here is in the log whole: a line of some 4 KiB for each request.
LONG = "module:job\naction:stop\nkey:" + "x" * 4000 + "\n\n"


class Rotation(AuditCase):
    settings = 'rotate_size = "64K"\nkeep = 3\n'

    def fill(self, files):
        """Until so many files have been begun since."""
        seen = set(self.files())
        count = 0
        while count < files:
            for _ in range(8):
                self.mgr.ask(LONG)
            now = set(self.files())
            count += len(now - seen)
            seen |= now

    def test_the_chain_goes_on_and_the_oldest_go(self):
        self.take_key()
        self.fill(3)
        self.assertEqual(len(self.files()), 4)
        self.assertEqual(self.verify()[0]["first"], 1)
        self.fill(3)
        self.assertEqual(len(self.files()), 4)
        summary, findings = self.verify()
        self.assertEqual((summary["files"], findings), (4, ["removed"]))
        self.assertGreater(summary["first"], 1)
        for name in self.files():
            self.assertLess((self.folder / name).stat().st_size, (64 << 10) + 10000)
        for name in self.files()[:-1]:
            self.assertEqual(int(name[6:26]), json.loads((self.folder / name).read_text().splitlines()[0])["seq"])
        self.restart_helper()
        self.assertEqual(self.verify()[1], ["removed"])
        removed = [line["file"] for line in self.lines() if line["event"] == "audit_removed"]
        self.assertTrue(removed and not any((self.folder / name).exists() for name in removed))
        (self.folder / self.files()[0]).unlink()
        self.assertEqual(self.verify(status=1)[1], ["begins late"])
        (self.folder / self.files()[1]).unlink()
        self.assertEqual(self.verify(status=1)[1], ["missing", "begins late"])

    def test_a_start_finds_the_chain_after_each_step_of_it(self):
        self.take_key()
        self.fill(1)
        for make_new, make_empty in ((False, False), (True, False), (False, True)):
            self.mgr.kill_helper()
            first = json.loads(self.log.read_text().splitlines()[0])["seq"]
            self.log.rename(self.folder / f"audit-{first:020}.jsonl")
            if make_new:
                (self.folder / "audit.jsonl.new").touch(0o600)
            if make_empty:
                self.log.touch(0o600)
            self.restart_helper()
            self.assertEqual(self.verify()[1], [])
        self.fill(1)
        self.assertEqual(self.verify()[1], ["removed"])

    def test_a_file_that_begins_with_a_torn_line_is_no_sign_of_tampering_when_those_before_have_gone(self):
        self.take_key()
        self.fill(1)
        self.mgr.kill_helper()
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        self.log.rename(self.folder / f"audit-{lines[0]['seq']:020}.jsonl")
        torn = lines[-1]["seq"] + 1
        self.log.write_text(f'{{"seq":{torn},"ti')
        self.log.chmod(0o600)
        self.restart_helper()
        self.assertEqual(self.verify()[1], ["torn"])
        while f"audit-{torn:020}.jsonl" != self.files()[0]:
            self.fill(1)
        self.assertEqual(self.verify()[1], ["torn", "removed"])

    def test_a_head_that_was_noted_in_a_file_that_has_gone_is_told_as_that(self):
        self.take_key()
        head = self.mgrctl("head").strip()
        self.fill(3)
        self.assertEqual(self.verify("--head", head)[1], [])
        self.fill(1)
        self.assertEqual(self.verify("--head", head, status=1)[1], ["removed", "head gone"])
        self.assertEqual(self.verify("--head", self.mgrctl("head").strip())[1], ["removed"])

    def test_a_reload_takes_other_limits(self):
        self.take_key()
        self.fill(3)
        self.mgr.write("etc/mgr/mgr.toml", SETTINGS + '[audit]\nrotate_size = "64K"\nkeep = 1\n')
        self.assertTrue(self.mgr.ask("module:mgr\naction:reload\n\n", user=None)["success"])
        self.fill(1)
        self.assertEqual(len(self.files()), 2)
        self.assertEqual(self.verify()[1], ["removed"])

    def test_ids_of_jobs_are_not_given_away_twice_though_their_ends_are_in_an_older_file(self):
        self.mgr.scan("start", "5")
        last = self.mgr.wait_for_state(5, ("succeeded",))["id"]
        self.fill(1)
        self.mgr.kill_helper()
        subprocess.run(["rm", "-r", self.mgr.dir / "var/lib/mgr/jobs"], check=True)
        self.restart_helper()
        self.mgr.scan("start", "5")
        self.assertGreater(self.mgr.wait_for_state(5, ("succeeded",))["id"], last)


class FullDisk(AuditCase):
    """Lines of effects that may not start pile up in memory, up to a limit; then they are given up, and the log says so."""

    def setUp(self):
        self.mgr = SmallDisk("var/log/mgr", "6m")
        self.addCleanup(self.mgr.stop)
        self.folder = self.mgr.dir / "var/log/mgr"
        self.log = self.folder / "audit.jsonl"

    def ask_many(self, count):
        """How many of so many stops of nothing the helper has found to be of nothing, and not failed at once."""
        with self.mgr.client() as connection:
            connection.sendall(("mgr:keep-alive\n" + LONG * count).encode())
            file = connection.makefile()
            replies = [json.loads(file.readline()) for _ in range(count)]
        self.assertEqual([reply["success"] for reply in replies], [False] * count)
        return sum(reply["error"] == "not_found" for reply in replies)

    def test_is_a_note_in_the_log_and_no_effect_is_lost(self):
        self.take_key()
        self.mgr.fill()
        done = tried = 0
        while tried < 3000:  # the space that is set aside, and 4 MiB in memory
            done += self.ask_many(40)
            tried += 40
        self.mgr.empty()
        self.assertEqual(self.ask_many(1), 1)
        summary, findings = self.verify()
        self.assertEqual(findings, ["given up"])
        self.assertLess(summary["lines"], summary["last"])
        effects = [line for line in self.lines() if line["event"] == "effect"]
        self.assertGreaterEqual(len(effects), done + 1, "an effect without its line")
        self.assertGreater(tried, done, "the disk was never full")
        self.mgr.restart_helper()
        self.assertEqual(self.verify()[1], ["given up"])

    def test_no_file_is_given_up_for_one_that_has_no_space_set_aside(self):
        self.mgr.write("etc/mgr/mgr.toml", SETTINGS + '[audit]\nrotate_size = "64K"\n')
        self.assertTrue(self.mgr.request("mgr", "reload", None)["success"])
        self.take_key()
        self.mgr.fill()
        self.assertEqual(self.ask_many(40), 40)
        self.assertEqual(self.files(), ["audit.jsonl"])
        self.mgr.empty()
        self.assertEqual(self.ask_many(40), 40)
        self.assertGreater(len(self.files()), 1)
        self.assertIn("audit_not_rotated", [line["event"] for line in self.lines()])
        self.assertEqual(self.verify()[1], [])


class Journal(AuditCase):
    def before_start(self):
        folder = self.mgr.dir / "run/systemd/journal"
        folder.mkdir(parents=True)
        self.path = folder / "socket"
        self.listen()

    def listen(self):
        self.journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.journal.close)
        self.journal.settimeout(DEADLINE)
        self.journal.bind(str(self.path))

    def next(self):
        fields = dict(line.split(b"=", 1) for line in self.journal.recv(1 << 20).splitlines())
        return {name.decode(): value.decode() for name, value in fields.items()}

    def test_has_each_line(self):
        self.mgr.scan("start", "5")
        self.mgr.wait_for_state(5, ("succeeded",))
        for line in self.log.read_text().splitlines():
            record = json.loads(line)
            self.assertEqual(self.next(), {"MESSAGE": line, "SYSLOG_IDENTIFIER": "mgr-audit", "PRIORITY": "5",
                                           "MGR_SEQ": str(record["seq"]), "MGR_EVENT": record["event"]})

    def test_that_hangs_holds_nobody_up_and_what_it_missed_is_told(self):
        """It is there and reads nothing: its queue is full after some lines (unix(7), max_dgram_qlen)."""
        for _ in range(20):
            for task in range(100, 140):
                self.mgr.scan("start", str(task))
            if any("journal_missed" in line for line in self.lines()):
                break
        missed = [line["journal_missed"] for line in self.lines() if "journal_missed" in line]
        self.assertTrue(missed and missed[0] > 0)
        self.mgr.check_audit_chain()

    def test_that_has_gone_costs_nothing(self):
        self.journal.close()  # nobody listens there any more
        self.assertTrue(self.mgr.scan("start", "5")["success"])
        self.path.unlink()
        self.assertTrue(self.mgr.scan("start", "7")["success"])
        self.listen()
        self.assertTrue(self.mgr.scan("start", "9")["success"])
        self.assertEqual(self.next()["SYSLOG_IDENTIFIER"], "mgr-audit")

    def test_that_is_turned_off_gets_nothing(self):
        self.mgr.write("etc/mgr/mgr.toml", SETTINGS + "[audit]\njournal = false\n")
        self.mgr.end(self.mgr.helper, 15)
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.assertTrue(self.mgr.scan("start", "5")["success"])
        self.mgr.wait_for_state(5, ("succeeded",))
        self.journal.setblocking(False)
        sent = []
        with self.assertRaises(BlockingIOError):
            while True:
                sent.append(self.next()["MGR_SEQ"])
        last_of_before = [line["seq"] for line in self.lines() if line["event"] == "helper_started"][-1] - 1
        self.assertEqual(sent[-1], str(last_of_before))


if __name__ == "__main__":
    unittest.main(verbosity=2)
