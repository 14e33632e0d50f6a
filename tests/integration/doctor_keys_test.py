"""`mgrctl doctor` and what is proven by a key: signed requests, and the audit log.

Usage: doctor_keys_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import os
import signal
import time
import unittest

import signing
from doctor_support import DoctorCase


def signing_day(days):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + days * 24 * 3600))


class Keys(DoctorCase):
    def setUp(self):
        self.is_well("keys")

    def put(self, name, days):
        key = signing.Key(name).install(self.mgr, f"not_after = {signing_day(days)}")
        self.addCleanup(os.unlink, self.mgr.dir / f"etc/mgr/keys.d/{name}.toml")
        return key

    def test_one_that_has_run_out(self):
        self.put("old", -1)
        self.assertIn("key revoke old", self.found("keys", "warning", "the key old has run out"))

    def test_one_that_soon_runs_out(self):
        self.put("aging", 10)
        self.found("keys", "warning", "the key aging runs out on ")

    def test_one_that_lasts(self):
        self.put("fresh", 300)
        self.is_well("keys")

    def test_roots_key_that_no_record_lets_in(self):
        record = self.mgr.dir / "etc/mgr/keys.d/root.toml"
        text = record.read_text()
        record.unlink()
        try:
            self.found("keys", "warning", "it is let in by no record")
        finally:
            self.mgr.write("etc/mgr/keys.d/root.toml", text)

    def test_roots_key_that_is_nobodys(self):
        with self.replaced("etc/mgr/policy.toml", lambda text: text.replace(b'key = "root"\n', b"")):
            self.found("keys", "warning", "no principal has key")

    def test_a_key_that_the_running_mgr_does_not_know(self):
        file = self.mgr.dir / "stranger.key"
        self.mgr.mgrctl("keygen", "stranger", "--output", file)
        line, = [line for line in self.doctor(key=str(file)) if line["check"] == "signing"]
        self.assertEqual(line["verdict"], "warning", line)

    def test_after_a_crash_of_the_machine_signatures_wait(self):
        self.mgr.kill_helper()
        (self.mgr.dir / "var/lib/mgr/nonces").unlink()
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.assertIn("doctor", self.found("signing", "failed", "sign it anew in", key=None))


class Log(DoctorCase):
    def test_the_first_key_is_to_be_taken_away(self):
        remedy = self.found("audit", "warning", "first key is still here")
        target = self.mgr.dir / "audit.key"
        self.type(remedy.replace("/media/usb/audit.key", str(target)).replace("mgrctl", str(self.mgr.binaries / "mgrctl"), 1))
        self.assertTrue(target.read_text().startswith("mgr-audit-key-v1 "))
        self.is_well("audit")

    def test_a_line_that_was_edited(self):
        def edit(text):
            lines = text.splitlines(keepends=True)
            lines[0] = lines[0].replace(b"helper_started", b"helper_stopped")
            return b"".join(lines)
        self.mgr.scan("status", user="games")  # a refusal, so that there is a second line
        self.wait_for_lines(2)
        line = self.failure_with(edit)
        self.assertIn("edited: ", line["found"])
        self.assertIn("audit verify", line["remedy"])

    def test_an_end_that_was_cut_off(self):
        self.mgr.scan("start", "3")
        self.wait_for_lines(4)
        line = self.failure_with(lambda text: b"".join(text.splitlines(keepends=True)[:-2]))
        self.assertIn("its end has been cut off", line["found"])

    def failure_with(self, edit):
        """What is wrong with the log, edited while nobody writes it; its key is that of the next line then."""
        self.mgr.end(self.mgr.broker)
        self.mgr.end(self.mgr.helper, signal.SIGTERM)
        with self.replaced("var/log/mgr/audit.jsonl", edit):
            lines = [line for line in self.wrong() if line["check"] == "audit" and line["verdict"] == "failed"]
        self.mgr.start()
        self.assertEqual(len(lines), 1, lines)
        return lines[0]

    def wait_for_lines(self, count):
        until = time.monotonic() + 20
        while len(self.mgr.written_audit()) < count:
            self.assertLess(time.monotonic(), until, self.mgr.written_audit())
            time.sleep(0.02)


if __name__ == "__main__":
    unittest.main()
