"""Signed requests whose bodies somebody exchanges, that somebody sends again, or over a connection of their own.

Usage: signed_passed_on_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import base64
import contextlib
import hashlib
import json
import sys
import unittest

import signing
from signed_support import (DENIED, INVALID, REQUEST, STALE, UNAUTHENTICATED, UNPROVEN, SignedTestCase, altered,
                            without)

SignedTestCase.binaries = sys.argv.pop(1)


class Bodies(SignedTestCase):
    PUT = [("module", "box"), ("action", "put")]
    BODY = b"allow 192.0.2.1\n"

    def put(self, key, body=BODY):
        return self.sign(key, self.PUT, body=body)

    def test_as_it_was_signed_it_arrives(self):
        for key, tcp in self.ways():
            for body in (self.BODY, b"", bytes(range(256)) * 4096):
                reply = self.accepts(self.put(key, body), tcp, body=body)
                data = reply["data"]  # of the largest the end does not fit into the reply
                said = base64.b64decode(data["stdout_base64"]) if len(body) > 100 else data["stdout"].encode()
                self.assertEqual(said[:1000], body[:1000])

    def test_altered_or_exchanged(self):
        for key, tcp in self.ways():
            fields = self.put(key)
            for body in (self.BODY.replace(b"allow", b"block"), self.BODY[:-2] + b"2\n", bytes(len(self.BODY))):
                self.refuses(fields, UNAUTHENTICATED, tcp, "the body is not the one that was signed", body=body)
            self.accepts(fields, tcp, body=self.BODY)
            self.refuses(fields, STALE, tcp, body=self.BODY)

    def test_shortened_or_lengthened(self):
        for key, tcp in self.ways():
            fields = self.put(key)
            for length in (0, len(self.BODY) - 1, len(self.BODY) + 1):
                body = (self.BODY + b"x")[:length]
                self.refuses(altered(fields, "mgr-body", str(length)), UNAUTHENTICATED, tcp, UNPROVEN, body=body)

    def test_cut_off_it_is_no_request(self):
        for key, tcp in self.ways():
            with self.mgr.client(tcp=tcp) as connection:
                connection.sendall(signing.block(self.put(key)) + self.BODY[:-1])
                connection.shutdown(1)
                self.assertEqual(connection.makefile("rb").read(), b"")

    def test_its_hash_altered_removed_or_alone(self):
        empty = hashlib.sha256(b"").hexdigest()
        for key, tcp in self.ways():
            fields = self.put(key)
            hashed = signing.value_of(fields, "auth-body")
            self.refuses(altered(fields, "auth-body", empty), UNAUTHENTICATED, tcp, UNPROVEN, body=self.BODY)
            self.refuses(signing.resign(altered(fields, "auth-body", empty), key), UNAUTHENTICATED, tcp, body=self.BODY)
            for wrong in ("", hashed[1:], hashed + "0", hashed.upper(), "g" * 64):
                signed = signing.resign(altered(fields, "auth-body", wrong), key)
                self.refuses(signed, INVALID, tcp, "auth-body", body=self.BODY)
            missing = signing.resign(without(fields, "auth-body"), key)
            self.refuses(missing, INVALID, tcp, "auth-body", body=self.BODY)
            self.refuses(signing.resign(without(fields, "mgr-body"), key), INVALID, tcp)

    def test_of_another_request(self):
        for key, tcp in self.ways():
            one, other = self.put(key), self.put(key, b"deny")
            for name in ("auth-body", "mgr-body"):
                one = altered(one, name, signing.value_of(other, name))
            self.refuses(one, UNAUTHENTICATED, tcp, UNPROVEN, body=b"deny")


class Replays(SignedTestCase):
    """By who heard a request; what outlives the daemons and the machine is in signed_nonces_test.py."""

    def test_at_once_over_many_connections(self):
        for key, tcp in self.ways():
            block = signing.block(self.sign(key))
            with contextlib.ExitStack() as stack:
                connections = [stack.enter_context(self.mgr.client(tcp=tcp)) for _ in range(20)]
                for connection in connections:
                    connection.sendall(block[:-1])
                for connection in connections:
                    connection.sendall(block[-1:])
                replies = [json.loads(connection.makefile("rb").readline()) for connection in connections]
            self.carried_out_once(replies)

    def test_pipelined_on_one_connection(self):
        for key, tcp in self.ways():
            with self.mgr.client(tcp=tcp) as connection:
                connection.sendall(b"mgr:keep-alive\n" + signing.block(self.sign(key)) * 20)
                connection.shutdown(1)
                self.carried_out_once([json.loads(line) for line in connection.makefile("rb").read().splitlines()])

    def carried_out_once(self, replies):
        self.expected += 1
        refused = [reply["msg"]["err_code"] for reply in replies if not reply["success"]]
        self.assertEqual((len(replies), refused), (20, [STALE] * 19))

    def test_written_in_another_way(self):
        for key, tcp in self.ways():
            fields = self.sign(key)
            self.accepts(fields, tcp)
            for again in (fields[::-1], [(name.upper(), value + " ") for name, value in fields]):
                self.refuses(again, STALE, tcp, "its nonce is used")

    def test_a_nonce_is_its_keys_alone(self):
        nonce = signing.new_nonce()
        for key in (self.ed, self.mac, self.other):
            self.accepts(self.sign(key, nonce=nonce))
            self.refuses(self.sign(key, altered(REQUEST, "task_ids", "8"), nonce=nonce), STALE)

    def test_a_refused_request_has_used_its_nonce(self):
        for key, tcp in self.ways():
            fields = self.sign(key, altered(REQUEST, "task_ids", "500"))
            self.refuses(fields, DENIED, tcp, is_signed=True)
            self.refuses(fields, STALE, tcp)

    def test_asked_again_it_is_signed_anew(self):
        for key, tcp in self.ways():
            request = REQUEST + [("mgr-request-id", f"{key.name}-{tcp}")]
            first = self.accepts(self.sign(key, request), tcp)["data"]["jobs"][0]
            again = self.accepts(self.sign(key, request), tcp, effects=0)["data"]
            self.assertEqual((again["repeated"], again["jobs"][0]["id"]), (True, first["id"]))
            stranger = self.accepts(self.sign(self.other, request), tcp)["data"]["jobs"][0]
            self.assertNotEqual(stranger["id"], first["id"])


class PassedOn(SignedTestCase):
    """Somebody sends another's request over a connection of their own."""

    WHOAMI = [("module", "mgr"), ("action", "whoami")]

    def test_it_has_its_signer_and_nobody_else(self):
        for user in (None, "www-data", "daemon"):
            for key in (self.ed, self.mac):
                data = self.accepts(self.sign(key, self.WHOAMI), False, effects=0, user=user)["data"]
                self.assertEqual(data, {"transport": "unix", "key": key.name, "principals": ["anyone", "signers"]})
        data = self.accepts(self.sign(self.ed, self.WHOAMI), True, effects=0)["data"]
        self.assertEqual(data, {"transport": "tcp", "key": "ed", "principals": ["anyone", "signers"]})

    def test_rights_of_the_connection_are_not_added(self):
        for key in (self.ed, self.mac):
            for user, fields in ((None, [("module", "scan"), ("action", "list")]),
                                 (None, [("module", "mgr"), ("action", "reload")]),
                                 (None, altered(REQUEST, "task_ids", "500")),
                                 ("www-data", altered(REQUEST, "task_ids", "150"))):
                signed = self.sign(key, fields)
                self.refuses(signed, DENIED, False, user=user, is_signed=True)
                self.refuses(signed, STALE, False, user=user)  # and so it is used up

    def test_a_kept_connection_asks_as_each_request_says(self):
        signed = self.sign(self.ed, self.WHOAMI)
        bare = signing.block(self.WHOAMI)
        with self.mgr.client("www-data") as connection:
            connection.sendall(b"mgr:keep-alive\n" + bare + signing.block(signed) + bare)
            connection.shutdown(1)
            said = [json.loads(line)["data"] for line in connection.makefile("rb").read().splitlines()]
        self.assertEqual([(data["principals"], data.get("key")) for data in said],
                         [(["anyone", "web"], None), (["anyone", "signers"], "ed"), (["anyone", "web"], None)])

    def test_the_claimed_user_is_the_signers_claim(self):
        for key, tcp in self.ways():
            self.refuses(altered(self.sign(key), "mgr-on-behalf-of", "alice"), UNAUTHENTICATED, tcp, UNPROVEN)
            fields = self.sign(key)
            self.accepts(fields, tcp)
            line = [line for line in self.mgr.audit_lines() if line["event"] == "effect"][-1]
            self.assertEqual((line["key"], line["on_behalf_of"], line.get("uid")), (key.name, "zoe", None))


if __name__ == "__main__":
    unittest.main()
