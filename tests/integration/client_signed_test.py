"""mgrctl signs, and believes what the host signed: against real daemons, and against one that lies.

Usage: client_signed_test.py BINARIES [TEST …]. Needs root.
"""
import base64
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from client_fake_server import FakeServer, line, more, refusal, success  # noqa: E402
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat  # noqa: E402
from instance import POLICY, Instance, uid_of  # noqa: E402
from shutdown_support import OFF, shutdown_file  # noqa: E402
from signing import Key, signed_text  # noqa: E402

# jobs_support, which shutdown_support brings along, has taken the word off the command line.
from jobs_support import BINARIES  # noqa: E402

MGRCTL = str(pathlib.Path(BINARIES) / "mgrctl")
HOST_ID = "0123456789abcdef" * 2

SHOW = """
[module.shop]
summary = "A shop"
[module.shop.action.show]
command = ["/bin/echo", "one \\"two\\", \\"signature\\":\\"x\\""]
user = "mgr-scan"
mode = "output"
[module.shop.action.table]
command = ["/bin/echo", "[9]"]
user = "mgr-scan"
mode = "output"
output_format = "json"
[module.shop.action.go]
command = ["/bin/echo", "gone"]
user = "mgr-scan"
mode = "stream"
[module.shop.action.swallow]
command = ["/bin/cat"]
user = "mgr-scan"
mode = "output"
[module.shop.action.swallow.arg.text]
type = "blob"
"""

RULES = """
[[principal]]
name = "signers"
key = ["root", "alice", "bob"]
[[allow]]
who = ["signers", "root"]
module = ["shop", "scan", "job", "mgr", "shutdown"]
action = "*"
jobs = "all"
"""


def public_text(key):
    return "ed25519:" + base64.b64encode(key.public).decode()


class Place:
    """A user's folder with a key and known hosts, and mgrctl run from there."""

    def __init__(self, test):
        # Not below /tmp where others might be able to write: as a home is.
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="mgr-home-", dir="/run"))
        test.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.config = self.home / ".config/mgr"

    def hold(self, text, name="key", mode=0o600):
        self.config.mkdir(parents=True, exist_ok=True)
        path = self.config / name
        path.write_text(text)
        os.chmod(path, mode)
        return path

    def know(self, *lines):
        self.hold("".join(f"{each}\n" for each in lines), "known_hosts", 0o644)

    def run(self, *words, user=None, given=None, **environment):
        values = {"PATH": "/usr/bin:/bin", "HOME": str(self.home), **environment}
        command = [MGRCTL, "--libexec", str(BINARIES), *map(str, words)]
        if user:
            command = ["setpriv", f"--reuid={uid_of(user).pw_uid}", "--clear-groups", "--", *command]
        done = subprocess.run(command, env=values, text=True, capture_output=True, timeout=60,
                              **({"input": given} if given is not None else {"stdin": subprocess.DEVNULL}))
        return done.returncode, done.stdout, done.stderr


class LyingServer:
    """A daemon that knows the host's key or another, and answers what the test says.

    `answer(fields, sign)` gives bytes; sign(line, nonce=None, key=None) is a line with the host's signature.
    """

    def __init__(self, test, answer, key=None):
        self.host = Key("host")
        self.requests = []

        def give(fields):
            self.requests.append(fields)

            def sign(reply, nonce=None, host=self.host, key=None):
                about = f'{key or fields.get("auth-key", "")}\n{nonce or fields.get("auth-nonce", "")}\n'
                text = b"mgr-reply-v1\n" + about.encode() + reply
                signature = base64.b64encode(host.private.sign(text)).decode()
                return reply[:-2] + f',"signature":"{signature}"}}\n'.encode()
            return answer(fields, sign)
        self.server = FakeServer(give)
        test.addCleanup(self.server.__exit__)
        self.place = Place(test)
        self.key = key or Key("alice")
        self.place.hold(key_text(self.key))
        self.place.know(f"local {HOST_ID} {public_text(self.host)}")

    def run(self, *words, **options):
        return self.place.run("--socket", self.server.path, *words, **options)


def key_text(key):
    if key.hmac:
        return f"id:{key.name}\ntype:hmac-sha256\nsecret:{key.secret.hex()}\n"
    pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return f"id:{key.name}\ntype:ed25519\n{pem}"


