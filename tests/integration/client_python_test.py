"""mgr.py against daemons that answer, refuse, vanish and lie."""

import io
import os
import sys
import tempfile
import threading
import time
import unittest
from contextlib import redirect_stderr, redirect_stdout
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "client", "python")]

import mgr  # noqa: E402
from client_fake_server import FakeServer, line, more, refusal, success  # noqa: E402

os.environ["MGR_KEY"] = ""  # nothing is signed: client_python_signed_test.py


def echo(fields):
    return success(fields["action"], fields)


class SendRequest(unittest.TestCase):
    def test_has_the_shape_of_the_originals_client(self):
        with FakeServer(echo) as server:
            with mock.patch.dict(os.environ, MGR_SOCKET=server.path):
                reply = mgr.send_request("SCAN_MODULE", {"action": "start", "task_ids": "1"})
            self.assertEqual(server.blocks, [b"module:SCAN_MODULE\naction:start\ntask_ids:1\n\n"])
        self.assertTrue(reply["success"])
        self.assertEqual(reply["msg"], "start ok")

    def test_passes_the_originals_signature_through(self):
        with FakeServer(echo) as server:
            mgr.send_request("scan", {"action": "list", "signature": "x"}, socket_path=server.path)
            self.assertIn(b"\nsignature:x\n", server.blocks[0])

    def test_returns_refusals(self):
        with FakeServer(lambda _: refusal(4, "denied", "no", audit=7)) as server:
            reply = mgr.send_request("scan", {"action": "start"}, socket_path=server.path)
        self.assertEqual((reply["msg"]["err_code"], reply["audit"]), (4, 7))

    def test_nobody_there_is_unavailable(self):
        reply = mgr.send_request("mgr", {"action": "ping"}, socket_path="/nonexistent/mgr.sock")
        self.assertEqual(reply["msg"], {"err_code": 8})
        self.assertFalse(reply["success"])

    def test_a_lost_answer_is_not_called_unavailable(self):
        with FakeServer(lambda _: None) as server:
            reply = mgr.send_request("mgr", {"action": "ping"}, socket_path=server.path)
        self.assertEqual(reply["msg"], {"err_code": 13})
        self.assertIn("may have been carried out", reply["detail"])

    def test_works_over_tcp(self):
        with FakeServer(echo, tcp=True) as server:
            reply = mgr.send_request("mgr", {"action": "ping"}, "127.0.0.1", server.port)
        self.assertTrue(reply["success"])

    def test_finds_the_socket_below_a_root(self):
        with FakeServer(echo) as server:
            with mock.patch.dict(os.environ, MGR_SOCKET="/nonexistent"):
                reply = mgr.send_request("mgr", {"action": "ping"}, root=server.root + "/")
        self.assertTrue(reply["success"])


class Grammar(unittest.TestCase):
    def refuses(self, fields, error=ValueError):
        with self.assertRaises(error):
            mgr.build_block("scan", "start", fields)

    def test_refuses_line_breaks_and_control_characters_in_values(self):
        for text in ["1\n\nmodule:shutdown", "1\r", "\t", "\x00", "\x1b[m", "\x7f", "\x9b"]:
            self.refuses({"task_ids": text})
            with self.assertRaises(ValueError):
                mgr.build_block(text, "start", {})
            with self.assertRaises(ValueError):
                mgr.build_block("scan", text, {})

    def test_refuses_what_is_no_name(self):
        for name in ["", "1a", "a b", "a\n", "a:b", "\u212aelvin", "a" * 33, "\u0131d", 7]:
            self.refuses({name: "1"})

    def test_refuses_names_that_fold_to_the_same(self):
        self.refuses({"Task_IDs": "1", "task_ids": "2"})
        self.refuses({"MODULE": "shutdown"})
        self.refuses({"Action": "stop"})

    def test_refuses_the_line_that_opens_a_connection(self):
        self.refuses({"mgr": "keep-alive"})

    def test_refuses_other_types_and_unpaired_surrogates(self):
        self.refuses({"a": None}, TypeError)
        self.refuses({"a": 1.5}, TypeError)
        self.refuses({"a": b"x"}, TypeError)
        self.refuses({"a": "\ud800"})

    def test_refuses_what_is_over_a_limit(self):
        self.refuses({"a": "x" * 4097})
        self.refuses({"a": "\u00e9" * 2049})
        self.refuses({"a%d" % i: "" for i in range(63)})
        self.refuses({"a%d" % i: "x" * 4096 for i in range(4)})
        mgr.build_block("scan", "start", {"a%d" % i: "" for i in range(62)})

    def test_writes_numbers_truths_and_lists(self):
        block = mgr.build_block("scan", "start", {"A": 1, "b": True, "c": [1, "x", False]})
        self.assertEqual(block, b"module:scan\naction:start\na:1\nb:yes\nc:1,x,no\n\n")
        self.refuses({"c": ["1,2"]})


