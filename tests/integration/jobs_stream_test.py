"""What a job prints, from its own pipe to a www-data client, with real processes.

Usage: jobs_stream_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import base64
import json
import subprocess
import sys
import unittest

from instance import DEADLINE, POLICY, Instance, uid_of

BINARIES = sys.argv.pop(1)

PRINTER = """#!/bin/sh
gate() { read -r word < "@DIR@/gates/$1"; }
case "$1" in
  much) echo oops >&2; seq -f 'line %.0f' 1 200000; echo end ;;
  live) echo one; echo two >&2; gate 1; echo three; gate 4; exit 3 ;;
  bytes) head -c 300000 /dev/urandom | tee "@DIR@/seen/bytes"; echo "not this" >&2 ;;
  again) gate 1; echo here; exit 1 ;;
  endless) exec yes ;;
  silent) ;;
esac
"""

MODULES = """
[module.printer.action.print]
command = ["@DIR@/bin/printer", "{what}"]
user = "mgr-scan"
[module.printer.action.print.arg.what]
type = "string"

[module.printer.action.retry]
command = ["@DIR@/bin/printer", "{what}"]
user = "mgr-scan"
retries = 1
retry_delay = "10ms"
[module.printer.action.retry.arg.what]
type = "string"

[module.printer.action.keep]
command = ["@DIR@/bin/printer", "{what}"]
user = "mgr-scan"
output_limit = "16M"
[module.printer.action.keep.arg.what]
type = "string"
"""

RULES = """
[[principal]]
name = "others"
user = ["daemon"]

