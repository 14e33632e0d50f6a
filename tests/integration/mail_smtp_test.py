"""mail send, from a client's bytes to an SMTP server: real daemons under their real users, the shipped
mail.toml, mgr-mail, Debian's msmtp as the mailer, and a server on the loopback.

Usage: mail_smtp_test.py BINARIES [unittest arguments]; as root, in a pid namespace of its own.
"""
import email
import email.policy
import itertools
import json
import shutil
import string
import unittest

from aiosmtpd.controller import Controller

from instance import DEADLINE, REPO, Instance, free_port
from jobs_support import BINARIES, Stream

POLICY = """
[[principal]]
name = "web"
user = ["www-data", "daemon"]
[[allow]]
who = "anyone"
module = "mgr"
action = "ping"
[[allow]]
who = "web"
module = "job"
action = "*"
[[principal]]
name = "daemon"
user = "daemon"
[[allow]]
who = "daemon"
module = "mail"
action = "send"
where = { to = ["ops@example.org", "root"] }
[[principal]]
name = "www"
user = "www-data"
[[allow]]
who = "www"
module = "mail"
action = "send"
"""

MAILER = """#!/bin/sh
exec /usr/bin/msmtp -C @DIR@/etc/msmtprc "$@"
"""

SETTINGS = """
account default
host 127.0.0.1
port {port}
from box@example.org
tls off
auth off
"""


class Server:
    """Takes mail; what it says to each RCPT is the next of `answers`, then 250."""

    def __init__(self):
        self.messages, self.answers = [], []
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self.port = self.controller.port
        self.controller.start()

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.messages.append((envelope.mail_from, envelope.rcpt_tos, message))
        return "250 taken"

    def stop(self):
        if self.controller is not None:
            self.controller.stop()
        self.controller = None


class MailTest(unittest.TestCase):
    sender = ""

    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.stop)
        self.mgr = Instance(BINARIES, start=False)
        self.addCleanup(self.mgr.stop)
        self.mgr.write("etc/mgr/policy.toml", POLICY)
        self.mgr.write("etc/mgr/modules.d/mail.toml", self.mail_toml())
        self.mgr.write("etc/msmtprc", SETTINGS.format(port=self.server.port))
        self.mgr.write("bin/sendmail", MAILER, 0o755)
        shutil.copy(self.mgr.binaries / "mgr-mail", self.mgr.dir / "bin/mgr-mail")
        self.mgr.start()

    def mail_toml(self):
        """As it is shipped, but for the mailer and the minutes between two attempts."""
        shipped = (REPO / "policy/default/modules.d/mail.toml").read_text()
        options = ['"@DIR@/bin/mgr-mail"', '"--sendmail=@DIR@/bin/sendmail"'] + [f'"{self.sender}"'] * bool(self.sender)
        for old, new in (('"/usr/libexec/mgr/mgr-mail"', ", ".join(options)), ('"1m"', '"1ms"'),
                         # mgr-job's list of system calls has none that the search for leaks wants.
                         ('user    =', 'env     = { ASAN_OPTIONS = "detect_leaks=0" }\nuser    =')):
            self.assertIn(old, shipped)
            shipped = shipped.replace(old, new)
        return shipped

    def ask(self, to="ops@example.org", subject="s", body="Text\n", user="www-data", more=()):
        text = body if isinstance(body, bytes) else body.encode()
        lines = ["module:mail", "action:send", f"to:{to}", f"subject:{subject}", *more, f"mgr-body:{len(text)}"]
        return json.loads(self.mgr.send("\n".join(lines).encode() + b"\n\n" + text, user).splitlines()[0])

    def send(self, *arguments, **keywords):
        """The job's end, and what it printed."""
        reply = self.ask(*arguments, **keywords)
        self.assertTrue(reply["success"], reply)
        number = reply["data"]["jobs"][0]["id"]
        ended = self.job("wait", ids=number, limit=DEADLINE)["jobs"][0]
        output = self.job("output", id=number)
        return ended, json.dumps(output)

    def job(self, action, **fields):
        fields = "".join(f"{name}:{value}\n" for name, value in fields.items())
        reply = self.mgr.ask(f"module:job\naction:{action}\n{fields}\n")
        self.assertTrue(reply["success"], reply)
        return reply["data"]

    def refuses(self, reply, code):
        self.assertEqual((reply["success"], reply["msg"]), (False, {"err_code": code}), reply)
        self.assertEqual(self.mgr.job_folders(), [], "nothing is started")
        self.assertEqual(self.server.messages, [])