class Request(unittest.TestCase):
    def test_raises_by_code(self):
        expected = {1: mgr.UnknownAction, 2: mgr.Failed, 3: mgr.Unauthenticated, 4: mgr.Denied,
                    5: mgr.Malformed, 6: mgr.InvalidArgument, 7: mgr.Busy, 8: mgr.Unavailable,
                    9: mgr.Stale, 10: mgr.TooLarge, 11: mgr.Conflict, 12: mgr.NotFound,
                    13: mgr.Timeout, 99: mgr.Failed}
        with FakeServer(lambda f: refusal(int(f["n"]), "word", "why", audit=5)) as server:
            for code, error in expected.items():
                with self.assertRaises(error) as raised:
                    mgr.Client(server.path).request("scan", "start", n=code)
                self.assertIs(type(raised.exception), error)
                self.assertEqual((raised.exception.code, raised.exception.audit), (code, 5))

    def test_sends_whom_it_is_for(self):
        with FakeServer(echo) as server:
            mgr.Client(server.path).request("scan", "start", on_behalf_of="alice", task_ids=[1, 2])
            self.assertEqual(server.blocks, [b"module:scan\naction:start\ntask_ids:1,2\n"
                                             b"mgr-on-behalf-of:alice\n\n"])

    def test_what_is_no_reply_is_no_answer(self):
        deep = b"[" * 100000
        for bad in [b"\n", b"{}\n", b"[]\n", b"\xff\n", b'{"success":1}\n', b'{"success":false}\n',
                    b'{"success":false,"msg":{"err_code":true}}\n', deep + b"\n"]:
            with FakeServer(lambda _, bad=bad: bad) as server:
                with self.assertRaises(mgr.NoAnswer):
                    mgr.Client(server.path).request("mgr", "ping")

    def test_a_line_without_end_is_refused(self):
        with FakeServer(lambda _: b" " * ((4 << 20) + 1) + b"\n") as server:
            with self.assertRaises(mgr.NoAnswer):
                mgr.Client(server.path).request("mgr", "ping")

    def test_the_deadline_is_for_all(self):
        def dawdle(_):
            time.sleep(1)
            return success("ping")
        with FakeServer(dawdle) as server:
            begin = time.monotonic()
            with self.assertRaises(mgr.NoAnswer):
                mgr.Client(server.path, timeout=0.2).request("mgr", "ping")
            self.assertLess(time.monotonic() - begin, 0.8)

    def test_reads_a_refusal_that_came_before_the_request_was_read(self):
        with FakeServer(lambda _: refusal(7, "busy"), hang_up_first=True) as server:
            for _ in range(20):
                with self.assertRaises(mgr.Busy):
                    mgr.Client(server.path).request("scan", "start", a="x" * 4096)

    def test_a_timeout_is_a_time(self):
        for timeout in [0, -1, float("nan"), float("inf")]:
            with self.assertRaises(ValueError):
                mgr.Client(timeout=timeout)


