"""mgr-mail by itself, with a mailer of the test's: what that is given, read by Python's email package, and
what mgr-mail refuses. Needs neither root nor a daemon.

Usage: mail_program_test.py BINARIES [unittest arguments]
"""
import email
import email.policy
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

BINARIES = pathlib.Path(sys.argv.pop(1)).resolve()

MAILER = """#!/bin/sh
grep SigIgn /proc/self/status > "${0%/*}/ignored"
exec /usr/bin/python3 -IB "$0.py" "$@"
"""

# Notes what it is given; its exit status is a file's.
NOTES = """
import json, os, pathlib, sys
here = pathlib.Path(__file__).parent
data = sys.stdin.buffer.read()
(here / "seen").write_text(json.dumps({"arguments": sys.argv[1:], "environment": dict(os.environ),
    "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd")), "message": data.decode("ascii")}))
print("queued"), sys.stdout.flush()
sys.exit(int((here / "status").read_text()))
"""


class MailProgramTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.mailer = self.dir / "sendmail"
        self.mailer.write_text(MAILER)
        self.mailer.chmod(0o755)
        (self.dir / "sendmail.py").write_text(NOTES)
        (self.dir / "status").write_text("0")

    def run_it(self, body=b"", to="a@b", subject="s", *more, **keywords):
        (self.dir / "seen").unlink(missing_ok=True)
        text = body if isinstance(body, bytes) else body.encode()
        return subprocess.run([BINARIES / "mgr-mail", f"--sendmail={self.mailer}", f"--to={to}",
                               f"--subject={subject}", *more], input=text, capture_output=True, **keywords)

    def seen(self):
        return json.loads((self.dir / "seen").read_text())

    def message(self):
        return email.message_from_string(self.seen()["message"], policy=email.policy.default)

    def sent(self, *arguments, **keywords):
        done = self.run_it(*arguments, **keywords)
        self.assertEqual((done.returncode, done.stderr), (0, b""), done)
        return self.message()

    def refuses(self, status, *arguments):
        done = self.run_it(*arguments)
        self.assertEqual(done.returncode, status, done)
        self.assertFalse((self.dir / "seen").exists(), "nothing is handed over")
        return done.stderr.decode()


class Handover(MailProgramTest):
    def test_recipients_are_arguments_behind_a_double_dash(self):
        self.sent("text", "root,a@b,root")
        self.assertEqual(self.seen()["arguments"], ["-i", "--", "root", "a@b"])

    def test_a_sender_is_the_envelopes_and_the_headers(self):
        message = self.sent("text", "a@b", "s", "--from=box@example.org")
        self.assertEqual(self.seen()["arguments"], ["-i", "-f", "box@example.org", "--", "a@b"])
        self.assertEqual(message["From"], "box@example.org")
        self.assertTrue(message["Message-ID"].endswith("@example.org>"))

    def test_the_mailer_inherits_nothing_but_its_three_descriptors(self):
        reader, writer = os.pipe()
        environment = {"PATH": "/usr/bin:/bin", "MGR_PROGRESS_FD": str(writer)}
        self.sent("text", pass_fds=(writer,), env=environment)
        os.close(writer)
        with os.fdopen(reader) as progress:
            self.assertEqual(progress.read(), "50 composed, handed to the mailer\n")
        seen = self.seen()
        # One more is the listing's own.
        self.assertEqual(seen["descriptors"][:3] + [len(seen["descriptors"])], [0, 1, 2, 4])
        self.assertNotIn("MGR_PROGRESS_FD", seen["environment"])
        self.assertEqual(int((self.dir / "ignored").read_text().split()[1], 16), 0, "no signal is ignored")

    def test_the_mailers_status_and_words_are_the_programs(self):
        (self.dir / "status").write_text("75")
        done = self.run_it("text")
        self.assertEqual(done.returncode, 75)
        first, second = done.stdout.decode().splitlines()
        self.assertEqual((first.split()[1].rstrip(","), second), (self.message()["Message-ID"], "queued"))

    def test_a_mailer_that_is_not_there_is_a_lasting_failure(self):
        done = subprocess.run([BINARIES / "mgr-mail", "--sendmail=/nowhere", "--to=a", "--subject=s"], input=b"",
                              capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (72, b"mgr-mail: /nowhere: No such file or directory\n"))

    def test_each_message_has_an_id_of_its_own(self):
        self.assertEqual(len({self.sent("text")["Message-ID"] for _ in range(5)}), 5)


