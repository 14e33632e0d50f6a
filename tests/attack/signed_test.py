"""A signed request is its signer's, as it was signed, for this host, once; whatever is between them and whatever the clock does."""
import hashlib
import pathlib
import shutil
import signal
import struct
import time

import attack
import signing
from attack import DENIED, INVALID, MALFORMED, STALE, UNAUTHENTICATED
from instance import POLICY, Instance

RULES = POLICY + """
[[principal]]
name = "signers"
key = ["alice", "bob", "web", "mac"]
[[allow]]
who = "signers"
module = "scan"
action = "start"
where = { task_ids = "500..599" }
[[deny]]
who = "web"
module = "mgr"
action = "stats"
"""
START = [("module", "scan"), ("action", "start"), ("task_ids", "500")]


class SignedAttack(attack.AttackTestCase):
    def files(self):
        self.mgr.write("etc/mgr/policy.toml", RULES)
        self.alice, self.bob = (signing.Key(name).install(self.mgr) for name in ("alice", "bob"))
        self.mac = signing.Key("mac", hmac=True).install(self.mgr)

    def sign(self, fields=START, key=None, to=None, **how):
        return signing.sign(fields, key or self.alice, to or signing.host_id(self.mgr), **how)

    def send(self, fields, user="daemon", tcp=False, body=b""):
        return self.mgr.ask(signing.block(fields, body), user, tcp)

    def runs(self, fields, **how):
        """It is carried out; what comes after it is no effect."""
        reply = self.send(fields, **how)
        self.assertTrue(reply["success"], reply)
        self.seen, self.jobs = self.effects(), self.mgr.job_folders()
        self.assertEqual(self.seen[-1]["nonce"], dict(fields)["auth-nonce"])

    jobs = []

    def assert_nothing_happened(self):
        self.assertEqual((self.effects(), self.mgr.job_folders()), (self.seen, self.jobs))


class Altered(SignedAttack):
    def test_no_field_can_be_altered_removed_added_or_moved(self):
        """Somebody on the way, or a web server's other sites: each field, each way, over both transports."""
        for key, tcp in ((self.alice, False), (self.mac, True)):
            whole = self.sign(START + [("mgr-wait", "yes"), ("mgr-on-behalf-of", "zoe")], key)
            for at, (name, value) in enumerate(whole):
                rest = whole[:at] + whole[at + 1:]
                for fields in (rest, rest + [(name, value + "0")], rest + [(name, value[::-1] + "1")], rest + [(name + "x", value)],
                               whole + [("x" + name, value)], whole + [(name, value)]):
                    self.assert_refused(self.send(fields, tcp=tcp), UNAUTHENTICATED, MALFORMED, INVALID, STALE, attack.UNKNOWN)
            self.runs(whole[::-1], tcp=tcp)  # its order is not signed, and nothing of that has used it up

    def test_a_body_cannot_be_exchanged(self):
        """What is uploaded is another file than the one that was signed."""
        for body, other in ((b"allow 192.0.2.1", b"allow 192.0.2.2"), (b"x", b"y"), (b"x", b"")):
            signed = self.sign(body=body)
            announced = [(name, str(len(other)) if name == "mgr-body" else value) for name, value in signed]
            self.assert_refused(self.send(announced, body=other), UNAUTHENTICATED, INVALID)

    def test_a_key_that_says_which_algorithm_it_is_says_nothing(self):
        """JWT CVE-2015-9235: the public key was taken as the secret of an HMAC, or the algorithm was "none"."""
        forged = signing.Key("alice", hmac=True, secret=self.alice.public)
        self.assert_refused(self.send(self.sign(key=forged)), UNAUTHENTICATED)
        for signature in ("", "AAAA", "none", "A" * 43 + "=", "A" * 86 + "=="):
            fields = [field for field in self.sign() if field[0] != "signature"] + [("signature", signature)]
            self.assert_refused(self.send(fields), UNAUTHENTICATED, INVALID, MALFORMED)
            for algorithm in ("none", "hmac-sha256"):
                self.assert_refused(self.send(fields + [("auth-algorithm", algorithm)]), UNAUTHENTICATED, INVALID, MALFORMED)