class Declared(unittest.TestCase):
    """What an action of modules.d may want, and how it answers."""

    def test_call_gives_the_data(self):
        printed = {"exit": 0, "stdout": "flushed\n", "stderr": ""}
        with FakeServer(lambda _: success("flush", printed)) as server:
            with mock.patch.dict(os.environ, MGR_SOCKET=server.path):
                self.assertEqual(mgr.call("dns", "flush", zone="example.org", port=53), printed)
            self.assertEqual(server.blocks,
                             [b"module:dns\naction:flush\nzone:example.org\nport:53\n\n"])
        for reply in [success("flush"), line({"success": True, "msg": "x", "data": [1]})]:
            with FakeServer(lambda _, reply=reply: reply) as server:
                self.assertEqual(mgr.Client(server.path).call("dns", "flush"), {})

    def test_what_a_failed_command_printed_is_in_the_error(self):
        with FakeServer(lambda _: refusal(2, "failed", data={"exit": 3})) as server:
            with self.assertRaises(mgr.Failed) as raised:
                mgr.Client(server.path).call("dns", "flush")
        self.assertEqual(raised.exception.data, {"exit": 3})
        self.assertEqual(mgr.NoAnswer("x").data, {})

    def test_bodies_are_sent_byte_for_byte(self):
        body = bytes(range(256)) + b"\n\nmodule:shutdown\n\n"
        with FakeServer(echo) as server:
            for given in [body, bytearray(body), memoryview(body)]:
                mgr.Client(server.path).request("cert", "put", body=given, name="web")
            mgr.send_request("cert", {"action": "put"}, socket_path=server.path, body=b"")
            self.assertEqual(server.blocks[0],
                             b"module:cert\naction:put\nname:web\nmgr-body:275\n\n")
            self.assertEqual(server.bodies, [body] * 3 + [b""])

    def test_bodies_may_be_pipelined(self):
        with FakeServer(echo) as server:
            with mgr.Client(server.path, timeout=20) as client:
                client.pipeline([("cert", "put", {"n": n}, None, True, b"x" * (1 << 20))
                                 for n in range(3)])
            self.assertEqual([len(body) for body in server.bodies], [1 << 20] * 3)
            self.assertEqual(server.connections, 1)

    def test_confirms_only_where_told_to(self):
        with FakeServer(echo) as server:
            client = mgr.Client(server.path)
            client.request("dns", "wipe", confirm=True)
            client.request("dns", "wipe", confirm=False)
            client.request("dns", "wipe", **{"Confirm": "x", "Body": "y"})
            list(client.stream("dns", "wipe", confirm=True))
            list(mgr.stream("dns", {"action": "wipe"}, socket_path=server.path, confirm=True))
            mgr.send_request("dns", {"action": "wipe"}, socket_path=server.path, confirm=True)
            confirmed = b"module:dns\naction:wipe\nmgr-confirm:yes\n\n"
            self.assertEqual(server.blocks, [
                confirmed, b"module:dns\naction:wipe\n\n",
                b"module:dns\naction:wipe\nconfirm:x\nbody:y\n\n"] + [confirmed] * 3)

    def test_refuses_what_is_no_body_and_no_confirmation(self):
        client = mgr.Client("/nonexistent/mgr.sock")
        for error, given in [(TypeError, {"body": "text"}), (TypeError, {"body": 7}),
                             (TypeError, {"confirm": "yes"}), (TypeError, {"confirm": None}),
                             (ValueError, {"body": b"x" * ((1 << 20) + 1)}),
                             (ValueError, {"mgr-body": 7}), (ValueError, {"MGR-Body": "7"})]:
            with self.assertRaises(error):
                client.request("cert", "put", **given)


