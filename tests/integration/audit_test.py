"""The audit log as an admin has it: its keys, its files, its copy in the journal, and mgrctl audit.

Usage: audit_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import json
import pathlib
import socket
import subprocess
import time
import unittest

from instance import DEADLINE, SETTINGS, Instance
from jobs_full_disk_test import SmallDisk
from jobs_support import BINARIES

# Whatever www-data writes here is in the log whole: a line of some 4 KiB for each request.
LONG = "module:job\naction:stop\nkey:" + "x" * 4000 + "\n\n"
POLICY_OF_JOBS = '\n[[allow]]\nwho = ["web"]\nmodule = "job"\naction = "*"\njobs = "own"\n'


class AuditCase(unittest.TestCase):
    settings = ""

    def setUp(self):
        self.mgr = Instance(BINARIES, start=False)
        self.addCleanup(self.mgr.stop)
        policy = (self.mgr.dir / "etc/mgr/policy.toml").read_text()
        self.mgr.write("etc/mgr/policy.toml", policy + POLICY_OF_JOBS)
        self.mgr.write("etc/mgr/mgr.toml", SETTINGS + "[audit]\n" + self.settings)
        self.before_start()
        self.mgr.start()
        self.folder = self.mgr.dir / "var/log/mgr"
        self.log = self.folder / "audit.jsonl"
        self.keys = self.mgr.dir / "var/lib/mgr/audit"

    def before_start(self):
        pass

    def mgrctl(self, *words, status=0, warns=False):
        done = subprocess.run([pathlib.Path(BINARIES) / "mgrctl", "--root", self.mgr.dir, "audit", *words],
                              capture_output=True, text=True, timeout=DEADLINE, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        if status == 0 and not warns:
            self.assertEqual(done.stderr, "")
        return done.stdout

    def take_key(self):
        self.key = self.mgr.dir / "admin.key"
        self.key.write_text(self.mgrctl("key", warns=True))

    def verify(self, *words, status=0):
        shown = self.mgrctl("verify", "--json", "--key", self.key, *words, status=status)
        *findings, summary = [json.loads(line) for line in shown.splitlines()]
        self.assertEqual(summary["whole"], status == 0)
        self.assertEqual(summary["with_mac"], summary["macs_checked"])
        return summary, [finding["fault"] for finding in findings]

    def lines(self):
        return [json.loads(line) for name in self.files() for line in (self.folder / name).read_text().splitlines()]

    def files(self):
        return sorted(path.name for path in self.folder.glob("audit-*.jsonl")) + ["audit.jsonl"]

    def restart_helper(self):
        self.mgr.kill_helper()
        self.mgr.start_helper()
        self.mgr.wait_ready()

    def until(self, what, so):
        until = time.monotonic() + DEADLINE
        while not so():
            self.assertLess(time.monotonic(), until, what)
            time.sleep(0.02)


class Keys(AuditCase):
    def test_the_first_start_makes_them_and_the_first_is_shown_once(self):
        for path, mode in ((self.keys, 0o40700), (self.keys / "key", 0o100600), (self.keys / "first-key", 0o100600)):
            self.assertEqual((path.stat().st_mode, path.stat().st_uid), (mode, 0), path)
        self.assertIn("mgrctl audit key", self.mgr.log("helper"))
        self.assertNotIn((self.keys / "first-key").read_text().split()[2], self.mgr.log("helper"))
        done = subprocess.run([pathlib.Path(BINARIES) / "mgrctl", "--root", self.mgr.dir, "audit", "verify"],
                              capture_output=True, text=True, check=True)
        self.assertIn("still there", done.stderr)
        first = (self.keys / "first-key").read_text()
        self.take_key()
        self.assertEqual(self.key.read_text(), first)
        self.assertFalse((self.keys / "first-key").exists())
        self.mgrctl("key", status=2)
        self.restart_helper()
        self.assertFalse((self.keys / "first-key").exists(), "it is made once")
        self.assertEqual(self.verify(), (self.verify()[0], []))

    def test_it_stays_where_it_cannot_be_written_out(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([pathlib.Path(BINARIES) / "mgrctl", "--root", self.mgr.dir, "audit", "key"],
                                  stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertTrue((self.keys / "first-key").exists())

    def test_a_denial_is_vouched_for_within_a_second_or_so(self):
        self.mgr.scan("start", "1", user="daemon")
        self.until("the key is still that of before",
                   lambda: int((self.keys / "key").read_text().split()[1]) == self.lines()[-1]["seq"] + 1)

    def test_a_key_that_is_lost_or_put_back_is_no_end_of_mgr(self):
        self.take_key()
        old = (self.keys / "key").read_bytes()
        self.mgr.scan("start", "3")
        self.mgr.wait_for_state(3, ("failed",))
        self.mgr.kill_helper()
        (self.keys / "key").write_bytes(old)  # of a backup: behind, so it is taken forward
        self.restart_helper()
        self.assertEqual(self.verify()[1], [])
        for damage in (lambda path: path.write_text("mgr-audit-key-v1 1"), lambda path: path.unlink(),
                       lambda path: path.chmod(0o644)):
            self.mgr.kill_helper()
            damage(self.keys / "key")
            self.restart_helper()
            self.assertEqual((self.keys / "key").stat().st_mode & 0o777, 0o600)
            self.key.write_text(self.key.read_text() + self.mgrctl("key", warns=True))
        self.assertEqual([line["event"] for line in self.lines()].count("audit_gap"), 3)
        self.assertEqual(self.verify(status=1)[1], ["gap"] * 3)

    def test_a_log_that_was_cut_is_gone_on_with_and_says_so(self):
        self.take_key()
        self.mgr.scan("start", "3")
        self.mgr.wait_for_state(3, ("failed",))
        self.mgr.end(self.mgr.helper, 15)
        lines = self.log.read_text().splitlines()
        for kept in (lines[:2], []):
            self.log.write_text("".join(line + "\n" for line in kept))
            self.restart_helper()
            self.assertGreater(self.lines()[len(kept)]["seq"], len(lines))
            self.assertEqual(self.lines()[len(kept)]["event"], "audit_gap")
            self.assertIn("gap" if kept else "begins late", self.verify(status=1)[1])

    def test_a_torn_last_line_is_no_sign_of_tampering(self):
        self.take_key()
        self.mgr.kill_helper()
        self.log.write_bytes(self.log.read_bytes() + b'{"seq":3,"time":"2026')
        self.restart_helper()
        self.assertEqual(self.verify()[1], ["torn"])


class Reading(AuditCase):
    def setUp(self):
        super().setUp()
        self.take_key()
        for task in (3, 5):
            self.mgr.scan("start", task)
            self.mgr.wait_for_state(task, ("failed", "succeeded"))
        self.mgr.scan("start", 7, user="daemon")

    def found(self, *words):
        return [json.loads(line) for line in self.mgrctl("search", "--json", *words).splitlines()]

    def test_search_finds_by_each_of_its_options(self):
        self.mgr.end(self.mgr.helper, 15)  # which writes its sums
        everything = self.found()
        self.assertEqual(everything, self.lines())
        events = {line["event"] for line in everything}
        for event in events:
            self.assertEqual(self.found("--event", event), [line for line in everything if line["event"] == event])
        web = [line for line in everything if line.get("uid") == 33]
        sums = [line for line in everything if any(count.get("uid") == 33 for count in line.get("counts", ()))]
        self.assertTrue(sums, "www-data has asked for more than effects")
        self.assertEqual(self.found("--caller", "www-data"), sorted(web + sums, key=lambda line: line["seq"]))
        self.assertEqual(self.found("--caller", "33", "--module", "scan", "--action", "start"), web)
        self.assertEqual(self.found("--module", "shutdown"), [])
        self.assertEqual(self.found("--seq", "2-3"), everything[1:3])
        self.assertEqual(self.found("--seq", "2"), everything[1:2])
        ids = {line["id"] for line in everything if line["event"] == "job_ended"}
        self.assertEqual(len(ids), 2)
        for job in ids:
            self.assertEqual([line["event"] for line in self.found("--job", str(job))], ["outcome", "job_ended"])
        self.assertEqual(self.found("--since", "2000-01-01"), everything)
        self.assertEqual(self.found("--until", "2000-01-01"), [])
        self.assertEqual(self.found(self.log), everything)
        self.assertEqual(self.found("--key", "nobody"), [])

    def test_tail_ends_when_nobody_reads_it_any_more(self):
        follow = subprocess.Popen([pathlib.Path(BINARIES) / "mgrctl", "--root", self.mgr.dir, "audit", "tail", "-f"],
                                  stdout=subprocess.PIPE)
        self.addCleanup(follow.kill)
        follow.stdout.readline()
        follow.stdout.close()
        self.assertIsNotNone(follow.wait(DEADLINE))

    def test_people_read_a_line_each(self):
        shown = self.mgrctl("search", "--event", "refused")
        self.assertRegex(shown, r"\A\d+ \S+Z refused .*uid=1 .*module=scan action=start arguments=.*error=denied.*\n\Z")
        self.assertNotIn("mac", shown)
        self.assertEqual(len(self.mgrctl("tail", "-n", "2").splitlines()), 2)

    def test_head_is_that_of_the_last_line(self):
        self.mgr.end(self.mgr.helper, 15)
        head = self.mgrctl("head").strip()
        self.assertRegex(head, r"\A\d+:[0-9a-f]{64}\Z")
        self.assertEqual(self.verify("--head", head)[0]["head"].split(":")[0], head.split(":")[0])
        number, digest = head.split(":")
        self.assertEqual(self.verify("--head", f"{number}:{digest[::-1]}", status=1)[1], ["other head"])
        self.assertEqual(self.verify("--head", f"{int(number) + 10}:{digest}", status=1)[1], ["cut off"])

    def test_tail_follows_over_a_rotation(self):
        follow = subprocess.Popen([pathlib.Path(BINARIES) / "mgrctl", "--root", self.mgr.dir, "audit", "tail", "--json",
                                   "-f", "-n", "1"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(follow.stdout.close)
        self.addCleanup(follow.wait)
        self.addCleanup(follow.kill)
        last = json.loads(follow.stdout.readline())["seq"]
        self.mgr.kill_helper()
        self.log.rename(self.folder / f"audit-{1:020}.jsonl")
        self.restart_helper()
        self.assertEqual(json.loads(follow.stdout.readline())["seq"], last + 1)

    def test_what_it_cannot_read_or_was_not_asked_is_an_error(self):
        for words in ((), ("other",), ("verify", "--lines", "1"), ("tail", "x"), ("head", "--json"), ("search", "--job", "x"),
                      ("search", "--caller", "no-such-user"), ("search", "--since", "x"), ("search", "--seq", "1-"),
                      ("verify", "--head", "1:0"), ("verify", "--key", "/dev/null"), ("verify", "/nowhere"), ("tail", "-n", "x"),
                      ("verify", "/dev/null"), ("verify", "--key", "/"), ("search", "--seq", "3-2")):
            self.assertEqual(self.mgrctl(*words, status=2), "", words)

    def test_the_log_is_roots_alone(self):
        done = subprocess.run(["setpriv", "--reuid=33", "--regid=33", "--clear-groups", "--",
                               pathlib.Path(BINARIES) / "mgrctl", "--root", self.mgr.dir, "audit", "tail"],
                              capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ""))


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
        self.assertEqual((summary["files"], findings), (4, []))
        self.assertGreater(summary["first"], 1)
        for name in self.files():
            self.assertLess((self.folder / name).stat().st_size, (64 << 10) + 10000)
        for name in self.files()[:-1]:
            self.assertEqual(int(name[6:26]), json.loads((self.folder / name).read_text().splitlines()[0])["seq"])
        self.restart_helper()
        self.assertEqual(self.verify()[1], [])
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
        self.assertEqual(self.verify()[1], [])

    def test_a_reload_takes_other_limits(self):
        self.take_key()
        self.fill(3)
        self.mgr.write("etc/mgr/mgr.toml", SETTINGS + '[audit]\nrotate_size = "64K"\nkeep = 1\n')
        self.assertTrue(self.mgr.ask("module:mgr\naction:reload\n\n", user=None)["success"])
        self.fill(1)
        self.assertEqual(len(self.files()), 2)
        self.assertEqual(self.verify()[1], [])

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
