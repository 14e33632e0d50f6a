"""The helper's two sockets, made and held by somebody else, as systemd does (sd_listen_fds(3)).

Usage: activation_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import contextlib
import json
import os
import select
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import unittest

from instance import DEADLINE, Instance, acting_as, read_to_end, uid_of

BINARIES = sys.argv.pop(1)
PING = b"module:mgr\naction:ping\n\n"
# A process that becomes the helper, with these descriptors from 3 on.
LAUNCH = """
import fcntl, os, sys
given = [int(number) for number in sys.argv[1].split(",")]
held = [fcntl.fcntl(number, fcntl.F_DUPFD, 50) for number in given]
for number in set(given): os.close(number)
for place, number in enumerate(held, 3):
    os.dup2(number, place)
    os.close(number)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(held)))
os.execv(sys.argv[2], sys.argv[2:])
"""


class Activated(Instance):
    def __init__(self):
        super().__init__(BINARIES, start=False)
        (self.dir / "run/mgr").mkdir(parents=True)
        self.clients = self.listen("run/mgr.sock", 0o666)
        self.link = self.listen("run/mgr/helper.sock", 0o660, uid_of("mgr-broker").pw_gid)
        self.passed = [self.clients, self.link]

    def listen(self, name, mode=0o600, group=0, kind=socket.SOCK_STREAM, backlog=128):
        path = self.dir / name
        path.unlink(missing_ok=True)
        made = socket.socket(socket.AF_UNIX, kind)
        made.bind(str(path))
        os.chown(path, 0, group)
        os.chmod(path, mode)
        if backlog:
            made.listen(backlog)
        return made

    def start_helper(self):
        numbers = [one.fileno() for one in self.passed]
        self.helper = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, ",".join(map(str, numbers)), f"{self.binaries}/mgr-helper",
             "--root", self.dir, "--libexec", self.libexec], pass_fds=numbers, stderr=self.open_log("helper"))

    def stop(self):
        super().stop()
        self.clients.close()
        self.link.close()


class ActivatedTestCase(unittest.TestCase):
    def setUp(self):
        self.mgr = Activated()
        self.addCleanup(self.mgr.stop)

    def mode_of(self, name):
        status = (self.mgr.dir / name).stat()
        return stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid

    def until_waits(self, listener):
        """Until somebody waits in its backlog."""
        waiter = select.poll()
        waiter.register(listener, select.POLLIN)
        self.assertTrue(waiter.poll(DEADLINE * 1000), "nobody connects")


    def until(self, so):
        until = time.monotonic() + DEADLINE
        while not so():
            self.assertLess(time.monotonic(), until)
            time.sleep(0.01)


class Sockets(ActivatedTestCase):
    def test_both_are_served_whatever_their_order(self):
        for order in ([self.mgr.clients, self.mgr.link], [self.mgr.link, self.mgr.clients]):
            self.mgr.passed = order
            inodes = [os.stat(self.mgr.dir / name).st_ino for name in ("run/mgr.sock", "run/mgr/helper.sock")]
            self.mgr.start()
            self.assertEqual(self.mgr.ask("module:mgr\naction:whoami\n\n")["data"]["uid"], uid_of("www-data").pw_uid)
            self.assertTrue(self.mgr.scan("start", "3")["success"])
            for name, inode in zip(("run/mgr.sock", "run/mgr/helper.sock"), inodes):
                self.assertEqual(os.stat(self.mgr.dir / name).st_ino, inode, f"{name} was made anew")
            self.assert_neither_is_taken_for_the_other()
            self.assertEqual(self.mgr.end(self.mgr.broker, signal.SIGTERM), 0)
            self.assertEqual(self.mgr.end(self.mgr.helper, signal.SIGTERM), 0)

    def assert_neither_is_taken_for_the_other(self):
        """The broker's user is a client like any other on the one; nobody else is answered on the other."""
        self.assertEqual(self.mgr.ask("module:scan\naction:list\n\n", user="mgr-broker")["error"], "denied")
        with socket.socket(socket.AF_UNIX) as peer:
            with acting_as("www-data"), self.assertRaises(PermissionError):
                peer.connect(str(self.mgr.dir / "run/mgr/helper.sock"))
            peer.settimeout(DEADLINE)
            peer.connect(str(self.mgr.dir / "run/mgr/helper.sock"))
            self.assertEqual(read_to_end(peer), b"", "root is not the broker")

    def test_the_broker_of_mgr_toml_is_let_in_whatever_the_unit_says(self):
        self.mgr.link.close()
        self.mgr.link = self.mgr.listen("run/mgr/helper.sock", 0o600, uid_of("daemon").pw_gid)
        self.mgr.passed = [self.mgr.clients, self.mgr.link]
        self.mgr.start()
        self.assertEqual(self.mode_of("run/mgr/helper.sock"), (0o660, 0, uid_of("mgr-broker").pw_gid))

    def test_who_may_open_the_clients_socket_is_for_the_unit_to_say(self):
        os.chmod(self.mgr.dir / "run/mgr.sock", 0o660)
        os.chown(self.mgr.dir / "run/mgr.sock", 0, uid_of("www-data").pw_gid)
        self.mgr.start()
        self.assertEqual(self.mode_of("run/mgr.sock"), (0o660, 0, uid_of("www-data").pw_gid))
        self.assertTrue(self.mgr.scan("start", "3")["success"])

    def refuses_to_start(self, passed, said):
        self.mgr.passed = passed
        self.mgr.start_helper()
        self.assertEqual(self.mgr.helper.wait(DEADLINE), 1, self.mgr.log("helper"))
        last = self.mgr.log("helper").splitlines()[-1]
        self.assertIn(said.replace("@", str(self.mgr.dir)), last)

    def test_anything_else_ends_the_start(self):
        clients, link = self.mgr.clients, self.mgr.link
        both = "systemd must pass two sockets, @/run/mgr.sock and @/run/mgr/helper.sock, or none"
        for passed in ([clients], [link], [clients, link, link]):
            self.refuses_to_start(passed, both)
        no_clients, no_link = (f"systemd passed no listening UNIX stream socket of @/run/{name}"
                               for name in ("mgr.sock", "mgr/helper.sock"))
        self.refuses_to_start([clients, clients], no_link)
        self.refuses_to_start([link, link], no_clients)
        with contextlib.ExitStack() as opened:
            def other(made):
                return opened.enter_context(made)
            self.refuses_to_start([clients, other(socket.create_server(("127.0.0.1", 0)))], no_link)
            self.refuses_to_start([other(self.mgr.listen("run/elsewhere.sock")), link], no_clients)
            self.refuses_to_start([clients, other(open("/dev/null"))], no_link)
            abstract = other(socket.socket(socket.AF_UNIX))
            abstract.bind("\0" + str(self.mgr.dir / "run/mgr/helper.sock"))
            abstract.listen()
            self.refuses_to_start([clients, abstract], no_link)
            connected = other(socket.socket(socket.AF_UNIX))
            connected.connect(str(self.mgr.dir / "run/mgr/helper.sock"))
            self.refuses_to_start([clients, connected], no_link)
            for kind, backlog in ((socket.SOCK_SEQPACKET, 8), (socket.SOCK_DGRAM, 0), (socket.SOCK_STREAM, 0)):
                made = other(self.mgr.listen("run/mgr/helper.sock", kind=kind, backlog=backlog))
                self.refuses_to_start([clients, made], no_link)
        self.assertNotIn("ready", self.mgr.log("helper"))


