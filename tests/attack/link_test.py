"""The link between broker and helper, and the connections of clients: what is sent over them that is no message."""
import contextlib
import json
import signal
import socket
import struct
import threading

import attack
import evil_broker
from attack import DENIED, INVALID, MALFORMED, descriptors_of, memory_of
from evil_broker import CONNECTION, HELLO, RUN, START, Evil, frame, text
from evil_broker_case import WHOAMI, EvilBrokerTestCase
from instance import read_to_end


class Messages(EvilBrokerTestCase):
    def test_kinds_out_of_order_and_unknown_end_the_link(self):
        """OpenSSH CVE-2015-6564: messages out of their order reached freed state."""
        self.each(evil_broker.kind_out_of_order, 40)

    def test_lengths_beyond_bounds_end_the_link_before_anything_is_allocated(self):
        """Length overflow: 0, 1, 2^31, 2^32-1."""
        memory = memory_of(self.mgr.helper)
        self.each(evil_broker.length_out_of_bounds, 30)
        if not attack.is_sanitized("mgr-helper"):
            self.assertLess(memory_of(self.mgr.helper), memory + 8192)

    def test_what_does_not_decode_ends_the_link(self):
        """Truncated, lengthened, with counts that lie."""
        for attempt in (evil_broker.spare_bits, evil_broker.cut_or_lengthened, evil_broker.count_that_lies,
                        evil_broker.counters_out_of_bounds):
            self.each(attempt, 15)

    def test_before_hello_there_is_nothing_to_ask(self):
        """OpenSSH CVE-2015-6564: a request before the handshake."""
        for first in (evil_broker.run_message(START, self.evil.of("games")),):
            self.evil.close()
            self.until(lambda: Evil.connect(self.evil, self.mgr), "no greeting")
            self.evil.socket.sendall(frame(RUN, 1, first))
            self.assert_sent_away("a message out of order or that does not decode")
        self.evil = self.take_over()

    def test_another_version_is_no_handshake(self):
        """A greeting that is not ours puts nobody in, however often."""
        self.evil.close()
        self.until(lambda: Evil.connect(self.evil, self.mgr), "no greeting")
        for version in (0, 1, 1 << 31, (1 << 32) - 1):
            self.evil.socket.sendall(frame(HELLO, 0, struct.pack("<I", version) + text(b"evil")))
        self.evil.socket.sendall(self.evil.asking(START, 0))
        self.assert_sent_away("a message out of order or that does not decode")
        self.evil = self.take_over()

    def test_more_fields_than_any_client_can_send_do_not_reach_the_audit_log(self):
        """60,000 fields in one message were one audit line of a megabyte: the helper that came next lost the chain."""
        self.each(evil_broker.too_many_fields, 10)
        self.each(evil_broker.refusals_out_of_bounds, 4)
        self.assertLess(max(len(json.dumps(line)) for line in self.mgr.audit_lines()), 65536)
        self.mgr.kill_helper()
        self.mgr.start_helper()
        self.helper = self.mgr.helper.pid
        self.mgr.start_broker()
        self.mgr.wait_ready()
        self.mgr.check_audit_chain()
        self.mgr.kill_broker()

    def test_a_refusal_is_a_short_line_however_much_was_asked_for(self):
        """As many fields as a client can have, each as long as it can be: ten such lines a second push out a log."""
        wide = [(f"a{number}", chr(1) * 4096) for number in range(60)]
        twice = START + [("module", "mgr"), ("module", "m" * 4096)]
        for fields, omitted in ((START + wide, 57), (twice, 2), (wide + [("module", "mgr"), ("action", "reload")], 57)):
            self.assert_refused(self.evil.ask(fields, self.evil.of("www-data")), MALFORMED, INVALID, DENIED)
            line = self.refusals()[-1]
            self.assertEqual(line["omitted"], omitted)
            self.assertEqual((line["module"], line["action"]), tuple(dict(reversed(fields))[name] for name in ("module", "action")))
            self.assertLess(len(json.dumps(line)), 16384)

    def test_a_body_that_nobody_announced_is_refused(self):
        """A body smuggled beside a request that has none."""
        for fields, body in ((START, b"x"), (START, b""), (START + [("mgr-body", "1")], None),
                             (START + [("mgr-body", "2")], b"x"), (START + [("mgr-body", "4294967297")], b"x")):
            self.assert_refused(self.evil.ask(fields, self.evil.of("www-data"), body=body), MALFORMED, INVALID)
        self.assertEqual(self.refusals()[0]["body_bytes"], 1)
        too_long = evil_broker.run_message(START, self.evil.number, body=b"x" * ((1 << 20) + 20000))
        self.evil.socket.sendall(frame(RUN, 9, too_long)[:1 << 16])
        self.assert_sent_away("a header of no known message")
        self.evil = self.take_over()


