"""mgr.sh's connections: streams, what is asked again, a connection that is kept, and the shell that calls. Usage:
client_shell_connections_test.py SHELL [TEST …]"""
import json
import os
import signal
import subprocess
import threading

from client_shell_support import COMMAND, LIBRARY, SHELL, ShellCase, main
from client_fake_server import FakeServer, more, refusal, success


def echo(fields):
    return success(fields["action"], fields)


class Streams(ShellCase):
    def test_each_line_is_printed_as_it_comes(self):
        goes_on = threading.Event()
        path = self.folder / "temporary" / "first"
        os.mkfifo(path)
        path.chmod(0o666)

        def answer(_):
            first = more("follow", {"n": 1})
            yield first[:5]
            yield first[5:]
            goes_on.wait(50)
            yield more("follow", {"n": 2}) + success("follow", {"jobs": [{"state": "failed", "exit_status": 9}]}) + b"unasked\n"

        def wait_for_first():
            with open(path) as fifo:
                fifo.readline()
            goes_on.set()
        reader = threading.Thread(target=wait_for_first)
        reader.start()
        with FakeServer(answer) as server:
            code, out, errors = self.script(
                f'mgr_follow 7 | {{ read -r first; echo "$first" > {path}; echo "$first"; cat; }}; '
                'mgr_follow 7 > /dev/null || echo "status $?"', MGR_SOCKET=server.path)
        reader.join()
        path.unlink()
        *lines, status = out.splitlines()
        self.assertEqual((code, errors, status), (0, "", "status 9"))
        self.assertEqual([json.loads(text)["data"].get("n") for text in lines], [1, 2, None])

    def test_a_stream_that_breaks_off_is_no_answer(self):
        for rest, status in ((refusal(12, "not_found"), 1), (b"", 127), (b"garbage\n", 127), (b'{"succ', 127)):
            with FakeServer(lambda _, rest=rest: [more("watch", {}), rest]) as server:
                code, out, _ = self.call(server, "job", "watch", function="mgr_stream")
                self.assertEqual((code, json.loads(out.splitlines()[0])["more"]), (status, True), rest)

    def test_a_stream_is_no_answer_to_a_call(self):
        with FakeServer(lambda _: [more("follow", {}), success("follow")]) as server:
            code, out, errors = self.call(server, "job", "follow")
        self.assertEqual((code, out), (127, ""))
        self.assertIn("use mgr_stream", errors)

    def test_who_reads_no_more_ends_it(self):
        gone = threading.Event()

        def answer(_):
            try:
                while True:
                    yield more("watch", {"x": "y" * 4096})
            finally:
                gone.set()
        with FakeServer(answer) as server:
            code, out, _ = self.script("mgr_stream job watch | head -n 1", MGR_SOCKET=server.path)
            self.assertTrue(json.loads(out)["more"])
            self.assertTrue(gone.wait(50))


class Again(ShellCase):
    AWAY = refusal(13, "timeout", "the helper went away; the request may have been carried out")

    def asked(self, *replies, request_id=True):
        left = list(replies)
        option = ("--request-id", "r1") if request_id else ()
        with FakeServer(lambda fields: left.pop(0) if left else echo(fields)) as server:
            code = self.call(server, *option, "scan", "start", "task_ids=1")[0]
            self.assertEqual(len(set(server.blocks)), 1)
            return code, len(server.blocks)

    def test_a_lost_answer_is_asked_for_again(self):
        for first in (None, b"", self.AWAY, refusal(8, "unavailable")):
            self.assertEqual(self.asked(first, first), (0, 3), first)
        self.assertEqual(self.asked(*[None] * 9), (127, 5))

    def test_what_asking_again_would_not_change_is_not(self):
        for reply in (refusal(4, "denied"), refusal(7, "busy"), refusal(13, "timeout", "the limit has passed"), b"no JSON\n"):
            self.assertEqual(self.asked(reply)[1], 1)
        for reply in (None, self.AWAY, refusal(8, "unavailable")):
            self.assertEqual(self.asked(reply, request_id=False)[1], 1)


