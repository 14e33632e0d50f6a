"""mgr.php against daemons that lie, vanish, and never answer."""

import contextlib
import socket
import tempfile
import threading
import unittest

from client_fake_server import FakeServer, more, refusal, success
from client_php_support import PhpTestCase, ask, echo, run_php


class Lies(PhpTestCase):
    def no_answer(self, answer, lost=None):
        with FakeServer(answer) as server:
            told = ask(server, "return raised(fn () => $mgr->call('mgr', 'ping'));")
        self.assertEqual(told["class"], "Mgr\\NoAnswer", told)
        self.assertIn("may have been carried out", told["message"])
        if lost is not None:
            self.assertEqual(told["lost"], lost)
        return told

    def test_what_is_no_reply_is_no_answer(self):
        for bad in (b"\n", b"{}\n", b"[]\n", b"null\n", b"\xff\n", b'{"success":1}\n', b'{"success":false}\n',
                    b'{"success":false,"msg":{"err_code":true}}\n', b'{"success":false,"msg":{"err_code":4.5}}\n',
                    b'{"success":false,"msg":[4]}\n', b'{"success":true,"msg":"\xff"}\n', b"[" * 100000 + b"\n",
                    b'{"success":true,"data":' + b'{"a":' * 600 + b"1" + b"}" * 601 + b"\n"):
            self.no_answer(lambda _, bad=bad: bad, lost=False)

    def test_what_has_odd_members_is_a_reply_all_the_same(self):
        for odd in (b'{"success":true}', b'{"success":true,"msg":[1],"data":[1],"more":1,"audit":"x"}',
                    b'{"success":true,"msg":{},"data":"x","more":"yes"}'):
            with FakeServer(lambda _, odd=odd: odd + b"\n") as server:
                self.assertEqual(ask(server, "return $mgr->call('m', 'a');"), [])
        odd = b'{"success":false,"msg":{"err_code":4},"error":[1],"detail":{},"audit":1.5}\n'
        with FakeServer(lambda _: odd) as server:
            told = ask(server, "return raised(fn () => $mgr->call('m', 'a'));")
        self.assertEqual((told["error"], told["detail"], told["audit"]), ("error 4", "", None))

    def test_a_lost_answer_is_not_called_unavailable(self):
        for answer in (None, b"", b'{"success":true', b'{"success":true,"msg":"ping ok"}'):
            self.no_answer(lambda _, answer=answer: answer, lost=True)

    def test_a_line_without_end_is_refused_within_phps_memory(self):
        def endless(_):
            while True:
                yield b" " * 65536
        self.assertIn("a line over", self.no_answer(endless)["detail"])

    def test_the_longest_reply_fits_into_phps_memory(self):
        """1 MiB, as PROTOCOL.md has it, of what takes the most when it is decoded."""
        reply = b'{"success":true,"msg":"x ok","data":{"x":['
        reply += b"[[0]]," * ((1 << 20) // 6 - 20) + b"0]}}\n"
        self.assertLess((1 << 20) - len(reply), 200)
        with FakeServer(lambda _: reply) as server:
            self.assertEqual(ask(server, "return count($mgr->call('m', 'x')['x']);"), (1 << 20) // 6 - 19)

    def test_a_stream_is_no_answer_to_what_wants_one_line(self):
        def answer(fields):
            return echo(fields) if fields["action"] == "ping" else more("follow", {"n": 1}) + success("follow", {"n": 2})
        with FakeServer(answer) as server:
            said = ask(server, "$mgr = new Mgr\\Client(keepAlive: true); return ["
                               "raised(fn () => $mgr->call('job', 'follow')), $mgr->call('mgr', 'ping', ['n' => 3])['n'],"
                               "raised(fn () => $mgr->pipeline([new Mgr\\Request('mgr', 'ping'),"
                               "new Mgr\\Request('job', 'follow'),"
                               "new Mgr\\Request('mgr', 'ping')]))];")
        self.assertIn("use stream()", said[0]["detail"])
        self.assertEqual(said[1], "3")  # its own answer
        self.assertEqual([reply["msg"] for reply in said[2]["replies"]], ["ping ok"])

    def test_nobody_there_is_unavailable(self):
        for where in ("'/nonexistent/mgr.sock'", "host: '127.0.0.1:1'", "host: 'no-such-host.invalid:1'"):
            told = run_php(f"return raised(fn () => (new Mgr\\Client({where}))->call('mgr', 'ping'));")
            self.assertEqual((told["class"], told["errCode"], told["error"]), ("Mgr\\Unavailable", 8, "unavailable"))
            self.assertRegex(told["detail"], "cannot connect to .*: .")

    def test_a_refusal_that_came_before_the_request_was_read(self):
        with FakeServer(lambda _: refusal(7, "busy"), hang_up_first=True) as server:
            for size in [4096] * 10 + [1 << 20] * 10:
                told = ask(server, f"return raised(fn () => $mgr->call('m', 'a', body: str_repeat('x', {size})));")
                self.assertEqual(told["class"], "Mgr\\Busy", told)


class Deadlines(PhpTestCase):
    """Each would hang, but for the deadline: what never answers waits for the test to end."""

    def setUp(self):
        self.over = threading.Event()
        self.addCleanup(self.over.set)

    def silent(self, _):
        self.over.wait(60)
        return None

    def drip(self, _):
        while not self.over.wait(0.02):
            yield b" "

    def test_who_never_answers_is_left(self):
        for answer in (self.silent, self.drip):
            with FakeServer(answer) as server:
                told = ask(server, "return raised(fn () => $mgr->call('mgr', 'ping', timeout: 0.3));")
                self.assertEqual((told["class"], told["lost"]), ("Mgr\\NoAnswer", False))
                self.assertIn("time limit", told["detail"])
                for wait in ("wait: true, ", "requestId: 'r1', "):
                    told = ask(server, f"return raised(fn () => $mgr->call('mgr', 'ping', {wait}timeout: 0.3));")
                    self.assertEqual(told["class"], "Mgr\\NoAnswer")

    def test_who_never_reads_is_left(self):
        with FakeServer(self.silent) as server:  # its body is read only when it has answered the first
            told = ask(server, "$mgr = new Mgr\\Client(timeout: 0.3); return raised(fn () => $mgr->pipeline(array_fill(0, 9, "
                               "new Mgr\\Request('m', 'a', body: str_repeat('x', 1 << 20)))));")
        self.assertEqual(told["class"], "Mgr\\NoAnswer")
        self.assertIn("time limit", told["detail"])

    def test_a_full_backlog_is_waited_for(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
            path, waiting = folder + "/mgr.sock", []
            listener.bind(path)
            listener.listen(0)
            with contextlib.suppress(BlockingIOError):
                while True:
                    waiting.append(socket.socket(socket.AF_UNIX))
                    waiting[-1].setblocking(False)
                    waiting[-1].connect(path)
            told = run_php("return raised(fn () => (new Mgr\\Client(timeout: 0.3))->call('mgr', 'ping'));", MGR_SOCKET=path)
            self.assertEqual(told["class"], "Mgr\\Unavailable")
            self.assertIn("in time", told["detail"])
            for one in waiting:
                one.close()

    def test_nothing_bounds_a_wait_but_what_is_given(self):
        with FakeServer(echo) as server:
            # default_socket_timeout is PHP's own limit, which is not to cut a wait off.
            said = ask(server, "$mgr = new Mgr\\Client(timeout: 1e-9); return [raised(fn () => $mgr->call('m', 'a'))['class'],"
                               "$mgr->call('m', 'a', wait: true)['mgr-wait']];", settings=("-d", "default_socket_timeout=0"))
        self.assertEqual(said, ["Mgr\\Unavailable", "yes"])

    def test_signals_do_not_break_a_wait(self):
        """A page's own handler runs while it waits; the answer comes all the same."""
        def answer(fields):
            self.assertTrue(self.over.wait(60))
            return echo(fields)
        with FakeServer(answer) as server:
            with FakeServer(lambda fields: (self.over.set(), echo(fields))[1]) as other:
                said = ask(server, f"""
                    pcntl_async_signals(true);
                    $seen = 0;
                    pcntl_signal(SIGALRM, function () use (&$seen): void {{
                        $seen++;
                        (new Mgr\\Client('{other.path}'))->call('mgr', 'ping');
                    }});
                    pcntl_alarm(1);
                    return [$mgr->call('m', 'a', ['n' => 1])['n'], $seen];""")
        self.assertEqual(said, ["1", 1])


if __name__ == "__main__":
    unittest.main()
