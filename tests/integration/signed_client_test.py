"""mgr.py signs, and believes what the host has signed: against a whole mgr. And what wants a signature gets one.

Usage: signed_client_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import base64
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
from unittest import mock

import signing
from instance import REPO
from signed_support import DENIED, UNAUTHENTICATED, SignedTestCase, altered

SignedTestCase.binaries = sys.argv.pop(1)
sys.path.insert(0, str(REPO / "client/python"))
import mgr as mgr_client  # noqa: E402

SEALED = """
[module.box.action.sealed]
command = ["@DIR@/bin/say"]
mode = "output"
user = "mgr-scan"
min_proof = "signed"
"""
SEALED_RULE = """
[[allow]]
who = ["signers", "root"]
module = "box"
action = "sealed"
"""


class Meddler:
    """Sits between a client and the TCP port of the broker, and hands on what `meddle(line)` makes of a reply."""

    def __init__(self, port, meddle):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.upstream, self.meddle = self.listener.getsockname()[1], port, meddle
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client, socket.create_connection(("127.0.0.1", self.upstream)) as host:
                request = client.makefile("rb")
                while (line := request.readline()) not in (b"", b"\n"):
                    host.sendall(line)
                host.sendall(b"\n")
                client.sendall(self.meddle(host.makefile("rb").readline()))


class MgrPy(SignedTestCase):
    def setUp(self):
        super().setUp()
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name
        patched = mock.patch.dict(os.environ, XDG_CONFIG_HOME=self.folder)
        patched.start()
        self.addCleanup(patched.stop)
        os.environ.pop("MGR_KEY", None)
        os.mkdir(self.folder + "/mgr")
        known = (self.mgr.dir / "var/lib/mgr/host/known_host").read_text().split(" ", 1)[1]
        self.known_host = known.strip()
        with open(self.folder + "/mgr/known_hosts", "w") as file:
            file.write(f"127.0.0.1:{self.mgr.port} {known}")

    def key_file(self, key):
        path = f"{self.folder}/{key.name}.key"
        text = f"id:{key.name}\ntype:hmac-sha256\nsecret:{key.secret.hex()}\n"
        if not key.hmac:
            der = bytes.fromhex("302e020100300506032b657004220420") + key.secret
            text = (f"id:{key.name}\ntype:ed25519\n-----BEGIN PRIVATE KEY-----\n{base64.b64encode(der).decode()}\n"
                    "-----END PRIVATE KEY-----\n")
        with open(path, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(text)
        return path

    def clients(self):
        for key, tcp in self.ways():
            if tcp:
                yield key, mgr_client.Client(host="127.0.0.1", port=self.mgr.port, key=self.key_file(key))
            else:
                yield key, mgr_client.Client(root=str(self.mgr.dir), key=self.key_file(key))

    def test_whoami(self):
        for key, client in self.clients():
            data = client.call("mgr", "whoami")
            self.assertEqual((data["key"], data["principals"]), (key.name, ["anyone", "signers"]))

    def test_jobs_output_and_bodies(self):
        for _, client in self.clients():
            self.assertTrue(client.request("scan", "start", task_ids=" 7 ", **{"mgr-wait": True})["success"])
            said = client.call("box", "say", **{"A": "1", "a-b": "ä", "a.b": "3", "a_b": "4"})["stdout"]
            self.assertEqual(said, "1 ä 3 4\n")
            for body in (b"body\n", b""):
                self.assertEqual(client.call("box", "put", body=body)["stdout"], body.decode())
            with client:
                replies = client.pipeline([("box", "put", {}, "zoe", False, str(n).encode()) for n in range(40)])
            self.assertEqual([reply["data"]["stdout"] for reply in replies], [str(n) for n in range(40)])
            with self.assertRaises(mgr_client.Denied) as raised:
                client.call("scan", "start", task_ids=500)
            self.assertTrue(raised.exception.is_proven)
            self.expected += 44

    def test_a_stream_of_its_own_job(self):
        for key, client in self.clients():
            started = client.call("scan", "start", task_ids=7, **{"mgr-wait": True})["jobs"][0]
            self.expected += 1
            self.assertEqual(started["caller"], {"key": key.name})
            *lines, last = client.stream("job", "output", id=started["id"])
            self.assertEqual((lines, last["data"]["jobs"][0]["state"]), ([], "succeeded"))
            stranger = mgr_client.Client(root=str(self.mgr.dir), key=self.key_file(self.other))
            for answer in (lambda: stranger.call("job", "show", id=started["id"]),
                           lambda: list(stranger.stream("job", "output", id=started["id"]))):
                with self.assertRaises(mgr_client.NotFound) as raised:
                    answer()
                self.assertTrue(raised.exception.is_proven)

    def test_root_signs_by_itself(self):
        root = str(self.mgr.dir)
        for where in ({}, {"host": "127.0.0.1", "port": self.mgr.port}):
            self.assertEqual(mgr_client.Client(root=root, **where).call("mgr", "whoami")["key"], "root")
            self.assertNotIn("key", mgr_client.Client(root=root, key=False, **where).call("mgr", "whoami"))

    def test_a_process_of_its_own(self):
        words = [sys.executable, "-B", REPO / "client/python/mgr.py", "--root", self.mgr.dir, "mgr", "whoami"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr, json.loads(done.stdout)["data"]["key"]), (0, "", "root"))

    def say_through(self, key, meddle):
        with Meddler(self.mgr.port, meddle) as meddler:
            client = mgr_client.Client(host="127.0.0.1", port=meddler.port, key=self.key_file(key),
                                       known_host=self.known_host)
            self.expected += 1
            return client.request("box", "say", **{"a": "1", "a-b": "2", "a.b": "3", "a_b": "4"})

    def test_who_meddles_with_a_reply_is_not_believed(self):
        def words(old, new):
            return lambda line: line.replace(old, new)
        for key in (self.ed, self.mac):
            for meddle in (words(b"say ok", b"put ok"), words(b'"exit":0', b'"exit":1'), words(b'"job":', b'"jab":'),
                           words(b'"signature"', b'"x"'), words(b'"signed":', b'"signed":1'),
                           lambda line: b'{"success":true,"msg":"say ok"}\n'):
                with self.assertRaises(mgr_client.Unproven):
                    self.say_through(key, meddle)

    def test_what_stands_outside_of_the_signed_text_is_output_or_nothing(self):
        for key in (self.ed, self.mac):
            def meddle(line):
                line = line.replace(b'"stdout"', b'"exit":7,"audit":1,"stdout"')
                return line.replace(b'"signed"', b'"more":true,"msg":"x","signed"')
            reply = self.say_through(key, meddle)
            self.assertEqual((reply["msg"], "more" in reply, "audit" in reply["data"]), ("say ok", False, False))
            self.assertEqual((reply["data"]["exit"], reply["data"]["stdout"]), (0, "1 2 3 4\n"))

    def test_another_host_does_not_take_it(self):
        host = f"{signing.new_nonce()} {self.known_host.split()[1]}"
        client = mgr_client.Client(host="127.0.0.1", port=self.mgr.port, key=self.key_file(self.ed), known_host=host)
        with self.assertRaises(mgr_client.Stale) as raised:
            client.call("mgr", "whoami")
        self.assertFalse(raised.exception.is_proven)


class MinProof(SignedTestCase):
    """An action that wants a signature has nothing for the kernel's word, be it root's."""

    SEALED = [("module", "box"), ("action", "sealed")]

    @classmethod
    def install_more(cls):
        for name, text in (("modules.d/box.toml", SEALED), ("policy.toml", SEALED_RULE)):
            cls.mgr.write("etc/mgr/" + name, (cls.mgr.dir / "etc/mgr" / name).read_text() + text)

    def test_the_kernels_word_is_not_enough(self):
        for user in (None, "www-data"):
            reply = json.loads(self.send(signing.block(self.SEALED), False, user=user))
            self.assertEqual(reply["msg"], {"err_code": UNAUTHENTICATED if user is None else DENIED}, reply)
        self.refuses(signing.block(self.SEALED), UNAUTHENTICATED, True)

    def test_a_signature_is(self):
        for key, tcp in self.ways():
            fields = self.sign(key, self.SEALED)
            self.refuses(altered(fields, "auth-time", str(int(signing.value_of(fields, "auth-time")) - 1)),
                         UNAUTHENTICATED, tcp, user=None)
            self.accepts(fields, tcp)

    def test_nor_has_root_by_its_connection_what_the_key_lacks(self):
        stranger = signing.Key("nobody")
        self.refuses(self.sign(stranger, self.SEALED), UNAUTHENTICATED, False, user=None)


if __name__ == "__main__":
    unittest.main()
