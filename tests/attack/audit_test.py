"""What has happened cannot be made unhappened: neither by who writes into the log's texts, nor by root, later."""
import hashlib
import json
import pathlib
import subprocess
import time

import attack
from attack import DENIED, INVALID, MALFORMED
from evil_broker_support import EvilBroker
from instance import DEADLINE

NEXT = b"mgr-audit-nextv1"


def blake(data, **more):
    return hashlib.blake2b(data, digest_size=32, **more)


def step(key):
    return blake(key, person=NEXT).digest()


class Log(attack.AttackTestCase):
    def setUp(self):
        super().setUp()
        self.key = self.mgr.dir / "admin.key"
        self.key.write_text(self.mgrctl("key").stdout)  # as root does after the first start, and keeps it elsewhere
        self.log = self.mgr.dir / "var/log/mgr/audit.jsonl"

    def mgrctl(self, *words):
        return subprocess.run([pathlib.Path(attack.BINARIES) / "mgrctl", "--root", self.mgr.dir, "audit", *words],
                              capture_output=True, text=True, timeout=DEADLINE, check=False)

    def verify(self, *words, key=True):
        """The exit status and what is found; without --key, what the chain alone shows."""
        done = self.mgrctl("verify", *(["--key", self.key] if key else []), *words)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def work(self):
        """Some effects, so that there is something to hide."""
        for task in (3, 5, 7):
            self.assertTrue(self.mgr.scan("start", task)["success"])
            self.mgr.wait_for_state(task, ("succeeded", "failed"))
        self.seen = self.effects()
        until = time.monotonic() + DEADLINE
        while not self.is_at_rest():
            self.assertLess(time.monotonic(), until, "the key stays behind")
            time.sleep(0.02)

    def is_at_rest(self):
        """Whether the key is that of the line behind the last one, as it is a second after that at the latest."""
        self.written = self.lines()
        number, self.key_then = self.key_of_now()
        return number == len(self.written) + 1

    def key_of_now(self):
        _, number, key, _ = (self.mgr.dir / "var/lib/mgr/audit/key").read_text().split()
        return int(number), bytes.fromhex(key)

    def lines(self):
        return self.log.read_bytes().splitlines()


class Later(Log):
    """Root, later: who has everything that is on the machine now."""

    def chain_anew(self, lines, start, key):
        """The lines with all of the chain and the MACs from `start` on made again, under this key and its successors."""
        lines = list(lines)
        for number in range(start, len(lines)):
            text = lines[number][:lines[number].rindex(b',"prev":"')]
            text += b',"prev":"' + blake(lines[number - 1]).hexdigest().encode() + b'"'
            lines[number] = text + b',"mac":"' + blake(text, key=key).hexdigest().encode() + b'"}'
            key = step(key)
        return lines

    def forged(self, lines):
        path = self.mgr.dir / "forged.jsonl"
        path.write_bytes(b"\n".join(lines) + b"\n")
        return path

    def test_root_who_has_the_key_of_now_cannot_rewrite_what_was_before(self):
        """Tamper-evident logs without forward security: who has the key of today signs yesterday."""
        self.work()
        lines = self.written
        self.assertEqual(self.verify()[0], 0)
        for start in range(1, len(lines)):
            edited = list(lines)
            edited[start] = edited[start].replace(b'"uid":33', b'"uid":34').replace(b'"event":"', b'"event":"x', 1)
            forged = self.forged(self.chain_anew(edited, start, self.key_then))
            self.assertEqual(self.verify(forged, key=False)[0], 0, "the chain itself is made well")
            status, found = self.verify(forged)
            self.assertEqual(status, 1, found)
            self.assertIn(f"forged.jsonl:{start + 1}: edited", found)

    def vouched(self, before, event, members, prev):
        """A line for the number of now, under the key of now, and of the proofs that it can make."""
        text = f'{{"seq":{len(self.written) + 1},"time":"2026-01-31T12:00:00.000001Z","event":"{event}",{members}'.encode()
        for key in (self.key_then, None):
            proof = b',"proof":"' + blake(b"lost after " + prev, key=key).hexdigest().encode() + b'"' if key else b""
            line = text + proof + b',"prev":"' + prev + b'"'
            yield [*before, line + b',"mac":"' + blake(line, key=self.key_then).hexdigest().encode() + b'"}']

    def test_root_who_has_the_key_of_now_cannot_call_lines_of_before_lost(self):
        """What a crash and a full disk excuse, claimed of the lines that tell of the break-in."""
        self.work()
        count = len(self.written)
        for kept in range(1, count):
            lost = self.written[:kept]
            torn = lost + [b'{"seq":'] * (count - kept)
            claims = [*self.vouched(lost, "audit_given_up", f'"first":{kept + 1},"last":{count}',
                                    blake(lost[-1]).hexdigest().encode()),
                      *self.vouched(torn, "recovered", '"detail":"the line before this one was torn"',
                                    blake(b"\n".join(torn[kept - 1:])).hexdigest().encode())]
            for claim in claims:
                forged = self.forged(claim)
                self.assertEqual(self.verify(forged, key=False)[0], 0, "the chain itself is made well")
                status, found = self.verify(forged)
                self.assertEqual(status, 1, found)
                self.assertRegex(found, "missing|damaged")

    def test_the_key_of_a_line_that_is_written_is_in_no_file(self):
        """The same, with an earlier key that was left on the machine."""
        self.work()
        first = bytes.fromhex(self.key.read_text().split()[2])
        keys = [first]
        while len(keys) < len(self.written):
            keys.append(step(keys[-1]))
        for path in self.mgr.dir.rglob("*"):
            if path.is_file() and path != self.key:
                content = path.read_bytes()
                for number, key in enumerate(keys):
                    self.assertNotIn(key.hex().encode(), content, (path, number + 1))
                    self.assertNotIn(key, content, (path, number + 1))

    def test_a_log_that_was_cut_off_shows_against_a_head(self):
        """Truncation: the last lines, which tell of the break-in, are taken away."""
        self.work()
        lines = self.written
        head = f"{len(lines)}:{blake(lines[-1]).hexdigest()}"
        for kept in range(1, len(lines)):
            status, found = self.verify("--head", head, self.forged(lines[:kept]))
            self.assertEqual(status, 1)
            self.assertIn("cut off", found)
        self.assertEqual(self.verify("--head", head)[0], 0)