class Descriptors(EvilBrokerTestCase):
    def test_a_connection_to_a_root_daemon_passed_up_is_nobody(self):
        """SO_PEERCRED on the connecting side reads the listener: a broker connects to root and passes that up."""
        passed = self.evil.connect_to_root()
        uid, = struct.unpack_from("i", passed.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12), 4)
        self.assertEqual(uid, 0, "the trick itself")
        connection = struct.pack("<QIB", 1 << 20, 0, 1)  # as if the helper had accepted it
        with passed:
            self.assertTrue(self.evil.send_up(frame(CONNECTION, 0, connection) + self.evil.asking(START, 1 << 20),
                                              [passed.fileno()]))
        self.assert_sent_away("the broker sent a descriptor")
        self.evil = self.take_over()

    def test_descriptors_sent_up_are_closed_and_the_link_with_them(self):
        """dbus CVE-2020-12049: descriptors that came with a cut message stayed. 1 to 253, a thousand links."""
        self.evil.close()
        before, refused = None, self.links_refused()
        with open("/dev/null") as null:
            for turn in range(1000):
                self.until(lambda: Evil.connect(self.evil, self.mgr), "no greeting")
                count = (1, 2, 3, 252, 253)[turn % 5]
                hello = frame(HELLO, 0, struct.pack("<I", 3) + text(b"evil"))
                self.assertTrue(self.evil.send_up(hello, [null.fileno()] * count))
                self.assertTrue(self.evil.is_sent_away())
                self.evil.socket.close()
                before = before or descriptors_of(self.mgr.helper)
        self.until(lambda: descriptors_of(self.mgr.helper) == before, "descriptors are left")
        self.until(lambda: self.links_refused() >= refused + 1000, "not each is in the audit log")
        self.assert_nothing_happened()
        self.evil = self.take_over()

    def test_where_the_kernel_can_refuse_them_none_leaves_the_broker(self):
        """The same, with SO_PASSRIGHTS as the helper sets it (Linux 6.16)."""
        self.mgr.kill_helper()
        self.mgr.start_helper()
        self.helper = self.mgr.helper.pid
        self.until(lambda: (self.mgr.dir / "run/mgr/helper.sock").exists() and self.connects(), "no greeting")
        with open("/dev/null") as null:
            hello = frame(HELLO, 0, struct.pack("<I", 3) + text(b"evil"))
            if self.evil.send_up(hello, [null.fileno()]):  # an older kernel
                self.assert_sent_away("the broker sent a descriptor")
        self.evil.close()
        self.evil = self.take_over()

    def connects(self):
        try:
            return Evil.connect(self.evil, self.mgr)
        except OSError:
            return None

    def test_a_broker_that_takes_no_connections_uses_up_no_descriptors(self):
        """Descriptor exhaustion: it does not read, and clients come and go; each left a descriptor in the helper."""
        before = descriptors_of(self.mgr.helper)
        for _ in range(4000):
            self.mgr.client("daemon").close()
        self.until(lambda: descriptors_of(self.mgr.helper) < before + 1800, lambda: descriptors_of(self.mgr.helper))
        self.evil.close()
        self.until(lambda: descriptors_of(self.mgr.helper) <= before, "descriptors are left")
        self.assert_nothing_happened()
        self.evil = self.take_over()


