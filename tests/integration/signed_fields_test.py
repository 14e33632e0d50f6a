"""A signed request whose fields somebody changes on its way: nothing of it is carried out.

Usage: signed_fields_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import base64
import contextlib
import random
import socket
import sys
import time
import unittest

import signing
from instance import read_to_end
from signed_support import (DENIED, INVALID, MALFORMED, REQUEST, STALE, UNAUTHENTICATED, UNPROVEN, SignedTestCase,
                            altered, at_one_second, other_base64, without)

SignedTestCase.binaries = sys.argv.pop(1)
UNKNOWN_ACTION = 1


class Altered(SignedTestCase):
    def test_as_it_was_signed_it_is_carried_out_once(self):
        for key, tcp in self.ways():
            fields = self.sign(key)
            self.accepts(fields, tcp)
            for over_tcp in (tcp, not tcp):
                self.refuses(fields, STALE, over_tcp, "its nonce is used")

    def test_each_value_altered(self):
        values = {"module": "SCAN_MODULE", "task_ids": "8", "mgr-wait": "no", "mgr-on-behalf-of": "root",
                  "auth-nonce": signing.new_nonce()}
        for key, tcp in self.ways():
            for name, value in values.items():
                fields = self.sign(key)
                self.refuses(altered(fields, name, value), UNAUTHENTICATED, tcp, UNPROVEN)
                self.accepts(fields, tcp)  # so no nonce was used up by that

    def test_another_time_key_host_or_signature(self):
        for key, tcp in self.ways():
            fields = self.sign(key)
            value = dict(fields)
            for step in (-1, 1):
                self.refuses(altered(fields, "auth-time", str(int(value["auth-time"]) + step)), UNAUTHENTICATED, tcp)
            for other in (self.other, self.mac if key is self.ed else self.ed):
                self.refuses(altered(fields, "auth-key", other.name), UNAUTHENTICATED, tcp, UNPROVEN)
            self.refuses(altered(fields, "auth-to", "0" * 32), STALE, tcp, "addressed to another host")
            wrong = other_base64(value["signature"])
            self.refuses(altered(fields, "signature", wrong), UNAUTHENTICATED, tcp, UNPROVEN)

    def test_another_module_or_action(self):
        for key, tcp in self.ways():
            fields = self.sign(key)
            self.refuses(altered(fields, "action", "stop"), UNAUTHENTICATED, tcp, UNPROVEN)
            self.refuses(altered(fields, "action", "none"), UNKNOWN_ACTION, tcp)
            self.refuses(altered(fields, "module", "none"), UNKNOWN_ACTION, tcp)

    def test_each_bit_of_a_signature(self):
        for key in (self.ed, self.mac):
            fields = self.sign(key)
            signature = base64.b64decode(signing.value_of(fields, "signature"))
            for bit in range(0, 8 * len(signature), 3):
                data = bytearray(signature)
                data[bit // 8] ^= 1 << bit % 8
                self.refuses(altered(fields, "signature", base64.b64encode(data).decode()), UNAUTHENTICATED)

    def test_each_field_removed(self):
        needed = {"auth-key", "auth-to", "auth-time", "auth-nonce", "signature"}
        for key, tcp in self.ways():
            fields = self.sign(key)
            for name in ("module", "action"):
                self.refuses(without(fields, name), MALFORMED, tcp)
            for name in needed:
                self.refuses(without(fields, name), INVALID, tcp, "a signed request needs " + name)
            self.refuses(without(fields, "task_ids"), INVALID, tcp)
            for name in ("mgr-wait", "mgr-on-behalf-of"):
                self.refuses(without(fields, name), UNAUTHENTICATED, tcp, UNPROVEN)

    def test_without_any_of_its_proof_it_has_that_of_the_connection(self):
        for key in (self.ed, self.mac):
            bare = without(self.sign(key), "auth-key", "auth-to", "auth-time", "auth-nonce")
            self.refuses(bare, UNAUTHENTICATED, True)
            self.refuses(bare, DENIED, False)  # www-data may start other tasks alone
            self.refuses(bare, DENIED, False, user="daemon")

    def test_each_field_doubled(self):
        for key, tcp in self.ways():
            fields = self.sign(key)
            for name, value in fields:
                for second in ((name, value), (name.upper(), value), (name, value + "0")):
                    self.refuses(fields + [second], MALFORMED, tcp)
                    self.refuses([second] + fields, MALFORMED, tcp)

    def test_two_keys(self):
        for key, tcp in self.ways():
            self.refuses(signing.resign(self.sign(key) + [("auth-key", self.other.name)], key), MALFORMED, tcp)

    def test_each_field_added(self):
        for key, tcp in self.ways():
            fields = self.sign(key)
            for added in (("mgr-dry-run", "no"), ("mgr-dry-run", "yes"), ("mgr-confirm", "yes"),
                          ("mgr-request-id", "r1")):
                self.refuses(fields + [added], UNAUTHENTICATED, tcp, UNPROVEN)
            for added in (("auth-new", "1"), ("auth-alg", "none"), ("mgr-new", "1"), ("auth-body", "0" * 64),
                          ("mgr-body", "0"), ("task_id", "7"), ("signature2", "")):
                self.refuses(fields + [added], INVALID, tcp)
                if added[0].startswith("auth-"):
                    self.refuses(signing.resign(fields + [added], key), INVALID, tcp)

    def test_fields_in_another_order_are_the_same_request(self):
        for key, tcp in self.ways():
            for seed in range(4):
                fields = self.sign(key)
                random.Random(seed).shuffle(fields)
                self.accepts(fields, tcp)


class Written(SignedTestCase):
    """One request may be written in several ways, and its text is one."""

    def test_names_in_upper_case(self):
        for key, tcp in self.ways():
            shouted = [(name.upper(), value) for name, value in self.sign(key)]
            self.accepts(shouted, tcp)
            raised = [(name.upper() if name == "task_ids" else name, value) for name, value in self.sign(key)]
            self.refuses(signing.resign(raised, key), UNAUTHENTICATED, tcp, UNPROVEN)

    def test_spaces_around_values(self):
        for key, tcp in self.ways():
            fields = self.sign(key)
            spaced = [(name, f"  {value} ") for name, value in fields]
            self.accepts(spaced, tcp)
            spaced = altered(self.sign(key), "task_ids", " 7")
            self.refuses(signing.resign(spaced, key), UNAUTHENTICATED, tcp, UNPROVEN)

    def test_line_ends_and_the_opening_line(self):
        for key, tcp in self.ways():
            for front, end in ((b"", b"\r\n"), (b"mgr:keep-alive\n", b"\n"), (b"mgr: keep-alive\r\n", b"\r\n")):
                fields = self.sign(key)
                with self.mgr.client(tcp=tcp) as connection:
                    connection.sendall(front + signing.block(fields).replace(b"\n", end))
                    line = connection.makefile("rb").readline()
                self.assertTrue(line.startswith(b'{"success":true'), line)
                self.assertTrue(self.is_answer_to(fields, line))
                self.expected += 1

    def test_a_request_behind_a_signed_one_has_nothing_of_its_proof(self):
        fields = self.sign(self.ed)
        with self.mgr.client(tcp=True) as connection:
            connection.sendall(b"mgr:keep-alive\n" + signing.block(fields) + signing.block(REQUEST))
            connection.shutdown(1)
            first, second = connection.makefile("rb").read().splitlines()
        self.assertTrue(first.startswith(b'{"success":true'), first)
        self.assertTrue(second.startswith(b'{"success":false,"msg":{"err_code":3}'), second)
        self.expected += 1

    def test_lines_are_sorted_whole(self):
        names = ("a", "a-b", "a.b", "a_b")
        say = [("module", "box"), ("action", "say")] + [(name, "o\u00e4:" + name) for name in names]
        for key, tcp in self.ways():
            fields = self.sign(key, say)
            said = self.accepts(fields, tcp)["data"]["stdout"]
            self.assertEqual(said, " ".join(dict(say)[name] for name in names) + "\n")
            fields = without(self.sign(key, say), "signature")
            by_name = "".join(f"{name}:{value}\n" for name, value in sorted(fields))
            text = b"mgr-request-v1\n" + by_name.encode()
            self.assertNotEqual(text, signing.signed_text(fields))
            signature = base64.b64encode(key.signature_of(text)).decode()
            self.refuses(fields + [("signature", signature)], UNAUTHENTICATED, tcp, UNPROVEN)

    def test_a_value_is_one_line(self):
        for key, tcp in self.ways():
            for value in ("zoe\ntask_ids:8", "zoe\rtask_ids:8", "zoe\x00", "zoe\x85"):
                wrong = altered(self.sign(key), "mgr-on-behalf-of", value)
                self.refuses(signing.resign(wrong, key), MALFORMED, tcp)
            # An empty line ends the request before what proves it.
            self.refuses(altered(self.sign(key), "mgr-on-behalf-of", "zoe\n"), UNAUTHENTICATED if tcp else DENIED, tcp)


class Fresh(SignedTestCase):
    """Times are asked with whoami: at the edge of the window either answer may be right."""

    WHOAMI = [("module", "mgr"), ("action", "whoami")]

    def at(self, key, offset, tcp):
        """A request of that time, and its answer, while no clock ticked."""
        def ask(second):
            fields = self.sign(key, self.WHOAMI, at=second + offset)
            return fields, self.send(fields, tcp)
        return at_one_second(ask)[1]

    def test_within_the_window(self):
        for key, tcp in self.ways():
            for offset in (-29, 29, -30, 30, 0):
                fields, answer = self.at(key, offset, tcp)
                self.assertTrue(answer.startswith(b'{"success":true'), (offset, answer))
                self.assertTrue(self.is_answer_to(fields, answer))

    def test_outside_of_it(self):
        for key, tcp in self.ways():
            for offset in (-31, 31, -86400, 86400):
                _, answer = self.at(key, offset, tcp)
                self.assertTrue(answer.startswith(b'{"success":false,"msg":{"err_code":9}'), (offset, answer))
                self.assertIn(b"its time is not this host's within 30 s", answer)
            for at in (0, 999999999999):
                self.refuses(self.sign(key, at=at), STALE, tcp)

    def test_what_is_no_time(self):
        now = str(int(time.time()))
        for key, tcp in self.ways():
            for at in ("", "-1", "+" + now, "0" + now, now + ".0", now + " 0", "0x10", "1e9", now + "000", "now",
                       "9" * 20):
                self.refuses(self.sign(key, at=at), INVALID, tcp, "auth-time")

    def test_what_is_no_nonce(self):
        nonce = "0123456789abcdef0123456789abcdef"
        for key, tcp in self.ways():
            for wrong in (nonce[1:], nonce + "0", nonce.upper(), nonce[1:] + "g", nonce[:-1] + " 0", "-" + nonce[1:],
                          "0x" + nonce[2:]):
                self.refuses(self.sign(key, nonce=wrong), INVALID, tcp, "auth-nonce")
            self.refuses(signing.resign(altered(self.sign(key), "auth-nonce", ""), key), INVALID, tcp, "auth-nonce")

    def test_another_host(self):
        for key, tcp in self.ways():
            self.refuses(self.sign(key, to=signing.new_nonce()), STALE, tcp, "addressed to another host")
            for wrong in ("", self.host[1:], self.host + "0", "A" * 32, "*", "localhost"):
                self.refuses(self.sign(key, to=wrong), INVALID, tcp, "auth-to")


class Mutated(SignedTestCase):
    """Bytes changed at random, by who has no rights of their own: whatever is another request is refused."""

    ROUNDS = 1500
    PIECES = [b"\n", b":", b" ", b"\r", b"\x00", b"\n\n", b"a", b"auth-", b"signature:", b"\xc3", b"=", b"0", b"yes", b","]

    def mutated(self, block, chance):
        for _ in range(chance.randint(1, 3)):
            at, length = chance.randrange(len(block)), chance.choice((0, 0, 1, 1, 2, 9))
            insert = chance.choice((b"", chance.choice(self.PIECES), bytes([chance.randrange(256)]), block[at:at + 12]))
            block = block[:at] + insert + block[at + length:]
        return block

    @staticmethod
    def meaning(block):
        """The fields that it says, in any order; None where it is no whole block."""
        head, end, _ = block.replace(b"\r\n", b"\n").partition(b"\n\n")
        pairs = [line.partition(b":") for line in head.split(b"\n")]
        return sorted((name.lower(), value.strip(b" ")) for name, _, value in pairs) if end else None

    def test_what_says_something_else_is_refused(self):
        for key, tcp in self.ways():
            chance = random.Random(f"{key.name} {tcp}")
            original = signing.block(self.sign(key))
            sent = 0
            while sent < self.ROUNDS:
                block = self.mutated(original, chance)
                if self.meaning(block) == self.meaning(original):
                    continue
                sent += 1
                with self.mgr.client("daemon", tcp) as connection:
                    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                        connection.sendall(block)
                        connection.shutdown(socket.SHUT_WR)
                    answer = read_to_end(connection)
                self.assertTrue(answer == b"" or answer.startswith(b'{"success":false'), (block, answer))
            self.accepts(self.sign(key), tcp)


if __name__ == "__main__":
    unittest.main()
