"""mgrctl as a process against daemons that answer, refuse, vanish and lie.

Takes the path of mgrctl as its first argument or from MGRCTL.
"""

import json
import os
import pty
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from client_fake_server import FakeServer, refusal, success  # noqa: E402

MGRCTL = os.environ.get("MGRCTL", "mgrctl")

MODULES = {"modules": [
    {"name": "scan", "aliases": ["SCAN_MODULE"], "summary": "Scans", "actions": [
        {"name": "start", "summary": "Start", "arguments": [
            {"name": "task_ids", "type": "list of int", "required": True, "help": "which",
             "min": 1, "max": 999}]},
        {"name": "status", "summary": "State", "arguments": [
            {"name": "task_ids", "type": "list of int", "required": False}]},
        {"name": "list", "summary": "All", "arguments": []}]},
    {"name": "mgr", "summary": "Itself", "actions": [
        {"name": name} for name in ("ping", "version", "whoami", "modules")]}]}

JOBS = {"jobs": [{"id": 7, "key": "scan:1", "module": "scan", "action": "start",
                  "state": "running", "new": True, "started": "2026-01-02T03:04:05Z"}]}


def daemon(fields):
    """A daemon that is in order."""
    if fields["module"] == "mgr" and fields["action"] == "modules":
        return success("modules", MODULES)
    if fields["module"] == "scan":
        return success(fields["action"], JOBS)
    return success(fields["action"])


def run(server, *words, **environment):
    where = ["--socket", server.path] if server is not None else []
    done = subprocess.run([MGRCTL] + where + list(words), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=30, env=dict(os.environ, **environment))
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class Requests(unittest.TestCase):
    def sent_by(self, *words):
        with FakeServer(daemon) as server:
            code, _, errors = run(server, *words)
            self.assertEqual((code, errors), (0, ""))
            return server.blocks

    def test_ping_asks_once(self):
        self.assertEqual(self.sent_by("ping"), [b"module:mgr\naction:ping\n\n"])

    def test_a_value_without_a_name_is_the_first_arguments(self):
        expected = [b"module:mgr\naction:modules\n\n",
                    b"module:scan\naction:start\ntask_ids:1,2\n\n"]
        self.assertEqual(self.sent_by("scan", "start", "1,2"), expected)
        self.assertEqual(self.sent_by("scan_module", "start", "TASK_IDS=1,2"), expected)

    def test_a_list_takes_the_words_that_are_left(self):
        self.assertEqual(self.sent_by("scan", "start", "1", "2", "--", "3")[1],
                         b"module:scan\naction:start\ntask_ids:1,2,3\n\n")

    def test_names_whom_it_is_for(self):
        blocks = self.sent_by("--on-behalf-of", "alice", "scan", "list")
        self.assertEqual(blocks[1], b"module:scan\naction:list\nmgr-on-behalf-of:alice\n\n")

    def test_nothing_is_sent_that_the_schema_rules_out(self):
        with FakeServer(daemon) as server:
            for words, said in [(("scna", "x"), "there are scan, mgr"),
                                (("scan", "stop"), "it has start, status, list"),
                                (("scan",), "needs an action"),
                                (("scan", "start"), "needs task_ids"),
                                (("scan", "start", "x=1"), "no argument x"),
                                (("scan", "list", "1"), "takes no argument"),
                                (("scan", "start", "task_ids=1", "task_ids=2"), "twice"),
                                (("scan", "start", "0"), "task_ids: each element must be "),
                                (("scan", "start", "1", "x"), "task_ids: each element must be "),
                                (("scan", "start", "1,2", "3"), "several words without"),
                                (("scan", "start", "--", "-1"), "task_ids: each element must be "),
                                (("scan", "start", "1\n\nmodule:shutdown"), "line break"),
                                (("scan", "start", "--force"), "no option --force")]:
                code, out, errors = run(server, *words)
                self.assertEqual((code, out), (2, ""), words)
                self.assertIn(said, errors)
            self.assertEqual(set(server.blocks), {b"module:mgr\naction:modules\n\n"})

    def test_a_caller_without_the_schema_still_gets_through(self):
        def narrow(fields):
            return refusal(4, "denied") if fields["action"] == "modules" else daemon(fields)
        with FakeServer(narrow) as server:
            self.assertEqual(run(server, "scan", "start", "task_ids=1")[0], 0)
            code, _, errors = run(server, "scan", "start", "1")
            self.assertEqual(code, 2)
            self.assertIn("name=value", errors)

    def test_root_and_socket_win_over_the_environment(self):
        with FakeServer(daemon) as server:
            self.assertEqual(run(None, "ping", MGR_SOCKET=server.path)[0], 0)
            self.assertEqual(run(None, "--root", server.root, "ping", MGR_SOCKET="/none")[0], 0)
            self.assertEqual(run(server, "--root", "/none", "ping", MGR_SOCKET="/none")[0], 0)
            self.assertEqual(run(None, "--root", "/none", "ping", MGR_SOCKET=server.path)[0], 127)


