"""Messages that the policy allows, in any order: answers that are owed, streams and jobs end in each other's way.

OpenSSH CVE-2015-6564 was of this kind, state of the monitor that was freed and used. Run it in the asan-ubsan build too.
"""
import os
import random
import struct

import attack
from attack import descriptors_of
from evil_broker import CLOSED, COUNTERS, REFUSALS, Evil, frame, text
from evil_broker_case import RULES, EvilBrokerTestCase
from instance import uid_of

MODULE = """
[module.box.action.true]
command = ["/bin/true"]
[module.box.action.long]
command = ["/bin/sleep", "1000"]
stop_grace = "0s"
max_running = 4
queue = 4
[module.box.action.said]
command = ["/bin/echo", "said"]
mode = "output"
[module.box.action.shared]
command = ["/bin/sleep", "0.1"]
mode = "output"
cache = "100ms"
[module.box.action.stream]
command = ["/bin/sleep", "1000"]
mode = "stream"
stop_grace = "0s"
"""
RULE = """
[[allow]]
who = ["web", "admin"]
module = ["box", "job"]
action = "*"
"""
USERS = ("www-data", "games", "daemon")
ASKED = [[("module", module), ("action", action), *more] for module, action, *more in (
    ("box", "true"), ("box", "true", ("mgr-wait", "yes")), ("box", "true", ("mgr-request-id", "one")),
    ("box", "true", ("mgr-dry-run", "yes")), ("box", "long"), ("box", "long", ("mgr-wait", "yes")), ("box", "said"),
    ("box", "shared"), ("box", "stream"), ("job", "list"), ("job", "watch"), ("job", "follow", ("id", "1")),
    ("job", "follow", ("id", "2"), ("tail", "1")), ("job", "stop", ("ids", "1,2,3")), ("job", "stop", ("mine", "yes")),
    ("job", "wait", ("ids", "1,2")), ("job", "prune"), ("job", "output", ("id", "1")), ("mgr", "ping"),
    ("mgr", "reload"), ("mgr", "whoami"))]


class Order(EvilBrokerTestCase):
    STEPS = 2500

    def files(self):
        super().files()
        self.mgr.write("etc/mgr/policy.toml", RULES + RULE)
        self.mgr.write("etc/mgr/modules.d/box.toml", MODULE)

    def test_whatever_comes_in_whatever_order_reaches_no_freed_state(self):
        """OpenSSH CVE-2015-6564: ids that are used twice, clients that go in between, links that break in a message."""
        seed = int(os.environ.get("MGR_SEED", "1"))
        print("seed", seed)
        self.random = random.Random(seed)
        before = descriptors_of(self.mgr.helper)
        steps = (self.ask, self.ask, self.ask, self.ask, self.ask, self.close_one, self.client_goes, self.tell)
        for number in range(self.STEPS):
            self.random.choice(steps)()
            if number % 5 == 0:
                self.evil.drain()
            if number % 250 == 249:
                self.break_off()
        self.evil.close()
        self.mgr.start_broker()
        self.mgr.wait_ready()
        stop = "module:job\naction:stop\nmine:yes\n\n"
        for user in ("www-data", "games"):
            self.assertTrue(self.mgr.ask(stop, user)["success"])
        self.mgr.kill_broker()
        self.until(lambda: descriptors_of(self.mgr.helper) <= before, lambda: (descriptors_of(self.mgr.helper), before))
        begun = self.effects()
        print(len(begun), "effects")
        self.assertGreater(len(begun), 100)
        self.assertLessEqual({line["uid"] for line in begun}, {uid_of(user).pw_uid for user in ("www-data", "games")})
        reloads = [line["uid"] for line in begun if line["action"] == "reload"]
        self.assertLessEqual(set(reloads), {uid_of("games").pw_uid})
        self.evil = self.take_over()

    def an_id(self):
        return self.random.choice((0, 1, 2, 3, 4, (1 << 64) - 1))

    def a_number(self):
        return self.random.choice([number for _, number in self.evil.held.values()] * 4 + [0, 1, 1 << 63])

    def ask(self):
        fields = self.random.choice(ASKED)
        messages = [self.evil.asking(fields, self.a_number()) for _ in range(self.random.choice((1, 1, 1, 2, 8)))]
        data = b"".join(message[:8] + struct.pack("<Q", self.an_id()) + message[16:] for message in messages)
        if self.random.randrange(4) == 0:  # in the same breath its client goes
            data += frame(CLOSED, self.an_id(), struct.pack("<Q", self.a_number()))
        self.evil.socket.sendall(data)

    def close_one(self):
        self.evil.socket.sendall(frame(CLOSED, self.an_id(), struct.pack("<Q", self.a_number())))

    def client_goes(self):
        user = self.random.choice(USERS)
        self.evil.held.pop(user)[0].close()
        self.evil.hold(user)

    def tell(self):
        refused = struct.pack("<I", 1) + text(b"uid 0") + struct.pack("<BI", self.random.randrange(1, 14), 5)
        counters = struct.pack("<I", 14) + struct.pack("<Q", 1 << 63) * 14
        self.evil.socket.sendall(self.random.choice((frame(REFUSALS, 0, refused), frame(COUNTERS, 0, counters))))

    def break_off(self):
        """In the middle of a message, or between two, with answers that are owed."""
        rest = self.evil.asking(self.random.choice(ASKED), self.evil.number)
        self.evil.socket.sendall(rest[:self.random.randrange(len(rest) + 1)])
        self.evil.close()
        self.evil = Evil(self.mgr, others=("daemon", "games"))


if __name__ == "__main__":
    attack.main()
