"""mgr.py with a key: what it sends, and what it believes of what comes back."""

import base64
import io
import json
import os
import pathlib
import sys
import tempfile
import unittest
from contextlib import redirect_stderr, redirect_stdout
from unittest import mock

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "client", "python")]

import mgr  # noqa: E402
import protocol_examples  # noqa: E402
from client_fake_server import FakeServer, more, refusal, success  # noqa: E402

VECTORS = protocol_examples.vectors()
HOST = VECTORS["host"]
HOST_KEY = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(HOST["seed"]))
KNOWN_HOST = "%s ed25519:%s" % (HOST["id"], HOST["public_key"])
KEYS = {key["id"]: key for key in VECTORS["keys"]}
TIME = 1767323045
LIBRARIES = {"cryptography": "nacl", "nacl": "cryptography"}


def without(*modules):
    """As if they were not installed."""
    return mock.patch.dict(sys.modules, {name: None for module in modules for name in [module] + [
        loaded for loaded in sys.modules if loaded.startswith(module + ".")]})


def key_text(key, **changed):
    key = dict(key, **changed)
    text = "id:%s\ntype:%s\n" % (key["id"], key["type"])
    if key["type"] == "hmac-sha256":
        return text + "secret:%s\n" % key["secret"]
    der = bytes.fromhex("302e020100300506032b657004220420" + key["seed"])
    return text + "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n" % base64.b64encode(der).decode()


def host_signs(line, nonce, printed="", key="panel"):
    """The line as the helper signs it for a request of that key and nonce; `printed`: members that the broker adds to its data."""
    text = f"mgr-reply-v1\n{key}\n{nonce}\n".encode() + line
    signature = base64.b64encode(HOST_KEY.sign(text)).decode()
    ending = ',"signature":"%s"}\n' % signature
    if not printed:
        return line[:-2] + ending.encode()
    return line[:-3] + (",%s},\"signed\":%d%s" % (printed, len(line) - 3, ending)).encode()