class Output(unittest.TestCase):
    def test_jobs_are_a_table(self):
        with FakeServer(daemon) as server:
            self.assertEqual(run(server, "scan", "list")[1],
                             "ID  KEY     STATE    SINCE                 EXIT  NEW\n"
                             "7   scan:1  running  2026-01-02T03:04:05Z  -     yes\n")
            self.assertEqual(run(server, "-q", "scan", "list")[1], "")

    def test_json_is_the_line_as_it_came(self):
        odd = b'{"success":true, "msg":"ping ok","x":[1, 2]}\n'
        with FakeServer(lambda _: odd) as server:
            self.assertEqual(run(server, "--json", "ping")[1].encode(), odd)
        with FakeServer(lambda _: refusal(4, "denied")) as server:
            code, out, errors = run(server, "--json", "ping")
            self.assertEqual((code, json.loads(out)["success"], errors), (126, False, ""))

    def test_nothing_that_a_terminal_acts_on_gets_out(self):
        evil = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\r\n\x00"
        schema = {"modules": [{"name": "mgr", "summary": evil, "actions": [
            {"name": "x", "summary": evil,
             "arguments": [{"name": "a", "type": evil, "help": evil}]}]}]}

        def answer(fields):
            if fields["action"] == "modules":
                return success("modules", schema)
            if fields.get("a") == "refuse":
                return refusal(4, evil, evil)
            return success(evil, {evil: evil, "l": [evil], "jobs": [{"id": evil, "key": evil}]})
        with FakeServer(answer) as server:
            for words in [("modules",), ("mgr", "--help"), ("mgr", "x", "--help"), ("mgr", "x"),
                          ("mgr", "x", "refuse"), ("mgr", evil.replace("\0", ""))]:
                _, out, errors = run(server, *words)
                for character in out + errors:
                    self.assertTrue(character == "\n" or character.isprintable(), words)

    def test_json_on_a_terminal_is_pretty_and_ascii(self):
        with FakeServer(lambda _: b'{"success":true,"msg":"a\xc2\x9b"}\r\n') as server:
            ours, theirs = pty.openpty()
            code = subprocess.call([MGRCTL, "--socket", server.path, "--json", "ping"],
                                   stdout=theirs, timeout=30)
            shown = os.read(ours, 4096)
            os.close(ours)
            os.close(theirs)
        self.assertEqual(code, 0)
        self.assertEqual(shown, b'{\r\n  "success": true,\r\n  "msg": "a\\u009b"\r\n}\r\n')

    def test_hostile_names_are_refused_whole(self):
        for name in ["$(cmd)", "`reboot`", "\x1b[2J", "--help", "a b", ""]:
            schema = {"modules": MODULES["modules"] + [{"name": name}]}
            with FakeServer(lambda _, schema=schema: success("modules", schema)) as server:
                for words in [("modules",), ("scan", "--help"), ("scan", "start", "1")]:
                    code, out, errors = run(server, *words)
                    self.assertEqual((code, out), (127, ""))
                    self.assertEqual(errors,
                                     "mgrctl: bad reply: the schema holds a name that is none\n")
                self.assertEqual(set(server.blocks), {b"module:mgr\naction:modules\n\n"})

    def test_output_that_cannot_be_written_is_a_failure(self):
        with FakeServer(daemon) as server, open("/dev/full", "w") as full:
            done = subprocess.run([MGRCTL, "--socket", server.path, "ping"], stdout=full,
                                  stderr=subprocess.PIPE, timeout=30)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"cannot write", done.stderr)

    def test_help_comes_from_the_schema(self):
        with FakeServer(daemon) as server:
            code, out, _ = run(server, "scan", "--help")
            self.assertEqual(code, 0)
            self.assertIn("start", out)
            code, out, _ = run(server, "scan", "start", "--help")
            self.assertEqual(code, 0)
            self.assertIn("Usage: mgrctl scan start TASK_IDS…\n", out)
            self.assertIn("task_ids  required  list of up to 64: int from 1 to 999\n", out)
        self.assertEqual(run(None, "--socket", "/none", "scan", "--help")[0], 127)
        code, out, _ = run(None, "--help")
        self.assertEqual(code, 0)
        self.assertIn("126  denied", out)


class ExitCodes(unittest.TestCase):
    def test_follow_the_error_table(self):
        expected = {1: 2, 2: 1, 3: 126, 4: 126, 5: 2, 6: 2, 7: 127, 8: 127, 9: 126, 10: 2, 11: 1,
                    12: 1, 13: 1, 99: 1}
        for code, exit_code in expected.items():
            with FakeServer(lambda _, code=code: refusal(code, "word", "why", audit=5)) as server:
                got, out, errors = run(server, "ping")
                self.assertEqual((got, out), (exit_code, ""))
                hint = "mgrctl: nothing was signed, as MGR_KEY is set to nothing\n" if code == 3 else ""
                self.assertEqual(errors, "mgrctl: word: why (audit 5)\n" + hint)

    def test_no_answer_is_unavailable(self):
        with FakeServer(lambda _: None) as server:
            code, _, errors = run(server, "ping")
            self.assertEqual(code, 127)
            self.assertIn("mgrctl: connection lost: ", errors)
        with FakeServer(lambda _: b"no json\n") as server:
            self.assertIn("it may have been carried out", run(server, "ping")[2])
            code, _, errors = run(server, "scan", "start", "1")  # lost while asking for the schema
            self.assertEqual(code, 127)
            self.assertNotIn("carried out", errors)
        self.assertEqual(run(None, "--socket", "/none", "ping")[0], 127)

    def test_timeout_covers_schema_and_request(self):
        def dawdle(fields):
            time.sleep(0.4)
            return daemon(fields)
        with FakeServer(dawdle) as server:
            begin = time.monotonic()
            code, _, errors = run(server, "--timeout", "0.6", "scan", "list")
            self.assertLess(time.monotonic() - begin, 2)
        self.assertEqual(code, 127)
        self.assertIn("may have been carried out", errors)

    def test_misuse_is_two(self):
        for words in [(), ("--bogus",), ("--timeout", "0", "ping"), ("$(cmd)", "x"), ("a b", "c")]:
            self.assertEqual(run(None, *words)[0], 2, words)


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        MGRCTL = sys.argv.pop(1)
    unittest.main()