def with_added(reply, added, sign, behind=b""):
    """As the broker adds what a command printed."""
    whole = sign(reply)
    signature = json.loads(whole)["signature"].encode()
    front = reply[:-3]
    return front + added + b"}" + behind + b',"signed":%d,"signature":"%s"}\n' % (len(front), signature)


class Lying(unittest.TestCase):
    def test_what_the_host_signed_is_believed(self):
        lying = LyingServer(self, lambda fields, sign: sign(success("ping")))
        self.assertEqual(lying.run("ping"), (0, "ping ok\n", ""))
        fields = lying.requests[0]
        self.assertEqual((fields["auth-key"], fields["auth-to"]), ("alice", HOST_ID))
        lying.key.private.public_key().verify(base64.b64decode(fields["signature"]), signed_text(fields.items()))

    def test_every_request_has_a_nonce_of_its_own(self):
        lying = LyingServer(self, lambda fields, sign: sign(success("x")))
        for _ in range(3):
            lying.run("ping")
        self.assertEqual(len({fields["auth-nonce"] for fields in lying.requests}), len(lying.requests))

    def refused(self, answer, *words):
        lying = LyingServer(self, answer)
        code, out, errors = lying.run(*(words or ("ping",)))
        self.assertEqual((code, out), (127, ""), errors)
        self.assertIn("unproven reply", errors)
        self.assertIn(f" (local of {lying.place.config}/known_hosts:1)", errors)
        self.assertIn("it may have been carried out", errors)

    def test_a_success_without_a_signature_is_refused(self):
        self.refused(lambda fields, sign: success("ping"))
        self.refused(lambda fields, sign: line({"success": True, "msg": "ping ok", "signature": ""}))
        self.refused(lambda fields, sign: line({"success": True, "msg": "ping ok", "signature": 1}))

    def test_a_signature_of_another_host_or_about_another_request_is_refused(self):
        other = Key("other")
        self.refused(lambda fields, sign: sign(success("ping"), host=other))
        self.refused(lambda fields, sign: sign(success("ping"), nonce="0" * 32))
        self.refused(lambda fields, sign: sign(refusal(4, "denied"), nonce="0" * 32))
        self.refused(lambda fields, sign: sign(success("ping"), key="mallory"))
        self.refused(lambda fields, sign: sign(refusal(4, "denied"), key="mallory"))

    def test_an_altered_line_is_refused(self):
        self.refused(lambda fields, sign: sign(success("pong")).replace(b"pong", b"ping"))
        self.refused(lambda fields, sign: sign(success("ping")).replace(b'"msg"', b'"data":{"a":1},"msg"'))
        self.refused(lambda fields, sign: sign(success("ping")).replace(b"}\n", b',"success":true}\n'))
        self.refused(lambda fields, sign: sign(refusal(4, "denied")).replace(b'false', b'true '))

    def test_a_refusal_without_a_signature_is_the_brokers_word(self):
        lying = LyingServer(self, lambda fields, sign: refusal(4, "denied", "no"))
        code, _, errors = lying.run("ping")
        self.assertEqual(code, 126)
        self.assertIn("denied: no\n", errors)
        self.assertIn("the host did not sign this refusal", errors)
        signed = LyingServer(self, lambda fields, sign: sign(refusal(4, "denied", "no")))
        code, _, errors = signed.run("ping")
        self.assertEqual(code, 126)
        self.assertTrue(errors.startswith("mgrctl: denied: no\nmgrctl: signed with key alice of "), errors)
        self.assertNotIn("did not sign", errors)

    def test_the_refusal_of_a_signature_says_which_key_it_was(self):
        for code, word in ((3, "unauthenticated"), (9, "stale")):
            lying = LyingServer(self, lambda fields, sign: refusal(code, word, "no"))
            got, _, errors = lying.run("ping")
            self.assertEqual(got, 126)
            self.assertIn(f"signed with key alice of {lying.place.config}/key, for local of ", errors)

    def test_a_refusal_for_want_of_a_proof_says_why_nothing_was_signed(self):
        lying = LyingServer(self, lambda fields, sign: refusal(3, "unauthenticated", "no"))
        self.assertIn("nothing was signed, as --no-sign says", lying.run("--no-sign", "ping")[2])
        self.assertIn("nothing was signed, as MGR_KEY is set to nothing", lying.run("ping", MGR_KEY="")[2])
        (lying.place.config / "key").unlink()
        no_key_of_root = ("--root", lying.place.home)
        _, _, errors = lying.run(*no_key_of_root, "ping")
        self.assertIn(f"nothing was signed, as there is no key in {lying.place.config}/key", errors)
        self.assertEqual(lying.run(*no_key_of_root, "--quiet", "ping")[2], "mgrctl: unauthenticated: no\n")

    def test_without_its_key_a_user_is_asked_for_on_this_machine_alone(self):
        def answer(fields):
            return refusal(4, "denied", "no")
        lying = LyingServer(self, lambda fields, sign: answer(fields))
        self.assertIn("with --no-sign those of the user", lying.run("ping")[2])
        with FakeServer(answer, tcp=True) as server:
            name = f"127.0.0.1:{server.port}"
            lying.place.know(f"{name} {HOST_ID} {public_text(lying.host)}")
            _, _, errors = lying.place.run("--host", name, "ping")
        self.assertIn("the rights of that key alone count", errors)
        self.assertNotIn("--no-sign", errors)

    def test_lines_that_promise_more_prove_nothing(self):
        lying = LyingServer(self, lambda fields, sign: more("ping", {"a": 1}))
        code, out, errors = lying.run("ping")
        self.assertEqual((code, out), (127, ""))
        self.assertIn("connection lost", errors)

    def test_output_is_the_brokers_and_nothing_else(self):
        schema = {"modules": [{"name": "shop", "actions": [{"name": "show", "mode": "output"}]}]}
        front = success("show", {"job": 7, "exit": 3})

        def answer(added, behind=b""):
            def give(fields, sign):
                if fields["action"] == "modules":
                    return sign(success("modules", schema))
                return with_added(front, added, sign, behind)
            return LyingServer(self, give).run("shop", "show")
        self.assertEqual(answer(b',"stdout":"one\\n","stderr":""'), (3, "one\n", ""))
        for added, behind in [(b',"exit":0', b""), (b',"stdout":"a","stdout":"b"', b""), (b',"jobs":[]', b""),
                              (b"", b',"data":{"job":7,"exit":0}'), (b"", b',"success":true')]:
            code, out, errors = answer(added, behind)
            self.assertEqual((code, out), (125, ""), (added, behind))
            self.assertIn("says more than what the host signed", errors)

    def test_a_secret_is_not_sent_over_the_network(self):
        schema = {"modules": [{"name": "shop", "actions": [{"name": "tell", "mode": "reply", "arguments": [
            {"name": "word", "type": "secret", "required": True}]}]}]}
        asked = []

        def give(fields):
            asked.append(fields)
            return success("modules", schema)
        with FakeServer(give, tcp=True) as server:
            code, _, errors = Place(self).run("--no-sign", "--host", f"127.0.0.1:{server.port}", "shop", "tell",
                                              given="hush\n")
        self.assertEqual(code, 2)
        self.assertIn("not sent over the network", errors)
        self.assertEqual([fields["action"] for fields in asked], ["modules"])

    def test_no_sign_asks_and_believes_as_ever(self):
        lying = LyingServer(self, lambda fields, sign: success("ping"))
        self.assertEqual(lying.run("--no-sign", "ping"), (0, "ping ok\n", ""))
        self.assertEqual(lying.run("ping", MGR_KEY=""), (0, "ping ok\n", ""))
        self.assertEqual([set(fields) for fields in lying.requests], [{"module", "action"}] * 2)