class Sent(MailTest):
    def test_a_message_arrives_as_it_was_written(self):
        body = "Grüße,\n.\nFrom here on:\n" + "x" * 2000 + "\n\nBcc: x@example.org\n\x1b[2J \n"
        job, output = self.send("ops@example.org,a.b+c@example.org", "Platte voll: 97 % – ‚/srv‘ " * 4, body)
        self.assertEqual((job["state"], job["attempt"], job["exit_status"]), ("succeeded", 1, 0), output)
        [(sender, recipients, message)] = self.server.messages
        self.assertEqual((sender, recipients), ("box@example.org", ["ops@example.org", "a.b+c@example.org"]))
        self.assertEqual(message["Subject"], ("Platte voll: 97 % – ‚/srv‘ " * 4).rstrip())
        self.assertEqual(message["To"], "ops@example.org, a.b+c@example.org")
        self.assertEqual(message["From"], "box@example.org", "the mailer's word")
        self.assertEqual(message["Auto-Submitted"], "auto-generated")
        self.assertEqual(message.get_content().replace("\r\n", "\n"), body)
        self.assertIn(message["Message-ID"], output, "the job tells it, for the mailer's log")

    def test_headers_in_the_text_stay_in_the_text(self):
        self.send(body="Bcc: evil@example.org\nSubject: other\n\nx\n")
        [(_, recipients, message)] = self.server.messages
        self.assertEqual((recipients, message["Subject"], message["Bcc"]), (["ops@example.org"], "s", None))

    def test_an_empty_text_is_a_message(self):
        job, output = self.send(body="")
        self.assertEqual((job["state"], len(self.server.messages)), ("succeeded", 1), output)

    def test_a_thousand_recipients(self):
        names = ["".join(letters) for letters in itertools.islice(itertools.product(string.ascii_lowercase, repeat=3), 1001)]
        self.refuses(self.ask(",".join(names)), 6)
        self.assertEqual(self.mgr.job_folders(), [])
        job, output = self.send(",".join(names[:1000]))
        self.assertEqual(job["state"], "succeeded", output)
        [(_, recipients, message)] = self.server.messages
        self.assertEqual(recipients, names[:1000])
        self.assertEqual(str(message["To"]), "undisclosed-recipients:;")


class Sender(MailTest):
    sender = "--from=alarm@box.example.org"

    def test_is_the_files_word(self):
        self.send()
        [(sender, _, message)] = self.server.messages
        self.assertEqual((sender, message["From"]), ("alarm@box.example.org",) * 2)


class Failures(MailTest):
    def test_what_may_pass_is_tried_again(self):
        self.server.answers = ["451 try again later", "452 full"]
        with Stream(self.mgr, "watch") as watch:
            watch.next()
            job = self.ask()["data"]["jobs"][0]["id"]
            told = watch.until(lambda job: job["state"] in ("succeeded", "failed"))
        attempts = [one["attempt"] for one in told if one["id"] == job]
        self.assertEqual((sorted(attempts), set(attempts)), (attempts, {1, 2, 3}))
        self.assertEqual((told[-1]["state"], len(self.server.messages)), ("succeeded", 1))

    def test_a_server_that_does_not_answer_is_tried_as_often_as_the_file_says(self):
        self.server.stop()
        job, output = self.send()
        self.assertEqual((job["state"], job["attempt"]), ("failed", 6), output)

    def test_a_refusal_is_the_jobs_end_and_its_reason(self):
        self.server.answers = ["550 no such user here"]
        job, output = self.send()
        self.assertEqual((job["state"], job["attempt"]), ("failed", 1), output)
        self.assertIn("550 no such user here", output)
        self.assertEqual(self.server.messages, [])

    def test_what_is_no_text_is_not_sent(self):
        for body in (b"a\0b", b"\xff\xfe"):
            job, output = self.send(body=body)
            self.assertEqual((job["state"], job["attempt"], job["exit_status"]), ("failed", 1, 65), output)
            self.assertIn("not UTF-8, or holds a NUL", output)
        self.assertEqual(self.server.messages, [])


