"""What mgrctl sends for a declared action: values, bodies, secrets and confirmations.

Takes the path of mgrctl as its first argument or from MGRCTL.
"""

import os
import signal
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from client_fake_server import FakeServer, more, success  # noqa: E402
from at_terminal import AtTerminal  # noqa: E402

MGRCTL = os.environ.get("MGRCTL", "mgrctl")
MAX_BODY = 1 << 20

MODULES = {"modules": [
    {"name": "dns", "actions": [
        {"name": "flush", "mode": "output", "arguments": [
            {"name": "view", "type": "enum", "values": ["fast", "full"]},
            {"name": "zone", "type": "string", "required": True, "max_length": 20},
            {"name": "ttl", "type": "int", "min": -5, "max": 5}]},
        {"name": "tail", "mode": "stream"},
        {"name": "wipe", "mode": "output", "confirm": True, "arguments": [
            {"name": "zone", "type": "string", "required": True}]}]},
    {"name": "user", "actions": [
        {"name": "password", "arguments": [
            {"name": "name", "type": "string", "required": True},
            {"name": "new", "type": "secret", "required": True, "max_length": 16}]},
        {"name": "change", "arguments": [
            {"name": "old", "type": "secret", "required": True},
            {"name": "new", "type": "secret"}]}]},
    {"name": "cert", "actions": [
        {"name": "put", "confirm": True, "arguments": [
            {"name": "name", "type": "string", "required": True},
            {"name": "pem", "type": "blob", "required": True}]},
        {"name": "both", "arguments": [
            {"name": "pem", "type": "blob"}, {"name": "key", "type": "secret"}]}]}]}

SCHEMA = b"module:mgr\naction:modules\n\n"


def daemon(fields):
    if fields["action"] == "modules":
        return success("modules", MODULES)
    if fields["action"] == "tail":
        record = {"time": "2026-01-02T03:04:05.000000Z", "stream": "stdout", "text": "one\x1b\n",
                  "position": 0}
        ended = {"id": 7, "state": "succeeded", "exit_status": 0}
        return [more("tail", {"skipped": 0, "records": [record]}), success("tail", {"jobs": [ended]})]
    return success(fields["action"])


def command(server, words):
    return [MGRCTL, "--socket", server.path] + list(words)


def run(server, *words, stdin=b""):
    """Without a terminal, not even one that controls the session."""
    done = subprocess.run(command(server, words), input=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=30, start_new_session=True)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def Person(server, *words, stdin=None):
    return AtTerminal(command(server, words), stdin)


class WithServer(unittest.TestCase):
    def setUp(self):
        self.server = FakeServer(daemon)
        self.addCleanup(self.server.__exit__)

    def sent(self):
        """The one request beside the question for the schema."""
        others = [block for block in self.server.blocks if block != SCHEMA]
        self.assertEqual(len(others), 1, self.server.blocks)
        return others[0]

    def nothing_was_sent(self):
        self.assertEqual(set(self.server.blocks), {SCHEMA})
        self.assertEqual(self.server.bodies, [])

    def refuses(self, said, *words, stdin=b""):
        code, out, errors = run(self.server, *words, stdin=stdin)
        expected = 125 if "dns" in words else 2  # 2 may be what a command of dns ended with
        self.assertEqual((code, out), (expected, ""), words)
        self.assertIn(said, errors)
        self.nothing_was_sent()


class Values(WithServer):
    def test_go_to_the_arguments_in_their_order(self):
        for words, expected in [
                (["a.org"], b"zone:a.org\n"),
                (["a.org", "fast", "5"], b"zone:a.org\nview:fast\nttl:5\n"),
                (["TTL=-5", "a.org", "full"], b"ttl:-5\nzone:a.org\nview:full\n"),
                (["a.org", "fast", "--", "-5"], b"zone:a.org\nview:fast\nttl:-5\n"),
                (["view=fast", "--", "view=full"], b"view:fast\nzone:view=full\n"),
                (["a=b"], b"zone:a=b\n")]:
            with self.subTest(words=words), FakeServer(daemon) as server:
                code, _, errors = run(server, "dns", "flush", *words)
                self.assertEqual((code, errors), (0, ""))
                self.assertEqual(server.blocks[1], b"module:dns\naction:flush\n" + expected + b"\n")

    def test_that_are_not_of_their_type_never_reach_the_daemon(self):
        for said, words in [
                ("dns flush: zone must be ", ["x" * 21]),
                ("dns flush: zone must be ", ["--", "-x"]),
                ("dns flush: zone must be ", [""]),
                ("dns flush: view must be ", ["a.org", "slow"]),
                ("dns flush: ttl must be ", ["a.org", "fast", "6"]),
                ("dns flush: ttl must be ", ["a.org", "ttl=05"]),
                ("dns flush: ttl must be ", ["a.org", "ttl=\u0665"]),
                ("no argument x; it has view, zone, ttl", ["a.org", "x=fast"]),
                ("a word too many for dns flush ZONE [VIEW] [TTL]", ["a", "fast", "1", "2"]),
                ("line break", ["a\nb"]),
                ("over 4096 bytes", ["x" * 4097]),
                ("needs zone", ["view=fast"])]:
            self.refuses(said, "dns", "flush", *words)

    def test_bytes_that_are_no_text_are_refused(self):
        self.refuses("not plain UTF-8", "dns", "flush", b"\xff\xfe")

    def test_a_stream_is_shown_as_it_was_printed(self):
        self.assertEqual(run(self.server, "dns", "tail"), (0, "one\x1b\n", ""))
        person = Person(self.server, "dns", "tail")
        self.assertEqual(person.ends(), 0)
        self.assertIn(b"one\\x1b\r\n", person.shown)

    def test_inputs_are_not_for_commands_for_jobs(self):
        code, _, errors = run(self.server, "--yes", "stop", "7")
        self.assertEqual((code, errors), (2, "mgrctl: --yes is not for stop\n"))
        self.assertEqual(self.server.blocks, [])


