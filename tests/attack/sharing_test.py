"""What belongs to one caller is given to no other, and what many have in common counts as one caller's."""
import contextlib
import os
import socket

import attack
from attack import BUSY, CONFLICT, DENIED, MALFORMED
from instance import DEADLINE, POLICY, SETTINGS, uid_of


class Shared(attack.AttackTestCase):
    MODULE = """
[module.box.action.cached]
command = ["/bin/cat", "/proc/sys/kernel/random/uuid"]
mode = "output"
cache = "1h"
[module.box.action.job]
command = ["/bin/true", "{text}"]
[module.box.action.job.arg.text]
type = "string"
"""
    RULES = """
[[principal]]
name = "other"
user = "daemon"
[[allow]]
who = "web"
module = "box"
action = "*"
[[allow]]
who = "other"
module = "box"
action = "cached"
[[allow]]
who = "other"
module = "mgr"
action = "whoami"
rate = "3/d"
"""

    def files(self):
        self.mgr.write("etc/mgr/modules.d/box.toml", self.MODULE)
        self.mgr.write("etc/mgr/policy.toml", POLICY + self.RULES)
        self.mgr.write("etc/mgr/mgr.toml", SETTINGS + "connections_per_caller = 8\n")

    def test_a_kept_answer_crosses_to_nobody_whom_another_rule_allows(self):
        """A cached or coalesced answer is given to who may not have it, or the answer about one to another."""
        cached = "module:box\naction:cached\n\n"
        web, again, other = (self.mgr.ask(cached, user)["data"] for user in ("www-data", "www-data", "daemon"))
        self.assertEqual(web["stdout"], again["stdout"])
        self.assertNotEqual(web["stdout"], other["stdout"])
        self.seen = self.effects()
        self.assertEqual(self.mgr.ask(cached, "games")["msg"], {"err_code": DENIED})
        who = [self.mgr.ask("module:mgr\naction:whoami\n\n", user)["data"]["uid"] for user in ("www-data", "daemon")]
        self.assertEqual(who, [uid_of(user).pw_uid for user in ("www-data", "daemon")])

    def test_a_request_id_of_one_site_gives_another_site_nothing(self):
        """All sites of www-data share a uid: one repeats, or takes, the request id of another."""
        def ask(text, person, user="www-data"):
            return self.mgr.ask(f"module:box\naction:job\ntext:{text}\nmgr-request-id:order-1\n"
                                f"mgr-on-behalf-of:{person}\nmgr-wait:yes\n\n", user)
        alice = ask("a", "alice")["data"]
        self.assertEqual(ask("a", "alice")["data"]["jobs"][0]["id"], alice["jobs"][0]["id"])
        self.assertEqual(ask("b", "alice")["msg"], {"err_code": CONFLICT})
        bob = ask("b", "bob")["data"]
        self.assertNotIn("repeated", bob)
        self.assertNotEqual(bob["jobs"][0]["id"], alice["jobs"][0]["id"])
        self.assertEqual(ask("a", "alice", "daemon")["msg"], {"err_code": DENIED})
        self.assertEqual(len(self.effects()), 2)

    def test_words_of_success_reset_no_limit(self):
        """OPNsense CVE-2026-44195: "Accepted" in a user's name reset the lockout."""
        whoami = "module:mgr\naction:whoami\n"
        for _ in range(3):
            self.assertTrue(self.mgr.ask(whoami + "\n", "daemon")["success"])
        for word in ("accepted", "Accepted publickey for root", "success", "root accepted from 127.0.0.1", "\u2028accepted",
                     '"event":"effect"'):
            self.assert_refused(self.mgr.ask(whoami + f"mgr-on-behalf-of:{word}\n\n", "daemon"), BUSY)
        self.assert_refused(self.mgr.ask(whoami + "mgr-on-behalf-of:x\raccepted\n\n", "daemon"), MALFORMED)
        self.assert_refused(self.mgr.ask(whoami + "mgr-on-behalf-of:x\naccepted\n\n", "daemon"), MALFORMED)
        self.assert_refused(self.mgr.ask(whoami + "\n", "daemon"), BUSY)
        for line in self.mgr.written_audit():
            self.assertEqual(line.count(b'"event":'), 1)

    def test_a_range_of_uids_is_one_caller(self):
        """Subordinate uids (subuid(5)): one user is 65,536 of them."""
        def connect(number):
            groups = os.getgroups()
            os.setgroups([])
            os.seteuid(100000 + number)
            try:
                client = socket.socket(socket.AF_UNIX)
                client.connect(str(self.mgr.dir / "run/mgr.sock"))
                return client
            finally:
                os.seteuid(0)
                os.setgroups(groups)
        self.share_places(connect)

    def test_a_range_of_loopback_addresses_is_one_caller(self):
        """127.0.0.0/8 has 16 million addresses, each of them anybody's."""
        self.share_places(lambda number: socket.create_connection(("127.0.0.1", self.mgr.port), DEADLINE,
                                                                  (f"127.0.1.{number + 1}", 0)))

    def share_places(self, connect):
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(connect(number)) for number in range(40)]
            for client in clients:
                client.settimeout(DEADLINE)
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    client.sendall(b"mgr:keep-alive\nmodule:mgr\naction:ping\n\n")
            replies = [client.makefile("rb").readline() for client in clients]
            served = [reply for reply in replies if b'"success":true' in reply]
            self.assertTrue(1 <= len(served) <= 8, replies)
            self.assertTrue(self.mgr.ask("module:mgr\naction:ping\n\n")["success"])
        self.assert_nothing_happened()


if __name__ == "__main__":
    attack.main()
