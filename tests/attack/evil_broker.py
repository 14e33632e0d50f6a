"""A broker that was taken over: it has the broker's uid, speaks the language of root, and tries what it can.

ANSWERED are attempts that look like requests: the helper refuses each by an answer. FATAL are those that are none:
the helper closes the link. Each is a function of the broker and a random number generator, and gives the bytes to
send, so a seed tells which ten thousand were tried. What they are tried with (clients who are connected, signed
requests that it has seen) stands in the broker: `others` by user, `gone`, `spent` and `fresh`.
"""
import json
import os
import socket
import struct

from evil_broker_support import CLOSED, CONNECTION, HELLO, REPLY, RUN, EvilBroker, frame, text
from instance import acting_as

REFUSALS, SETTINGS, FOLLOW, GREW, RESULT, COUNTERS = 4, 5, 8, 9, 10, 11
START = [("module", "scan"), ("action", "start"), ("task_ids", "1")]
MOST_OF_A_RUN = 16384 + 64 * 8 + 256 + (1 << 20)


def run_message(fields, connection, body=None, origin=b""):
    payload = struct.pack("<Q", connection) + text(origin) + struct.pack("<I", len(fields))
    payload += b"".join(text(part if isinstance(part, bytes) else part.encode()) for field in fields for part in field)
    return payload + (b"\0" if body is None else b"\1" + text(body))


class Evil(EvilBroker):
    """Beside the idle client of EvilBroker it has been handed one of each of these users."""

    def __init__(self, mgr, user="www-data", others=()):
        super().__init__(mgr, user)
        self.mgr, self.sent, self.held = mgr, 0, {user: (self.client, self.number)}
        self.gone, self.spent, self.fresh = [1 << 40], [], []
        for other in others:
            self.hold(other)

    def hold(self, user):
        client = self.mgr.client(user)
        self.held[user] = client, struct.unpack_from("<Q", self.wait_for(CONNECTION)[1])[0]

    def of(self, user):
        """The number of that user's connection."""
        return self.held[user][1]

    def close_link(self):
        self.socket.close()

    def close(self):
        self.close_link()
        for client, _ in self.held.values():
            client.close()

    # ---- saying it

    def asking(self, fields, connection, **more):
        self.sent += 1
        return frame(RUN, self.sent, run_message(fields, connection, **more))

    def ask(self, fields, connection, **more):
        """The helper's answer."""
        self.socket.sendall(self.asking(fields, connection, **more))
        return self.answers(1)[0]

    def answers(self, count):
        """The last lines of so many requests, as they come."""
        found = []
        while len(found) < count:
            payload = self.wait_for(REPLY)[1]
            if payload[0] == 0:
                found.append(json.loads(payload[5:]))
        return found

    def drain(self):
        """Takes what there is."""
        timeout = self.socket.gettimeout()
        self.socket.settimeout(0)
        try:
            while True:
                self.next()
        except BlockingIOError:
            self.socket.settimeout(timeout)

    def is_sent_away(self):
        """Reads until the helper closes."""
        try:
            while True:
                self.next()
        except (EOFError, ConnectionError):
            return True

    def send_up(self, data, descriptors):
        """Descriptors with bytes; false where the kernel does not let them through."""
        try:
            socket.send_fds(self.socket, [data], descriptors)
        except PermissionError:
            return False
        return True

    def connect_to_root(self):
        """A connection whose SO_PEERCRED is that of a root daemon: it listens there."""
        with acting_as("mgr-broker"):
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(str(self.mgr.dir / "run/mgr.sock"))
        return connection


# ---- attempts that are answered

def forged_number(evil, random):
    highest = max(number for _, number in evil.held.values())
    number = random.choice((highest + 1, highest + random.randrange(1, 1000), 1 << 63, (1 << 64) - 1,
                            random.randrange(1 << 32, 1 << 64)))
    return evil.asking(START, number)


def no_connection(evil, random):
    origin = random.choice((b"127.0.0.1:1", b"uid 0", b"", b"\0" * 300, b"\n{}"))
    return evil.asking(START, 0, origin=origin)


def another_ones_connection(evil, _):
    return evil.asking(START, evil.of("daemon"))


def gone_connection(evil, random):
    return evil.asking(START, random.choice(evil.gone))