class Silence(EvilBrokerTestCase):
    def test_a_broker_that_says_nothing_leaves_clients_an_answer(self):
        """It connects, and that is all: the helper tells clients, and no second broker helps the first."""
        self.evil.close()
        self.until(lambda: Evil.connect(self.evil, self.mgr), "no greeting")
        reply = self.mgr.scan("start", "1")
        self.assertEqual((reply["msg"], reply["error"]), ({"err_code": attack.UNAVAILABLE}, "unavailable"))
        self.assert_nothing_happened()

    def test_a_broker_that_takes_requests_and_asks_nothing_starts_nothing(self):
        """It says hello, is handed a client, and keeps what that asks to itself; with it ends the client's wait."""
        client = self.evil.client
        client.sendall(b"module:scan\naction:start\ntask_ids:1\n\n")
        self.evil.close_link()
        self.assertEqual(json.loads(read_to_end(client))["error"], "unavailable")
        self.assert_nothing_happened()

    def test_a_broker_that_does_not_read_is_not_read_and_fills_no_memory(self):
        """A flood of requests whose answers it leaves: the helper stops at four megabytes of them."""
        memory = memory_of(self.mgr.helper)
        flood = b"".join(self.evil.asking(START + [("x", "y" * 200)], self.evil.of("daemon")) for _ in range(2000))
        taken = 0
        self.evil.socket.settimeout(1)  # with no byte taken meanwhile it has stopped
        with contextlib.suppress(TimeoutError):
            while taken < 200 * len(flood):
                taken += self.evil.socket.send(flood[taken % len(flood):])
        print(f"{taken} bytes were taken; the helper grew by {memory_of(self.mgr.helper) - memory} KiB")
        self.assertGreater(taken, len(flood))
        self.assertLess(taken, 200 * len(flood))
        if not attack.is_sanitized("mgr-helper"):
            self.assertLess(memory_of(self.mgr.helper), memory + (32 << 10))
        self.assert_nothing_happened()

    def test_a_second_broker_is_sent_away(self):
        """Whoever is the broker's user too cannot talk beside the broker."""
        second = Evil.__new__(Evil)
        self.assertIsNone(Evil.connect(second, self.mgr))
        self.until(lambda: self.links_refused() == 1, self.mgr.audit_lines)
        self.assertTrue(self.evil.ask(WHOAMI, self.evil.of("games"))["success"])

    def test_a_broker_does_not_keep_the_helper_from_ending(self):
        """What was asked before is answered first: of a broker that reads no answer, or goes on asking, not for long."""
        whoami = self.evil.asking(WHOAMI, self.evil.of("games"))

        def reads_nothing():
            with contextlib.suppress(TimeoutError, ConnectionError):
                while True:
                    self.evil.socket.sendall(whoami * 1000)

        def goes_on_asking():
            with contextlib.suppress(OSError):
                while True:
                    self.evil.socket.send(whoami)
                    self.evil.drain()
        for way in (reads_nothing, goes_on_asking):
            self.evil.socket.settimeout(1)
            asking = threading.Thread(target=way)
            asking.start()
            if way is reads_nothing:
                asking.join()  # a second in which not a byte was taken
            self.assertEqual(self.mgr.end(self.mgr.helper, signal.SIGTERM), 0, way.__name__)
            asking.join()
            self.evil.close()
            self.mgr.start_helper()
            self.helper = self.mgr.helper.pid
            self.evil = self.take_over()
        self.assert_nothing_happened()


if __name__ == "__main__":
    attack.main()
