"""Who a signed request is from: its signer alone, whatever connection it came over and whoever passed it on.

Usage: signed_callers_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import json
import socket
import struct
import time
import unittest

import signing
from evil_broker_support import CLOSED, REPLY, RUN, EvilBroker, frame, text
from instance import DEADLINE
from keys_support import KEYS_POLICY, STALE, UNAUTHENTICATED, KeysTestCase
from shutdown_support import OFF, shutdown_file

DENIED, MALFORMED, INVALID, BUSY, CONFLICT, NOT_FOUND = 4, 5, 6, 7, 11, 12
UNPROVEN = "unknown key, or a signature that does not verify"

MODULES = """
[module.strict.action.sign]
command = ["@DIR@/bin/job", "exit", "strict", "0"]
user = "mgr-scan"
min_proof = "signed"
[module.strict.action.say]
command = ["/bin/echo", "{word}"]
user = "mgr-scan"
mode = "output"
[module.strict.action.say.arg.word]
type = "string"
max_length = 4096
[module.strict.action.talk]
command = ["/usr/bin/yes"]
user = "mgr-scan"
mode = "stream"
stop_grace = "0s"
[module.strict.action.take]
command = ["/usr/bin/sha256sum"]
user = "mgr-scan"
mode = "output"
[module.strict.action.take.arg.file]
type = "blob"
"""

RULES = """
[[allow]]
who = "people"
module = "strict"
action = ["say", "talk", "take"]
[[allow]]
who = ["people", "web"]
module = "strict"
action = "sign"
rate = "3/d"
[[principal]]
name = "both"
user = "daemon"
key = "bob"
[[deny]]
who = "both"
module = "work"
action = "single"
"""


class CallersTestCase(KeysTestCase):
    MODULES = MODULES
    RULES = RULES


class Callers(CallersTestCase):
    def test_are_their_signer_over_every_connection(self):
        for key in (self.alice, self.hugo):
            for user, tcp in (("daemon", False), ("games", False), (None, False), (None, True)):
                who = self.accepted(self.ask(key, "mgr", "whoami", user, tcp))
                self.assertEqual(who["key"], key.name)
                self.assertNotIn("uid", who)
                self.assertNotIn("groups", who)
                self.assertEqual(set(who["principals"]), {"anyone", "people"})
                self.assertEqual(who["transport"], "tcp" if tcp else "unix")

    def test_have_no_right_of_the_connection_that_carries_them(self):
        for user in ("games", None):
            refused = self.refuses(self.ask(self.alice, "mgr", "reload", user), DENIED)
            self.assertTrue(refused["is_signed"])
        self.assertTrue(self.mgr.request("mgr", "reload", "games")["success"])

    def test_two_halves_never_add_up(self):
        # www-data may start scans and alice may not; alice may ask whoami and www-data may not.
        self.refuses(self.ask(self.alice, "scan", "start", "www-data", task_ids=9), DENIED)
        self.refuses(self.mgr.request("mgr", "whoami", "www-data"), DENIED)
        self.accepted(self.ask(self.alice, "mgr", "whoami", "www-data"))
        self.assertEqual(self.mgr.job_folders(), [])

    def test_a_deny_of_a_principal_holds_for_its_keys_and_for_no_other(self):
        self.refuses(self.ask(self.bob, "work", "single", "games", token="t"), DENIED)
        self.make_gate("t")
        job = self.accepted(self.ask(self.alice, "work", "single", "daemon", token="t"))["jobs"][0]["id"]
        self.until_started("t")
        self.mgr.open_gate("t")
        self.wait(job)

    def test_are_in_the_audit_with_what_they_signed(self):
        request = self.signed(self.alice, "work", "exit", token="t", number=0)
        self.runs(request, "t")
        line, = self.lines("effect")
        self.assertEqual((line["key"], line["nonce"], line["signed_at"]),
                         ("alice", dict(request)["auth-nonce"], dict(request)["auth-time"]))
        self.assertNotIn("uid", line)
        self.assertEqual(line["arguments"], {"token": "t", "number": "0"})
        self.refuses(self.send(request), STALE)
        refused = self.lines("refused")[-1]
        self.assertEqual((refused["claimed_key"], refused["nonce"]), ("alice", line["nonce"]))
        self.assertNotIn("key", refused)

    def test_are_answered_with_the_hosts_signature_for_what_was_done(self):
        said = self.accepted(self.ask(self.alice, "strict", "say", tcp=True, word="hello \\\" there"))
        self.assertEqual(said["stdout"], "hello \\\" there\n")
        self.assertTrue(self.refuses(self.ask(self.alice, "work", "exit", token="t", number="x"), INVALID)["is_signed"])
        self.assertTrue(self.refuses(self.ask(self.alice, "job", "show", id=77), NOT_FOUND)["is_signed"])

    def test_send_a_body_that_is_the_one_they_signed(self):
        body = b"\0certificate\n" * 1000
        fields = signing.sign([("module", "strict"), ("action", "take")], self.alice, self.host, body=body)
        reply = json.loads(self.mgr.send(signing.block(fields, body)))
        self.assertTrue(reply["success"], reply)
        self.assertIn("signature", reply)
        other = body[:-1] + b"!"
        fields = signing.sign([("module", "strict"), ("action", "take")], self.alice, self.host, body=body)
        self.refuses(json.loads(self.mgr.send(signing.block(fields, other))), UNAUTHENTICATED)
        self.assertTrue(json.loads(self.mgr.send(signing.block(fields, body)))["success"])


class Jobs(CallersTestCase):
    def start_sleeper(self, key, token, **fields):
        job, = self.accepted(self.ask(key, "work", "sleeper", token=token, **fields))["jobs"]
        self.until_started(token)
        return job["id"]

    def test_are_their_signers_own(self):
        alices = self.start_sleeper(self.alice, "a")
        webs = self.start("sleeper", "w")["id"]
        for key, seen in ((self.alice, [alices]), (self.bob, []), (self.hugo, [])):
            listed = self.accepted(self.ask(key, "job", "list", "www-data"))["jobs"]
            self.assertEqual([job["id"] for job in listed], seen)
        self.assertEqual(self.ids("www-data"), [webs])
        for action in ("show", "stop", "wait", "follow"):
            name = "ids" if action in ("stop", "wait") else "id"
            self.refuses(self.ask(self.bob, "job", action, **{name: alices}), NOT_FOUND)
            self.refuses(self.ask(self.alice, "job", action, **{name: webs}), NOT_FOUND)
            self.refuses(self.mgr.request("job", action, "www-data", **{name: alices}), NOT_FOUND)
        stopped = self.accepted(self.ask(self.alice, "job", "stop", tcp=True, ids=alices))["jobs"]
        self.assertEqual([job["state"] for job in stopped], ["stopped"])

    def test_tell_the_key_also_after_a_restart(self):
        job = self.start_sleeper(self.alice, "a")
        for _ in range(2):
            shown = self.accepted(self.ask(self.alice, "job", "show", id=job))["jobs"][0]
            self.assertEqual(shown["caller"], {"key": "alice"})
            self.refuses(self.ask(self.bob, "job", "show", id=job), NOT_FOUND)
            self.mgr.restart_helper()
        self.assertEqual(self.shown(job)["caller"], {"key": "alice"})

    def test_are_not_started_twice_by_a_request_id_of_the_same_key(self):
        def ask(key, user="daemon", token="t"):
            return self.ask(key, "work", "exit", user, token=token, number=0, mgr__request__id="once", mgr__wait="yes")
        first = self.accepted(ask(self.alice))["jobs"][0]["id"]
        again = self.accepted(ask(self.alice, "games"))["jobs"][0]
        self.assertEqual((again["id"], again["new"]), (first, False))
        self.refuses(ask(self.alice, token="u"), CONFLICT)
        for other in (self.accepted(ask(self.bob)), self.mgr.request("work", "exit", "daemon", token="t", number=0,
                                                                     mgr__request__id="once")["data"]):
            self.assertTrue(other["jobs"][0]["new"])
            self.wait(other["jobs"][0]["id"])
        self.assertEqual(self.starts("t"), 3)

    def test_of_a_stream_end_with_a_signature_and_only_there(self):
        job = self.start_sleeper(self.alice, "a")
        request = self.signed(self.alice, "job", "watch")
        with self.mgr.client("daemon") as client:
            client.sendall(signing.block(request))
            lines = client.makefile("rb")
            first = lines.readline()
            self.assertTrue(json.loads(first)["more"])
            self.assertNotIn("signature", json.loads(first))
            lines.close()
        follow = self.signed(self.alice, "job", "follow", id=job)
        with self.mgr.client("daemon") as client:
            client.sendall(signing.block(follow))
            self.accepted(self.ask(self.alice, "job", "stop", ids=job))
            *parts, last = client.makefile("rb").readlines()
        for part in parts:
            self.assertNotIn("signature", json.loads(part))
        self.assertTrue(signing.is_signed_reply(last, "alice", dict(follow)["auth-nonce"], self.host_key), last)


    def test_of_mode_stream_over_the_network_end_with_their_reader(self):
        with self.mgr.client(tcp=True) as client:
            client.sendall(signing.block(self.signed(self.alice, "strict", "talk")))
            self.assertTrue(json.loads(client.makefile("rb").readline())["more"])
            client.shutdown(socket.SHUT_RDWR)
        until = time.monotonic() + DEADLINE
        while not (ended := self.lines("job_ended")):  # the job itself is not kept
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)
        self.assertEqual([line["state"] for line in ended], ["stopped"])


class Terms(CallersTestCase):
    def test_a_rate_counts_for_a_key_over_all_connections(self):
        for user, tcp in (("daemon", False), (None, False), (None, True)):
            self.accepted(self.ask(self.alice, "strict", "sign", user, tcp))
        self.refuses(self.ask(self.alice, "strict", "sign", "games"), BUSY)
        self.refuses(self.ask(self.alice, "strict", "sign", tcp=True), BUSY)
        for key in (self.bob, self.hugo):
            self.accepted(self.ask(key, "strict", "sign"))

    def test_a_dry_run_tells_and_does_nothing_and_its_nonce_counts(self):
        request = self.signed(self.alice, "strict", "sign", mgr__dry__run="yes")
        told = self.accepted(self.send(request))
        self.assertEqual(told["jobs"][0]["argv"][1:], ["exit", "strict", "0"])
        self.assertEqual(self.mgr.job_folders(), [])
        self.refuses(self.send(request), STALE)
        self.refuses(self.ask(self.alice, "scan", "start", task_ids=9, mgr__dry__run="yes"), DENIED)

    def test_can_i_answers_for_the_key(self):
        told = self.accepted(self.ask(self.alice, "mgr", "can-i", "games"))
        able = {(entry["module"], entry["action"]) for entry in told["actions"]}
        self.assertIn(("strict", "sign"), able)
        self.assertNotIn(("mgr", "reload"), able)


class Proof(CallersTestCase):
    def before_start(self):
        self.mgr.write("etc/mgr/policy.toml", KEYS_POLICY + RULES + """