class Restart(ActivatedTestCase):
    def test_who_comes_while_the_helper_is_away_waits_and_is_answered(self):
        self.mgr.start()
        broker = self.mgr.broker
        self.mgr.kill_helper()
        self.until_waits(self.mgr.link)
        with contextlib.ExitStack() as opened:
            waiting = [opened.enter_context(self.mgr.client(user)) for user in ("www-data", "daemon", None) * 20]
            for connection in waiting:
                connection.sendall(PING)
            self.mgr.start_helper()
            answers = [json.loads(read_to_end(connection)) for connection in waiting]
        self.assertEqual([answer["msg"] for answer in answers], ["ping ok"] * 60)
        self.assertIsNone(broker.poll(), "the broker is another one")

    def test_a_loop_of_requests_over_ten_restarts_is_never_refused(self):
        self.mgr.start()
        answers, failures, over = [], [], threading.Event()

        def ask():
            while not over.is_set():
                raw = b""
                try:
                    raw = self.mgr.send(PING, user=None)
                    answers.append(json.loads(raw))  # one line: neither none nor two
                except (OSError, ValueError) as error:
                    failures.append(f"{error!r}: {raw}")

        def successes():
            return sum(answer["success"] for answer in answers)
        clients = [threading.Thread(target=ask) for _ in range(4)]
        for client in clients:
            client.start()
        for _ in range(10):
            self.assertEqual(self.mgr.end(self.mgr.helper, signal.SIGTERM), 0)
            before = successes()
            self.mgr.start_helper()
            self.mgr.wait_ready()
            self.until(lambda: successes() > before + len(clients))
            self.assertIsNone(self.mgr.broker.poll(), "the broker is another one")
        over.set()
        for client in clients:
            client.join(DEADLINE)
        self.assertEqual(failures, [])
        self.assertLessEqual({answer.get("error") for answer in answers}, {None, "unavailable"})

    def test_a_broker_that_died_waiting_does_not_stand_in_the_next_ones_way(self):
        self.mgr.start()
        self.mgr.kill_helper()
        self.until_waits(self.mgr.link)
        self.mgr.kill_broker()
        self.mgr.start_broker()
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.assertEqual([line for line in self.mgr.audit_lines() if line["event"] == "link_refused"], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