class Again(unittest.TestCase):
    """A request with a request_id is sent again where that can help, and no other is."""

    BLOCK = b"module:scan\naction:start\ntask_ids:1\nmgr-request-id:r1\n\n"
    AWAY = refusal(13, "timeout", "the helper went away; the request may have been carried out")

    def setUp(self):
        patched = mock.patch.object(mgr, "RETRY_PAUSES", (0, 0, 0, 0))
        patched.start()
        self.addCleanup(patched.stop)

    def answers(self, *replies):
        left = list(replies)
        return FakeServer(lambda fields: left.pop(0) if left else echo(fields))

    def ask(self, server, **more):
        return mgr.Client(server.path, **more).request("scan", "start", task_ids=1, request_id="r1")

    def test_a_lost_answer_is_asked_for_again(self):
        for first in (None, b"", self.AWAY, refusal(8, "unavailable")):
            with self.answers(first, first) as server:
                self.assertTrue(self.ask(server)["success"])
                self.assertEqual(server.blocks, [self.BLOCK] * 3, first)

    def test_send_request_and_a_kept_connection_do_so_too(self):
        with self.answers(None) as server:
            reply = mgr.send_request("scan", {"action": "start", "task_ids": "1"}, socket_path=server.path,
                                     request_id="r1", wait=True)
            self.assertTrue(reply["success"])
            self.assertEqual(len(server.blocks), 2)
        with self.answers(None) as server, mgr.Client(server.path) as client:
            client.call("scan", "start", request_id="r1", task_ids=1)
            self.assertEqual(len(server.blocks), 2)

    def test_it_is_asked_five_times_at_most(self):
        with FakeServer(lambda _: None) as server:
            with self.assertRaises(mgr.NoAnswer):
                self.ask(server, timeout=None)
            self.assertEqual(len(server.blocks), 5)
            reply = mgr.send_request("scan", {"action": "start"}, socket_path=server.path, request_id="r2")
            self.assertEqual(reply["msg"], {"err_code": 13})
        with FakeServer(lambda _: refusal(8, "unavailable")) as server:
            with self.assertRaises(mgr.Unavailable):
                self.ask(server)
            self.assertEqual(len(server.blocks), 5)

    def test_it_stops_at_the_timeout(self):
        with mock.patch.object(mgr, "RETRY_PAUSES", (3600,)):
            with FakeServer(lambda _: None) as server:
                with self.assertRaises(mgr.NoAnswer):
                    self.ask(server, timeout=30)
                self.assertEqual(len(server.blocks), 1)
            with FakeServer(lambda _: self.AWAY) as server:
                reply = mgr.send_request("scan", {"action": "start"}, socket_path=server.path, request_id="r")
                self.assertEqual((reply["msg"], len(server.blocks)), ({"err_code": 13}, 1))

    def test_nobody_there_is_asked_again(self):
        with mock.patch.object(mgr._Connection, "__init__",
                               side_effect=mgr.Unavailable("unavailable", "", 8)) as connect:
            with self.assertRaises(mgr.Unavailable):
                mgr.call("scan", "start", request_id="r1")
        self.assertEqual(connect.call_count, 5)

    def test_what_asking_again_would_not_change_is_not_asked_again(self):
        for reply in (refusal(4, "denied"), refusal(11, "conflict"), refusal(7, "busy"),
                      refusal(13, "timeout", "the limit has passed"), b"no JSON\n"):
            with self.answers(reply) as server:
                with self.assertRaises(mgr.MgrError):
                    self.ask(server)
                self.assertEqual(len(server.blocks), 1, reply)

    def test_without_an_id_nothing_is_sent_twice(self):
        for reply in (None, self.AWAY, refusal(8, "unavailable")):
            with self.answers(reply) as server:
                with self.assertRaises(mgr.MgrError):
                    mgr.Client(server.path).request("scan", "start", task_ids=1)
                self.assertEqual(len(server.blocks), 1)

    def test_an_id_outside_its_grammar_is_refused_before_a_byte(self):
        with FakeServer(echo) as server:
            for bad in ("", "a b", "x" * 65, "a\nb:c", "r\n", "\u00fc", 7, b"r"):
                with self.assertRaises(ValueError):
                    mgr.Client(server.path).request("scan", "start", request_id=bad)
            self.assertEqual(server.connections, 0)