class Waiting(MailTest):
    def mail_toml(self):
        return super().mail_toml().replace('"1ms"', '"1h"') + "queue = 1\nmax_running = 1\n"

    def test_what_waits_for_its_next_attempt_takes_room_in_the_queue(self):
        self.server.stop()
        with Stream(self.mgr, "watch") as watch:
            watch.next()
            for _ in range(2):
                number = self.ask()["data"]["jobs"][0]["id"]
                watch.until(lambda told: told["id"] == number and told["attempt"] == 2)
        reply = self.ask()
        self.assertEqual((reply["success"], reply["msg"]), (False, {"err_code": 7}), reply)
        self.assertEqual(len(self.mgr.job_folders()), 2)


class BadInput(MailTest):
    def test_a_line_break_makes_no_header(self):
        self.refuses(self.ask("a@b\nBcc: x@example.org"), 6)      # bcc: no such argument
        self.refuses(self.ask(subject="s\nbcc:x@example.org"), 6)
        self.refuses(self.ask(subject="s\nto:x@example.org"), 5)  # the name is there twice
        self.refuses(self.ask("a@b\rBcc: x@example.org"), 5)
        self.refuses(self.ask(subject="s\rBcc: x@example.org"), 5)
        self.refuses(self.ask(subject="s\u2028Bcc: x@example.org"), 6)
        self.refuses(self.ask(subject="s\x1b[2J"), 5)
        self.refuses(self.ask(more=["mgr-on-behalf-of:eve\rBcc: x@example.org"]), 5)
        # What ends the block is the end: the rest is read by nobody.
        self.refuses(self.ask(subject="s\n\nBcc: x@example.org"), 6)

    def test_who_it_is_for_changes_nothing_in_the_message(self):
        job, output = self.send(more=["mgr-on-behalf-of:eve, Bcc: x@example.org"])
        self.assertEqual(job["state"], "succeeded", output)
        [(_, recipients, message)] = self.server.messages
        self.assertEqual((recipients, message["Bcc"]), (["ops@example.org"], None))
        self.assertNotIn("eve", message.as_string())

    def test_what_is_no_address(self):
        for to in ("-t", "-oQ/tmp,a", "a,-t", "|id", "/etc/passwd", ":include:/etc/shadow", "a%b@c", "b!a", "\"a\"@b",
                   "a@[127.0.0.1]", "a b", "", ",", "a,,b", "a,", "x" * 255, "$(id)", "ä@b"):
            self.refuses(self.ask(to), 6)

    def test_no_other_word_of_the_message_is_the_callers(self):
        for field in ("from:x@example.org", "cc:x@example.org", "reply-to:x", "sendmail:/bin/sh", "body:x"):
            self.refuses(self.ask(more=[field]), 6)
        self.refuses(self.mgr.ask("module:mail\naction:send\nto:a@b\nsubject:s\n\n"), 6)  # no text

    def test_one_recipient_who_is_not_listed_stops_all(self):
        for to in ("x@example.org", "ops@example.org,x@example.org", "x@example.org,root", "Ops@example.org",
                   "ops@EXAMPLE.org", "ops@example.org.evil.org", "root@example.org"):
            self.refuses(self.ask(to, user="daemon"), 4)
        reply = self.ask("root,ops@example.org,root", user="daemon")
        self.assertTrue(reply["success"], reply)


if __name__ == "__main__":
    unittest.main()
