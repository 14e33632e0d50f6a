"""mgrctl's commands for jobs against daemons that stream, dawdle, vanish and lie.

Takes the path of mgrctl as its first argument or from MGRCTL.
"""

import base64
import json
import os
import pty
import re
import subprocess
import sys
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from client_fake_server import FakeServer, line, more, refusal, success  # noqa: E402

MGRCTL = os.environ.get("MGRCTL", "mgrctl")
TIME = "2026-11-22T22:00:00.123456Z"
EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\u2066\r\x00"

MODULES = {"modules": [
    {"name": "scan", "aliases": ["SCAN_MODULE"], "actions": [
        {"name": "start", "arguments": [{"name": "task_ids", "type": "list of int", "required": True}]},
        {"name": "status"}]},
    {"name": "shutdown", "actions": [{"name": "status"}]},
    {"name": "stop", "actions": [{"name": "it"}]},
    {"name": "job", "actions": [
        {"name": name, "arguments": [{"name": "ids", "type": "list of int"}, {"name": "id", "type": "int"}]}
        for name in ("list", "show", "wait", "stop", "follow", "watch", "prune")]}]}


def job(id=7, state="running", **members):
    return dict({"id": id, "key": "scan:%d" % id, "module": "scan", "action": "start",
                 "state": state, "caller": {"uid": os.geteuid()}, "accepted": TIME,
                 "started": TIME}, **members)


def record(stream, text=None, raw=None):
    if raw is not None:
        return {"time": TIME, "stream": stream, "base64": base64.b64encode(raw).decode()}
    return {"time": TIME, "stream": stream, "text": text}


def records(*given, **members):
    return more("follow", dict({"records": list(given)}, **members))


def jobs(action, *given):
    return success(action, {"jobs": list(given)})


def daemon(**answers):
    """One that answers each action of the module job by its name here, and knows its schema."""
    def answer(fields):
        if fields["action"] == "modules":
            return success("modules", MODULES)
        given = answers.get(fields["action"])
        return refusal(4, "denied") if given is None else given(fields) if callable(given) else given
    return FakeServer(answer)


def environment(**changes):
    given = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    return dict(given, **changes)


def run(server, *words, **changes):
    done = subprocess.run([MGRCTL, "--socket", server.path] + list(words), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=30,
                          env=environment(**changes))
    return done.returncode, done.stdout, done.stderr.decode()