class Stream(unittest.TestCase):
    def test_hands_over_each_line_as_it_comes(self):
        goes_on = threading.Event()

        def answer(_):
            first = more("follow", {"n": 1})
            yield first[:5]
            yield first[5:]
            goes_on.wait(20)
            yield more("follow", {"n": 2}) + success("follow", {"n": 3}) + b"unasked\n"
        with FakeServer(answer) as server:
            lines = mgr.stream("job", {"action": "follow", "id": 7}, socket_path=server.path)
            self.assertEqual(next(lines)["data"], {"n": 1})
            goes_on.set()
            self.assertEqual([reply["data"]["n"] for reply in lines], [2, 3])
            self.assertEqual(server.blocks, [b"module:job\naction:follow\nid:7\n\n"])

    def test_has_no_limit_between_lines(self):
        with FakeServer(lambda _: [more("watch", {}), success("watch")]) as server:
            lines = mgr.Client(server.path).stream("job", "watch")
            with mock.patch.object(mgr.time, "monotonic", lambda: float("inf")):
                self.assertEqual(len(list(lines)), 2)

    def test_raises_refusals_and_broken_streams(self):
        for rest, error in [(refusal(12, "not_found"), mgr.NotFound), (b"", mgr.NoAnswer),
                            (b"garbage\n", mgr.NoAnswer), (b'{"succ', mgr.NoAnswer),
                            (b" " * ((4 << 20) + 1) + b"\n", mgr.NoAnswer)]:
            pieces = [more("follow", {}), rest]
            with FakeServer(lambda _, pieces=pieces: pieces) as server:
                lines = mgr.Client(server.path).stream("job", "follow", "alice", id=7)
                next(lines)
                with self.assertRaises(error):
                    next(lines)
                self.assertIn(b"mgr-on-behalf-of:alice\n", server.blocks[0])
        with self.assertRaises(mgr.Unavailable):
            mgr.stream("job", {"action": "watch"}, socket_path="/nonexistent/mgr.sock")
        with self.assertRaises(ValueError):
            mgr.stream("job", {"action": "watch", "id": "\n"}, socket_path="/nonexistent/mgr.sock")

    def test_closing_it_closes_the_connection(self):
        gone = threading.Event()

        def answer(_):
            try:
                while True:
                    yield more("watch", {"x": "y" * 4096})
            finally:
                gone.set()
        with FakeServer(answer) as server:
            lines = mgr.Client(server.path).stream("job", "watch")
            next(lines)
            lines.close()
            self.assertTrue(gone.wait(20))

    def test_wait_asks_for_the_end(self):
        with FakeServer(echo) as server:
            with mock.patch.object(mgr, "DEFAULT_TIMEOUT", "not used"):
                reply = mgr.send_request("scan", {"action": "start"}, socket_path=server.path,
                                         wait=True)
            self.assertTrue(reply["success"])
            self.assertEqual(server.blocks, [b"module:scan\naction:start\nmgr-wait:yes\n\n"])

    def test_a_wait_has_the_limit_that_is_given(self):
        silent = threading.Event()

        def answer(_):
            silent.wait(20)
            return success("start")
        with FakeServer(answer) as server:
            reply = mgr.send_request("scan", {"action": "start"}, socket_path=server.path,
                                     timeout=0.3, wait=True)
            silent.set()
        self.assertEqual(reply["msg"], {"err_code": 13})


class KeepAlive(unittest.TestCase):
    def test_one_connection_serves_many_requests(self):
        with FakeServer(echo) as server:
            with mgr.Client(server.path) as client:
                for i in range(3):
                    reply = client.request("mgr", "ping", n=i)
                    self.assertEqual(reply["data"]["n"], str(i))
            self.assertEqual(server.connections, 1)
            self.assertTrue(server.blocks[0].startswith(b"mgr:keep-alive\nmodule:mgr\n"))
            self.assertTrue(server.blocks[1].startswith(b"module:mgr\n"))

    def test_a_pipeline_gives_replies_in_order(self):
        def answer(fields):
            return refusal(4, "denied") if fields["n"] == "7" else echo(fields)
        with FakeServer(answer) as server:
            with mgr.Client(server.path) as client:
                replies = client.pipeline(("mgr", "ping", {"n": i}) for i in range(100))
            self.assertEqual(server.connections, 1)
        self.assertFalse(replies.pop(7)["success"])
        self.assertEqual([int(reply["data"]["n"]) for reply in replies],
                         [i for i in range(100) if i != 7])

    def test_a_pipeline_of_large_requests_and_replies_does_not_lock_up(self):
        with FakeServer(lambda _: success("x", {"t": "y" * 200000})) as server:
            with mgr.Client(server.path, timeout=20) as client:
                fields = {"a": "x" * 4096, "b": "x" * 4096, "c": "x" * 4096}
                replies = client.pipeline([("m", "x", fields)] * 50)
        self.assertEqual(len(replies), 50)

    def test_a_lost_pipeline_keeps_the_replies_that_came(self):
        with FakeServer(lambda f: None if f["n"] == "2" else echo(f)) as server:
            with mgr.Client(server.path) as client:
                with self.assertRaises(mgr.NoAnswer) as raised:
                    client.pipeline(("mgr", "ping", {"n": i}) for i in range(5))
        self.assertEqual(len(raised.exception.replies), 2)

    def test_opens_anew_when_the_daemon_has_closed(self):
        with FakeServer(lambda f: line({"success": True}) + b"unasked\n") as server:
            with mgr.Client(server.path) as client:
                client.request("mgr", "ping")
                client.request("mgr", "ping")
            self.assertEqual(server.connections, 2)

    def test_a_stream_is_no_answer_to_what_wants_one_line(self):
        def answer(fields):
            if fields["action"] == "ping":
                return echo(fields)
            return more("follow", {"n": 1}) + success("follow", {"n": 2})
        with FakeServer(answer) as server:
            with mgr.Client(server.path) as client:
                for ask in (client.call, client.request):
                    with self.assertRaisesRegex(mgr.NoAnswer, r"a stream: use stream\(\)"):
                        ask("job", "follow", id=7)
                    self.assertEqual(client.call("mgr", "ping", n=3)["n"], "3")  # its own answer
                with self.assertRaises(mgr.NoAnswer) as raised:
                    client.pipeline([("mgr", "ping", {}), ("job", "follow", {}), ("mgr", "ping", {})])
                self.assertEqual([reply["msg"] for reply in raised.exception.replies], ["ping ok"])
            with self.assertRaises(mgr.NoAnswer):
                mgr.Client(server.path).call("job", "follow", id=7)
            reply = mgr.send_request("job", {"action": "follow"}, socket_path=server.path)
            self.assertEqual((reply["success"], reply["msg"]), (False, {"err_code": 13}))
            self.assertIn("use stream()", reply["detail"])

    def test_a_refused_request_sends_nothing(self):
        with FakeServer(echo) as server:
            with mgr.Client(server.path) as client:
                with self.assertRaises(ValueError):
                    client.pipeline([("mgr", "ping", {}), ("mgr", "ping", {"a": "\n"})])
            self.assertEqual(server.connections, 0)

    def test_a_pipeline_wants_a_kept_connection(self):
        with self.assertRaises(RuntimeError):
            mgr.Client("/nonexistent").pipeline([])