class Secrets(WithServer):
    expected = b"module:user\naction:password\nname:bob\nnew:s3 cr=t\n\n"

    def test_are_asked_for_without_echo(self):
        person = Person(self.server, "user", "password", "bob")
        person.sees(b"mgrctl user password, new: ")
        self.assertFalse(person.echoes())
        person.types(b"wrong\x15s3 cr=t\n")  # Ctrl-U: the line can be edited
        self.assertEqual(person.ends(), 0)
        self.assertEqual(self.sent(), self.expected)
        self.assertNotIn(b"s3", person.shown)

    def test_come_from_standard_input_where_it_is_no_terminal(self):
        for words in [("user", "password", "bob"), ("--secret-stdin", "user", "password", "bob")]:
            for stdin in [b"s3 cr=t\n", b"s3 cr=t", b"s3 cr=t\nmodule:x\n"]:
                with FakeServer(daemon) as server:
                    self.assertEqual(run(server, *words, stdin=stdin)[0], 0)
                    self.assertEqual(server.blocks[1], self.expected)

    def test_secret_stdin_asks_nothing_on_a_terminal(self):
        person = Person(self.server, "--secret-stdin", "user", "password", "bob")
        person.types(b"s3 cr=t\n")
        self.assertEqual(person.ends(), 0)
        self.assertEqual(self.sent(), self.expected)
        self.assertNotIn(b"new: ", person.shown)

    def test_are_one_line_each(self):
        self.assertEqual(run(self.server, "user", "change", stdin=b"a\nb\n")[0], 0)
        self.assertEqual(self.sent(), b"module:user\naction:change\nold:a\nnew:b\n\n")

    def test_an_optional_one_may_be_left_out(self):
        for stdin in [b"a\n", b"a\n\n"]:
            with FakeServer(daemon) as server:
                self.assertEqual(run(server, "user", "change", stdin=stdin)[0], 0)
                self.assertEqual(server.blocks[1], b"module:user\naction:change\nold:a\n\n")
        person = Person(self.server, "user", "change")
        person.sees(b"old: ")
        person.types(b"a\n")
        person.sees(b"new (empty for none): ")
        person.types(b"\n")
        self.assertEqual(person.ends(), 0)
        self.assertEqual(self.sent(), b"module:user\naction:change\nold:a\n\n")

    def test_that_cannot_be_sent_are_refused_and_not_repeated(self):
        for said, stdin in [("needs new", b""), ("needs new", b"\n"), ("a space", b"hidden \n"),
                            ("a space", b" hidden\n"), ("new must be ", b"-hidden\n"),
                            ("new must be ", b"hidden" * 3 + b"\n"), ("UTF-8", b"hidden\xff\n"),
                            ("line break", b"hidden\x00\n"), ("line break", b"hidden\r\n"),
                            ("too long", b"hidden" * 4096)]:
            code, out, errors = run(self.server, "user", "password", "bob", stdin=stdin)
            self.assertEqual((code, out), (2, ""), stdin)
            self.assertIn(said, errors)
            self.assertNotIn("hidden", errors)
        self.nothing_was_sent()

    def test_never_stand_on_the_command_line(self):
        self.refuses("new is a secret", "user", "password", "bob", "new=hidden")
        self.refuses("a word too many", "user", "password", "bob", "hidden")
        self.refuses("takes no secret", "--secret-stdin", "dns", "flush", "a")

    def test_a_signal_gives_the_terminal_its_echo_back(self):
        for typed, number in [(b"\x03", signal.SIGINT), (b"\x1c", signal.SIGQUIT)]:
            person = Person(self.server, "user", "password", "bob")
            person.sees(b"new: ")
            person.types(b"half" + typed)
            self.assertEqual(person.ends(), -number)
        person = Person(self.server, "user", "password", "bob")
        person.sees(b"new: ")
        os.kill(person.pid, signal.SIGTERM)
        self.assertEqual(person.ends(), -signal.SIGTERM)
        self.nothing_was_sent()

    def test_a_line_that_the_terminal_would_cut_is_refused(self):
        person = Person(self.server, "user", "change")
        person.sees(b"old: ")
        for _ in range(50):
            person.types(b"x" * 100)
        person.types(b"\n")
        self.assertEqual(person.ends(), 2)
        self.assertIn(b"longer than a terminal gives whole", person.shown)
        self.nothing_was_sent()