def claimed_identity(evil, random):
    claim = random.choice((("uid", "0"), ("auth-uid", "0"), ("mgr-uid", "0"), ("auth-key", "alice"), ("signature", "x"),
                           ("mgr-on-behalf-of", "root")))
    return evil.asking(START + [claim], evil.of("daemon"))


def replayed(evil, random):
    return evil.asking(random.sample(spent := random.choice(evil.spent), len(spent)), random.choice((0, evil.of("games"))))


def altered(evil, random):
    fields = list(random.choice(evil.fresh))
    at = random.randrange(len(fields))
    name, value = fields[at]
    fields[at] = random.choice(((name, value + "0"), (name, value[:-1]), (name + "x", value), (name, value + "\nx:y")))
    return evil.asking(fields, random.choice((0, evil.of("games"))))


def outside_the_grammar(evil, random):
    field = random.choice(((b"", b""), (b"A", b"1"), (b"a\nb", b"1"), (b"task_ids", b"1\0"), (b"module", b"scan"),
                           (b"x", b"\xff"), (b"y", b"z" * 5000), (b"$(id)", b"1"), (b"signature", b"\n")))
    return evil.asking(START + [field], evil.of("daemon"))


def body_not_announced(evil, random):
    fields = START + random.choice(([], [("mgr-body", "5")], [("mgr-body", "0")], [("mgr-body", "4294967295")]))
    return evil.asking(fields, evil.of("daemon"), body=random.choice((b"", b"four", b"x" * (1 << 16))))


# ---- attempts that are no message

def kind_out_of_order(evil, random):
    kind = random.choice((0, HELLO, SETTINGS, CONNECTION, REPLY, FOLLOW, GREW, RESULT, 12, 255, 65535))
    return frame(kind, 1, struct.pack("<I", 3) + text(b"evil"))


def length_out_of_bounds(evil, random):
    length = random.choice((0, 1, MOST_OF_A_RUN + 1, 1 << 31, (1 << 31) - 1, (1 << 32) - 1))
    return struct.pack("<IHHQ", length, RUN, 0, 1) + b"\0" * 64


def spare_bits(evil, random):
    return struct.pack("<IHHQ", 8, CLOSED, 1 << random.randrange(16), 0) + struct.pack("<Q", evil.number)


def cut_or_lengthened(evil, random):
    whole = run_message(START, evil.number)
    return frame(RUN, 1, random.choice((whole[:random.randrange(len(whole))], whole + b"\0", whole[:-1] + b"\2")))


def count_that_lies(evil, random):
    count = random.choice((1, 4, 1 << 16, 1 << 31, (1 << 32) - 1))
    whole = bytearray(run_message(START, evil.number))
    struct.pack_into("<I", whole, 12, count)
    return frame(RUN, 1, bytes(whole))


def too_many_fields(evil, random):
    return frame(RUN, 1, run_message([(b"\1", b"\1")] * random.choice((65, 1000, 60000)), evil.number))


def refusals_out_of_bounds(evil, random):
    count = random.choice((257, 2000))
    return frame(REFUSALS, 0, struct.pack("<I", count) + (text(b"") + struct.pack("<BI", 5, 1)) * count)


def counters_out_of_bounds(evil, random):
    count = random.choice((0, 13, 15, 1 << 31))
    return frame(COUNTERS, 0, struct.pack("<I", count) + struct.pack("<Q", 1) * min(count, 14))


ANSWERED = (forged_number, no_connection, another_ones_connection, gone_connection, claimed_identity, replayed, altered,
            outside_the_grammar, body_not_announced)
FATAL = (kind_out_of_order, length_out_of_bounds, spare_bits, cut_or_lengthened, count_that_lies, too_many_fields,
         refusals_out_of_bounds, counters_out_of_bounds)


def descriptors_sent_up(evil, random):
    """Sends them itself: one to 253, of /dev/null or of a connection to a root daemon. False where it could not."""
    descriptors = [os.open("/dev/null", os.O_RDONLY), evil.connect_to_root().detach()]
    try:
        many = [random.choice(descriptors) for _ in range(random.choice((1, 2, 3, 64, 253)))]
        return evil.send_up(evil.asking(START, evil.number), many)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