class Signing(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        patched = mock.patch.dict(os.environ, MGR_KEY="", XDG_CONFIG_HOME=str(self.folder / "config"))
        patched.start()
        self.addCleanup(patched.stop)

    def file(self, name, text, mode=0o600):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return str(path)

    def key(self, name="panel", **changed):
        return self.file("key." + name, key_text(KEYS[name], **changed))

    def client(self, server, name="panel", **more_options):
        return mgr.Client(server.path, key=self.key(name), known_host=KNOWN_HOST, **more_options)

    @staticmethod
    def server(line=None, printed="", nonce=None, key=None):
        """Answers as a host does; `line`, `nonce` and `key`: other ones than those of the request."""
        def answer(fields):
            said = line if line is not None else success(fields["action"], {"n": fields.get("n", "")})
            return host_signs(said, nonce or fields["auth-nonce"], printed, key or fields["auth-key"])
        return FakeServer(answer)


class WhatIsSent(Signing):
    def signed(self, request, library=None):
        """The fields of a request of the vectors, as mgr.py signs what it is given of them."""
        given = dict(request["fields"])
        own = [(name.encode(), value.encode()) for name, value in request["fields"] if not name.startswith("auth-")]
        body = b"hello\n" if "mgr-body" in given else b""
        with mock.patch.object(mgr.secrets, "token_hex", lambda _: given["auth-nonce"]), \
                mock.patch.object(mgr.time, "time", lambda: TIME + 0.9), \
                without(*[other for other in LIBRARIES if library and other != library]):
            signer = mgr._Signer(self.key(request["key"]), mgr._Host(KNOWN_HOST))
            pairs, nonce = signer.sign(own, body)
        self.assertEqual(nonce.decode(), given["auth-nonce"])
        return {name.decode(): value.decode() for name, value in pairs}

    def test_is_signed_as_the_vectors_are(self):
        for request in VECTORS["requests"]:
            expected = dict(request["fields"], signature=request["signature"])
            libraries = ["none"] if KEYS[request["key"]]["type"] == "hmac-sha256" else LIBRARIES
            for library in libraries:
                self.assertEqual(self.signed(request, library), expected, library)

    def test_is_the_folded_name_and_the_trimmed_value(self):
        text = mgr._signed_text(mgr._pairs("SCAN_MODULE", "start", {"Task_IDs": "  1  ", "signature": "x"}))
        self.assertEqual(text, b"mgr-request-v1\naction:start\nmodule:SCAN_MODULE\ntask_ids:1\n")

    def test_every_way_of_asking_signs(self):
        with self.server() as server:
            key = self.key()
            client = self.client(server)
            client.request("scan", "start", on_behalf_of="alice", confirm=True, request_id="r1")
            client.call("scan", "start", body=b"hello\n")
            list(client.stream("scan", "start"))
            with client:
                client.pipeline([("scan", "start", {"n": n}) for n in range(40)])
            options = {"socket_path": server.path, "key": key, "known_host": KNOWN_HOST}
            self.assertTrue(mgr.send_request("scan", {"action": "start"}, **options)["success"])
            list(mgr.stream("scan", {"action": "start"}, **options))
            nonces = set()
            for block in server.blocks:
                fields = dict(line.split(":", 1) for line in block.decode().splitlines()[:-1])
                fields.pop("mgr", None)
                text = mgr._signed_text([(name.encode(), value.encode()) for name, value in fields.items()])
                expected = mgr.hmac.new(bytes.fromhex(KEYS["panel"]["secret"]), text, "sha256").digest()
                self.assertEqual(base64.b64decode(fields["signature"]), expected)
                self.assertEqual((fields["auth-key"], fields["auth-to"]), ("panel", HOST["id"]))
                self.assertLess(abs(int(fields["auth-time"]) - mgr.time.time()), 60)
                self.assertEqual("auth-body" in fields, "mgr-body" in fields)
                nonces.add(fields["auth-nonce"])
            self.assertEqual(len(nonces), len(server.blocks))
            self.assertEqual(len(server.blocks), 45)
        with FakeServer(lambda f: host_signs(success("ping"), f["auth-nonce"]), tcp=True) as server:
            client = mgr.Client(host="127.0.0.1", port=server.port, key=self.key(), known_host=KNOWN_HOST)
            self.assertTrue(client.request("mgr", "ping")["success"])

    def test_asking_again_signs_anew(self):
        answers = [None, refusal(8, "unavailable")]

        def answer(fields):
            return answers.pop() if answers else host_signs(success("start"), fields["auth-nonce"])
        with FakeServer(answer) as server:
            with mock.patch.object(mgr, "RETRY_PAUSES", (0, 0, 0, 0)):
                self.client(server).request("scan", "start", request_id="r1")
            nonces = {line for block in server.blocks for line in block.splitlines() if line.startswith(b"auth-nonce")}
            self.assertEqual((len(server.blocks), len(nonces)), (3, 3))

    def test_the_originals_constant_makes_room(self):
        with self.server() as server:
            self.client(server).request("scan", "list", signature="constant")
            self.assertEqual(server.blocks[0].count(b"signature:"), 1)
            self.assertNotIn(b"constant", server.blocks[0])

    def test_what_cannot_be_signed_is_not_sent(self):
        with self.server() as server:
            for fields in ({"auth-key": "other"}, {"Auth-New": "1"}, {"a": "\n"}, {"a%d" % n: "" for n in range(59)}):
                with self.assertRaises(ValueError):
                    self.client(server).request("scan", "start", **fields)
            self.client(server).request("scan", "start", **{"a%d" % n: "" for n in range(57)})
            self.assertEqual(len(server.blocks), 1)


class WhatIsBelieved(Signing):
    def asks(self, server, name="panel"):
        return self.client(server, name).request("scan", "start")

    def raises(self, error, server, name="panel"):
        with server, self.assertRaises(error) as raised:
            self.asks(server, name)
        self.assertIs(type(raised.exception), error)
        return raised.exception

    def test_the_vectors_verify_and_nothing_beside_them(self):
        host = mgr._Host(KNOWN_HOST)
        for reply in VECTORS["replies"]:
            line, key, nonce = reply["line"].encode()[:-1], reply["key"].encode(), reply["nonce"].encode()
            said = json.loads(line)
            said.pop("signature"), said.pop("signed", None)
            self.assertEqual(mgr._prove_reply(line, key, nonce, host), said)
            with self.assertRaises(mgr.Unproven):
                mgr._prove_reply(line, key, nonce[::-1], host)
            with self.assertRaises(mgr.Unproven):
                mgr._prove_reply(line, key[::-1], nonce, host)
            signed = len(reply["signed_line"]) - 3
            for place in list(range(0, signed, 7)) + [len(line) - 20]:
                altered = line[:place] + bytes([line[place] ^ 1]) + line[place + 1:]
                with self.assertRaises(mgr.Unproven):
                    mgr._prove_reply(altered, key, nonce, host)

    def test_a_signature_is_the_rfcs(self):
        """RFC 8032, section 7.1, tests 1 and 3; an S that is not reduced, and points that are none."""
        for public, text, signature in (
                ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                 "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                 "d25bf5f0595bbe24655141438e7a100b"),
                ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
                 "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
                 "4a7c15e9716ed28dc027beceea1ec40a")):
            public, text, signature = (bytes.fromhex(hexed) for hexed in (public, text, signature))
            self.assertTrue(mgr._verify_ed25519(public, text, signature))
            self.assertFalse(mgr._verify_ed25519(public, text + b"x", signature))
            for bit in range(0, 512, 37):
                altered = bytearray(signature)
                altered[bit // 8] ^= 1 << bit % 8
                self.assertFalse(mgr._verify_ed25519(public, text, bytes(altered)), bit)
            unreduced = int.from_bytes(signature[32:], "little") + mgr._ORDER
            self.assertFalse(mgr._verify_ed25519(public, text, signature[:32] + unreduced.to_bytes(32, "little")))
            for key in (public[1:], public + b"x", b"\xff" * 32, bytes([2]) + bytes(31)):
                self.assertFalse(mgr._verify_ed25519(key, text, signature))
        # The neutral element as the key and as R, with S = 0, would be a signature of everything.
        neutral = bytes([1]) + bytes(31)
        self.assertFalse(mgr._verify_ed25519(neutral, b"anything", neutral + bytes(32)))

    def test_the_host_is_believed_with_no_package_installed(self):
        with self.server() as server, without("cryptography", "nacl"):
            self.assertEqual(self.asks(server)["data"], {"n": ""})

    def test_a_success_without_the_hosts_signature_is_not_believed(self):
        said = success("start")
        for reply in (said, said[:-2] + b',"signature":""}\n', said[:-2] + b',"signature":"AAAA"}\n',
                      host_signs(said, "0" * 32), host_signs(said, "0" * 32, '"stdout":""'),
                      said[:-2] + b',"signed":99999,"signature":"AAAA"}\n'):
            self.assertIn("may have been carried out",
                          str(self.raises(mgr.Unproven, FakeServer(lambda _, reply=reply: reply))))
        with FakeServer(lambda _: said) as server:
            reply = mgr.send_request("scan", {"action": "start"}, socket_path=server.path, key=self.key(),
                                     known_host=KNOWN_HOST)
        self.assertEqual((reply["success"], reply["msg"]), (False, {"err_code": 13}))

    def test_a_refusal_says_whether_it_is_the_hosts(self):
        refused = refusal(4, "denied", "no")
        self.assertTrue(self.raises(mgr.Denied, self.server(refused)).is_proven)
        self.assertFalse(self.raises(mgr.Denied, FakeServer(lambda _: refused)).is_proven)
        self.raises(mgr.Unproven, self.server(refused, nonce="0" * 32))
        self.raises(mgr.Unproven, self.server(refused, key="mallory"))
        self.raises(mgr.Unproven, self.server(key="mallory"))

    def test_of_what_the_broker_adds_only_output_is_taken(self):
        said = success("start", {"job": 7, "exit": 1})
        printed = '"exit":0,"job":8,"cached":true,"stdout":"\\",\\"signature\\":\\"x\\"}","stderr":"e","left_out":3'
        with self.server(said, printed) as server:
            reply = self.asks(server)
        self.assertEqual(reply["data"],
                         {"job": 7, "exit": 1, "stdout": '","signature":"x"}', "stderr": "e", "left_out": 3})
        self.assertEqual(set(reply), {"success", "msg", "data"})
        failed = refusal(2, "failed", "exit status 3", data={"job": 7, "exit": 3})
        error = self.raises(mgr.Failed, self.server(failed, '"stdout":"","stderr":"no","exit":0'))
        self.assertEqual((error.data, error.is_proven), ({"job": 7, "exit": 3, "stdout": "", "stderr": "no"}, True))

    def test_another_answer_of_the_host_is_not_taken_for_this_one(self):
        kept = []

        def answer(fields):
            kept.append(host_signs(success(fields["n"]), fields["auth-nonce"]))
            return None if len(kept) < 2 else kept[1] + kept[0]  # the second is an older one
        with FakeServer(answer) as server:
            with self.client(server) as client:
                with self.assertRaises(mgr.NoAnswer):
                    client.request("scan", "start", n=1)
                with self.assertRaises(mgr.Unproven) as raised:
                    client.pipeline([("scan", "start", {"n": 2}), ("scan", "start", {"n": 3})])
        self.assertEqual([reply["msg"] for reply in raised.exception.replies], ["2 ok"])

    def test_a_stream_is_proven_by_its_end(self):
        end = success("follow", {"jobs": []})
        for last, error in ((end, mgr.Unproven), (b"", mgr.NoAnswer), (host_signs(end, "0" * 32), mgr.Unproven)):
            with FakeServer(lambda _, last=last: [more("follow", {"n": 1}), last]) as server:
                lines = self.client(server).stream("job", "follow", id=7)
                self.assertEqual(next(lines)["data"], {"n": 1})
                with self.assertRaises(error):
                    next(lines)
        with FakeServer(lambda f: [more("follow", {}), host_signs(end, f["auth-nonce"])]) as server:
            self.assertEqual(len(list(self.client(server).stream("job", "follow", id=7))), 2)
        self.raises(mgr.NoAnswer, FakeServer(lambda _: more("start", {})))


class WhereKeysAre(Signing):
    def setUp(self):
        super().setUp()
        del os.environ["MGR_KEY"]
        self.host = "%s\n" % KNOWN_HOST

    def key_id(self, **options):
        signer = mgr.Client("/nonexistent/mgr.sock", **options)._signer
        return signer and signer.id.decode()

    def refuses(self, what, **options):
        with self.assertRaisesRegex(mgr.CannotSign, what):
            mgr.Client("/nonexistent/mgr.sock", **options)

    def test_the_key_is_found_as_mgrctl_finds_it(self):
        root = str(self.folder / "root")
        self.file("root/var/lib/mgr/host/known_host", "local " + self.host, 0o644)
        self.assertIsNone(self.key_id(root=root))
        self.file("root/etc/mgr/root.key", key_text(KEYS["panel"], id="root"))
        self.assertEqual(self.key_id(root=root), "root" if os.geteuid() == 0 else None)
        self.file("config/mgr/key", key_text(KEYS["panel"], id="own"))
        self.assertEqual(self.key_id(root=root), "own")
        os.environ["MGR_KEY"] = self.key(id="named")
        self.assertEqual(self.key_id(root=root), "named")
        self.assertEqual(self.key_id(root=root, key=self.key(id="given")), "given")
        self.assertIsNone(self.key_id(root=root, key=False))
        os.environ["MGR_KEY"] = ""
        self.assertIsNone(self.key_id(root=root))

    def test_the_host_is_known_by_its_name(self):
        root, key = str(self.folder / "root"), self.key()
        name = "panel.example:7000 "
        options = {"root": root, "key": key, "host": "panel.example", "port": 7000}
        self.refuses("panel.example:7000 is no known host of .*; on that machine, `mgrctl host panel.example:7000` "
                     "prints its line", **options)
        self.file("root/var/lib/mgr/host/known_host", "local %s%s%s" % (self.host, name, self.host), 0o644)
        self.refuses("is no known host", **options)
        self.assertEqual(self.key_id(root=root, key=key), "panel")
        self.file("root/etc/mgr/known_hosts", "[2001:db8::1]:6667 %s%s%s" % (self.host, name, self.host), 0o644)
        self.assertEqual(mgr.Client(**options)._signer.host.id.decode(), HOST["id"])
        self.assertEqual(mgr.Client(root=root, key=key, host="2001:db8::1")._signer.host.id.decode(), HOST["id"])
        self.file("config/mgr/known_hosts", name + self.host.replace(HOST["id"], "f" * 32), 0o644)
        self.assertEqual(mgr.Client(**options)._signer.host.id.decode(), "f" * 32)
        for other in ("panel.example:7001", "anel.example:7000", "PANEL.example:7000"):
            host, _, port = other.rpartition(":")
            self.refuses("is no known host", **dict(options, host=host, port=int(port)))

    def test_what_is_known_of_a_host_is_whole(self):
        for known in ("", HOST["id"], HOST["id"] + " rsa:" + HOST["public_key"], KNOWN_HOST[1:], KNOWN_HOST[:-1],
                      KNOWN_HOST + " x", KNOWN_HOST.upper(), HOST["id"] + " ed25519:AAAA"):
            self.refuses("not what is known of a host", key=self.key(), known_host=known)

    def test_files_of_known_hosts_are_whole_and_nobody_elses(self):
        known = "local " + self.host
        for text, wrong in ((known + known, "local stands there twice"), (known + "other\n", ":2: not what is known"),
                            ("other x y z\n" + known, ":1: not what is known"), (known + "\u00e9", "cannot be read")):
            self.file("config/mgr/known_hosts", text, 0o644)
            self.refuses(wrong, key=self.key())
        for mode in (0o664, 0o646):
            self.file("config/mgr/known_hosts", known, mode)
            self.refuses("others have rights", key=self.key())
        self.file("config/mgr/known_hosts", " # a comment\n\n  local   %s" % self.host, 0o644)
        self.assertEqual(self.key_id(key=self.key()), "panel")

    def test_a_private_key_is_its_users_alone(self):
        for mode in (0o640, 0o604, 0o620, 0o601):
            path = self.file("key.loose", key_text(KEYS["panel"]), mode)
            self.refuses("others have rights", key=path, known_host=KNOWN_HOST)
        os.mkfifo(str(self.folder / "fifo"), 0o600)
        os.symlink(self.key(), str(self.folder / "link"))
        for name in ("fifo", "link", "none", "."):
            self.refuses("no regular file|cannot be read", key=str(self.folder / name), known_host=KNOWN_HOST)
        with mock.patch.object(mgr.os, "geteuid", lambda: os.getuid() + 1):
            self.refuses("somebody else's", key=self.key(), known_host=KNOWN_HOST)

    def test_a_private_key_is_whole(self):
        panel, alice = key_text(KEYS["panel"]), key_text(KEYS["alice"])
        head, secret, pem = "begins with the lines", "has no secret", "has no Ed25519 key"
        for text, wrong in (
                ("", head), (panel.replace("id:panel", "id:Panel"), head), (panel.replace("id:", "ID:"), head),
                (panel.replace("hmac-sha256", "none"), head), ("\n" + panel, head), (panel.replace("\n", "\r\n"), head),
                (panel.replace("secret:00", "secret:"), secret), (panel.replace("secret:00", "secret:0g"), secret),
                (panel + "x", secret), (panel + panel, secret), (alice.replace("ed25519", "hmac-sha256"), secret),
                (panel.replace("hmac-sha256", "ed25519"), pem), (alice + "x", pem), (alice[:-1], pem),
                (alice.replace("9g\n-----END", "9\n-----END"), pem), (alice.replace("MC4C", "MC4D"), pem),
                (alice.replace("PRIVATE", "PUBLIC"), pem), ("\xff", "cannot be read"), (panel + "x" * (1 << 20), "is over")):
            self.assertNotIn(text, (panel, alice))
            self.refuses(wrong, key=self.file("key.wrong", text), known_host=KNOWN_HOST)

    def test_ed25519_wants_a_package_and_says_so(self):
        with without("cryptography", "nacl"):
            self.refuses("cryptography or nacl", key=self.key("alice"), known_host=KNOWN_HOST)


class CommandLine(Signing):
    def run_main(self, *words):
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = mgr.main(list(words))
        return code, out.getvalue(), err.getvalue()

    def known(self):
        self.file("config/mgr/known_hosts", "local %s\n" % KNOWN_HOST)

    def test_signs_with_the_key_that_it_is_given(self):
        self.known()
        with self.server() as server:
            code, out, err = self.run_main("--socket", server.path, "--key-file", self.key("alice"),
                                           "mgr", "ping", "n=1")
            self.assertEqual((code, json.loads(out)["data"], err), (0, {"n": "1"}, ""))
            self.assertIn(b"\nauth-key:alice\n", server.blocks[0])

    def test_signs_nothing_where_told_so(self):
        self.known()
        with FakeServer(lambda _: success("ping")) as server, mock.patch.dict(os.environ, MGR_KEY=self.key()):
            self.assertEqual(self.run_main("--socket", server.path, "--no-sign", "mgr", "ping")[0], 0)
            self.assertNotIn(b"auth-", server.blocks[0])
            code, out, err = self.run_main("--socket", server.path, "mgr", "ping")
            self.assertEqual((code, out), (127, ""))
            self.assertIn("not signed by the host", err)

    def test_tells_a_refusal_that_is_not_the_hosts(self):
        self.known()
        with FakeServer(lambda _: refusal(4, "denied")) as server:
            code, out, err = self.run_main("--socket", server.path, "--key-file", self.key(), "mgr", "ping")
        self.assertEqual((code, json.loads(out)["error"]), (126, "denied"))
        self.assertIn("the host did not sign this refusal", err)
        with self.server(refusal(4, "denied")) as server:
            self.assertEqual(self.run_main("--socket", server.path, "--key-file", self.key(), "mgr", "ping")[2], "")

    def test_a_key_that_cannot_be_used_is_a_usage_error(self):
        code, out, err = self.run_main("--socket", "/nonexistent", "--key-file", self.key(), "mgr", "ping")
        self.assertEqual((code, out), (2, ""))
        self.assertIn("local is no known host", err)


if __name__ == "__main__":
    unittest.main()
