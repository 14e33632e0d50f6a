"""What mgr.py has for jobs, and where it asks: waits, lines of output, MGR_HOST, and the command line for them."""
import base64
import io
import json
import os
import sys
import unittest
from contextlib import redirect_stderr, redirect_stdout
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "client", "python")]

import mgr  # noqa: E402
from client_fake_server import FakeServer, more, refusal, success  # noqa: E402

ENDED = success("follow", {"jobs": [{"id": 7, "state": "succeeded", "ended": "T9"}]})


def echo(fields):
    return success(fields["action"], fields)


def record(stream, printed, position, time="T"):
    said = {"time": time, "stream": stream, "position": position}
    try:
        said["text"] = printed.decode()
    except UnicodeDecodeError:
        said["base64"] = base64.b64encode(printed).decode()
    return said


def printed(*records, **beside):
    return more("follow", dict(beside, skipped=beside.get("skipped", 0), records=list(records)))


class Waits(unittest.TestCase):
    def test_every_way_of_asking_waits_and_says_for_whom(self):
        with FakeServer(echo) as server:
            own = {"on_behalf_of": "zo\u00eb", "wait": True, "dry_run": True}
            client = mgr.Client(server.path)
            client.request("m", "a", **own)
            client.call("m", "a", **own)
            mgr.send_request("m", {"action": "a"}, socket_path=server.path, **own)
            with client:
                client.pipeline([("m", "a", {}, "zo\u00eb", False, None, None, True, True)])
            list(mgr.stream("m", {"action": "a"}, socket_path=server.path, on_behalf_of="zo\u00eb"))
            expected = {"module": "m", "action": "a", "mgr-on-behalf-of": "zo\u00eb", "mgr-dry-run": "yes", "mgr-wait": "yes"}
            sent = [dict(text.split(":", 1) for text in block.decode().splitlines() if text) for block in server.blocks]
            for fields in sent[:4]:
                fields.pop("mgr", None)
                self.assertEqual(fields, expected)
            self.assertEqual(sent[4], {"module": "m", "action": "a", "mgr-on-behalf-of": "zo\u00eb"})

    def test_a_wait_has_its_own_limit(self):
        client = mgr.Client("/nonexistent", timeout=5)
        with mock.patch.object(mgr.time, "monotonic", lambda: 100):
            for waits, deadline in (([False], 105), ([True], None), ([30], 130), ([2.5], 102.5), ([False, 30], 130), ([30, True], None)):
                requests = [mgr._Request(None, "m", "a", {}, wait=wait) for wait in waits]
                self.assertEqual(client._new_deadline(requests), deadline)
            self.assertIsNone(mgr.Client("/nonexistent", timeout=None)._new_deadline([mgr._Request(None, "m", "a", {})]))
        for wrong in (0, -1, float("nan"), 86401):
            with self.assertRaises(ValueError):
                client.request("m", "a", wait=wrong)
        for wrong in ({"wait": "yes"}, {"wait": None}, {"dry_run": "yes"}):
            with self.assertRaises(TypeError):
                client.request("m", "a", **wrong)

    def test_jobs_are_waited_for_by_their_ids(self):
        jobs = [{"id": 7, "state": "succeeded"}, {"id": 8, "state": "failed"}]
        with FakeServer(lambda _: success("wait", {"jobs": jobs})) as server, mock.patch.dict(os.environ, MGR_SOCKET=server.path):
            self.assertEqual(mgr.wait([7, 8]), jobs)
            self.assertEqual(mgr.wait(7, on_behalf_of="alice"), jobs)
            self.assertEqual(server.blocks, [b"module:job\naction:wait\nids:7,8\n\n",
                                             b"module:job\naction:wait\nids:7\nmgr-on-behalf-of:alice\n\n"])
        with FakeServer(lambda _: refusal(12, "not_found")) as server, self.assertRaises(mgr.NotFound):
            mgr.Client(server.path).wait([9])


