"""A helper under valgrind's memcheck serves all that it has to serve, and ends in order: no byte is read that was
not written, none outside of what is its own, and no memory is lost.

Usage: valgrind_test.py BINARIES; as root, in a pid namespace of its own, with a build without sanitizers.
"""
import contextlib
import errno
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import unittest

import instance

instance.DEADLINE = 120  # under valgrind a helper is some thirty times slower

import signing  # noqa: E402 (whatever waits takes the deadline from there)
from evil_broker_support import CLOSED, EvilBroker, REPLY, frame  # noqa: E402

BINARIES = sys.argv.pop(1) if len(sys.argv) > 1 else "build/dev/bin"
FOUND = 99  # the exit status where memcheck has found something
DENIED, UNAUTHENTICATED, INVALID = 4, 3, 6

POLICY = instance.POLICY + """
[[principal]]
name = "signer"
key = "ed"
[[allow]]
who = "signer"
module = "scan"
action = "start"
[[allow]]
who = "web"
module = ["say", "job"]
action = "*"
jobs = "own"
"""
SAY = """
[module.say.action.hello]
command = ["/bin/echo", "hello"]
mode    = "output"
[module.say.action.lines]
command = ["/bin/sh", "-c", "for n in 1 2 3; do echo $n; done"]
mode    = "stream"
[module.say.action.word]
command = ["/bin/cat"]
mode    = "output"
[module.say.action.word.arg.word]
type = "secret"
"""


class Pidfds(threading.Thread):
    """Does for the helper what this valgrind has no idea of: valgrind_pidfd.cpp asks here."""

    OPEN, SEND_SIGNAL = 434, 424  # of <asm/unistd_64.h>

    def __init__(self, path):
        super().__init__(daemon=True)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(path)
        self.listener.listen(16)
        self.start()

    def run(self):
        while True:
            with self.listener.accept()[0] as helper:
                message, descriptors, _, _ = socket.recv_fds(helper, 16, 1)
                result, answer = self.do(*struct.unpack("qq", message), descriptors)
                socket.send_fds(helper, [struct.pack("qq", result, 0)], answer)
                for descriptor in (*descriptors, *answer):
                    os.close(descriptor)

    def do(self, number, argument, descriptors):
        try:
            if number == self.OPEN:
                return 0, [os.pidfd_open(argument)]
            signal.pidfd_send_signal(descriptors[0], argument)
            return 0, []
        except OSError as error:
            return -(error.errno or errno.EIO), []


class Watched(instance.Instance):
    """Its helper runs under memcheck; mgr-configure and mgr-job, which it starts, do not."""

    def start_helper(self):
        self.pidfds = Pidfds(f"{self.dir}/pidfds")
        environment = {**os.environ, "LD_PRELOAD": str(self.binaries / "valgrind_pidfd.so"),
                       "MGR_PIDFD_SOCKET": f"{self.dir}/pidfds"}
        memcheck = ["valgrind", f"--error-exitcode={FOUND}", "--leak-check=full", "--errors-for-leak-kinds=definite",
                    "--trace-children=no", "--child-silent-after-fork=yes", "--vgdb=no",
                    f"--suppressions={instance.REPO}/tests/integration/valgrind.supp",
                    f"--log-file={self.dir}/valgrind.log"]
        self.helper = subprocess.Popen(
            [*memcheck, self.binaries / "mgr-helper", "--root", self.dir, "--libexec", self.libexec],
            stderr=self.open_log("helper"), env=environment)