[[allow]]
who = ["web", "admin", "root", "people"]
module = "shutdown"
action = "*"
""")
        self.mgr.write("etc/mgr/modules.d/shutdown.toml", shutdown_file("signed"))
        self.mgr.write("bin/off", OFF, 0o755)
        self.make_gate("off")

    def test_signed_is_met_by_a_signature_and_by_nothing_else(self):
        for user in ("www-data", "games", None):
            for more in ({}, {"signature": "constant"}, {"signature": "AAAA"}, {"mgr__confirm": "yes"},
                         {"mgr__on__behalf__of": "alice"}):
                refused = self.refuses(self.mgr.request("shutdown", "poweroff", user, **more), UNAUTHENTICATED)
                self.assertIn("mgrctl keygen", refused["detail"])
        self.refuses(self.mgr.ask("module:shutdown\naction:poweroff\n\n", tcp=True), UNAUTHENTICATED)
        stranger = signing.Key("stranger")
        for user in ("www-data", None):
            self.assertEqual(self.refuses(self.ask(stranger, "shutdown", "poweroff", user), UNAUTHENTICATED)["detail"],
                             UNPROVEN)
        self.assertEqual((self.starts("off"), self.mgr.job_folders()), (0, []))
        for key, tcp in ((self.alice, True), (self.hugo, False)):
            job, = self.accepted(self.ask(key, "shutdown", "poweroff", None, tcp))["jobs"]
            self.until_started("off")
            self.accepted(self.ask(key, "shutdown", "cancel"))
            self.wait(job["id"])
            (self.mgr.dir / "seen/off").unlink()


class EvilBrokers(EvilBroker):
    """With requests as it likes to have them."""

    sent = 0

    def ask(self, fields, connection=None, body=None, origin=b""):
        """What the helper answers; the bytes of the line."""
        self.sent += 1
        payload = struct.pack("<Q", self.number if connection is None else connection) + text(origin)
        payload += struct.pack("<I", len(fields))
        for name, value in fields:
            payload += text(name.encode()) + text(value.encode())
        payload += b"\0" if body is None else b"\1" + text(body)
        self.socket.sendall(frame(RUN, self.sent, payload))
        while True:
            number, answer = self.wait_for(REPLY)
            if number == self.sent and answer[0] == 0:
                return answer[5:]


class EvilBroker(CallersTestCase):  # the group's name in signed_callers.cmake
    def setUp(self):
        super().setUp()
        self.mgr.kill_broker()
        self.evil = EvilBrokers(self.mgr, "games")  # an admin is connected
        self.addCleanup(self.evil.close)

    def is_signed(self, fields, line):
        fields = dict(fields)
        return signing.is_signed_reply(line, fields["auth-key"], fields["auth-nonce"], self.host_key)

    def refused(self, request, fields, code, **how):
        """It is refused, without anything that could pass for the answer to the request."""
        line = self.evil.ask(fields, **how)
        self.assertEqual(json.loads(line).get("msg"), {"err_code": code}, (fields, line))
        self.assertNotIn("signature", json.loads(line))
        return json.loads(line)

    def test_can_alter_nothing(self):
        request = self.signed(self.alice, "work", "exit", token="t", number=3, mgr__wait="no")
        others = {"auth-to": "0" * 32, "auth-time": str(int(time.time()) + 1), "auth-nonce": "0" * 32,
                  "auth-key": "bob", "module": "scan", "number": "0"}
        for index, (name, value) in enumerate(request):
            rest = request[:index] + request[index + 1:]
            changed = [others.get(name, value[:-1] + ("A" if value[-1] != "A" else "B")), value + "x", " " + value,
                       value.upper() if value.upper() != value else value.lower(), "", value + "\nx:y"]
            for altered in [rest] + [rest + [(name, other)] for other in changed if other != value] \
                    + [rest + [(name + "x", value)], rest + [(name.upper(), value)], request + [(name, value)],
                       rest + [(name + ":", value)], rest + [("x", f"{name}:{value}")], rest + [(f"{name}:{value}\nx", "")]]:
                line = self.evil.ask(altered)
                reply = json.loads(line)
                self.assertFalse(reply["success"], (altered, reply))
                self.assertIn(reply["msg"]["err_code"], (UNAUTHENTICATED, MALFORMED, INVALID, STALE), (altered, reply))
                self.assertNotIn("signature", reply)
        for more in (("x", "y"), ("mgr-dry-run", "yes"), ("mgr-on-behalf-of", "eve"), ("auth-new", "1"), ("auth-body", "0" * 64),
                     ("mgr-body", "0")):
            self.evil.ask(request + [more])
        self.assertEqual((self.starts("t"), self.mgr.job_folders(), self.lines("effect")), (0, [], []))
        # And all that has used nothing up.
        line = self.evil.ask(request[::-1])
        self.assertTrue(json.loads(line)["success"], line)
        self.assertTrue(self.is_signed(request, line))

    def test_can_merge_no_fields_and_split_none(self):
        request = self.signed(self.alice, "strict", "say", word="a")
        merged = [(name, value) for name, value in request if name not in ("module", "word")]
        # The same signed text, line for line.
        self.refused(request, merged + [("module", "strict\nword:a")], MALFORMED)
        self.refused(request, merged + [("module:strict\nword", "a")], MALFORMED)

    def test_can_send_it_once_over_whatever_connection_and_gains_no_right(self):
        request = self.signed(self.alice, "mgr", "reload")
        reply = json.loads(self.evil.ask(request))  # over an admin's connection
        self.assertEqual(reply["msg"], {"err_code": DENIED})
        for how in ({}, {"connection": 0, "origin": b"127.0.0.1:1"}):
            self.refused(request, request, STALE, **how)

    def test_has_one_signed_answer_for_each_request(self):
        body = b"text"
        request = signing.sign([("module", "strict"), ("action", "take")], self.alice, self.host, body=body)
        for other in (b"texT", b"", b"text2"):
            fields = [(name, str(len(other)) if name == "mgr-body" else value) for name, value in request]
            self.refused(request, fields, UNAUTHENTICATED, body=other)
        self.refused(request, request, UNAUTHENTICATED, body=b"texT")
        self.refused(request, request, MALFORMED, body=b"texts")
        self.refused(request, request, MALFORMED)
        self.refused(request, request, UNAUTHENTICATED, body=body, connection=self.evil.number + 1000)
        taken = json.loads(self.evil.ask([*request, ("file", "x")], body=body))
        self.assertNotIn("signature", taken)
        denied = self.signed(self.alice, "scan", "start", task_ids=1)
        self.assertTrue(self.is_signed(denied, self.evil.ask(denied)))
        self.refused(denied, denied, STALE)

    def test_can_show_no_answer_to_another_keys_request_of_the_same_nonce(self):
        request = self.signed(self.alice, "mgr", "whoami")
        nonce = dict(request)["auth-nonce"]
        line = self.evil.ask(self.signed(self.bob, "mgr", "whoami", nonce=nonce))
        self.assertTrue(json.loads(line)["success"], line)
        self.assertTrue(signing.is_signed_reply(line, "bob", nonce, self.host_key))
        self.assertFalse(self.is_signed(request, line))
        self.assertTrue(self.is_signed(request, self.evil.ask(request)))

    def test_finds_nobody_behind_a_connection_that_streams_or_is_gone(self):
        request = self.signed(self.alice, "mgr", "whoami")
        gone = self.evil.number + 1
        self.assertEqual(self.refused(request, request, UNAUTHENTICATED, connection=gone)["detail"], "the connection is gone")
        self.evil.socket.sendall(self.evil.run(1 << 20, b"watch", b"job"))
        self.evil.wait_for(REPLY)
        self.assertEqual(self.refused(request, request, CONFLICT)["detail"], "the connection carries a stream")
        self.evil.socket.sendall(frame(CLOSED, 0, struct.pack("<Q", self.evil.number)))
        self.refused(request, request, UNAUTHENTICATED)
        line = self.evil.ask(request, connection=0, origin=b"127.0.0.1:1")
        self.assertTrue(self.is_signed(request, line), "nothing of that has used it up")

    def test_cannot_make_an_unsigned_request_pass_for_a_signed_one(self):
        plain = [("module", "strict"), ("action", "sign")]
        for more in ([("signature", "x")], [("auth-key", "alice")], [("auth-key", "alice"), ("signature", "x")]):
            self.assertIn(json.loads(self.evil.ask(plain + more))["msg"]["err_code"], (UNAUTHENTICATED, INVALID))
        self.assertEqual(self.starts("strict"), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