class Files(unittest.TestCase):
    def setUp(self):
        self.lying = LyingServer(self, lambda fields, sign: sign(success("ping")))
        self.place = self.lying.place

    def refused(self, why, *words, **options):
        before = len(self.lying.requests)
        code, out, errors = self.lying.run(*(words or ("ping",)), **options)
        self.assertEqual((code, out), (2, ""), errors)
        self.assertIn(why, errors)
        self.assertEqual(len(self.lying.requests), before)

    def test_a_loose_key_is_refused(self):
        for mode in (0o644, 0o640, 0o660, 0o602, 0o601):
            os.chmod(self.place.config / "key", mode)
            self.refused("chmod 600")

    def test_a_key_of_somebody_else_is_refused(self):
        os.chown(self.place.config / "key", uid_of("daemon").pw_uid, -1)
        self.refused("somebody else's")

    def test_a_link_a_folder_and_a_fifo_are_refused(self):
        key = self.place.config / "key"
        key.rename(self.place.config / "real")
        key.symlink_to("real")
        self.refused("symbolic link")
        key.unlink()
        key.mkdir()
        self.refused("no regular file")
        key.rmdir()
        os.mkfifo(key, 0o600)
        self.refused("no regular file")

    def test_a_key_that_is_asked_for_must_be_there(self):
        self.refused("No such file", "--key-file", self.place.home / "none", "ping")
        self.refused("No such file", "ping", MGR_KEY=str(self.place.home / "none"))

    def test_what_is_no_key_is_refused_and_not_shown(self):
        for text in ("", "id:alice\n", "id:alice\ntype:ed25519\nsecret:5EC2E7\n", "5EC2E7" * 1000,
                     "id:alice\ntype:hmac-sha256\nsecret:5EC2E7\n", "id:../x\ntype:ed25519\n"):
            self.place.hold(text)
            before = len(self.lying.requests)
            code, _, errors = self.lying.run("ping")
            self.assertEqual(code, 2)
            self.assertNotIn("5EC2E7", errors)
            self.assertEqual(len(self.lying.requests), before)

    def test_known_hosts_that_others_may_write_are_refused(self):
        os.chmod(self.place.config / "known_hosts", 0o664)
        self.refused("who may write known hosts")
        os.chmod(self.place.config / "known_hosts", 0o644)
        os.chown(self.place.config / "known_hosts", uid_of("daemon").pw_uid, -1)
        self.refused("who may write known hosts")

    def test_a_mistake_in_known_hosts_has_its_line(self):
        self.place.know("# ours", "local 0123 ed25519:AAAA")
        self.refused("known_hosts:2: not a known host")

    def test_what_asks_nobody_needs_no_good_key(self):
        self.place.hold("rubbish")
        self.assertEqual(self.lying.run("--help")[0], 0)
        self.assertEqual(self.lying.run("--version")[0], 0)

    def test_a_secret_of_hmac_signs_too(self):
        key = Key("alice", hmac=True)
        self.place.hold(key_text(key))
        self.assertEqual(self.lying.run("ping"), (0, "ping ok\n", ""))
        fields = self.lying.requests[-1]
        self.assertEqual(base64.b64decode(fields["signature"]), key.signature_of(signed_text(fields.items())))

    def test_keygen_makes_what_openssl_reads_and_overwrites_nothing(self):
        place = Place(self)
        code, out, errors = place.run("keygen", "alice")
        self.assertEqual(code, 0, errors)
        words = out.split()
        self.assertEqual(words[:4], ["mgrctl", "key", "add", "alice"])
        file = place.config / "key"
        for path, mode in ((file, 0o600), (place.config, 0o700), (place.config.parent, 0o700)):
            self.assertEqual(path.stat().st_mode & 0o777, mode, path)
        public = subprocess.run(["openssl", "pkey", "-in", file, "-pubout", "-outform", "DER"],
                                capture_output=True, check=True).stdout[-32:]
        self.assertEqual(words[4], "ed25519:" + base64.b64encode(public).decode())
        text = file.read_text()
        for words in (("alice",), ("bob", "--output", file)):
            code, _, failure = place.run("keygen", *words)
            self.assertEqual((code, failure), (2, f"mgrctl: {file}: is there already; move it away, or give --output\n"))
        self.assertIn("refused until it is let in; --no-sign asks without it", errors)
        _, _, errors = place.run("keygen", "bob", "--output", place.home / "bob.key")
        self.assertNotIn("--no-sign", errors, "nothing is signed with it unless that is asked for")
        self.assertEqual(file.read_text(), text)
        self.assertEqual(list(place.config.iterdir()), [file])

    def test_keygen_refuses_what_is_no_id_type_or_place(self):
        place = Place(self)
        for words in (("A",), ("a/b",), ("..",), ("a", "b"), ("a", "--type", "rsa"), ("a", "--output", ""),
                      ("a", "--output", place.home / "no/such/folder")):
            self.assertEqual(place.run("keygen", *words)[0], 2, words)
        self.assertEqual(list(place.home.rglob("key")), [])
        code, out, _ = place.run("keygen", "a", "--type", "hmac-sha256", "--output", place.home / "h")
        self.assertEqual((code, out), (0, f"mgrctl key add --from {place.home}/h\n"))


