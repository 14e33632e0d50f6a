"""What tests of callers with keys share: a mgr in which alice (Ed25519), bob (Ed25519) and hugo (HMAC) may start
jobs, beside www-data and an admin who may do everything, and commands that leave a mark where they run.
"""
import json
import os

import signing
from jobs_support import POLICY, JobsInstance, JobsTestCase

STALE, UNAUTHENTICATED = 9, 3

KEYS_POLICY = POLICY + """
[[principal]]
name = "people"
key = ["alice", "bob", "hugo"]
[[principal]]
name = "admin"
user = "games"
[[allow]]
who = ["people"]
module = ["work", "job"]
action = "*"
jobs = "own"
[[allow]]
who = ["people"]
module = "mgr"
action = ["whoami", "can-i"]
[[allow]]
who = ["admin"]
module = ["mgr", "work", "job", "strict"]
action = "*"
jobs = "all"
"""


class KeysTestCase(JobsTestCase):
    RULES = ""    # beside KEYS_POLICY
    MODULES = ""  # of modules.d

    def setUp(self):
        self.mgr = JobsInstance(start=False)
        self.addCleanup(self.mgr.stop)
        self.mgr.write("etc/mgr/policy.toml", KEYS_POLICY + self.RULES)
        if self.MODULES:
            self.mgr.write("etc/mgr/modules.d/strict.toml", self.MODULES)
        self.alice, self.bob = signing.Key("alice").install(self.mgr), signing.Key("bob").install(self.mgr)
        self.hugo = signing.Key("hugo", hmac=True).install(self.mgr)
        self.before_start()
        self.mgr.start()
        self.host = signing.host_id(self.mgr)
        self.host_key = signing.host_key(self.mgr)

    def before_start(self):
        pass

    def signed(self, key, module, action, at=None, nonce=None, **fields):
        """The fields of a signed request; __ in a name is a dash."""
        plain = [("module", module), ("action", action)]
        plain += [(name.replace("__", "-"), str(value)) for name, value in fields.items()]
        return signing.sign(plain, key, self.host, at, nonce)

    def send(self, fields, user="daemon", tcp=False):
        """The reply; is_signed tells whether the host signed it for this request."""
        line = self.mgr.send(signing.block(fields), user, tcp)
        reply = json.loads(line)
        key, nonce = (signing.value_of(fields, name) for name in ("auth-key", "auth-nonce"))
        reply["is_signed"] = signing.is_signed_reply(line, key, nonce, self.host_key)
        return reply

    def ask(self, key, module, action, user="daemon", tcp=False, **fields):
        return self.send(self.signed(key, module, action, **fields), user, tcp)

    def accepted(self, reply):
        self.assertTrue(reply["success"], reply)
        self.assertTrue(reply["is_signed"], reply)
        return reply["data"]

    def runs(self, fields, token, user="daemon", tcp=False):
        """The request starts the command that marks this token, once more."""
        before = self.starts(token)
        job, = self.accepted(self.send(fields + [], user, tcp))["jobs"]
        self.wait(job["id"])
        self.assertEqual(self.starts(token), before + 1)
        return job["id"]

    def never_runs(self, fields, token, code, user="daemon", tcp=False):
        """It is refused, and that is not signed: it cannot be shown in place of what was done."""
        folders, before = set(self.mgr.job_folders()), self.starts(token)
        refused = self.refuses(self.send(fields, user, tcp), code)
        self.assertFalse(refused["is_signed"])
        self.assertEqual((set(self.mgr.job_folders()), self.starts(token)), (folders, before))
        return refused["detail"]