class Texts(Log):
    HOSTILE = ['","mac":"' + "0" * 64 + '"}', '"prev":"' + "0" * 64 + '"', '{"seq":1,"time":"', "\u202egnp.exe", "\u2028\u2029",
               '\\","event":"effect', "%n%s%x", "a\u0085b"]

    def assert_one_line_each(self, before):
        """Every line is plain ASCII, is verified, and is one that mgr-helper counted."""
        lines = self.lines()
        for number, line in enumerate(lines, 1):
            self.assertTrue(all(32 <= byte < 127 for byte in line), line)
            self.assertEqual(json.loads(line)["seq"], number)
        self.assertGreater(len(lines), before)
        status, found = self.verify()
        self.assertEqual(status, 0, found)

    def test_what_a_client_writes_stays_inside_one_line(self):
        """sudo CVE-2023-28486: control characters of a command reached the log as they were."""
        before = len(self.lines())
        for text in self.HOSTILE:
            for field in (f"task_ids:{text}", f"mgr-on-behalf-of:{text}\ntask_ids:1"):
                self.assert_refused(self.mgr.ask(f"module:scan\naction:start\n{field}\n\n", user="daemon"),
                                    DENIED, INVALID, MALFORMED)
        for raw in (b"a\x1b]0;x\x07", b"a\x00b", b"a\rb", b"a\xff\xfe"):
            answer = self.mgr.send(b"module:scan\naction:start\ntask_ids:" + raw + b"\n\n", user="daemon")
            self.assertFalse(json.loads(answer.splitlines()[0])["success"])
        self.assert_nothing_happened()
        self.assert_one_line_each(before)

    def test_what_a_broker_that_was_taken_over_writes_stays_inside_one_line(self):
        """The same, past the broker's checks: line feeds, escapes and NUL straight to the root process."""
        before = len(self.lines())
        self.mgr.kill_broker()
        evil = EvilBroker(self.mgr)
        self.addCleanup(evil.close)
        texts = [text.encode() for text in self.HOSTILE]
        texts += [b'x\n{"seq":2,"time":"now","event":"effect"}\n', b"\x1b[2J\x1b]0;x\x07", b"a\x00b", b"\xff\xfe\n"]
        for number, text in enumerate(texts):
            more = [(b"task_ids", text), (b"mgr-on-behalf-of", text), (text[:200], b"1")]
            for field in more:
                evil.socket.sendall(evil.run(number, b"start", b"scan", [field]))
        evil.socket.sendall(evil.run(99, text, text))
        self.mgr.end(self.mgr.broker)
        self.wait_for_lines(before + 4)
        self.assert_one_line_each(before)
        self.assert_nothing_happened()

    def wait_for_lines(self, count):
        """Until the log has so many: it is written at the end of the helper's turn."""
        follow = subprocess.Popen([pathlib.Path(attack.BINARIES) / "mgrctl", "--root", self.mgr.dir, "audit", "tail",
                                   "--lines", "1000", "--follow"], stdout=subprocess.PIPE)
        try:
            for _ in range(count):
                self.assertTrue(follow.stdout.readline())
        finally:
            follow.kill()
            follow.wait()
            follow.stdout.close()

    def test_what_is_shown_to_an_admin_acts_on_no_terminal(self):
        """The same, where it is read: a log that somebody has edited is shown with controls written out."""
        forged = self.mgr.dir / "forged.jsonl"
        line = self.lines()[0]
        forged.write_bytes(line.replace(b'"event":"helper', b'"event":"\x1b[2J\xe2\x80\xaehelper') + b"\n\x1b]0;x\x07\n" + line + b"\n")
        for words in (("verify", forged), ("search", forged), ("search", "--json", forged), ("verify", "--json", forged)):
            shown = self.mgrctl(*words).stdout
            self.assertNotRegex(shown, "[\x00-\x09\x0b-\x1f\x7f\u202e]", words)


if __name__ == "__main__":
    attack.main()
