"""mgr.php: streams, kept connections, pipelines, and requests that are asked again."""

import threading
import unittest

from client_fake_server import FakeServer, more, refusal, success
from client_php_support import PhpTestCase, ask, echo, run_php

AWAY = refusal(13, "timeout", "the helper went away; the request may have been carried out")


class Again(PhpTestCase):
    """A request with a requestId is sent again where that can help, and no other is."""

    BLOCK = b"module:scan\naction:start\ntask_ids:1\nmgr-request-id:r1\n\n"
    ASK = "$mgr->call('scan', 'start', ['task_ids' => 1], requestId: 'r1'%s)"

    @staticmethod
    def answers(*replies):
        left = list(replies)
        return FakeServer(lambda fields: left.pop(0) if left else echo(fields))

    def test_a_lost_answer_is_asked_for_again(self):
        for first in (None, b"", AWAY, refusal(8, "unavailable")):
            with self.answers(first, first) as server:
                self.assertEqual(ask(server, f"return {self.ASK % ''};")["task_ids"], "1")
                self.assertEqual(server.blocks, [self.BLOCK] * 3, first)

    def test_with_a_wait_and_on_a_kept_connection_too(self):
        for code in (self.ASK % ", wait: true", "(new Mgr\\Client(keepAlive: true))->call('m', 'a', requestId: 'r1')"):
            with self.answers(None) as server:
                self.assertIsInstance(ask(server, f"return {code};"), dict)
                self.assertEqual(len(server.blocks), 2)

    def test_it_is_asked_five_times_at_most(self):
        for reply, error in ((None, "NoAnswer"), (refusal(8, "unavailable"), "Unavailable")):
            with FakeServer(lambda _, reply=reply: reply) as server:
                told = ask(server, f"return raised(fn () => {self.ASK % ', timeout: INF'});")
                self.assertEqual((told["class"], len(server.blocks)), (f"Mgr\\{error}", 5))

    def test_it_stops_at_the_timeout(self):
        for reply, error in ((None, "NoAnswer"), (AWAY, "Timeout")):
            with FakeServer(lambda _, reply=reply: reply) as server:
                told = ask(server, f"return raised(fn () => {self.ASK % ', timeout: 0.09'});")  # the first pause is 0.1
                self.assertEqual((told["class"], len(server.blocks)), (f"Mgr\\{error}", 1))

    def test_nobody_there_is_asked_again(self):
        """The socket is there at the second try: a server that listens when the first has been lost."""
        with FakeServer(echo) as server:
            code = f"""
                $mgr = new Mgr\\Client('{server.root}/late');
                pcntl_async_signals(true);
                pcntl_signal(SIGALRM, fn () => symlink('{server.path}', '{server.root}/late'));
                pcntl_alarm(1);
                return $mgr->call('scan', 'start', ['task_ids' => 1], requestId: 'r1');"""
            self.assertEqual(run_php(code)["task_ids"], "1")
            self.assertEqual(server.blocks, [self.BLOCK])

    def test_what_asking_again_would_not_change_is_not_asked_again(self):
        for reply in (refusal(4, "denied"), refusal(11, "conflict"), refusal(7, "busy"),
                      refusal(13, "timeout", "the limit has passed"), b"no JSON\n"):
            with self.answers(reply) as server:
                self.assertIsNotNone(ask(server, f"return raised(fn () => {self.ASK % ''});"))
                self.assertEqual(len(server.blocks), 1, reply)

    def test_without_an_id_nothing_is_sent_twice(self):
        for reply in (None, AWAY, refusal(8, "unavailable")):
            with self.answers(reply) as server:
                self.assertIsNotNone(ask(server, "return raised(fn () => $mgr->call('scan', 'start', ['task_ids' => 1]));"))
                self.assertEqual(len(server.blocks), 1)


