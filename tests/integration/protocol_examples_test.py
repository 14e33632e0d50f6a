"""The worked examples of PROTOCOL.md, "Signed requests", as they stand there.

Usage: protocol_examples_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import base64
import hashlib
import pathlib
import subprocess
import sys
import tempfile
import unittest

import protocol_examples
from instance import REPO, Instance

BINARIES = pathlib.Path(sys.argv.pop(1))
PREFIXES = {"ed25519": bytes.fromhex("302e020100300506032b657004220420")}


def is_live(commands):
    return "/dev/tcp" in commands


def openssl(*words, data=b""):
    done = subprocess.run(["openssl", *words], input=data, capture_output=True, timeout=20)
    assert done.returncode == 0, done.stderr
    return done.stdout


class InAShell(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name

    def test_each_example_prints_what_is_said(self):
        examples = [(run, printed) for run, printed in protocol_examples.shell_examples() if not is_live(run)]
        self.assertGreaterEqual(len(examples), 7)
        outcome = protocol_examples.run([run for run, _ in examples], self.folder)
        for (commands, printed), output in zip(examples, outcome, strict=True):
            self.assertEqual(output.rstrip("\n"), printed.rstrip("\n"), commands)

    def test_a_request_that_openssl_signed_is_answered(self):
        mgr = Instance(BINARIES, start=False)
        self.addCleanup(mgr.stop)
        mgr.write("etc/mgr/policy.toml", (REPO / "policy/default/policy.toml").read_text())
        mgr.start()
        examples = protocol_examples.shell_examples()
        self.assertEqual([is_live(run) for run, _ in examples].count(True), 1)
        here = [run.replace("127.0.0.1/6667", f"127.0.0.1/{mgr.port}").replace(" /etc/mgr", f" {mgr.dir}/etc/mgr")
                .replace(" /var/lib/mgr", f" {mgr.dir}/var/lib/mgr") for run, _ in examples]
        output = protocol_examples.run(here, self.folder)[-1]
        self.assertEqual(output, examples[-1][1])


class Vectors(unittest.TestCase):
    """They are what OpenSSL makes of them."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.vectors = protocol_examples.vectors()
        self.keys = {key["id"]: key for key in self.vectors["keys"]}

    def file(self, name, data):
        (self.folder / name).write_bytes(data)
        return str(self.folder / name)

    def private_key(self, seed):
        return self.file("key.der", PREFIXES["ed25519"] + bytes.fromhex(seed))

    def text_of(self, fields):
        lines = "".join(f"{name}:{value}\n" for name, value in fields)
        done = subprocess.run(["sort"], input=lines.encode(), capture_output=True, env={"LC_ALL": "C"}, check=True)
        return b"mgr-request-v1\n" + done.stdout

    def sign(self, seed, text):
        return openssl("pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", self.private_key(seed),
                       "-in", self.file("text", text))

    def test_public_keys_belong_to_their_seeds(self):
        pairs = [self.vectors["host"]] + [key for key in self.keys.values() if key["type"] == "ed25519"]
        for pair in pairs:
            der = openssl("pkey", "-inform", "DER", "-in", self.private_key(pair["seed"]), "-pubout", "-outform", "DER")
            self.assertEqual(base64.b64encode(der[-32:]).decode(), pair["public_key"])

    def test_requests(self):
        self.assertEqual({self.keys[request["key"]]["type"] for request in self.vectors["requests"]},
                         {"ed25519", "hmac-sha256"})
        for request in self.vectors["requests"]:
            key, text = self.keys[request["key"]], self.text_of(request["fields"])
            self.assertEqual(hashlib.sha256(text).hexdigest(), request["text_sha256"])
            if key["type"] == "ed25519":
                signature = self.sign(key["seed"], text)
            else:
                signature = openssl("dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{key['secret']}", "-binary",
                                    data=text)
            self.assertEqual(base64.b64encode(signature).decode(), request["signature"])

    def test_replies(self):
        for reply in self.vectors["replies"]:
            text = f"mgr-reply-v1\n{reply['key']}\n{reply['nonce']}\n{reply['signed_line']}".encode()
            signature = base64.b64encode(self.sign(self.vectors["host"]["seed"], text)).decode()
            self.assertTrue(reply["line"].endswith(f',"signature":"{signature}"}}\n'), reply)


if __name__ == "__main__":
    unittest.main()