class CommandLine(unittest.TestCase):
    def run_main(self, *words):
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = mgr.main(list(words))
        return code, out.getvalue(), err.getvalue()

    def test_prints_the_reply(self):
        with FakeServer(echo) as server:
            code, out, _ = self.run_main("--root", server.root, "scan", "start", "task_ids=1,2",
                                         "module_=x", "self=y")
            self.assertEqual(code, 0)
            self.assertIn('"task_ids": "1,2"', out)

    def test_prints_each_line_of_a_stream(self):
        pieces = [more("follow", {"n": 1}), success("follow", {"n": 2})]
        with FakeServer(lambda _: pieces) as server:
            code, out, _ = self.run_main("--socket", server.path, "job", "follow", "id=7")
        self.assertEqual((code, out.count("\n")), (0, 2))

    def test_exit_codes_are_mgrctls(self):
        expected = {1: 2, 2: 1, 3: 126, 4: 126, 5: 2, 6: 2, 7: 127, 8: 127, 9: 126, 10: 2, 11: 1,
                    12: 1, 13: 1}
        with FakeServer(lambda f: refusal(int(f["n"]), "word", "\x1b[m\u009b")) as server:
            for code, exit_code in expected.items():
                got, out, err = self.run_main("--socket", server.path, "m", "a", "n=%d" % code)
                self.assertEqual(got, exit_code)
                self.assertTrue((out + err).isascii() if hasattr(out, "isascii") else True)
                self.assertNotIn("\x1b", out + err)

    def test_sends_a_body_and_confirms(self):
        with FakeServer(echo) as server, tempfile.NamedTemporaryFile() as given:
            given.write(b"pem")
            given.flush()
            words = ["--socket", server.path, "--yes", "--body", given.name, "cert", "put"]
            self.assertEqual(self.run_main(*words)[0], 0)
            self.assertEqual(server.bodies, [b"pem"])
            self.assertIn(b"mgr-confirm:yes\n", server.blocks[0])
            for path in ["/nonexistent", "/", "/dev/zero"]:
                words[4] = path
                self.assertEqual(self.run_main(*words)[0], 2)
            self.assertEqual(len(server.blocks), 1)

    def test_tells_misuse_and_absence_apart(self):
        self.assertEqual(self.run_main("--socket", "/nonexistent", "m", "a")[0], 127)
        for word in ["noname", "a=\n", "1=2", "module=x"]:
            self.assertEqual(self.run_main("--socket", "/nonexistent", "m", "a", word)[0], 2, word)
        self.assertEqual(self.run_main("--socket", "/x", "m", "a", "b=1", "b=2")[0], 2)


if __name__ == "__main__":
    unittest.main()