class Replayed(SignedAttack):
    def test_at_once_over_many_connections_it_counts_once(self):
        """Who heard a request sends it beside its sender, thirty times."""
        block = signing.block(self.sign())
        clients = [self.mgr.client("daemon") for _ in range(30)]
        for client in clients:
            client.sendall(block[:-1])
        for client in clients:
            client.sendall(block[-1:])
        replies = [attack.reply_of(client) for client in clients]
        for client in clients:
            client.close()
        self.assertEqual(sorted(reply.get("error", "done") for reply in replies), ["done"] + ["stale"] * 29)
        self.assertEqual(len(self.effects()), 1)

    def test_after_sigkill_and_restart_it_counts_once(self):
        """OpenSSH CVE-2015-6564, over a death: a helper that is killed right after has forgotten nothing."""
        request = self.sign()
        self.runs(request)
        for number in (signal.SIGKILL, signal.SIGTERM):
            self.mgr.end(self.mgr.helper, number)
            self.mgr.start_helper()
            self.helper = self.mgr.helper.pid
            self.mgr.wait_ready()
            for tcp in (False, True):
                self.assert_refused(self.send(request, tcp=tcp), STALE)

    def test_out_of_its_time_it_is_refused(self):
        """Kept for later, or signed ahead for later."""
        now = int(time.time())
        for at in (0, now - 3600, now - 45, now + 45, now + 86400, (1 << 63) - 1):
            self.assert_refused(self.send(self.sign(at=at)), STALE, INVALID)
        for at in ("-1", "1e9", "0x7fffffff", str(1 << 64), str((1 << 64) + now)):
            self.assert_refused(self.send(self.sign(at=at)), INVALID)

    def test_a_clock_that_jumped_ahead_and_back_revives_nothing(self):
        """Spoofed time: what was accepted while the clock was an hour ahead would be new again once it is right."""
        self.runs(self.sign())
        self.mgr.end(self.mgr.helper, signal.SIGTERM)
        nonces = self.mgr.dir / "var/lib/mgr/nonces"
        nonces.write_bytes(self.written_by_a_clock(int(time.time()) + 3600))
        self.mgr.start_helper()
        self.helper = self.mgr.helper.pid
        self.mgr.wait_ready()
        for fields in (self.sign(), self.sign(at=int(time.time()) + 29), self.sign(key=self.mac)):
            refused = self.send(fields)
            self.assert_refused(refused, STALE)
            self.assertIn("accept-clock", refused["detail"])
        self.assertTrue(self.mgr.ask("module:mgr\naction:ping\n\n")["success"], "what is not signed goes on")

    @staticmethod
    def written_by_a_clock(latest):
        """The head of the journal of nonces (helper/nonce_file.h), of this boot and not closed."""
        def text(data):
            return struct.pack("<I", len(data)) + data
        boot_id = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip().encode()
        head = struct.pack("<IB", 1, 0) + text(boot_id) + struct.pack("<qqq", latest, 0, -1)
        return text(head) + text(hashlib.blake2b(head, digest_size=16).digest())


class Elsewhere(SignedAttack):
    def test_for_another_host_it_is_refused(self):
        """Heard on one machine, sent to another that knows the same key."""
        for other in ("0" * 32, "f" * 32):
            self.assert_refused(self.send(self.sign(to=other)), STALE)

    def test_a_copy_of_the_machine_that_was_prepared_is_another_host(self):
        """A cloned machine has the host id of the first: what is signed for one would be good for the other, once each.
        Prepared as SECURITY.md says, it has an id and a key for its replies of its own."""
        copy = Instance(attack.BINARIES, start=False)
        self.addCleanup(copy.stop)
        for folder in ("etc/mgr", "var/lib/mgr"):
            shutil.copytree(self.mgr.dir / folder, copy.dir / folder, dirs_exist_ok=True)
        copy.write("etc/mgr/mgr.toml", (self.mgr.dir / "etc/mgr/mgr.toml").read_text()
                   .replace(str(self.mgr.cgroup), str(copy.cgroup)).replace(f":{self.mgr.port}", f":{copy.port}"))
        for name in ("var/lib/mgr/host", "var/lib/mgr/nonces", "etc/mgr/root.key", "etc/mgr/keys.d/root.toml"):
            path = copy.dir / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        copy.start()
        self.assertNotEqual(signing.host_id(copy), signing.host_id(self.mgr))
        self.assertNotEqual((copy.dir / "var/lib/mgr/host/known_host").read_text().split()[2],
                            (self.mgr.dir / "var/lib/mgr/host/known_host").read_text().split()[2])
        request = self.sign()
        self.assertEqual(copy.ask(signing.block(request), "daemon")["error"], "stale")
        self.assertEqual(copy.job_folders(), [])
        self.runs(request)

    def test_two_peoples_halves_are_not_one_right(self):
        """The connection may what the signer may not, and the other way round; a deny of the one holds for the one."""
        for user in ("www-data", None):
            self.assert_refused(self.send(self.sign([("module", "scan"), ("action", "start"), ("task_ids", "1")]), user), DENIED)
            self.assert_refused(self.send(self.sign([("module", "mgr"), ("action", "reload")]), user), DENIED)
        self.assert_refused(self.mgr.scan("start", "1000"), DENIED)
        web = signing.Key("web")  # named as the principal of www-data is; nobody has let it in
        self.assert_refused(self.send(self.sign(key=web), "www-data"), UNAUTHENTICATED)
        self.assertEqual([line.get("uid") for line in self.refusals(key="alice")], [None] * 4)

    def test_two_signers_halves_are_no_signature(self):
        """One's name with the other's signature, or both signatures."""
        request = self.sign()
        other = signing.value_of(signing.resign(request, self.bob), "signature")
        plain = [field for field in request if field[0] != "signature"]
        for fields in (plain + [("signature", other)], request + [("signature", other)],
                       [(name, "bob" if name == "auth-key" else value) for name, value in request]):
            self.assert_refused(self.send(fields), UNAUTHENTICATED, MALFORMED)


if __name__ == "__main__":
    attack.main()