def run_on_terminal(server, *words, awaited=None, event=None, **changes):
    """The exit code, and all that came to the terminal which is both outputs.

    Sets the event when the awaited text has come.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen([MGRCTL, "--socket", server.path] + list(words), stdout=theirs,
                               stderr=theirs, stdin=subprocess.DEVNULL,
                               env=environment(**dict({"TERM": "xterm"}, **changes)))
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # EIO: nobody has it open
            break
        shown += piece
        if awaited is not None and awaited.encode() in shown:
            event.set()
    os.close(ours)
    return process.wait(30), shown.decode()


class Requests(unittest.TestCase):
    def asks(self, words, block):
        with daemon(**{name: jobs(name) for name in
                       ("list", "show", "output", "follow", "wait", "stop", "prune")}) as server:
            code, _, errors = run(server, *words)
            self.assertEqual((code, errors), (0, ""), words)
            self.assertEqual(server.blocks[-1].decode(), "module:job\naction:" + block + "\n\n")

    def test_each_command_is_an_action(self):
        for words, block in [
                (["jobs"], "list"),
                (["jobs", "--state", "running,queued", "--module", "scan", "--caller", "root",
                  "--limit", "5"], "list\nstate:running,queued\nof_module:scan\ncaller:0\nlimit:5"),
                (["job", "7"], "show\nid:7"),
                (["job", "show", "7"], "show\nid:7"),
                (["output", "7", "--tail", "3"], "output\nid:7\ntail:3"),
                (["job", "output", "7"], "output\nid:7"),
                (["job", "follow", "7", "--tail", "0"], "follow\nid:7\ntail:0"),
                (["stop", "7", "8,9"], "stop\nids:7,8,9"),
                (["job", "stop", "--key", "scan:1"], "stop\nkey:scan:1"),
                (["stop", "--module", "scan"], "stop\nof_module:scan"),
                (["stop", "--mine"], "stop\nmine:yes"),
                (["-q", "wait", "7", "8", "--limit", "60"], "wait\nids:7,8\nlimit:60"),
                (["-q", "job", "wait", "7,7"], "wait\nids:7"),
                (["job", "prune", "--older-than", "3600"], "prune\nolder_than:3600"),
                (["job", "list"], "list"),
                (["job", "wait", "ids=7"], "wait\nids:7"),
                (["job", "stop", "ids=7"], "stop\nids:7"),
                (["--on-behalf-of", "alice", "stop", "7"],
                 "stop\nmgr-on-behalf-of:alice\nids:7")]:
            self.asks(words, block)

    def test_a_module_of_a_commands_name_is_meant_with_a_capital(self):
        with daemon(it=success("it")) as server:
            self.assertEqual(run(server, "Stop", "it")[0], 0)
            self.assertEqual(server.blocks[-1], b"module:stop\naction:it\n\n")
            self.assertEqual(run(server, "stop", "it")[0], 2)

    def test_nothing_is_sent_for_words_that_make_no_sense(self):
        with daemon() as server:
            for words, said in [(("jobs", "7"), "no word"), (("output",), "the id of one job"),
                                (("follow", "7", "8"), "the id of one job"),
                                (("output", "x"), "x is no job's id"),
                                (("job", "0"), "0 is no job's id"),
                                (("output", "9007199254740992"), "is no job's id"),
                                (("output", "7,"), "is no job's id"), (("stop",), "wants one of"),
                                (("stop", "7", "--mine"), "wants one of"),
                                (("jobs", "--tail", "3"), "--tail is not for jobs"),
                                (("scan", "start", "1", "--mine"), "--mine is not for"),
                                (("jobs", "--caller", "no such user"), "there is no user"),
                                (("jobs", "--limit", "-1"), ""),
                                (("jobs", "--state", "a\nb"), "line break")]:
                code, out, errors = run(server, *words)
                self.assertEqual((code, out), (2, b""), words)
                self.assertIn(said, errors)
            for words in [("wait",), ("job", "wait", "x"), ("wait", "--bogus"),
                          ("jobs", "--wait"), ("--wait", "scan", "strat"), ("--wait", "--bogus", "scan", "start")]:
                self.assertEqual(run(server, *words)[0], 125, words)
            self.assertEqual({b"module:mgr\naction:modules\n\n"} | set(server.blocks),
                             {b"module:mgr\naction:modules\n\n"})


class Lists(unittest.TestCase):
    def test_a_list_is_a_table_or_ids(self):
        with daemon(list=jobs("list", job(7, progress=42), job(12, "failed", exit_status=3))) as server:
            _, out, _ = run(server, "jobs")
            rows = out.decode().splitlines()
            self.assertEqual(re.split("  +", rows[0]), [
                "ID", "STATE", "PROGRESS", "MODULE", "ACTION", "KEY", "CALLER", "AGE", "DURATION",
                "EXIT"])
            self.assertTrue(rows[1].startswith("7   running  42 %      scan    start   scan:7"))
            self.assertTrue(rows[2].endswith("  3"))
            self.assertEqual(run(server, "jobs", "-q")[1], b"7\n12\n")
            self.assertEqual(json.loads(run(server, "jobs", "--json")[1])["data"]["jobs"][0]["id"], 7)
        with daemon(list=jobs("list")) as server:
            self.assertEqual(run(server, "jobs")[1], b"no jobs\n")
            self.assertEqual(run(server, "jobs", "-q")[1], b"")

    def test_the_status_of_a_shutdown_is_when_the_machine_goes_down(self):
        waiting = job(9, "queued", module="shutdown", action="reboot", key="shutdown", waits_for=[3, 4])
        with daemon(status=jobs("status", waiting), list=jobs("list", waiting)) as server:
            _, out, errors = run(server, "shutdown", "status")
            self.assertEqual(errors, "")
            self.assertTrue(out.startswith(b"reboot: the machine goes down when these jobs have ended: 3, 4;"), out)
            self.assertIn(b"Waits for: 3, 4\n", out)
            self.assertIn(b"WAITS FOR\n", run(server, "jobs")[1])
            self.assertEqual(run(server, "-q", "shutdown", "status")[1], b"")
            told = json.loads(run(server, "--json", "shutdown", "status")[1])
            self.assertEqual(told["data"]["jobs"][0]["waits_for"], [3, 4])
        with daemon(status=jobs("status")) as server:
            self.assertEqual(run(server, "shutdown", "status")[1], b"no shutdown is scheduled\n")
            self.assertEqual(run(server, "scan", "status")[1], b"no jobs\n")

    def test_colour_is_for_a_terminal_that_wants_it(self):
        with daemon(list=jobs("list", job(state="failed"))) as server:
            self.assertNotIn(b"\x1b", run(server, "jobs", TERM="xterm")[1])
            self.assertIn("\x1b[31mfailed\x1b[0m", run_on_terminal(server, "jobs")[1])
            for changes in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": ""}):
                self.assertNotIn("\x1b", run_on_terminal(server, "jobs", **changes)[1])

    def test_details_and_pruning_are_for_people(self):
        shown = job(argv=["/bin/x", "a b"], user=EVIL, timeout_ms=60000)
        with daemon(show=jobs("show", shown),
                    prune=success("prune", {"pruned": 3, "bytes": 1200000})) as server:
            _, out, _ = run(server, "job", "7")
            self.assertIn(b"Command:   /bin/x 'a b'\n", out)
            self.assertNotIn(b"\x1b", out)
            self.assertEqual(run(server, "job", "prune")[1], b"3 jobs forgotten, 1.2 MB freed\n")

    def test_a_watch_is_a_list_and_then_a_line_for_each_change(self):
        changes = [more("watch", {"jobs": [given]}) for given in (
            job(7, progress=50), job(8, module="dns"), job(7, "succeeded", exit_status=0))]
        with daemon(list=jobs("list", job(7)), watch=lambda _: iter(changes)) as server:
            code, out, errors = run(server, "jobs", "--watch", "--module", "scan")
            self.assertEqual(server.blocks[-1] if b"list" in server.blocks[-1] else server.blocks[0],
                             b"module:job\naction:list\nof_module:scan\n\n")
            self.assertEqual([row.split("  ")[1:] for row in out.decode().splitlines()], [
                ["7", "running", "scan:7"], ["7", "running", "50 %", "scan:7"],
                ["7", "succeeded", "exit 0", "scan:7"]])
            self.assertEqual(code, 127)
            self.assertIn("connection lost", errors)
            code, shown = run_on_terminal(server, "jobs", "--watch")
            self.assertIn("\x1b[2A\r\x1b[J", shown)   # back over the heading and one job
            self.assertIn("\x1b[3A\r\x1b[J", shown)   # and over two
        with daemon(list=jobs("list", job(7)), watch=None) as server:
            self.assertEqual(run(server, "jobs", "--watch")[0], 126)


class Streams(unittest.TestCase):
    def test_output_goes_where_the_job_wrote_it_byte_by_byte(self):
        raw = bytes(range(256))
        stream = [records(record("stdout", "one\n"), record("stderr", "two\r\n\x1b[m")),
                  records(record("stdout", raw=raw), record("progress", "42 x"), skipped=1200000),
                  jobs("output", job(state="succeeded"))]
        with daemon(output=lambda _: stream) as server:
            code, out, errors = run(server, "output", "7")
            self.assertEqual((code, out), (0, b"one\n" + raw))
            self.assertEqual(errors, "two\r\n\x1b[m(… 1.2 MB not kept …)\n")
            code, out, _ = run(server, "output", "7", "--times")
            self.assertTrue(out.startswith(TIME.encode() + b" one\n" + TIME.encode() + b" \x00"))
            code, out, _ = run(server, "--json", "output", "7")
            self.assertEqual(out, b"".join(stream))

    def test_a_terminal_gets_nothing_to_act_on(self):
        stream = [records(record("stdout", EVIL + "\ta\n"), record("stderr", EVIL + "\n"),
                          record("stdout", raw=b"caf\xc3"), record("stdout", raw=b"\xa9\xff\n"),
                          record("progress", "42 " + EVIL)),
                  jobs("follow", job(state=EVIL, key=EVIL))]
        with daemon(follow=lambda _: stream) as server:
            code, shown = run_on_terminal(server, "follow", "7")
        self.assertEqual(code, 0)
        self.assertIn("caf\u00e9\\xff\r\n", shown)
        self.assertIn("[########            ]  42 %  \\x1b]0;owned", shown)
        for character in shown.replace("\r\x1b[K", ""):
            self.assertTrue(character in "\r\n\t" or character.isprintable(), ascii(shown))

    def test_each_line_is_shown_as_it_comes_even_in_pieces(self):
        goes_on = [threading.Event(), threading.Event()]
        second = records(record("stdout", "two\n"))

        def slow(_):
            yield records(record("stdout", "one\n"))
            goes_on[0].wait(20)
            for at in range(len(second)):
                yield second[at:at + 1]
            goes_on[1].wait(20)
            yield jobs("follow", job(state="failed", exit_status=3))
        with daemon(follow=slow) as server:
            process = subprocess.Popen([MGRCTL, "--socket", server.path, "follow", "7"],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertEqual(process.stdout.readline(), b"one\n")
            goes_on[0].set()
            self.assertEqual(process.stdout.readline(), b"two\n")
            goes_on[1].set()
            out, errors = process.communicate(timeout=30)
        self.assertEqual((process.returncode, out), (0, b""))
        self.assertEqual(errors, b"job 7 (scan:7) failed, exit 3\n")

    def test_follow_shows_progress_as_lines_where_there_is_no_terminal(self):
        stream = [records(*[record("progress", "%d scanning" % n) for n in (1, 2, 3, 50)]),
                  jobs("follow", job(state="succeeded", exit_status=0))]
        with daemon(follow=lambda _: stream) as server:
            self.assertEqual(run(server, "follow", "7")[2],
                             "job 7  1 %  scanning\njob 7  50 %  scanning\n"
                             "job 7 (scan:7) succeeded, exit 0\n")
            self.assertEqual(run(server, "-q", "follow", "7")[2], "")

    def test_a_stream_that_breaks_off_is_told(self):
        first = records(record("stdout", "one\n"))
        long_line = b'{"success":true,"more":true,"x":"' + b"x" * (4 << 20) + b'"}\n'
        for rest, said, code, waiting in [
                (b"", "connection lost", 127, 127), (b'{"succ', "connection lost", 127, 127),
                (b"garbage\n", "bad reply: not JSON", 127, 125),
                (long_line, "bad reply: a line over 4 MiB", 127, 125),
                (records(7), "bad reply: a record", 127, 125),
                (line({"success": True, "msg": "x", "data": {"jobs": 7}}), "bad reply", 127, 125),
                (refusal(12, "not_found", "gone"), "not_found: gone", 1, 125)]:
            with daemon(follow=lambda _, rest=rest: [first, rest]) as server:
                got, out, errors = run(server, "follow", "7")
                self.assertEqual((got, out), (code, b"one\n"), errors)
                self.assertIn("mgrctl: " + said, errors)
                self.assertNotIn("carried out", errors)
                self.assertEqual(run(server, "--wait", "follow", "7")[0], waiting)

    def test_a_streaming_action_of_any_module_is_shown_too(self):
        stream = [records(record("stdout", "one\n")), jobs("it", job(state="succeeded"))]
        with daemon(it=lambda _: stream) as server:
            code, out, _ = run(server, "Stop", "it")
            self.assertEqual((code, out.split(b"\n")[0]), (0, b"one"))
            self.assertIn(b"scan:7  succeeded", out)

    def test_output_that_cannot_be_written_ends_the_stream(self):
        def endless(_):
            while True:
                yield records(record("stdout", "x" * 1000))
        with daemon(follow=endless) as server, open("/dev/full", "w") as full:
            done = subprocess.run([MGRCTL, "--socket", server.path, "follow", "7"], stdout=full,
                                  stderr=subprocess.PIPE, timeout=30)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"cannot write", done.stderr)


class Waits(unittest.TestCase):
    def test_the_exit_code_is_the_jobs(self):
        for given, code, said in [
                ([job(state="succeeded", exit_status=0)], 0, ""),
                ([job(state="failed", exit_status=3)], 3, ""),
                ([job(state="failed", exit_status=200)], 123, "exited with status 200"),
                ([job(state="failed", signal=9)], 125, "killed by signal 9 (KILL)"),
                ([job(state="timed-out", signal=15)], 124, "ran out of time"),
                ([job(state="stopped", exit_status=0)], 125, "was stopped"),
                ([job(state="lost")], 125, "is lost"),
                ([job(7, "failed", exit_status=2), job(8, "succeeded", exit_status=0)], 2, "")]:
            with daemon(start=jobs("start", *given), wait=jobs("wait", *given)) as server:
                for words in [("-q", "--wait", "scan", "start", "1"), ("-q", "wait", "7"),
                              ("--json", "-q", "job", "wait", "7")]:
                    got, out, errors = run(server, *words)
                    self.assertEqual((got, out), (code, b""), words)
                    self.assertIn(said, errors)
                self.assertIn(b"module:scan\naction:start\nmgr-wait:yes\ntask_ids:1\n\n",
                              server.blocks)

    def test_refusals_have_codes_that_no_job_has(self):
        for err_code, code in {1: 125, 2: 125, 4: 126, 6: 125, 7: 127, 8: 127, 12: 125, 13: 124}.items():
            reply = refusal(err_code, "word", "why")
            with daemon(start=reply, wait=reply) as server:
                for words in [("--wait", "scan", "start", "1"), ("wait", "7")]:
                    got, _, errors = run(server, *words)
                    self.assertEqual(got, code, words)
                    self.assertIn("mgrctl: word: why\n", errors)

    def test_a_wait_ends_when_its_time_is_up_or_mgr_goes_away(self):
        silent = threading.Event()

        def dawdle(_):
            silent.wait(20)
            yield b""
        with daemon(start=dawdle, wait=dawdle, watch=dawdle) as server:
            for words in [("--wait", "scan", "start", "1"), ("wait", "7"), ("-q", "wait", "7")]:
                code, _, errors = run(server, "--timeout", "0.3", *words)
                self.assertEqual(code, 124, words)
                self.assertIn("no answer", errors)
            silent.set()
        with daemon(start=lambda _: None) as server:
            code, _, errors = run(server, "--wait", "scan", "start", "1")
            self.assertEqual(code, 127)
            self.assertIn("may have been carried out", errors)

    def shown_by(self, words, awaited, changes):
        """What a wait shows on a terminal when its reply comes only after the awaited text."""
        seen = threading.Event()

        def watch(_):
            for given in changes:
                yield more("watch", {"jobs": [given]})
            seen.wait(20)

        def reply(_):
            seen.wait(20)
            yield jobs("start", job(7, "succeeded", exit_status=0))
        with daemon(start=reply, wait=reply, watch=watch) as server:
            code, shown = run_on_terminal(server, *words, awaited=awaited, event=seen)
        self.assertEqual(code, 0)
        self.assertIn(awaited, shown)
        return shown

    def test_progress_is_shown_where_watching_is_allowed(self):
        new = dict(accepted="2999-01-01T00:00:00Z")  # after any request
        others = [job(9, progress=9), job(8, progress=1, module="dns", **new),
                  job(6, progress=2, caller={"uid": 12345}, **new)]
        shown = self.shown_by(["--wait", "scan", "start", "7"], "42 %  running",
                              others + [job(7, progress=42, **new)])
        for other in ("scan:9", "scan:8", "scan:6"):
            self.assertNotIn(other, shown)
        self.shown_by(["--wait", "scan", "start", "7,10"], "2 jobs, 1 ended  [#######",
                      [job(7, "succeeded", **new), job(10, progress=50, **new)])
        shown = self.shown_by(["wait", "9"], "scan:9  [#", [job(7, progress=42), others[0]])
        self.assertNotIn("42 %", shown)

    def test_a_denied_watch_changes_nothing(self):
        with daemon(start=jobs("start", job(7, "failed", exit_status=3))) as server:
            code, out, errors = run(server, "--wait", "scan", "start", "7")
            self.assertEqual((code, errors), (3, ""))
            self.assertIn(b"scan:7  failed", out)


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        MGRCTL = sys.argv.pop(1)
    unittest.main()