class Real(unittest.TestCase):
    """With real daemons, whose root signs with the key that the first start made."""

    def setUp(self):
        self.mgr = Instance(BINARIES, start=False)
        self.addCleanup(self.mgr.stop)
        self.mgr.write("etc/mgr/policy.toml", POLICY + RULES)
        self.mgr.write("etc/mgr/modules.d/shop.toml", SHOW)
        self.mgr.write("etc/mgr/modules.d/shutdown.toml", shutdown_file("signed"))
        self.mgr.write("bin/off", OFF, 0o755)
        os.mkfifo(self.mgr.dir / "gates/off", 0o644)
        os.chmod(self.mgr.dir / "gates/off", 0o644)
        self.mgr.start()
        self.place = Place(self)

    def run_mgrctl(self, *words, **options):
        return self.place.run("--root", self.mgr.dir, *words, **options)

    def succeeds(self, *words, **options):
        code, out, errors = self.run_mgrctl(*words, **options)
        self.assertEqual(code, 0, (words, out, errors))
        return out

    def add(self, key, *more):
        return self.succeeds("key", "add", key.name, public_text(key), *more)

    @property
    def address(self):
        return f"127.0.0.1:{self.mgr.port}"


class Local(Real):
    def test_root_signs_by_default(self):
        who = self.succeeds("whoami")
        self.assertIn("key: root\n", who)
        self.assertNotIn("uid:", who)
        self.assertIn("uid: 0\n", self.succeeds("--no-sign", "whoami"))
        reply = json.loads(self.succeeds("--json", "ping"))
        self.assertIn("signature", reply)

    def test_what_wants_a_signature_is_done_signed_and_refused_without_one(self):
        code, _, errors = self.run_mgrctl("--no-sign", "shutdown", "reboot", "--yes")
        self.assertEqual(code, 126, errors)
        self.assertIn("keygen", errors)
        self.assertFalse((self.mgr.dir / "seen/off").exists())
        self.succeeds("shutdown", "reboot", "delay=1h", "--yes")
        self.succeeds("shutdown", "cancel", "--yes")

    def test_output_of_commands_is_believed_for_what_it_is(self):
        self.assertEqual(self.succeeds("shop", "show"), 'one "two", "signature":"x"\n')
        self.assertEqual(json.loads(self.succeeds("--json", "shop", "table"))["data"]["output"], [9])
        self.assertEqual(self.succeeds("shop", "go"), "gone\n")
        self.assertEqual(self.succeeds("--body", "-", "shop", "swallow", given="a body\n"), "a body\n")

    def test_jobs_are_started_waited_for_and_listed(self):
        self.assertEqual(self.run_mgrctl("--wait", "scan", "start", "3")[0], 7)
        self.assertIn("key root", self.succeeds("jobs"))
        self.assertIn("key root", self.succeeds("job", "1"))
        self.succeeds("output", "1")
        self.succeeds("follow", "1")
        self.assertIn("scan", self.succeeds("modules"))
        self.assertIn("yes", self.succeeds("can-i", "shop", "show"))
        self.succeeds("--dry-run", "shop", "show")

    def test_explain_is_about_the_key_that_signs(self):
        self.assertIn("key root", self.succeeds("explain", "shutdown", "reboot"))
        self.assertEqual(self.run_mgrctl("--no-sign", "explain", "shutdown", "reboot")[0], 126)

    def test_others_have_no_key_and_sign_nothing(self):
        os.chmod(self.place.home, 0o755)
        self.assertIn("uid: ", self.succeeds("whoami", user="www-data"))

    def test_another_host_is_not_believed_nor_asked_in_vain(self):
        known = (self.mgr.dir / "var/lib/mgr/host/known_host").read_text().split()
        self.place.know(f"local {'f' * 32} {known[2]}")
        code, _, errors = self.run_mgrctl("ping")
        self.assertEqual(code, 126)
        self.assertIn("addressed to another host", errors)
        self.assertIn("; --no-sign asks as the user", errors, "as a reload may have to, while it lasts")
        self.place.know(f"local {known[1]} {public_text(Key('x'))}")
        code, _, errors = self.run_mgrctl("ping")
        self.assertEqual(code, 127)
        self.assertIn("the reply's signature is not the host's", errors)


