"""A whole mgr that keys may ask, and what is asked of it by who would change a signed request on its way.

Nothing may run but what a test expects: it is counted in the command's own file, in the jobs and in the audit.
"""
import base64
import json
import time
import unittest

import signing
from instance import Instance

CLOCK_REALTIME_COARSE = 5  # <linux/time.h>; what time(2) reads
MALFORMED, INVALID, UNAUTHENTICATED, DENIED, STALE = 5, 6, 3, 4, 9
UNPROVEN = "unknown key, or a signature that does not verify"

POLICY = """
[[principal]]
name = "signers"
key = ["ed", "mac", "other", "early", "late", "revoked", "leaver"]
[[principal]]
name = "root"
uid = 0
[[principal]]
name = "web"
user = "www-data"
[[allow]]
who = "anyone"
module = "mgr"
action = ["ping", "whoami"]
[[allow]]
who = "signers"
module = "scan"
action = "start"
where = { task_ids = "1..99" }
[[allow]]
who = "signers"
module = "box"
action = ["put", "say"]
[[allow]]
who = "signers"
module = "job"
action = ["output", "show"]
[[allow]]
who = "web"
module = "scan"
action = "start"
where = { task_ids = "100..199" }
[[allow]]
who = "root"
module = ["scan", "mgr"]
action = "*"
"""
BOX = """
[module.box.action.put]
command = ["@DIR@/bin/put"]
mode = "output"
user = "mgr-scan"
[module.box.action.put.arg.file]
type = "blob"
[module.box.action.say]
command = ["@DIR@/bin/say", "{a}", "{a-b}", "{a.b}", "{a_b}"]
mode = "output"
user = "mgr-scan"
""" + "".join(f'[module.box.action.say.arg."{name}"]\ntype = "string"\n' for name in ("a", "a-b", "a.b", "a_b"))
COMMANDS = {"scan-command": 'echo "$2" >> "@DIR@/seen/ran"', "put": 'echo put >> "@DIR@/seen/ran"; cat',
            "say": 'echo say >> "@DIR@/seen/ran"; echo "$@"'}

REQUEST = [("module", "scan"), ("action", "start"), ("task_ids", "7"), ("mgr-wait", "yes"), ("mgr-on-behalf-of", "zoe")]


def altered(fields, name, value):
    """The fields, one of them with another value. What is signed stays as it was."""
    assert name in dict(fields), name
    return [(given, value if given == name else old) for given, old in fields]


def without(fields, *names):
    return [(name, value) for name, value in fields if name not in names]


def other_base64(text):
    """The base64 of other bytes: one bit is another."""
    data = bytearray(base64.b64decode(text))
    data[len(data) // 2] ^= 1
    return base64.b64encode(data).decode()


def at_one_second(ask):
    """What ask(second) gives, where every clock was in that second all the time. time(2) is a tick late."""
    while True:
        second = int(time.clock_gettime(CLOCK_REALTIME_COARSE))
        answer = ask(second)
        if int(time.time()) == second:
            return second, answer


class SignedTestCase(unittest.TestCase):
    """One instance for all tests of a class; each says with ran() what it expects to have run."""

    binaries = None  # the test programs set it
    keys = {}  # further lines of a key's record, by its id

    @classmethod
    def setUpClass(cls):
        cls.mgr = Instance(cls.binaries, start=False)
        cls.addClassCleanup(cls.mgr.stop)
        cls.mgr.write("etc/mgr/policy.toml", POLICY)
        cls.mgr.write("etc/mgr/modules.d/box.toml", BOX)
        for name, script in COMMANDS.items():
            cls.mgr.write(f"bin/{name}", f"#!/bin/sh\n{script}\n", 0o755)
        cls.ed, cls.mac, cls.other = signing.Key("ed"), signing.Key("mac", hmac=True), signing.Key("other")
        for key in (cls.ed, cls.mac, cls.other):
            key.install(cls.mgr, cls.keys.get(key.name, ""))
        cls.install_more()
        cls.mgr.start()
        cls.host, cls.host_key = signing.host_id(cls.mgr), signing.host_key(cls.mgr)

    @classmethod
    def install_more(cls):
        """Keys that a class wants beside those."""

    def setUp(self):
        self.before = self.effects()
        self.expected = 0

    def tearDown(self):
        self.assertEqual(self.effects(), tuple(count + self.expected for count in self.before))

    def effects(self):
        """What has run by the audit, which has the reloads of tests too, and by what was run."""
        ran = self.mgr.dir / "seen/ran"
        audited = sum(line["event"] == "effect" and line["action"] != "reload" for line in self.mgr.audit_lines())
        return audited, len(ran.read_text().splitlines()) if ran.exists() else 0

    def ways(self):
        """Each algorithm, over each transport."""
        for key in (self.ed, self.mac):
            for tcp in (True, False):
                with self.subTest(key=key.name, tcp=tcp):
                    yield key, tcp

    def sign(self, key, fields=None, **how):
        return signing.sign(REQUEST if fields is None else fields, key, how.pop("to", self.host), **how)

    def send(self, fields, tcp=True, body=b"", user="www-data"):
        """The bytes of the answer: one line."""
        data = fields if isinstance(fields, bytes) else signing.block(fields, body)
        answer = self.mgr.send(data, user, tcp)
        self.assertEqual(answer.count(b"\n"), 1, answer)
        return answer

    def refuses(self, fields, code, tcp=True, detail=None, is_signed=False, **how):
        answer = self.send(fields, tcp, **how)
        reply = json.loads(answer)
        self.assertEqual((reply["success"], reply["msg"]), (False, {"err_code": code}), reply)
        if detail is not None:
            self.assertIn(detail, reply["detail"])
        if is_signed:
            self.assertTrue(self.is_answer_to(fields, answer), answer)
        else:
            self.assertNotIn("signature", reply)
        return reply

    def is_answer_to(self, fields, line):
        """Whether the host has signed the line, for the request of these fields and for no other."""
        read = {name.lower(): value.strip() for name, value in fields}
        return signing.is_signed_reply(line, read["auth-key"], read["auth-nonce"], self.host_key)

    def accepts(self, fields, tcp=True, effects=1, **how):
        answer = self.send(fields, tcp, **how)
        reply = json.loads(answer)
        self.assertTrue(reply["success"], reply)
        self.assertTrue(self.is_answer_to(fields, answer), answer)
        self.expected += effects
        return reply
