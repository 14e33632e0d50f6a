"""Request smuggling lives where two programs read one text in two ways: all of mgr's read it as the page says."""
import base64
import json
import random
import socket
import subprocess
import sys

import attack
import reference_reader
from attack import BINARIES, INVALID, MALFORMED, TOO_LARGE, UNKNOWN
from client_php_support import run_php
from instance import REPO, read_to_end

sys.path.insert(0, str(REPO / "client/python"))
import mgr  # noqa: E402 (the client that is shipped)

SEED, MUTATIONS, WRITTEN, TYPED = 20260801, 3000, 4000, 80
ARGUMENTS = ("a", "a-b", "a.b", "a_b")
MODULE = """
[module.diff.action.say]
command = ["/bin/echo", "{a}", "{a-b}", "{a.b}", "{a_b}", "{b}"]
mode = "output"
arg.b = { type = "string", required = false }
""" + "".join(f'[module.diff.action.say.arg."{name}"]\ntype = "string"\n' for name in ARGUMENTS)
POLICY = """
[[principal]]
name = "root"
uid = 0
[[allow]]
who = "anyone"
module = "mgr"
action = "ping"
[[allow]]
who = "root"
module = ["diff", "mgr"]
action = "*"
"""
# Each request as mgr.php writes it, in base64; null for one that it refuses to write.
PHP_WRITER = """
$text = fn ($value) => is_array($value) && isset($value['bytes']) ? base64_decode($value['bytes']) : $value;
foreach (json_decode('@ASKED@', true) as [$module, $pairs]) {
    try {
        $request = new Mgr\\Request($text($module), 'say', array_combine(
            array_map($text, array_column($pairs, 0)), array_map($text, array_column($pairs, 1))));
        $blocks[] = base64_encode($request->write(null)[0]);
    } catch (InvalidArgumentException) {
        $blocks[] = null;
    }
}
return $blocks;"""
PASSED_OVER = {"module", "action", "signature", "mgr-on-behalf-of", "mgr-confirm", "mgr-dry-run"}

PIECES = [b"\0", b"\r", b"\n", b"\r\n", b"\n\r\n", b"\r\r\n", b"\n\n", b" ", b"  ", b"\t", b":", b"::", b" :", b": ",
          b"-", b".", b"_", b"=",
          b"\x0b", b"\x0c", b"\x1b", b"\x7f", b"\x80", b"\xc2\x85", b"\xc2\xa0", b"\xe2\x80\xa8", b"\xff", b"\xfe",
          b"\xc0\xaf", b"\xc1\xbf",
          b"\xe0\x80\x80", b"\xed\xa0\x80", b"\xef\xbf\xbf", b"\xef\xbb\xbf", b"\xf4\x8f\xbf\xbf",
          b"\xf4\x90\x80\x80", b"\xf0\x80\x80\x80",
          b"\xe2\x80", b"A", b"0", b"\\", b"\\\n ", b"\n ", b"\n\t", b"%0a", b"%00", b"\xe2\x84\xaa", b"\xc4\xb1"]
LINES = [b"a:2", b"A:2", b"MODULE:mgr", b"Module:diff", b"action:ping", b"mgr:keep-alive", b"MGR: keep-alive ",
         b"mgr:close", b"b:x", b"B:y",
         b"c:z", b"signature:x", b"mgr-on-behalf-of:x", b"mgr-confirm:yes", b"mgr-unknown:1", b"auth-unknown:1",
         b" a:1", b"a :1", b"\ta:1", b":1",
         b"a", b"", b"1a:1", b"a:", b"b: ", b"b:-x", b"_a:1", b"a" * 32 + b":1", b"a" * 33 + b":1",
         b"b:" + b"x" * 4096, b"b:" + b"x" * 4097,
         b"b:" + b" " * 4096 + b"x", b"b:" + "\u00e9".encode() * 2048, b"b:" + "\u00e9".encode() * 2048 + b"x",
         b"x" * 17000]