class Keys(Real):
    def test_a_key_is_added_signed_with_and_revoked(self):
        out = self.run_mgrctl("keygen", "alice", "--output", self.place.home / "a")[1]
        code, said, errors = self.run_mgrctl(*out.split()[1:], "--comment", 'Alice "A" \\ é')
        self.assertEqual((code, said), (0, "the key alice is in force\n"), errors)
        self.assertNotIn("[[principal]]", errors)
        record = self.mgr.dir / "etc/mgr/keys.d/alice.toml"
        self.assertEqual(record.stat().st_mode & 0o777, 0o644)
        self.assertIn("key: alice\n", self.succeeds("--key-file", self.place.home / "a", "whoami"))
        self.assertEqual(self.succeeds("key", "revoke", "alice"), "the end of the key alice is in force\n")
        code, _, errors = self.run_mgrctl("--key-file", self.place.home / "a", "whoami")
        self.assertEqual(code, 126)
        self.assertIn("unauthenticated", errors)
        again = self.run_mgrctl(*out.split()[1:])
        self.assertEqual(again[0], 2)
        self.assertIn("alice is taken", again[2])
        self.assertIn("revoked = true", record.read_text())

    def test_a_secret_is_added_from_its_file_and_is_roots_alone(self):
        file = self.place.home / "b"
        self.run_mgrctl("keygen", "bob", "--type", "hmac-sha256", "--output", file)
        self.succeeds("key", "add", "--from", file)
        secret = self.mgr.dir / "etc/mgr/keys.d/bob.secret"
        self.assertEqual(secret.stat().st_mode & 0o777, 0o600)
        self.assertIn("key: bob\n", self.succeeds("--key-file", file, "whoami"))
        self.assertNotIn(secret.read_text().strip(), (self.mgr.dir / "etc/mgr/keys.d/bob.toml").read_text())

    def test_a_key_that_nobody_is_says_what_the_policy_needs(self):
        code, _, errors = self.run_mgrctl("key", "add", "carol", public_text(Key("carol")))
        self.assertEqual(code, 0)
        self.assertIn('key = ["carol"] in a [[principal]]', errors)

    def test_a_second_record_of_one_key_is_taken_back(self):
        key = Key("alice")
        self.add(key)
        self.mgr.write("etc/mgr/keys.d/bob.secret", "00" * 32 + "\n", 0o600)  # not the command's: it stays
        code, _, errors = self.run_mgrctl("key", "add", "bob", public_text(key))
        self.assertEqual(code, 2, errors)
        self.assertFalse((self.mgr.dir / "etc/mgr/keys.d/bob.toml").exists())
        self.assertTrue((self.mgr.dir / "etc/mgr/keys.d/bob.secret").exists())
        self.succeeds("ping")

    def test_what_is_no_key_is_not_added(self):
        good = public_text(Key("x"))
        for words in (("X", good), ("../x", good), ("x", good[:-4]), ("x", "hmac-sha256:00"), ("x",), (),
                      ("x", "ed25519:" + base64.b64encode(bytes(32)).decode()), ("x", good, "more"),
                      ("x", good, "--not-before", "2027-01-02", "--not-after", "2027-01-02"),
                      ("x", good, "--not-after", "soon"), ("x", good, "--comment", "a\nrevoked = true"),
                      ("x", good, "--json"), ("x", good, "--host", self.address)):
            self.assertEqual(self.run_mgrctl("key", "add", *words)[0], 2, words)
        self.assertEqual([path.name for path in (self.mgr.dir / "etc/mgr/keys.d").iterdir()], ["root.toml"])
        for words in (("revoke",), ("revoke", "none"), ("revoke", "../policy"), ("list", "x"), (), ("x",)):
            self.assertEqual(self.run_mgrctl("key", *words)[0], 2, words)

    def test_others_may_list_and_nothing_else(self):
        os.chmod(self.place.home, 0o755)
        self.add(Key("alice"), "--not-after", "2020-01-01")
        self.add(Key("bob"), "--not-before", "2100-01-01T00:00:00+01:00")
        listed = self.succeeds("key", "list", user="www-data")
        for words in (("alice", "expired", "2020-01-01T00:00:00Z"), ("bob", "not yet valid", "2099-12-31T23:00:00Z"),
                      ("root", "valid", "signers")):
            row = next(row for row in listed.splitlines() if row.startswith(words[0]))
            for word in words:
                self.assertIn(word, row)
        keys = json.loads(self.succeeds("--json", "key", "list", user="www-data"))["keys"]
        self.assertEqual([(key["id"], key["state"]) for key in keys],
                         [("alice", "expired"), ("bob", "not yet valid"), ("root", "valid")])
        self.assertEqual(self.run_mgrctl("key", "add", "eve", public_text(Key("eve")), user="www-data")[0], 2)
        self.assertEqual(self.run_mgrctl("key", "revoke", "bob", user="www-data")[0], 2)

    def test_without_a_daemon_it_counts_from_the_next_start(self):
        self.mgr.kill_broker()
        self.mgr.kill_helper()
        (self.mgr.dir / "run/mgr.sock").unlink(missing_ok=True)
        code, _, errors = self.run_mgrctl("key", "add", "alice", public_text(Key("alice")))
        self.assertEqual(code, 0, errors)
        self.assertIn("counts from the next start", errors)