class Memcheck(unittest.TestCase):
    def test_a_walk_through_all_that_the_helper_does(self):
        self.mgr = Watched(BINARIES, start=False)
        self.addCleanup(self.mgr.stop)
        self.mgr.write("etc/mgr/policy.toml", POLICY)
        self.mgr.write("etc/mgr/modules.d/say.toml", SAY)
        self.key = signing.Key("ed").install(self.mgr)
        self.mgr.start()
        for step in (self.answers, self.jobs, self.output, self.signed, self.reloads, self.a_broker_taken_over):
            with self.subTest(step=step.__name__):
                step()
        self.ends_in_order()

    def ask(self, *lines, user="www-data"):
        return self.mgr.ask("".join(f"{line}\n" for line in lines) + "\n", user=user)

    def answers(self):
        self.assertTrue(self.ask("module:mgr", "action:ping")["success"])
        self.assertTrue(self.ask("module:mgr", "action:modules")["success"])
        self.assertTrue(self.ask("module:mgr", "action:stats", user=None)["success"])
        self.assertTrue(self.ask("module:scan", "action:start", "task_ids:3", "mgr-dry-run:yes")["success"])
        self.assertEqual(self.mgr.scan("start", "1", user="daemon")["msg"]["err_code"], DENIED)
        self.assertEqual(self.mgr.scan("start", "1000")["msg"]["err_code"], DENIED)
        self.assertEqual(self.mgr.scan("start", "x")["msg"]["err_code"], INVALID)

    def jobs(self):
        self.assertTrue(self.ask("module:scan", "action:start", "task_ids:1,2,3", "mgr-request-id:a")["success"])
        self.assertTrue(self.ask("module:scan", "action:start", "task_ids:1,2,3", "mgr-request-id:a")["success"])
        self.assertEqual(len(self.mgr.scan("status")["data"]["jobs"]), 3)
        self.assertTrue(self.mgr.scan("stop", "2")["success"])
        self.mgr.open_gate("1")
        self.mgr.wait_for_state(1, {"succeeded"})
        self.mgr.wait_for_state(3, {"failed"})

    def output(self):
        self.assertEqual(self.ask("module:say", "action:hello")["data"]["stdout"], "hello\n")
        self.assertEqual(self.ask("module:say", "action:word", "word:swordfish")["data"]["stdout"], "swordfish\n")
        last = self.mgr.send("module:say\naction:lines\n\n").splitlines()[-1]
        self.assertTrue(json.loads(last)["success"], last)
        job = self.mgr.job(3)["id"]
        self.assertTrue(self.ask("module:job", "action:follow", f"id:{job}")["success"])
        self.assertTrue(self.ask("module:job", "action:list")["success"])

    def signed(self):
        fields = signing.sign([("module", "scan"), ("action", "start"), ("task_ids", "9"), ("mgr-wait", "yes")],
                              self.key, signing.host_id(self.mgr))
        self.assertTrue(self.mgr.ask(signing.block(fields))["success"])
        self.assertFalse(self.mgr.ask(signing.block(fields))["success"])  # its nonce has counted
        forged = [(name, "8" if name == "task_ids" else value) for name, value in fields]
        self.assertEqual(self.mgr.ask(signing.block(forged))["msg"]["err_code"], UNAUTHENTICATED)

    def reloads(self):
        self.assertTrue(self.ask("module:mgr", "action:reload", user=None)["success"])
        self.mgr.write("etc/mgr/modules.d/say.toml", "broken")
        self.assertFalse(self.ask("module:mgr", "action:reload", user=None)["success"])
        self.mgr.write("etc/mgr/modules.d/say.toml", SAY)
        self.assertTrue(self.ask("module:mgr", "action:reload", user=None)["success"])

    def a_broker_taken_over(self):
        self.mgr.kill_broker()
        for message in (b"\xff" * 16, frame(2, 1, b"\0" * 40), frame(CLOSED, 0, b""), frame(99, 0, b""), b"\x01"):
            evil = EvilBroker(self.mgr)
            evil.socket.sendall(evil.run(1, b"hello", module=b"say") + message)
            evil.socket.shutdown(1)
            with contextlib.suppress(EOFError, ConnectionError):
                while True:
                    evil.next()
            evil.close()
        evil = EvilBroker(self.mgr)
        evil.socket.sendall(evil.run(1, b"nothing") + frame(CLOSED, 0, struct.pack("<Q", evil.number)))
        self.assertFalse(json.loads(evil.wait_for(REPLY)[1][5:])["success"])
        evil.close()
        self.mgr.start_broker()
        self.mgr.wait_ready()

    def ends_in_order(self):
        self.assertTrue(self.mgr.scan("start", "4")["success"])  # a job that goes on without it
        self.mgr.end(self.mgr.broker)
        status = self.mgr.end(self.mgr.helper, 15)
        self.assertEqual(status, 0, self.mgr.log("valgrind") + self.mgr.log("helper"))
        self.assertIn("ERROR SUMMARY: 0 errors", self.mgr.log("valgrind"))
        self.mgr.check_audit_chain()


if __name__ == "__main__":
    unittest.main(verbosity=2)
