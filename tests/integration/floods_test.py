"""Floods, slow clients and shortages, with real daemons: what one client may not do to the others.

Nothing here measures time: figures are tests/bench's. Every flood is bounded in count.
Usage: floods_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import unittest

from instance import DEADLINE, POLICY, SETTINGS, Instance, read_to_end
from signing import Key, block, host_id, sign

BINARIES = sys.argv.pop(1)
PING = "module:mgr\naction:ping\n\n"
KEEP = "mgr:keep-alive\n"
KEYED = POLICY + """
[[principal]]
name = "signer"
key = "signer"
[[allow]]
who = "signer"
module = "mgr"
action = "*"
"""


class WithInstance(unittest.TestCase):
    limits = ""
    block_deadline = "5s"
    prefixes = {}

    def setUp(self):
        self.mgr = mgr = Instance(BINARIES, self.block_deadline, start=False)
        self.addCleanup(mgr.stop)
        mgr.write("etc/mgr/mgr.toml", SETTINGS + self.limits)
        mgr.write("etc/mgr/policy.toml", KEYED)
        self.key = Key("signer").install(mgr)
        mgr.start()
        self.opened = []
        self.addCleanup(lambda: [connection.close() for connection in self.opened])

    def open(self, user="www-data", tcp=False):
        connection = self.mgr.client(user, tcp)
        self.opened.append(connection)
        return connection

    def stats(self):
        """As root asks for them, when the broker has told its last numbers: at most once a second."""
        time.sleep(1.1)
        return self.mgr.ask("module:mgr\naction:stats\n\n", user=None)["data"]

    def signed_ping(self, key=None):
        return block(sign([("module", "mgr"), ("action", "ping")], key or self.key, host_id(self.mgr)))

    def all_succeed(self, replies):
        refused = [reply for reply in replies if not reply["success"]]
        self.assertEqual(refused, [])

    def pings(self, count, user="daemon"):
        """One after the other, each over a connection of its own."""
        return [self.mgr.ask(PING, user=user) for _ in range(count)]


def code(line):
    reply = json.loads(line)
    return 0 if reply["success"] else reply["msg"]["err_code"]


def lines(connection, count):
    """The next so many lines of a connection."""
    with connection.makefile("rb") as replies:
        return [replies.readline() for _ in range(count)]


class Floods(WithInstance):
    limits = "requests_per_second = 500\nburst = 500\n"

    def flood(self, **where):
        """About four times what a second holds, all there before anybody else comes."""
        flood = [self.open(**where) for _ in range(32)]
        for connection in flood:
            connection.sendall((KEEP + 60 * PING).encode())
        return flood

    def check_flood(self, flood):
        """Nothing of it is lost: it waited."""
        for connection in flood:
            self.assertEqual([code(line) for line in lines(connection, 60)], [0] * 60)
            connection.close()

    def test_by_one_uid_leaves_another_alone(self):
        flood = self.flood()
        self.all_succeed(self.pings(50))
        self.all_succeed(self.pings(20, user=None))
        self.check_flood(flood)
        broker = self.stats()["broker"]
        self.assertGreater(broker["requests_paced"], 0)
        self.assertEqual((broker["requests_refused"], broker["connections_busy"]), (0, 0))

    def test_by_one_address_leaves_uids_and_keys_alone(self):
        signer = self.open(tcp=True)
        signer.sendall(KEEP.encode() + self.signed_ping())
        self.assertEqual(code(lines(signer, 1)[0]), 0)
        flood = self.flood(tcp=True)
        self.all_succeed(self.pings(50))
        for _ in range(20):
            signer.sendall(self.signed_ping())
            self.assertEqual(code(lines(signer, 1)[0]), 0)
        self.check_flood(flood)
        self.assertEqual(self.stats()["broker"]["requests_refused"], 0)

    def test_of_a_key_is_that_keys_wherever_it_comes_from(self):
        flood = [self.open("daemon" if number % 2 else "www-data") for number in range(16)]
        for connection in flood:
            connection.sendall(KEEP.encode() + b"".join(self.signed_ping() for _ in range(60)))
        self.all_succeed(self.pings(30, user="www-data"))
        self.all_succeed(self.pings(30, user="daemon"))
        for connection in flood:
            self.assertEqual([code(line) for line in lines(connection, 60)], [0] * 60)
        helper = self.stats()["helper"]
        self.assertEqual(helper["requests_signed"], 16 * 60)
        self.assertEqual(helper["nonces"], 16 * 60)


class Forgeries(WithInstance):
    limits = "requests_per_second = 500\nburst = 500\n"

    def test_cost_their_sender_and_nobody_else(self):
        signer = self.open(tcp=True)
        signer.sendall(KEEP.encode() + self.signed_ping())
        self.assertEqual(code(lines(signer, 1)[0]), 0)
        forgers = [self.open(tcp=True) for _ in range(16)]
        other = Key("signer")  # of the same name, with another secret
        for connection in forgers:
            connection.sendall(KEEP.encode() + b"".join(self.signed_ping(other) for _ in range(8)))
        self.all_succeed(self.pings(50))
        for _ in range(20):
            signer.sendall(self.signed_ping())
            self.assertEqual(code(lines(signer, 1)[0]), 0)
        for connection in forgers:
            self.assertEqual([code(line) for line in lines(connection, 8)], [3] * 8)
        data = self.stats()
        self.assertEqual(data["broker"]["signatures_refused"], 16 * 8)
        self.assertEqual(data["helper"]["requests_signed"], 21, "no forgery comes as far as the helper")


class SlowClients(WithInstance):
    # So many that they all have a place: the half of an address, of the half of all that are not kept.
    limits = "connections = 5000\nconnections_per_caller = 2100\n"
    block_deadline = "2s"

    def memory(self):
        """What the broker has resident, in KiB."""
        status = pathlib.Path(f"/proc/{self.mgr.broker.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])

    def bounds(self, before, what):
        """A thousand blocks of 16 KiB at most; the sanitizers take a multiple of that."""
        grown = self.memory() - before
        print(f"{what}: the broker's memory has grown by {grown} KiB", file=sys.stderr)
        self.assertLess(grown, 160 << 10)

    def test_by_the_thousand_are_ended_each_by_its_deadline(self):
        drips = [self.open(tcp=True) for _ in range(1000)]
        for connection in drips:
            connection.sendall(b"module:m\n")
        self.all_succeed(self.pings(20))
        for connection in drips:  # another byte moves no deadline
            with contextlib.suppress(OSError):
                connection.sendall(b"a")
        self.all_succeed([self.mgr.ask(PING, tcp=True)])
        for connection in drips:
            self.assertEqual(code(read_to_end(connection)), 13)
        self.assertGreaterEqual(self.stats()["broker"]["deadlines"], 1000)

    def test_by_the_thousand_do_not_fill_the_memory(self):
        before = self.memory()
        field = b"x" * 30 + b":" + b"y" * 4000 + b"\n"
        drips = [self.open(tcp=True) for _ in range(1000)]
        for connection in drips:  # most of a block
            connection.sendall(b"".join(bytes([97 + number]) + field for number in range(3)))
        self.all_succeed(self.pings(20))
        self.bounds(before, "1,000 clients with 12 KiB of a block each")
        for connection in drips:
            self.assertEqual(code(read_to_end(connection)), 13)

    def test_that_do_not_read_do_not_fill_the_memory(self):
        before = self.memory()
        deaf = [self.open() for _ in range(200)]
        for connection in deaf:
            connection.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                connection.sendall((KEEP + 1000 * "module:mgr\naction:nosuch\n\n").encode())
        self.all_succeed(self.pings(20))
        self.bounds(before, "200 clients that do not read 1,000 answers each")


class Descriptors(WithInstance):
    """Few of them: of the broker, and of the helper."""

    def restart(self, start, stop, number):
        """With so many descriptors from its start on."""
        stop()
        with limited_children(number):
            start()

    def take_all(self, count, **where):
        """Connections that ask nothing, and what those are told that find no place."""
        told = []
        for _ in range(count):
            connection = self.open(**where)
            connection.setblocking(False)
            told.append(connection)
        return told

    def busy(self, connections):
        count = 0
        for connection in connections:
            with contextlib.suppress(BlockingIOError):
                answer = connection.recv(65536)
                count += bool(answer) and code(answer) == 7
        return count

    def test_of_the_broker_run_out_and_root_has_a_place(self):
        self.restart(self.mgr.start_broker, self.mgr.kill_broker, 400)
        self.mgr.wait_ready()
        network = self.take_all(150, tcp=True)
        local = self.take_all(150)
        self.all_succeed(self.pings(10, user=None))
        turned_away = self.busy(network), self.busy(local)
        print("of 150 each, with 400 descriptors: told busy %d and %d" % turned_away, file=sys.stderr)
        self.assertGreater(min(turned_away), 100)
        for connection in network + local:
            connection.close()
        self.mgr.wait_ready()
        self.all_succeed(self.pings(10, user="www-data"))
        self.assertIsNone(self.mgr.broker.poll())

    def test_of_the_helper_run_out_and_root_has_a_place(self):
        self.mgr.kill_broker()
        self.restart(self.mgr.start_helper, self.mgr.kill_helper, 256)
        self.mgr.start_broker()
        self.mgr.wait_ready()
        # A quarter of them is for connections: 64, of which 32 are kept.
        taken = self.take_all(100)
        self.all_succeed(self.pings(10, user=None))
        turned_away = self.busy(taken)
        print(f"of 100, with 256 descriptors of the helper: told busy {turned_away}", file=sys.stderr)
        self.assertGreaterEqual(turned_away, 68)
        for connection in taken:
            connection.close()
        until = time.monotonic() + DEADLINE
        while not self.mgr.ask(PING)["success"] and time.monotonic() < until:
            time.sleep(0.02)
        self.all_succeed(self.pings(10, user="www-data"))


@contextlib.contextmanager
def limited_children(number):
    """What is started meanwhile has so many descriptors."""
    popen = subprocess.Popen

    def start(command, **more):
        return popen(["prlimit", f"--nofile={number}:{number}", *command], **more)
    subprocess.Popen = start
    try:
        yield
    finally:
        subprocess.Popen = popen


class Churn(WithInstance):
    def test_of_connections_leaves_nothing_behind(self):
        descriptors = lambda: [len(os.listdir(f"/proc/{process.pid}/fd"))
                               for process in (self.mgr.helper, self.mgr.broker)]
        before = descriptors()
        for number in range(1500):
            with self.mgr.client("www-data", tcp=number % 3 == 0) as connection:
                if number % 2:
                    connection.sendall(PING.encode())  # and goes without reading
        self.all_succeed(self.pings(20))
        until = time.monotonic() + DEADLINE
        # Before, a connection of the start may still have been open.
        more = lambda: [now - then for now, then in zip(descriptors(), before) if now > then]
        while more() and time.monotonic() < until:
            time.sleep(0.05)
        self.assertEqual(more(), [])
        data = self.stats()
        self.assertEqual((data["broker"]["connections_open"], data["helper"]["connections_open"]), (1, 1))
        self.assertGreaterEqual(data["broker"]["connections"], 1500)


class Stats(WithInstance):
    def mgrctl(self, *words):
        return subprocess.run([BINARIES + "/mgrctl", "--socket", str(self.mgr.dir / "run/mgr.sock"), *words],
                              capture_output=True, text=True)

    def test_tell_what_both_daemons_have_done(self):
        self.all_succeed(self.pings(3))
        self.assertEqual(self.mgr.scan("start", "1", user="daemon")["msg"]["err_code"], 4)
        self.assertEqual(self.mgr.ask("module:no\naction:no\n\n")["msg"]["err_code"], 1)
        self.assertTrue(self.mgr.scan("start", "3")["success"])
        self.mgr.wait_for_state(3, ["failed"])
        data = self.stats()
        helper, broker = data["helper"], data["broker"]
        self.assertGreaterEqual(helper["answers"], 3)
        self.assertEqual(helper["requests_refused"], {"denied": 1})
        self.assertEqual((helper["effects"], helper["jobs_accepted"], helper["jobs_ended"]), (1, 1, 1))
        self.assertGreater(helper["audit_lines"], 3)
        self.assertEqual(broker["requests_refused"], 1)
        self.assertEqual(broker["connections_open"], 1)

    def test_are_for_those_whom_the_policy_lets_ask(self):
        self.assertEqual(self.mgr.ask("module:mgr\naction:stats\n\n")["msg"]["err_code"], 4)
        self.assertEqual(self.mgr.ask("module:mgr\naction:stats\n\n", tcp=True)["msg"]["err_code"], 3)

    def test_of_a_new_broker_begin_anew(self):
        self.all_succeed(self.pings(5))
        self.stats()
        self.mgr.kill_broker()
        self.mgr.start_broker()
        self.mgr.wait_ready()
        self.assertLess(self.stats()["broker"]["requests"], 5)

    def test_stand_in_the_format_of_prometheus(self):
        self.mgr.scan("start", "1", user="daemon")
        self.stats()
        done = self.mgrctl("stats", "--prometheus")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        sample = re.compile(r'[a-z_]+(\{error="[a-z_]+"\})? \d+')
        typed = {}
        for line in done.stdout.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split()
                self.assertIn(kind, ("counter", "gauge"))
                self.assertEqual(name.endswith("_total"), kind == "counter", line)
                typed[name] = kind
            elif not line.startswith("# HELP "):
                self.assertRegex(line, sample)
                self.assertIn(re.split(r"[ {]", line)[0], typed)
        self.assertIn('mgr_helper_requests_refused_total{error="denied"} 1', done.stdout.splitlines())
        self.assertIn("mgr_broker_requests_waiting", typed)

    def test_are_a_table_for_people_and_json_for_programs(self):
        table = self.mgrctl("stats")
        self.assertEqual(table.returncode, 0)
        self.assertRegex(table.stdout, r"(?m)^broker +requests +\d+$")
        self.assertIn("helper", json.loads(self.mgrctl("stats", "--json").stdout)["data"])
        self.assertEqual(self.mgrctl("stats", "now").returncode, 2)
        self.assertEqual(self.mgrctl("stats", "--json", "--prometheus").returncode, 2)
        self.assertEqual(self.mgrctl("whoami", "--prometheus").returncode, 2)


if __name__ == "__main__":
    unittest.main()