class Kept(ShellCase):
    def test_one_connection_serves_many_calls(self):
        with FakeServer(echo) as server:
            code, out, errors = self.script(
                "mgr_open; mgr_call mgr ping n=1; x=$(mgr_call mgr ping n=2); echo \"$x\"; mgr_call --body - a b; mgr_close; "
                "mgr_call mgr ping n=3", given=b"body", MGR_SOCKET=server.path)
            self.assertEqual((code, errors, server.connections), (0, "", 2))
            self.assertEqual([json.loads(text)["data"].get("n") for text in out.splitlines()], ["1", "2", None, "3"])
            self.assertEqual(server.blocks[0], b"mgr:keep-alive\nmodule:mgr\naction:ping\n\n")
            self.assertEqual(server.bodies, [b"body"])

    def test_a_refusal_leaves_it_and_a_lost_one_is_followed_by_others(self):
        def answer(fields):
            return {"4": refusal(4, "denied"), "5": refusal(5, "malformed"), "none": None}.get(fields.get("n"), echo(fields))
        with FakeServer(answer) as server:
            script = "mgr_open; for n in 1 4 2 %s 3 4; do mgr_call mgr ping n=$n || echo $?; done; mgr_close"
            code, out, _ = self.script(script % "none", MGR_SOCKET=server.path)
            self.assertEqual(([text for text in out.splitlines() if text.isdigit()], server.connections),
                             (["126", "127", "126"], 3))
            self.script(script % "5", MGR_SOCKET=server.path)
            self.assertEqual(server.connections, 6)

    def test_a_late_answer_is_not_taken_for_the_next(self):
        goes_on = threading.Event()

        def answer(fields):
            if fields.get("n") == "1":
                goes_on.wait(50)
            return echo(fields)
        with FakeServer(answer) as server:
            code, out, _ = self.script("mgr_open; mgr_call --timeout 1 mgr ping n=1 || echo $?; mgr_call mgr ping n=2; mgr_close",
                                       MGR_SOCKET=server.path)
            goes_on.set()
        status, second = out.splitlines()
        self.assertEqual((code, status, json.loads(second)["data"]["n"]), (0, "127", "2"))

    def test_the_environment_has_none(self):
        """Whoever chose it would choose what mgr_close removes, and ends."""
        kept = self.folder / "somebodys"
        kept.mkdir()
        with subprocess.Popen(["sleep", "100"]) as other:
            code, _, errors = self.script("mgr_close; mgr_open || :; mgr_call mgr ping || :", MGR_SOCKET="/dev/null",
                                          _mgr_kept=str(kept), _mgr_kept_process=str(other.pid), _mgr_kept_in="1")
            self.assertEqual((code, kept.is_dir(), other.poll()), (0, True, None), errors)
            other.kill()

    def test_it_is_not_used_for_another_place(self):
        with FakeServer(echo) as server, FakeServer(echo) as other:
            self.script(f"mgr_open; mgr_call --socket {other.path} mgr ping; mgr_close", MGR_SOCKET=server.path)
            self.assertEqual((len(server.blocks), len(other.blocks)), (1, 1))

    def test_one_that_cannot_be_opened_says_so(self):
        code, out, errors = self.script("mgr_open || echo $?", MGR_SOCKET=str(self.folder / "none"))
        self.assertEqual((code, out), (0, "127\n"))
        self.assertIn("cannot connect", errors)
        with FakeServer(lambda _: refusal(7, "busy")) as server:
            self.assertEqual(self.script("mgr_open || echo $?", MGR_SOCKET=server.path)[:2], (0, "127\n"))


class ACaller(ShellCase):
    def test_whatever_it_has_set_stays_and_does_no_harm(self):
        odd = "set -euCf; IFS=1ae; LC_ALL=C.UTF-8; line=mine; "
        odd += "set -o pipefail; " if SHELL != "dash" else ""
        odd += "set -E; trap 'echo trapped' ERR; " if SHELL == "bash" else ""
        with FakeServer(echo) as server:
            code, out, errors = self.script(
                odd + "mgr_call mgr ping a=1ae b='* ?'; mgr_call mgr ping; echo \"$line$IFS$-\" | grep -q 'mine1ae.*C' && echo same",
                MGR_SOCKET=server.path)
            self.assertEqual((code, errors), (0, ""))
            self.assertEqual(out.splitlines()[2:], ["same"])
            self.assertEqual(server.blocks[0], b"module:mgr\naction:ping\na:1ae\nb:* ?\n\n")

    def test_its_standard_input_is_its_own(self):
        with FakeServer(echo) as server:
            _, out, _ = self.script("while read -r n; do mgr_call mgr ping n=$n; done", given=b"1\n2\n3\n", MGR_SOCKET=server.path)
            self.assertEqual(len(out.splitlines()), 3)

    def test_every_transport_carries(self):
        tools = {"busybox": ["socat", "nc"], "bash": ["nc", "ncat", "socat", "perl", "bash"]}.get(SHELL, ["nc", "ncat", "socat", "perl"])
        for tool in tools:
            with FakeServer(echo, tcp=True) as server:
                code, out, errors = self.script(
                    f"mgr_call --host 127.0.0.1:{server.port} a b; export MGR_HOST=127.0.0.1:{server.port}; "
                    "mgr_open; mgr_call --body - mgr ping; mgr_close", given=b"x" * 300000, MGR_TRANSPORT=tool)
                self.assertEqual((code, errors, len(out.splitlines()), server.connections), (0, "", 2, 2), tool)
                self.assertEqual(server.bodies, [b"x" * 300000])
            if tool == "bash" or SHELL == "busybox" and tool == "nc":
                continue
            with FakeServer(echo) as server:
                code, out, errors = self.script("mgr_call a b; mgr_open; mgr_call --body - mgr ping; mgr_close", given=b"x" * 300000,
                                                MGR_SOCKET=server.path, MGR_TRANSPORT=tool)
                self.assertEqual((code, errors, server.connections, server.bodies), (0, "", 2, [b"x" * 300000]), tool)

    def test_its_end_ends_the_transport(self):
        """As a terminal ends it: with a signal to the whole group."""
        came, gone, ended = threading.Event(), threading.Event(), threading.Event()

        def answer(_):
            try:
                while True:
                    yield more("watch", {})
                    came.set()
                    gone.wait(0.05)
            finally:
                ended.set()
        with FakeServer(answer) as server:
            running = subprocess.Popen([*COMMAND, "-c", f". {LIBRARY}; mgr_stream job watch"], start_new_session=True,
                                       env=dict(self.environment, MGR_SOCKET=server.path), stdout=subprocess.PIPE)
            self.assertTrue(came.wait(50))
            os.killpg(running.pid, signal.SIGINT)
            running.communicate(timeout=50)  # to the end of its last process, which cleans up
            self.assertIn(running.returncode, (130, -signal.SIGINT))
            self.assertTrue(ended.wait(50))


if __name__ == "__main__":
    main()
