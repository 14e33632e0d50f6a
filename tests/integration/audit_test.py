"""The audit log as an admin has it: its keys, and mgrctl audit.

Usage: audit_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import json
import os
import pathlib
import subprocess
import unittest

from audit_support import AuditCase
from instance import DEADLINE
from jobs_support import BINARIES


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

    def test_tail_shows_the_last_lines_of_all_files(self):
        everything = [line["seq"] for line in self.lines()]
        half = len(everything) // 2
        self.mgr.end(self.mgr.helper, 15)
        lines = self.log.read_text().splitlines(keepends=True)
        (self.folder / f"audit-{1:020}.jsonl").write_text("".join(lines[:half]))
        (self.folder / f"audit-{half + 1:020}.jsonl").write_text("".join(lines[half:-1]))
        self.log.write_text(lines[-1] + '{"seq":')
        for count in range(len(lines) + 2):
            shown = self.mgrctl("tail", "--json", "-n", str(count)).splitlines(keepends=True)
            self.assertEqual(shown, lines[-count:] if count else [], count)

    def test_tail_shows_more_than_it_holds_in_memory(self):
        """More than 100 MB of lines, over files, the first of which is shown in part."""
        folder = self.mgr.dir / "long/var/log/mgr"
        folder.mkdir(parents=True)
        names = ["audit-%020d.jsonl" % 1, "audit-%020d.jsonl" % 50001, "audit.jsonl"]
        for index, name in enumerate(names):
            with open(folder / name, "w") as file:
                for number in range(50000 * index + 1, 50000 * (index + 1) + 1):
                    file.write('{"seq":%d,"text":"%s"}\n' % (number, "x" * 1000))
        tail = subprocess.Popen([pathlib.Path(BINARIES) / "mgrctl", "--root", folder.parents[2], "audit", "tail", "--json",
                                 "-n", "100000"], stdout=subprocess.PIPE)
        expected = 50001
        for line in tail.stdout:
            self.assertTrue(line.startswith(b'{"seq":%d,' % expected), line[:80])
            expected += 1
        tail.stdout.close()
        _, status, used = os.wait4(tail.pid, 0)
        tail.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual((tail.returncode, expected), (0, 150001))
        # A sanitizer keeps what was freed for long.
        if b"__asan_init" not in (pathlib.Path(BINARIES) / "mgrctl").read_bytes():
            self.assertLess(used.ru_maxrss, 64 << 10)

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


if __name__ == "__main__":
    unittest.main(verbosity=2)