class Readers(attack.AttackTestCase):
    def files(self):
        self.mgr.write("etc/mgr/policy.toml", POLICY)
        self.mgr.write("etc/mgr/modules.d/diff.toml", MODULE)
        self.random = random.Random(SEED)

    def block(self):
        lines = [b"module:diff", b"action:say", b"mgr-dry-run:yes"]
        lines += [name.encode() + b":" + self.value() for name in ARGUMENTS]
        self.random.shuffle(lines)
        return b"\n".join(lines) + b"\n\n"

    def value(self):
        return self.random.choice([b"1", b"x y", b" x ", b"a:b", "\u00e9".encode(), b"module:mgr", b"\\", b"''"])

    def mutated(self):
        pick = self.random
        data = b"".join(self.block() for _ in range(pick.choice([1, 1, 1, 2, 3])))
        if pick.random() < 0.4:
            data = b"mgr:keep-alive\n" + data
        for _ in range(pick.choice([0, 1, 1, 1, 2, 3])):
            data = pick.choice([self.insert, self.overwrite, self.drop, self.add_line, self.repeat_line,
                                self.other_ends,
                                self.fold, self.many, self.up_to_the_limit])(data)
        return data

    def at(self, data):
        return self.random.randrange(len(data) + 1)

    def insert(self, data):
        at = self.at(data)
        return data[:at] + self.random.choice(PIECES) + data[at:]

    def overwrite(self, data):
        at = self.at(data)
        return data[:at] + self.random.choice(PIECES) + data[at + 1:]

    def drop(self, data):
        at = self.at(data)
        return data[:at] + data[at + self.random.choice([1, 1, 2, 5, len(data)]):]

    def add_line(self, data):
        lines = data.split(b"\n")
        lines.insert(self.random.randrange(len(lines)), self.random.choice(LINES))
        return b"\n".join(lines)

    def repeat_line(self, data):
        lines = data.split(b"\n")
        lines.insert(self.random.randrange(len(lines)), self.random.choice(lines))
        return b"\n".join(lines)

    def other_ends(self, data):
        ends = [[b"\r\n"], [b"\n", b"\r\n"], [b"\r"], [b"\n\r"]]
        chosen = self.random.choice(ends)
        return b"".join(line + self.random.choice(chosen) for line in data.split(b"\n")[:-1])

    def fold(self, data):
        return data.upper() if self.random.random() < 0.2 else data.replace(b"a", b"A", self.random.randrange(1, 9))

    def many(self, data):
        count = self.random.choice([56, 57, 58, 59, 60])  # 64 and its neighbours, with the others
        return data.replace(b"module:", b"".join(b"n%d:1\n" % n for n in range(count)) + b"module:", 1)

    def up_to_the_limit(self, data):
        """16,384 bytes, or one to either side, with everything in them."""
        end = data.find(b"\n\n")
        missing = 16384 + self.random.choice([-1, 0, 1]) - (end + 2)
        if end < 0 or missing < 4 * 4001:
            return data
        filler = b"".join(b"\nf%d:" % n + b"x" * 3996 for n in range(4))
        return data[:end] + filler + b"\ng:" + b" " * (missing - len(filler) - 3) + data[end:]

    def answers(self, data):
        """What the real daemons say, each line; nobody else has written to them."""
        with self.mgr.client(None) as client:
            try:
                client.sendall(data)
                client.shutdown(socket.SHUT_WR)
            except OSError:  # it was refused on the way
                pass
            return [json.loads(line) for line in read_to_end(client).splitlines()]

    def expected(self, fields):
        """A code, or the argv that a request leads to."""
        if "module" not in fields or "action" not in fields:
            return MALFORMED
        if (fields["module"], fields["action"]) == ("mgr", "ping"):
            return "ping" if set(fields) <= PASSED_OVER else INVALID
        if (fields["module"], fields["action"]) != ("diff", "say"):
            return UNKNOWN
        known = PASSED_OVER | set(ARGUMENTS) | {"b"}
        values = [fields.get(name) for name in (*ARGUMENTS, "b")]
        if not set(fields) <= known or None in values[:4] or any(value is not None and not value for value in values):
            return INVALID
        if any(fields.get(name, "yes") not in ("yes", "no") for name in ("mgr-dry-run", "mgr-confirm")):
            return INVALID
        if any(value.startswith("-") for value in values if value):
            return INVALID
        return [value for value in values if value is not None]

    def meaning(self, reply):
        if not reply["success"]:
            return reply["msg"]["err_code"]
        if reply["msg"] == "ping ok":
            return "ping"
        if "jobs" in reply["data"]:
            return reply["data"]["jobs"][0]["argv"][1:]
        return reply["data"]["stdout"].rstrip("\n")  # no dry run any more

    def test_the_broker_reads_every_mutation_as_a_second_reader_does(self):
        """HTTP request smuggling (CVE-2019-18277, CVE-2020-11724): names twice, CR, NUL, folding, lengths."""
        accepted = refused = 0
        for number in range(MUTATIONS):
            data = self.mutated()
            requests, ending = reference_reader.read(data)
            expected = [self.expected(fields) for fields in requests]
            told = [self.meaning(reply) for reply in self.answers(data)]
            accepted += sum(isinstance(item, list) for item in expected)
            if MALFORMED in expected:  # which ends the connection
                expected, ending = expected[:expected.index(MALFORMED) + 1], None
            if ending is not None and len(told) == len(expected) + 1 and told[-1] in (MALFORMED, TOO_LARGE):
                refused += 1
                told.pop()
            else:
                self.assertIsNot(ending, reference_reader.Refused, (number, data, told))
            expected = [" ".join(item) if isinstance(item, list) and isinstance(line, str) else item
                        for item, line in zip(expected, told)] + expected[len(told):]
            self.assertEqual(told, expected, (number, data))
        self.assertGreater(accepted, MUTATIONS // 4)
        self.assertGreater(refused, MUTATIONS // 4)

    def hostile_text(self):
        pieces = [piece.decode("utf-8", "surrogateescape") for piece in PIECES + [self.value() for _ in range(20)]]
        return "".join(self.random.choice(pieces) for _ in range(self.random.choice([1, 1, 2, 3])))

    def asked(self):
        """A module, and the fields of a request to it, as a hostile visitor of a page fills them in."""
        names = [self.random.choice(["a", "b", "A", "a-b", "c", "mgr", "module", self.hostile_text()]) for _ in range(3)]
        fields = {name: self.random.choice([self.hostile_text(), "x", 7, True, ["a", "b"], ["a,b"]]) for name in names}
        return self.random.choice(["diff", "diff", self.hostile_text()]), fields

    def test_what_the_python_client_writes_is_read_as_it_was_meant_or_not_written(self):
        """The same class at its other end: a client that writes two fields where its caller gave one."""
        written = 0
        for _ in range(WRITTEN):
            module, fields = self.asked()
            try:
                block = mgr.build_block(module, "say", fields)
            except (ValueError, TypeError):
                continue
            written += 1
            requests, ending = reference_reader.read(block)
            self.assertEqual((len(requests), ending), (1, None), fields)
            meant = {name.lower(): mgr._text(value).strip(" ") for name, value in fields.items()}
            self.assertEqual(requests[0], {"module": module, "action": "say", **meant})
        self.assertGreater(written, WRITTEN // 20)

    def test_what_the_php_client_writes_is_read_as_it_was_meant_or_not_written(self):
        """The same for pages, whose strings may be any bytes."""
        def as_php(value):
            bytes_of = isinstance(value, str) and value.encode("utf-8", "surrogateescape")
            return {"bytes": base64.b64encode(bytes_of).decode()} if isinstance(value, str) else value
        asked = [self.asked() for _ in range(WRITTEN)]
        told = json.dumps([[as_php(module), [[as_php(name), as_php(value)] for name, value in fields.items()]]
                           for module, fields in asked])
        blocks = run_php(PHP_WRITER.replace("@ASKED@", told))
        written = 0
        for (module, fields), block in zip(asked, blocks, strict=True):
            if block is None:
                continue
            written += 1
            requests, ending = reference_reader.read(base64.b64decode(block))
            self.assertEqual((len(requests), ending), (1, None), fields)
            meant = {name.lower(): mgr._text(value).strip(" ") for name, value in fields.items()}
            self.assertEqual(requests[0], {"module": module, "action": "say", **meant})
        self.assertGreater(written, WRITTEN // 20)

    def test_what_mgrctl_writes_is_read_as_it_was_meant_or_not_written(self):
        """The same for the command line, whose values may be any bytes but NUL."""
        written = 0
        for _ in range(TYPED):
            value = self.hostile_text().replace("\0", "")
            ran = subprocess.run([BINARIES + "/mgrctl", "--root", self.mgr.dir, "--json", "--dry-run", "diff", "say",
                                  "a=" + value,
                                  "a-b=1", "a.b=2", "a_b=3"], capture_output=True, errors="surrogateescape",
                                 check=False)
            if ran.returncode != 0:
                continue
            written += 1
            reply = json.loads(ran.stdout)
            self.assertEqual(reply["data"]["jobs"][0]["argv"][1:], [value.strip(" "), "1", "2", "3"], ran)
        self.assertGreater(written, TYPED // 10)
        self.assert_nothing_happened()


if __name__ == "__main__":
    attack.main()