class Stream(PhpTestCase):
    def test_hands_over_each_line_as_it_comes(self):
        goes_on = threading.Event()

        def answer(fields):
            if fields["action"] == "go":
                goes_on.set()
                return success("go")
            return lines()

        def lines():
            first = more("follow", {"n": 1})
            yield first[:5]
            yield first[5:]
            goes_on.wait(20)
            yield more("follow", {"n": 2}) + success("follow", {"n": 3}) + b"unasked\n"
        with FakeServer(answer) as server:
            said = ask(server, "foreach ($mgr->follow(7, tail: 5, onBehalfOf: 'zoe') as $line) { $seen[] = $line->data['n']; "
                               "if ($line->data['n'] === 1) { $mgr->call('m', 'go'); } } return $seen;")
            self.assertEqual(said, [1, 2, 3])
            self.assertEqual(server.blocks[0], b"module:job\naction:follow\nid:7\ntail:5\nmgr-on-behalf-of:zoe\n\n")

    def test_is_sent_before_it_is_read_and_has_no_limit_between_lines(self):
        asked, over = threading.Event(), threading.Event()

        def answer(fields):
            if fields["action"] == "watch":
                asked.set()
                over.wait(20)
                return [more("watch", {}), success("watch")]
            self.assertTrue(asked.wait(20))
            over.set()
            return success("go")
        with FakeServer(answer) as server:
            self.assertEqual(ask(server, "$lines = $mgr->stream('job', 'watch', timeout: 0.5); $mgr->call('m', 'go'); "
                                         "usleep(600_000); return count(iterator_to_array($lines));"), 2)

    def test_has_a_heartbeat_where_that_is_wanted(self):
        beaten = threading.Event()

        def answer(fields):
            if fields["action"] == "beat":
                beaten.set()
                return success("beat")
            return lines()

        def lines():
            yield more("watch", {"n": 1})[:9]
            beaten.wait(20)
            yield more("watch", {"n": 1})[9:] + success("watch", {"n": 2})
        with FakeServer(answer) as server:
            said = ask(server, "$seen = []; foreach ($mgr->stream('job', 'watch', heartbeat: 0.05) as $line) { "
                               "if ($line === null && $seen === []) { $mgr->call('m', 'beat'); } "
                               "if ($line !== null) { $seen[] = $line->data['n']; } } return $seen;")
            self.assertEqual(said, [1, 2])
            self.assertTrue(beaten.is_set())

    def test_raises_refusals_and_broken_streams(self):
        for rest, error in ((refusal(12, "not_found"), "NotFound"), (b"", "NoAnswer"), (b"garbage\n", "NoAnswer"),
                            (b'{"succ', "NoAnswer"), (b" " * (2 << 20) + b"\n", "NoAnswer")):
            with FakeServer(lambda _, rest=rest: [more("follow", {"n": 1}), rest]) as server:
                said = ask(server, "$n = 0; $told = raised(function () use ($mgr, &$n) { "
                                   "foreach ($mgr->follow(7) as $line) { $n++; } }); return [$n, $told['class']];")
                self.assertEqual(said, [1, f"Mgr\\{error}"])
        self.raises("Mgr/Unavailable", "(new Mgr\\Client('/nonexistent'))->stream('job', 'watch');")
        self.raises("InvalidArgumentException", "(new Mgr\\Client('/nonexistent'))->stream('job', 'watch', ['a' => \"\\n\"]);")

    def test_leaving_it_closes_the_connection(self):
        for leave in ("foreach ($lines as $line) { break; } unset($lines);", "unset($lines);",
                      "$lines->current(); $lines = null;"):
            gone = threading.Event()

            def answer(fields, gone=gone):
                if fields["action"] == "gone":
                    return success("gone", {"gone": gone.wait(20)})
                return endless(gone)

            def endless(gone):
                try:
                    while True:
                        yield more("watch", {"x": "y" * 4096})
                finally:
                    gone.set()
            with FakeServer(answer) as server:
                said = ask(server, f"$lines = $mgr->stream('job', 'watch'); {leave} return $mgr->call('m', 'gone');")
                self.assertEqual(said, {"gone": True})

    def test_wait_asks_for_jobs_by_their_ids(self):
        jobs = [{"id": 7, "state": "succeeded"}]
        with FakeServer(lambda _: success("wait", {"jobs": jobs})) as server:
            self.assertEqual(ask(server, "return $mgr->wait(7, 'zoe');"), jobs)
            self.assertEqual(ask(server, "return $mgr->wait([7, 8], timeout: 20);"), jobs)
            self.assertEqual(server.blocks, [b"module:job\naction:wait\nids:7\nmgr-on-behalf-of:zoe\n\n",
                                             b"module:job\naction:wait\nids:7,8\n\n"])