class Lines(unittest.TestCase):
    def follow(self, *replies, **options):
        left = list(replies)
        self.asked = []

        def answer(fields):
            self.asked.append({name: fields[name] for name in fields if name not in ("module", "action", "id")})
            return left.pop(0)
        with FakeServer(answer) as server, mock.patch.object(mgr, "RETRY_PAUSES", (0, 0)):
            output = mgr.Client(server.path).follow(7, **options)
            return output, [(said.stream, said.text) for said in output]

    def test_pieces_are_put_together_by_stream(self):
        output, lines = self.follow([
            printed(record("stdout", b"one\ntw", 0), record("stderr", b"warn", 6), record("progress", b"50 half", 10)),
            printed(record("stdout", "o\nthr\u00e9".encode()[:-1], 17)), printed(record("stdout", "\u00e9".encode()[1:] + b"\n", 22)),
            printed(record("stdout", b"\xff\n\nlast", 24)), ENDED])
        self.assertEqual(lines, [("stdout", "one"), ("progress", "50 half"), ("stdout", "two"), ("stdout", "thr\u00e9"),
                                 ("stdout", "\\xff"), ("stdout", ""), ("stderr", "warn"), ("stdout", "last")])
        self.assertEqual((output.job["state"], output.skipped), ("succeeded", 0))

    def test_a_new_attempt_begins_anew(self):
        output, lines = self.follow([printed(record("stdout", b"half", 0), skipped=5),
                                     printed(record("stdout", b"whole\n", 0), restarted=True), ENDED], tail=3)
        self.assertEqual((lines, output.skipped, self.asked), ([("stdout", "whole")], 5, [{"tail": "3"}]))

    def test_it_goes_on_where_the_connection_was_lost(self):
        _, lines = self.follow([printed(record("stdout", b"one\ntw", 0))], refusal(8, "unavailable"),
                               [printed(record("stdout", b"o\n", 6)), ENDED])
        self.assertEqual(lines, [("stdout", "one"), ("stdout", "two")])
        self.assertEqual(self.asked, [{}, {"from": "6"}, {"from": "6"}])

    def test_it_does_not_go_on_for_ever(self):
        with self.assertRaises(mgr.NoAnswer):
            self.follow(b"", b"", b"")
        with self.assertRaises(mgr.NotFound):
            self.follow(refusal(12, "not_found"))
        self.assertEqual(len(self.asked), 1)
        output, lines = self.follow(success("follow"))
        self.assertEqual((output.job, lines), (None, []))

    def test_what_is_no_record_is_no_answer(self):
        for data in ({"records": 7}, {"records": [7]}, {"records": [{}]}, {"records": [dict(record("stdout", b"x", 0), position="x")]},
                     {"records": [dict(record("stdout", b"\xff", 0), base64="?")]}, {"records": [{"stream": "stdout", "text": 7}]},
                     {"jobs": []}, {"jobs": [7]}, {"skipped": "x"}):
            with self.assertRaises(mgr.NoAnswer) as raised:
                self.follow([more("follow", data), ENDED])
            self.assertFalse(raised.exception.lost)

    def test_there_are_three_streams_and_no_more(self):
        """What is begun is kept for each, and who lies may name them without end."""
        with self.assertRaises(mgr.NoAnswer):
            self.follow(*[[printed(record(f"stream {n}", b"begun", n)) for n in range(5)] + [ENDED]])

    def test_a_line_without_end_is_handed_on(self):
        _, lines = self.follow([printed(record("stdout", b"x" * (1 << 20), n << 20)) for n in range(3)] + [ENDED])
        self.assertEqual([len(text) for _, text in lines], [2 << 20, 1 << 20])

    def test_closing_it_closes_the_connection(self):
        with FakeServer(lambda _: [printed(record("stdout", b"one\ntwo\n", 0)), ENDED]) as server:
            output = mgr.Client(server.path).follow(7)
            self.assertEqual(next(output).text, "one")
            output.close()
            self.assertEqual(list(output), [])


class WhereItAsks(unittest.TestCase):
    def test_the_environment_says_as_mgrctl_has_it(self):
        with mock.patch.dict(os.environ, MGR_HOST="192.0.2.1:7000", MGR_SOCKET="/s"):
            for options, address in (({}, ("192.0.2.1", 7000)), ({"socket_path": "/x"}, "/x"), ({"root": "/r"}, "/r/run/mgr.sock"),
                                     ({"host": "other"}, ("other", 6667))):
                self.assertEqual(mgr.Client(**options)._address, address)
            for named, address in (("[2001:db8::1]:1", ("2001:db8::1", 1)), ("box.lan:65535", ("box.lan", 65535)), ("", "/s")):
                os.environ["MGR_HOST"] = named
                self.assertEqual(mgr.Client()._address, address)
            for wrong in ("box", "box:", ":1", "box:0", "box:65536", "box:01", "-x:1", "a:b:1", "[::1]", "box:1\n", "b x:1", "\u00e9:1"):
                os.environ["MGR_HOST"] = wrong
                with self.assertRaises(ValueError):
                    mgr.Client()

    def test_the_host_is_known_by_the_name_that_is_given(self):
        with mock.patch.dict(os.environ, MGR_HOST="Box.lan:7000"), mock.patch.object(mgr, "_find_signer") as find:
            mgr.Client()
            self.assertEqual(find.call_args[0][2], "Box.lan:7000")

    def test_it_is_asked_there(self):
        with FakeServer(echo, tcp=True) as server, mock.patch.dict(os.environ, MGR_HOST="127.0.0.1:%d" % server.port):
            self.assertEqual(mgr.call("m", "a", n=1)["n"], "1")


class CommandLine(unittest.TestCase):
    def test_has_words_for_it(self):
        out, err = io.StringIO(), io.StringIO()
        with FakeServer(echo) as server, redirect_stdout(out), redirect_stderr(err):
            self.assertEqual(mgr.main(["--socket", server.path, "--wait", "--dry-run", "--request-id", "r", "--on-behalf-of", "zo\u00eb", "m", "a"]), 0)
            self.assertEqual(mgr.main(["--socket", server.path, "--request-id", "r r", "m", "a"]), 2)
        self.assertEqual(json.loads(out.getvalue())["data"], {
            "module": "m", "action": "a", "mgr-on-behalf-of": "zo\u00eb", "mgr-dry-run": "yes", "mgr-wait": "yes", "mgr-request-id": "r"})


if __name__ == "__main__":
    unittest.main()