class Content(MailProgramTest):
    def test_what_is_read_back_is_what_went_in(self):
        chance = random.Random(17)
        alphabet = "abcxyz.=_? \tFrom\r\n\n-äß€\u200b\u0301\x1b\x7f\U0001f4a9\ufeff"
        for _ in range(60):
            body = "".join(chance.choice(alphabet) for _ in range(chance.randrange(400)))
            subject = "".join(chance.choice("ab =?_.,:<>\"äß€\U0001f4a9") for _ in range(chance.randrange(1, 60)))
            message = self.sent(body, "a@b", subject)
            expected = body.replace("\r\n", "\n")
            if expected and not expected.endswith("\n"):
                expected += "\n"
            payload = message.get_payload(decode=True).decode()
            self.assertEqual(payload, expected)
            self.assertEqual(message["Subject"], subject)
            self.assertEqual(message.defects, [])
            self.assertTrue(all(len(line) <= 78 for line in self.seen()["message"].splitlines()))

    def test_the_headers_are_these_alone(self):
        message = self.sent("Bcc: x@y\n\nFrom: z\n")
        self.assertEqual(message.keys(), ["To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
                                          "Content-Transfer-Encoding", "Auto-Submitted"])
        self.assertEqual(message.get_content(), "Bcc: x@y\n\nFrom: z\n")
        self.assertIsNotNone(message["Date"].datetime)

    def test_a_line_with_a_dot_alone_ends_nothing(self):
        self.assertEqual(self.sent("a\n.\nb\n").get_content(), "a\n.\nb\n")

    def test_a_megabyte_in_one_line(self):
        text = "ü" * (1 << 19)
        self.assertEqual(self.sent(text).get_content(), text + "\n")

    def test_more_than_twenty_recipients_are_not_named(self):
        many = [f"r{number}@example.org" for number in range(21)]
        self.assertEqual(self.sent("t", ",".join(many[:20]))["To"], ", ".join(many[:20]))
        self.assertEqual(str(self.sent("t", ",".join(many))["To"]), "undisclosed-recipients:;")
        self.assertEqual(self.seen()["arguments"], ["-i", "--", *many])
        self.assertNotIn("r7@", self.seen()["message"])


class BadInput(MailProgramTest):
    def test_what_is_no_text_is_not_sent(self):
        for body in (b"a\0b", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\x80", b"%PDF-1.7\xe2\xe3\xcf\xd3"):
            self.assertEqual(self.refuses(65, body), "mgr-mail: the text is not UTF-8, or holds a NUL\n")
        self.assertEqual(self.refuses(65, b"x" * ((16 << 20) + 1)), "mgr-mail: the text is over 16 MiB\n")

    def test_what_is_no_address_is_no_argument_of_the_mailer(self):
        for to in ("", ",", "a,", "-t", "a,-oQ/tmp", "a b", "|id", "/etc/passwd", "a%b@c", "b!a", "a@b\nBcc: c", "a\r",
                   "\"a b\"@c", "a@[::1]", ",".join(f"a{number}" for number in range(1001))):
            self.refuses(64, "t", to)
        for sender in ("-t", "a b", "a\nBcc: b", "<>"):
            self.refuses(64, "t", "a", "s", f"--from={sender}")

    def test_a_subject_is_one_line(self):
        for subject in ("", "a\nBcc: x@y", "a\rBcc: x@y", "a\r\n\r\nbody", "a\x1b[2J", "a\x7f", "a\x85", "x" * 256):
            self.refuses(64, "t", "a", subject)
        self.refuses(64, "t", "a", b"\xff".decode("utf-8", "surrogateescape"))

    def test_what_it_does_not_know(self):
        for more in (("--cc=a",), ("-t",), ("word",), ("--subject=again",), ("--sendmail=sendmail",)):
            self.refuses(64, "t", "a", "s", *more)
        self.assertEqual(subprocess.run([BINARIES / "mgr-mail"], input=b"", capture_output=True).returncode, 64)


if __name__ == "__main__":
    unittest.main()
