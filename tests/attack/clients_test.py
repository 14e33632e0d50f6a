"""What clients send beside requests: descriptors, drips, lengths; and who may not be a broker at all."""
import array
import contextlib
import json
import socket

import attack
from attack import BUSY, INVALID, MALFORMED, TIMEOUT, TOO_LARGE, descriptors_of, memory_of
from instance import DEADLINE, SETTINGS, acting_as, read_to_end, uid_of

START = b"module:scan\naction:start\ntask_ids:1\n"
PING = "module:mgr\naction:ping\n\n"


class Descriptors(attack.AttackTestCase):
    def test_descriptors_that_clients_send_are_closed(self):
        """dbus CVE-2020-12049: descriptors that came with a cut message stayed. 1 to 253, a thousand times."""
        attack.let_descriptors_in(self.mgr.helper)
        self.send_some(1000, must_arrive=True)

    def test_where_the_kernel_can_refuse_them_none_arrives(self):
        """The same, with SO_PASSRIGHTS as the helper sets it (Linux 6.16)."""
        self.send_some(100, must_arrive=False)

    def send_some(self, turns, must_arrive):
        """With bytes of a request, in a second piece, in one with the end of the block; and before anything else."""
        self.assertTrue(self.mgr.ask(PING)["success"])
        before, pair = self.counts(), socket.socketpair()
        with pair[0], pair[1]:
            for turn in range(turns):
                some = array.array("i", [pair[turn % 2].fileno()] * (1, 2, 3, 64, 253)[turn % 5])
                with self.mgr.client("daemon") as client:
                    try:
                        for piece in (START, b"\n")[turn % 2:]:
                            client.sendmsg([piece], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, some)])
                    except PermissionError:
                        self.assertFalse(must_arrive)
                    except (BrokenPipeError, ConnectionResetError):
                        pass  # it was closed at the first of them
                    if turn % 10 == 0:
                        client.shutdown(socket.SHUT_WR)
                        read_to_end(client)
        self.until(lambda: self.counts() <= before, lambda: (self.counts(), before))
        self.assertTrue(self.mgr.ask(PING)["success"])
        self.assertIsNone(self.mgr.broker.poll())
        self.assert_nothing_happened()

    def counts(self):
        return [descriptors_of(process) for process in (self.mgr.helper, self.mgr.broker)]


class Slow(attack.AttackTestCase):
    def files(self):
        self.mgr.write("etc/mgr/mgr.toml", SETTINGS.replace("@BLOCK_DEADLINE@", "1s") + "connections_per_caller = 100\n")

    def test_drips_of_a_local_user_end_at_the_deadline_of_the_whole_block(self):
        """Slowloris: a byte at a time for ever. Another byte moves no deadline, and nobody else waits."""
        drips = [self.mgr.client("daemon") for _ in range(150)]  # its hundred places, and more
        open_ones = dict(enumerate(drips))
        answers = {}
        while open_ones:
            for number, client in list(open_ones.items()):
                client.settimeout(0.001)
                try:
                    client.send(b"m")
                    answers[number] = answers.get(number, b"") + client.recv(65536)
                except TimeoutError:
                    continue
                except (BrokenPipeError, ConnectionResetError):
                    answers[number] = answers.get(number, b"") + read_to_end(client)
                del open_ones[number]
            if len(answers) < 100:
                self.assertTrue(self.mgr.ask(PING)["success"], "www-data has places of its own")
        codes = [json.loads(answer)["msg"]["err_code"] for answer in answers.values() if answer]
        self.assertLessEqual(set(codes), {TIMEOUT, BUSY, MALFORMED, TOO_LARGE})
        self.assertGreaterEqual(codes.count(TIMEOUT), 50)
        self.assertGreaterEqual(codes.count(BUSY), 1)
        for client in drips:
            client.close()
        self.assert_nothing_happened()


class Lengths(attack.AttackTestCase):
    NUMBERS = ("-1", "+1", "01", "0x10", "1e3", "", "1 ", "2147483648", "4294967295", "4294967296", "18446744073709551615",
               "18446744073709551616", "9" * 4000, "1048577")

    def test_a_body_of_a_length_beyond_bounds_is_refused_before_it_is_allocated(self):
        """Length overflow: 0, -1, 2^31, 2^32-1, in the language of clients."""
        memory = memory_of(self.mgr.broker)
        for number in self.NUMBERS:
            for tcp in (False, True):
                reply = self.mgr.ask(START + f"mgr-body:{number}\n\n".encode() + b"x" * 10, tcp=tcp)
                self.assert_refused(reply, INVALID, MALFORMED, TOO_LARGE)
        if not attack.is_sanitized("mgr-broker"):
            self.assertLess(memory_of(self.mgr.broker), memory + 4096)

    def test_blocks_names_and_values_beyond_bounds_are_refused_whole(self):
        """Length overflow: over by one, and by far; nothing is cut and then believed."""
        for text in (START + b"x:" + b"y" * 4097 + b"\n\n", START + b"n" * 33 + b":1\n\n", START + b"a" * 20000,
                     START + b"".join(b"f%d:\n" % number for number in range(62)) + b"\n", b"x:y\n" * 100000,
                     b"module:scan\naction:start" + b"t" * 4096 + b"\n\n", START + b"\0" * 70000):
            for tcp in (False, True):
                reply = self.mgr.ask(text, tcp=tcp)
                self.assert_refused(reply, MALFORMED, TOO_LARGE, INVALID, attack.UNKNOWN)
        self.assertTrue(self.mgr.ask(PING)["success"])


class Peers(attack.AttackTestCase):
    def test_nobody_but_the_brokers_user_is_a_broker(self):
        """Who before what: every other uid, root's too, is sent away unread, without a greeting."""
        self.mgr.kill_broker()
        came = 0
        for user in (None, "www-data", "daemon", "games", "mgr-job", "mgr-scan"):
            with socket.socket(socket.AF_UNIX) as peer:
                peer.settimeout(DEADLINE)
                try:
                    with acting_as(user):
                        peer.connect(str(self.mgr.dir / "run/mgr/helper.sock"))
                except PermissionError:
                    continue
                with contextlib.suppress(BrokenPipeError):
                    peer.sendall(b"\0" * 64)
                self.assertEqual(read_to_end(peer), b"")
                came += 1
        refused = [line["detail"] for line in self.mgr.audit_lines() if line["event"] == "link_refused"]
        self.assertEqual(len(refused), came)
        self.assertIn("a peer that is not the broker, uid 0", refused)
        self.mgr.start_broker()
        self.mgr.wait_ready()
        self.assert_nothing_happened()

    def test_the_brokers_own_user_is_an_ordinary_client(self):
        """A broker that was taken over connects to mgr.sock itself: it is mgr-broker there, whom no rule names."""
        self.assert_refused(self.mgr.scan("start", "1", user="mgr-broker"), attack.DENIED)
        self.assertEqual(self.refusals()[-1]["uid"], uid_of("mgr-broker").pw_uid)

    def test_an_address_of_this_machine_is_nobody(self):
        """Loopback is trusted: any local process, any page that a browser was led to by DNS, comes from 127.0.0.1."""
        self.assert_refused(self.mgr.ask(START + b"\n", tcp=True), attack.UNAUTHENTICATED)
        rebound = b"POST / HTTP/1.1\r\nHost: panel.example:6667\r\n\r\n" + START + b"\n"
        self.assert_refused(self.mgr.ask(rebound, tcp=True), MALFORMED)
        self.assertEqual([line for line in self.refusals() if "uid" in line or "key" in line], [])


if __name__ == "__main__":
    attack.main()