class Tcp(Real):
    def setUp(self):
        super().setUp()
        self.key = Key("alice")
        self.add(self.key)
        self.place.hold(key_text(self.key))

    def known(self, name=None):
        return self.succeeds("host", name or self.address).strip()

    def ask(self, *words, **options):
        return self.place.run("--host", self.address, *words, **options)

    def test_a_known_host_is_asked_and_believed(self):
        self.place.know(self.known())
        code, out, errors = self.ask("whoami")
        self.assertEqual(code, 0, errors)
        self.assertIn("key: alice\n", out)
        self.assertIn("transport: tcp\n", out)
        code, out, _ = self.ask("shop", "show")
        self.assertEqual((code, out), (0, 'one "two", "signature":"x"\n'))
        self.assertEqual(self.place.run("whoami", MGR_HOST=self.address)[0], 0)

    def test_an_unknown_host_is_not_asked(self):
        code, _, errors = self.ask("ping")
        self.assertEqual(code, 2)
        self.assertIn(f"`mgrctl host {self.address}` prints the line for {self.place.config}/known_hosts", errors)
        self.assertEqual(self.ask("--no-sign", "ping")[:2], (0, "ping ok\n"))

    def test_names_are_looked_up_and_known_to_the_letter(self):
        name = f"localhost:{self.mgr.port}"
        self.place.know(self.known(name))
        self.assertEqual(self.place.run("--host", name, "ping")[0], 0)
        self.assertEqual(self.ask("ping")[0], 2)

    def test_another_id_or_key_is_not_this_host(self):
        name, identity, key = self.known().split()
        self.place.know(f"{name} {'0' * 32} {key}")
        self.assertEqual(self.ask("ping")[0], 126)
        self.place.know(f"{name} {identity} {public_text(Key('x'))}")
        code, _, errors = self.ask("ping")
        self.assertEqual(code, 127)
        self.assertIn("signature is not the host's", errors)

    def test_who_is_not_there_is_unavailable_in_time(self):
        with socket.socket() as closed:  # bound and never listening: refused at once
            closed.bind(("127.0.0.1", 0))
            name = f"127.0.0.1:{closed.getsockname()[1]}"
            code, _, errors = self.place.run("--no-sign", "--host", name, "ping")
        self.assertEqual(code, 127)
        self.assertIn(f"cannot connect to {name}", errors)
        self.assertEqual(self.place.run("--no-sign", "--host", "no-such.invalid:1", "--timeout", "5", "ping")[0], 127)
        with silent() as name:
            code, _, errors = self.place.run("--no-sign", "--host", name, "--timeout", "0.2", "ping")
            self.assertEqual(code, 127)
            self.assertIn("none within the time limit", errors)

    def test_what_is_no_host_is_misuse(self):
        for host in ("", "a", "a:0", "a:b", ":1", "::1:1", "-a:1", "a b:1"):
            self.assertEqual(self.place.run("--no-sign", "--host", host, "ping")[0], 2, host)
        self.assertEqual(self.ask("--socket", "/x", "ping")[0], 2)
        for words in ((), ("a",), ("a:1", "b:1")):
            self.assertEqual(self.run_mgrctl("host", *words)[0], 2, words)


@contextlib.contextmanager
def silent():
    """A host that takes connections and says nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        yield f"127.0.0.1:{listener.getsockname()[1]}"


del Real  # its cases are its subclasses'

if __name__ == "__main__":
    unittest.main()