class KeepAlive(PhpTestCase):
    KEEP = "$mgr = new Mgr\\Client(keepAlive: true); "

    def test_one_connection_serves_many_requests(self):
        with FakeServer(echo) as server:
            said = ask(server, self.KEEP + "foreach ([1, 2, 3] as $n) { $all[] = $mgr->call('m', 'a', ['n' => $n])['n']; } "
                                           "return $all;")
            self.assertEqual((said, server.connections), (["1", "2", "3"], 1))
            self.assertEqual([block.startswith(b"mgr:keep-alive\n") for block in server.blocks], [True, False, False])

    def test_one_each_without(self):
        with FakeServer(echo) as server:
            ask(server, "$mgr->call('m', 'a'); return $mgr->call('m', 'a');")
            self.assertEqual((server.connections, server.blocks), (2, [b"module:m\naction:a\n\n"] * 2))

    def test_opens_anew_when_the_daemon_has_closed_or_spoken_unasked(self):

        def answer(fields):
            if fields["action"] == "unasked":
                return success("unasked") + b"unasked\n"
            return None if fields["action"] == "end" else echo(fields)
        with FakeServer(answer) as server:
            said = ask(server, self.KEEP + "$mgr->call('m', 'unasked'); $mgr->call('m', 'b'); "
                               "raised(fn () => $mgr->call('m', 'end')); return $mgr->call('m', 'c')['action'];")
            self.assertEqual((said, server.connections), ("c", 3))

    def test_a_connection_that_the_daemon_ends_behind_a_refusal_is_not_kept(self):
        for refused, given in ((refusal(5, "malformed"), ""), (refusal(10, "too_large"), ""),
                               (refusal(4, "denied"), ", body: 'x'")):
            with FakeServer(lambda f, refused=refused: refused if f["action"] == "no" else echo(f)) as server:
                said = ask(server, f"{self.KEEP} raised(fn () => $mgr->call('m', 'no'{given})); "
                                   "return $mgr->call('m', 'b')['action'];")
                self.assertEqual((said, server.connections), ("b", 2))
        with FakeServer(lambda f: refusal(4, "denied") if f["action"] == "no" else echo(f)) as server:
            ask(server, self.KEEP + "raised(fn () => $mgr->call('m', 'no')); return $mgr->call('m', 'b');")
            self.assertEqual(server.connections, 1)

    def test_close_ends_it(self):
        with FakeServer(echo) as server:
            ask(server, self.KEEP + "$mgr->call('m', 'a'); $mgr->close(); $mgr->close(); return $mgr->call('m', 'b');")
            self.assertEqual(server.connections, 2)


class Pipeline(PhpTestCase):
    MANY = "array_map(fn ($n) => new Mgr\\Request('m', 'a', ['n' => $n]), range(0, %d))"

    def test_gives_the_replies_in_order(self):
        with FakeServer(lambda f: refusal(4, "denied") if f["n"] == "7" else echo(f)) as server:
            said = ask(server, f"return array_map(fn ($r) => $r->success ? $r->data['n'] : $r->error, "
                               f"$mgr->pipeline({self.MANY % 99}));")
            self.assertEqual(server.connections, 1)
        self.assertEqual(said, [str(n) if n != 7 else "denied" for n in range(100)])

    def test_large_requests_and_replies_do_not_lock_up(self):
        with FakeServer(lambda _: success("x", {"t": "y" * 200000})) as server:
            said = ask(server, "$large = new Mgr\\Request('m', 'x', array_fill_keys(['a', 'b', 'c'], str_repeat('x', 4096)));"
                               "return count($mgr->pipeline(array_fill(0, 50, $large), timeout: 50));")
        self.assertEqual(said, 50)

    def test_bodies_keep_their_place(self):
        with FakeServer(echo) as server:
            ask(server, "return count($mgr->pipeline(array_map("
                        "fn ($n) => new Mgr\\Request('m', 'a', body: str_repeat(\"$n\", 1 << 20)), [1, 2, 3])));")
            self.assertEqual(server.bodies, [n * (1 << 20) for n in (b"1", b"2", b"3")])

    def test_a_lost_one_keeps_the_replies_that_came(self):
        with FakeServer(lambda f: None if f["n"] == "40" else echo(f)) as server:
            told = ask(server, f"return raised(fn () => $mgr->pipeline({self.MANY % 99}));")
        self.assertEqual([reply["data"]["n"] for reply in told["replies"]], [str(n) for n in range(40)])

    def test_a_wrong_one_keeps_all_from_being_sent(self):
        with FakeServer(echo) as server:
            told = ask(server, "return raised(fn () => $mgr->pipeline((function () { yield new Mgr\\Request('m', 'a'); "
                               "yield new Mgr\\Request('m', 'a', ['x' => \"\\n\"]); })()));")
            self.assertEqual((told["class"], server.connections), ("InvalidArgumentException", 0))
        self.assertEqual(ask(server, "return $mgr->pipeline([]);"), [])


if __name__ == "__main__":
    unittest.main()