class Confirmations(WithServer):
    wipe = ("dns", "wipe", "a.org")
    expected = b"module:dns\naction:wipe\nmgr-confirm:yes\nzone:a.org\n\n"

    def test_are_asked_for_on_a_terminal(self):
        person = Person(self.server, *self.wipe)
        person.sees(b"Really dns wipe zone=a.org? [y/N] ")
        self.assertTrue(person.echoes())
        person.types(b"y\n")
        self.assertEqual(person.ends(), 0)
        self.assertEqual(self.sent(), self.expected)

    def test_everything_but_yes_is_no(self):
        for answer in [b"\n", b"n\n", b"yellow\n", b"\x04", b" y\n"]:
            person = Person(self.server, *self.wipe)
            person.sees(b"[y/N] ")
            person.types(answer)
            self.assertEqual(person.ends(), 125, answer)
            self.assertIn(b"not confirmed; nothing was sent", person.shown)
        self.nothing_was_sent()

    def test_may_be_given_beforehand(self):
        for option in ["--yes", "-y"]:
            with FakeServer(daemon) as server:
                self.assertEqual(run(server, option, *self.wipe)[0], 0)
                self.assertEqual(server.blocks[1], self.expected)

    def test_without_a_terminal_there_is_none(self):
        self.refuses("--yes", *self.wipe, stdin=b"y\n")

    def test_go_to_actions_alone_that_want_them(self):
        self.assertEqual(run(self.server, "--yes", "dns", "flush", "a.org")[0], 0)
        self.assertNotIn(b"mgr-confirm", self.sent())

    def test_what_is_asked_is_harmless(self):
        person = Person(self.server, "dns", "wipe", "\u202e" + "x" * 200)
        person.sees(b"Really dns wipe zone=\\u{202e}")
        person.sees("…? [y/N] ".encode())
        person.types(b"\n")
        self.assertEqual(person.ends(), 125)

    def test_a_wrong_value_is_told_before_anything_is_asked(self):
        person = Person(self.server, "dns", "wipe", "--", "-x")
        self.assertEqual(person.ends(), 125)
        self.assertNotIn(b"Really", person.shown)


class Bodies(WithServer):
    def file(self, content):
        given = tempfile.NamedTemporaryFile()
        self.addCleanup(given.close)
        given.write(content)
        given.flush()
        return given.name

    def put(self, body, stdin=b""):
        return run(self.server, "--yes", "--body", body, "cert", "put", "web", stdin=stdin)

    def test_are_a_file_byte_for_byte(self):
        content = bytes(range(256)) + b"\n\nmodule:shutdown\n\n"
        self.assertEqual(self.put(self.file(content))[0], 0)
        self.assertEqual(self.sent(), b"module:cert\naction:put\nmgr-confirm:yes\nmgr-body:275\n"
                                      b"name:web\n\n")
        self.assertEqual(self.server.bodies, [content])

    def test_are_standard_input_and_may_be_empty(self):
        for content in [b"", b"\0x", os.urandom(MAX_BODY)]:
            self.assertEqual(self.put("-", stdin=content)[0], 0)
            self.assertEqual(self.server.bodies.pop(), content)

    def test_that_are_too_large_are_not_sent(self):
        large = b"x" * (MAX_BODY + 1)
        for body, stdin in [(self.file(large), b""), ("-", large), ("/dev/zero", b"")]:
            code, _, errors = self.put(body, stdin)
            self.assertEqual(code, 2)
            self.assertIn("is over 1 MiB", errors)
        self.nothing_was_sent()

    def test_that_cannot_be_read_are_told(self):
        for body, said in [("/nonexistent", "No such file"), ("/", "Is a directory")]:
            code, _, errors = self.put(body)
            self.assertEqual(code, 2)
            self.assertIn(said, errors)
        self.nothing_was_sent()

    def test_go_to_actions_alone_that_take_them(self):
        self.refuses("takes no --body", "--body", "-", "dns", "flush", "a.org")
        self.refuses("needs --body FILE", "--yes", "cert", "put", "web")
        self.refuses("--body FILE", "cert", "put", "web", "pem=x")
        self.refuses("both the body and the secret", "--body", "-", "cert", "both")

    def test_standard_input_may_be_the_body_while_the_terminal_confirms(self):
        person = Person(self.server, "--body", "-", "cert", "put", "web", stdin=self.file(b"pem"))
        person.sees(b"Really cert put name=web? [y/N] ")
        person.types(b"yes\n")
        self.assertEqual(person.ends(), 0)
        self.assertEqual(self.server.bodies, [b"pem"])


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        MGRCTL = sys.argv.pop(1)
    unittest.main()
