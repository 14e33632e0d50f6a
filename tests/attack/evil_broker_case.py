"""What the attacks of a broker that was taken over share: a mgr whose broker is ours, and what the audit log counts."""
import collections
import random

import attack
import signing
from evil_broker import Evil
from instance import POLICY

RULES = POLICY + """
[[principal]]
name = "admin"
user = "games"
[[principal]]
name = "signers"
key = ["alice", "bob"]
[[allow]]
who = "admin"
module = ["mgr", "job", "scan"]
action = "*"
jobs = "all"
[[allow]]
who = "signers"
module = "mgr"
action = "whoami"
"""
WHOAMI = [("module", "mgr"), ("action", "whoami")]
RELOAD = [("module", "mgr"), ("action", "reload")]


class EvilBrokerTestCase(attack.AttackTestCase):
    def files(self):
        self.mgr.write("etc/mgr/policy.toml", RULES)
        self.alice = signing.Key("alice").install(self.mgr)
        signing.Key("bob").install(self.mgr)

    def setUp(self):
        super().setUp()
        self.mgr.kill_broker()
        attack.let_descriptors_in(self.mgr.helper)
        self.evil = self.take_over()

    def take_over(self):
        """www-data is connected, somebody whom no rule names, and an admin."""
        evil = Evil(self.mgr, others=("daemon", "games"))
        self.addCleanup(evil.close)
        return evil

    def tearDown(self):
        self.evil.close()
        self.mgr.start_broker()  # the helper serves an honest one as before
        self.mgr.wait_ready()
        super().tearDown()

    def signed(self, fields, **how):
        return signing.sign(fields, self.alice, signing.host_id(self.mgr), **how)

    def links_refused(self):
        return self.audited()["link_refused"]

    def audited(self):
        """How often the audit log has what, in lines and sums together; of refusals by their error."""
        counts = collections.Counter()
        for line in self.mgr.audit_lines():
            if line["event"] == "sums":
                for row in line["counts"]:
                    counts[row["what"]] += row["count"]
            elif line["event"] == "refused":
                counts["refused " + line["error"]] += 1
            else:
                counts[line["event"]] += 1
        return counts

    def assert_sent_away(self, why=None):
        """The link is closed, which is in the audit log, and nothing has happened."""
        self.assertTrue(self.evil.is_sent_away())
        self.evil.close()
        if why:
            self.until(lambda: why in [line["detail"] for line in self.mgr.audit_lines() if line["event"] == "link_refused"],
                       self.mgr.audit_lines)
        self.assert_nothing_happened()

    def each(self, attempt, seeds=20):
        """Some of what the attempt can be; each ends its link, and that is counted."""
        for seed in range(seeds):
            before = self.links_refused()
            self.evil.socket.sendall(attempt(self.evil, random.Random(seed)))
            self.assert_sent_away()
            self.until(lambda: self.links_refused() == before + 1, attempt.__name__)
            self.evil = self.take_over()