[[allow]]
who = ["web", "others"]
module = ["printer", "job"]
action = ["*"]
jobs = "own"
"""

MUCH = "".join(f"line {number}\n" for number in range(1, 200001)) + "end\n"


def bytes_of(record):
    return record["text"].encode() if "text" in record else base64.b64decode(record["base64"])


def printed(lines, stream):
    return b"".join(bytes_of(record) for line in lines for record in line["data"].get("records", [])
                    if record["stream"] == stream)


class Streams(unittest.TestCase):
    def setUp(self):
        self.mgr = Instance(BINARIES, start=False)
        self.addCleanup(self.mgr.stop)
        self.mgr.write("etc/mgr/policy.toml", POLICY + RULES)
        self.mgr.write("etc/mgr/modules.d/printer.toml", MODULES)
        self.mgr.write("bin/printer", PRINTER, 0o755)
        self.mgr.start()

    def start(self, what, action="print", wait=True):
        """The id of a job, which has ended where it is waited for."""
        reply = self.mgr.ask(f"module:printer\naction:{action}\nwhat:{what}\n" + ("mgr-wait:yes\n" if wait else "") + "\n")
        self.assertTrue(reply["success"], reply)
        return reply["data"]["jobs"][0]["id"]

    def lines(self, action, job, more="", user="www-data"):
        answer = self.mgr.send(f"module:job\naction:{action}\nid:{job}\n{more}\n", user)
        lines = [json.loads(line) for line in answer.decode().splitlines()]
        self.assertEqual([line.get("more", False) for line in lines], [True] * (len(lines) - 1) + [False])
        return lines

    def test_output_has_the_head_the_tail_and_the_size_of_what_is_between(self):
        job = self.start("much")
        *parts, last = self.lines("output", job)
        self.assertEqual({part["msg"] for part in parts}, {"output ok"})
        self.assertEqual((last["data"]["jobs"][0]["id"], last["data"]["jobs"][0]["state"]), (job, "succeeded"))
        self.assertEqual(last["data"]["jobs"][0]["output_bytes"], len(MUCH) + len("oops\n"))
        gaps = [part["data"]["skipped"] for part in parts if part["data"]["skipped"] > 0]
        self.assertEqual(len(gaps), 1)
        kept = printed(parts, "stdout").decode()
        self.assertEqual(len(kept) + gaps[0], len(MUCH))
        before = b"".join(bytes_of(record) for part in parts[:[p["data"]["skipped"] > 0 for p in parts].index(True)]
                          for record in part["data"]["records"] if record["stream"] == "stdout").decode()
        self.assertTrue(MUCH.startswith(before) and len(before) > 400000)
        self.assertTrue(MUCH.endswith(kept[len(before):]) and len(kept) - len(before) > 200000)
        self.assertEqual(printed(parts, "stderr"), b"oops\n")

    def test_positions_tell_where_each_record_stands(self):
        end = 0
        for part in self.lines("output", self.start("much"))[:-1]:
            end += part["data"]["skipped"]
            for record in part["data"]["records"]:
                self.assertEqual(record["position"], end)
                end += len(bytes_of(record))
        self.assertEqual(end, len(MUCH) + len("oops\n"))

    def test_tail_is_the_last_lines(self):
        lines = self.lines("output", self.start("much"), "tail:2\n")
        self.assertEqual(printed(lines, "stdout"), b"line 200000\nend\n")

    def follow(self, job):
        connection = self.mgr.client()
        self.addCleanup(connection.close)
        connection.sendall(f"module:job\naction:follow\nid:{job}\n\n".encode())
        stream = connection.makefile("r")
        self.addCleanup(stream.close)
        return stream

    def read_until(self, stream, seen, text, name="stdout"):
        while text not in printed(seen, name):
            seen.append(json.loads(stream.readline()))
            self.assertTrue(seen[-1].get("more"), seen[-1])

    def read_last(self, stream):
        last = json.loads(stream.readline())
        self.assertNotIn("more", last)
        self.assertEqual(stream.readline(), "")
        return last["data"]["jobs"][0]

    def test_follow_shows_what_comes_as_it_comes_and_ends_with_the_job(self):
        stream, seen = self.follow(self.start("live", wait=False)), []
        self.read_until(stream, seen, b"one\n")
        self.read_until(stream, seen, b"two\n", "stderr")
        self.assertNotIn(b"three", printed(seen, "stdout"))
        self.mgr.open_gate("1")
        self.read_until(stream, seen, b"three\n")
        self.mgr.open_gate("4")
        last = self.read_last(stream)
        self.assertEqual((last["state"], last["exit_status"]), ("failed", 3))
        self.assertEqual((printed(seen, "stdout"), printed(seen, "stderr")), (b"one\nthree\n", b"two\n"))

    def test_follow_goes_on_into_the_next_attempt(self):
        stream, seen = self.follow(self.start("again", "retry", wait=False)), []
        self.mgr.open_gate("1")
        self.read_until(stream, seen, b"here\n")
        self.mgr.open_gate("1")
        self.read_until(stream, seen, b"here\nhere\n")
        self.assertEqual([part["data"].get("restarted", False) for part in seen], [False, True])
        last = self.read_last(stream)
        self.assertEqual((last["state"], last["attempt"]), ("failed", 2))

    def test_output_of_a_job_that_runs_ends_at_once(self):
        job = self.start("live", wait=False)
        self.assertEqual(self.lines("output", job)[-1]["data"]["jobs"][0]["state"], "running")
        self.mgr.open_gate("1")
        self.mgr.open_gate("4")

    def test_output_of_a_job_that_never_stops_printing_ends(self):
        job = self.start("endless", wait=False)
        stream, seen = self.follow(job), []
        self.read_until(stream, seen, b"y\ny\n")
        self.assertEqual(self.lines("output", job)[-1]["data"]["jobs"][0]["state"], "running")
        self.mgr.ask(f"module:job\naction:stop\nids:{job}\n\n")
        while (last := json.loads(stream.readline())).get("more"):
            pass
        self.assertEqual(last["data"]["jobs"][0]["state"], "stopped")

    def test_job_that_printed_nothing_has_one_line(self):
        job = self.start("silent")
        for action in ("output", "follow"):
            self.assertEqual([line["data"]["jobs"][0]["id"] for line in self.lines(action, job)], [job])

    def test_a_request_behind_a_follow_is_refused_after_it(self):
        job = self.start("much", "keep")
        with self.mgr.client() as connection, connection.makefile("r") as stream:
            connection.sendall(f"mgr:keep-alive\nmodule:job\naction:follow\nid:{job}\n\nmodule:mgr\naction:version\n\n".encode())
            lines = []
            while not lines or lines[-1].get("more"):
                lines.append(json.loads(stream.readline()))
            self.assertEqual(printed(lines, "stdout").decode(), MUCH)
            self.assertEqual(json.loads(stream.readline())["msg"], {"err_code": 11}, "the connection carries a stream")

    def test_anothers_job_is_the_same_as_none(self):
        job = self.start("much")
        for action in ("output", "follow"):
            replies = [self.lines(action, wanted, user="daemon") for wanted in (job, 2**53 - 1)]
            for reply in replies:
                self.assertEqual(len(reply), 1)
                reply[0].pop("audit", None)
            self.assertEqual(replies[0][0]["msg"], {"err_code": 12})
            self.assertEqual(replies[0], replies[1])

    def mgrctl(self, *words):
        entry = uid_of("www-data")
        return subprocess.run([f"{BINARIES}/mgrctl", "--root", str(self.mgr.dir), *words], capture_output=True,
                              timeout=DEADLINE, user=entry.pw_uid, group=entry.pw_gid, extra_groups=[],
                              env={"PATH": "/usr/bin:/bin", "MGR_KEY": ""})

    def test_mgrctl_writes_the_bytes_that_the_job_wrote(self):
        job = str(self.start("bytes", "keep"))
        wanted = (self.mgr.dir / "seen/bytes").read_bytes()
        self.assertEqual(len(wanted), 300000)
        for verb in ("output", "follow"):
            done = self.mgrctl(verb, job)
            self.assertEqual((done.returncode, done.stdout == wanted), (0, True), done.stderr)
            self.assertIn(b"not this", done.stderr)

    def test_mgrctl_goes_on_following_when_the_helper_was_restarted(self):
        job = str(self.start("live", wait=False))
        entry = uid_of("www-data")
        follower = subprocess.Popen(
            [f"{BINARIES}/mgrctl", "--root", str(self.mgr.dir), "follow", job], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, user=entry.pw_uid, group=entry.pw_gid, extra_groups=[],
            env={"PATH": "/usr/bin:/bin", "MGR_KEY": ""})
        self.addCleanup(follower.stdout.close)
        self.addCleanup(self.mgr.end, follower)
        self.assertEqual(follower.stdout.readline(), b"one\n")
        self.mgr.kill_helper()
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.mgr.open_gate("1")
        self.assertEqual(follower.stdout.readline(), b"three\n")
        self.mgr.open_gate("4")
        self.assertEqual(follower.stdout.read(), b"")
        self.assertEqual(follower.wait(DEADLINE), 0)

    def test_mgrctl_says_how_much_is_missing(self):
        done = self.mgrctl("output", str(self.start("much")))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("not kept …)".encode(), done.stderr)
        self.assertTrue(done.stdout.endswith(b"end\n"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
