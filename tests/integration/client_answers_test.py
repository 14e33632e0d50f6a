"""mgrctl with actions that answer with what their command prints, whole or as a stream.

Takes the path of mgrctl as its first argument or from MGRCTL.
"""

import json
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from client_fake_server import FakeServer, more, refusal, success  # noqa: E402

MGRCTL = os.environ.get("MGRCTL", "mgrctl")
TIME = "2026-01-02T03:04:05.000000Z"
MODULES = {"modules": [{"name": "shop", "actions": [
    {"name": "show", "mode": "output", "arguments": [{"name": "n", "type": "int"}]},
    {"name": "go", "mode": "stream", "arguments": [{"name": "n", "type": "int"}]},
    {"name": "list", "mode": "reply"}]}]}


def daemon(*answer):
    def give(fields):
        return success("modules", MODULES) if fields["action"] == "modules" else list(answer)
    return FakeServer(give)


def stream(**end):
    """A line of output, and how the job ended."""
    record = {"time": TIME, "stream": "stdout", "text": "one\n", "position": 0}
    job = dict({"id": 7, "module": "shop", "action": "go"}, **end)
    return (more("go", {"skipped": 0, "records": [record]}), success("go", {"jobs": [job]}))


def printed(exit=0, stdout="one\n", stderr=""):
    return {"job": 7, "exit": exit, "stdout": stdout, "stderr": stderr}


def run(server, *words):
    done = subprocess.run([MGRCTL, "--socket", server.path] + list(words), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class Streams(unittest.TestCase):
    def test_the_exit_code_is_the_commands(self):
        for end, code, said in [
                (dict(state="succeeded", exit_status=0), 0, ""),
                (dict(state="failed", exit_status=3), 3, ""),
                (dict(state="failed", exit_status=200), 123, "exited with status 200"),
                (dict(state="failed", signal=9), 125, "killed by signal 9 (KILL)"),
                (dict(state="failed", detail="execve: No such file"), 125, "execve: No such file"),
                (dict(state="stopped"), 125, "was stopped"),
                (dict(state="timed-out", signal=15), 124, "ran out of time")]:
            with self.subTest(**end), daemon(*stream(**end)) as server:
                for words in [(), ("-q",), ("--wait",), ("--wait", "-q")]:
                    got, out, errors = run(server, *words, "shop", "go")
                    self.assertEqual((got, out), (code, "one\n"), words)
                    self.assertIn(said, errors)
                self.assertEqual(run(server, "--json", "shop", "go")[0], code)

    def test_a_file_holds_what_the_command_printed_alone(self):
        with daemon(*stream(state="succeeded", exit_status=0)) as server:
            self.assertEqual(run(server, "shop", "go"), (0, "one\n", ""))
            self.assertEqual(run(server, "--times", "shop", "go"), (0, TIME + " one\n", ""))

    def test_one_that_breaks_off_has_no_command_to_tell_of(self):
        first = stream(state="succeeded")[0]
        for rest, code in [(b"", 127), (b"garbage\n", 125), (refusal(12, "not_found"), 125),
                           (success("go", {"jobs": [7]}), 125)]:
            with self.subTest(rest=rest), daemon(first, rest) as server:
                got, out, errors = run(server, "shop", "go")
                self.assertEqual((got, out), (code, "one\n"))
                self.assertTrue(errors.startswith("mgrctl: "), errors)


class Outputs(unittest.TestCase):
    def test_the_exit_code_is_the_commands(self):
        for answer, code in [(success("show", printed()), 0),
                             (refusal(2, "failed", "exit 3", data=printed(3)), 3),
                             (refusal(2, "failed", "exit 2", data=printed(2)), 2)]:
            with daemon(answer) as server:
                for words in [(), ("--wait",), ("--json",)]:
                    got, out, _ = run(server, *words, "shop", "show", "5")
                    self.assertEqual(got, code, words)
                    shown = json.loads(out)["data"]["stdout"] if "--json" in words else out
                    self.assertEqual(shown, "one\n", words)

    def test_wait_is_not_sent_to_what_waits_by_itself(self):
        for action in ("show", "go"):
            with daemon(*stream(state="succeeded", exit_status=0)) as server:
                run(server, "--wait", "shop", action)
                self.assertEqual(server.blocks[1:], [b"module:shop\naction:%s\n\n" % action.encode()])
        with daemon(success("list")) as server:
            run(server, "-q", "--wait", "shop", "list")
            self.assertIn(b"\nmgr-wait:yes\n", server.blocks[1])

    def test_refusals_have_codes_that_no_command_has(self):
        for err_code, code in {1: 125, 2: 125, 4: 126, 6: 125, 7: 127, 8: 127, 10: 125, 13: 124}.items():
            with daemon(refusal(err_code, "word", "why")) as server:
                for action in ("show", "go"):
                    got, out, errors = run(server, "shop", action)
                    self.assertEqual((got, out, errors), (code, "", "mgrctl: word: why\n"))
                for action in ("show", "go"):
                    self.assertEqual(run(server, "shop", action, "x")[0], 125)  # not of its type
        with daemon(refusal(6, "word", "why")) as server:
            self.assertEqual(run(server, "shop", "list")[0], 2)

    def test_has_no_times(self):
        with daemon(success("show", printed(stdout="one\ntwo\n"))) as server:
            self.assertEqual(run(server, "--times", "shop", "show"), (0, "one\ntwo\n", ""))


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        MGRCTL = sys.argv.pop(1)
    unittest.main()
