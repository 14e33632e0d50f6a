"""Tests. The keys of PROTOCOL.md's vectors as files, and a host of the tests' own making that signs its replies."""

import base64
import pathlib
import tempfile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import protocol_examples
from client_fake_server import FakeServer, success
from client_php_support import PhpTestCase, run_php

VECTORS = protocol_examples.vectors()
HOST = VECTORS["host"]
HOST_KEY = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(HOST["seed"]))
KNOWN_HOST = f"{HOST['id']} ed25519:{HOST['public_key']}"
KEYS = {key["id"]: key for key in VECTORS["keys"]}


def key_text(key, **changed):
    key = {**key, **changed}
    text = f"id:{key['id']}\ntype:{key['type']}\n"
    if key["type"] == "hmac-sha256":
        return text + f"secret:{key['secret']}\n"
    der = bytes.fromhex("302e020100300506032b657004220420" + key["seed"])
    return f"{text}-----BEGIN PRIVATE KEY-----\n{base64.b64encode(der).decode()}\n-----END PRIVATE KEY-----\n"


def host_signs(said, nonce, printed="", key="panel"):
    """The line as the helper signs it for a request of that key and nonce; `printed`: members that the broker adds."""
    signature = base64.b64encode(HOST_KEY.sign(f"mgr-reply-v1\n{key}\n{nonce}\n".encode() + said)).decode()
    if not printed:
        return said[:-2] + f',"signature":"{signature}"}}\n'.encode()
    return said[:-3] + f',{printed}}},"signed":{len(said) - 3},"signature":"{signature}"}}\n'.encode()


def host(said=None, printed="", nonce=None, key=None):
    """Answers as a host does; `said`, `nonce`, `key`: others than those of the request."""
    return FakeServer(lambda f: host_signs(said or success(f["action"], {"n": f.get("n", "")}), nonce or f["auth-nonce"],
                                           printed, key or f["auth-key"]))


class Signing(PhpTestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def file(self, name, text, mode=0o600):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return str(path)

    def key(self, name="panel", **changed):
        return self.file(f"key.{name}", key_text(KEYS[name], **changed))

    def run_with_key(self, server, code, name="panel", **how):
        client = f"$mgr = new Mgr\\Client('{server.path}', key: '{self.key(name)}', knownHost: '{KNOWN_HOST}'); "
        return run_php(client + code, **how)

    def ask(self, server, name="panel"):
        with server:
            return self.run_with_key(server, "return raised(fn () => $mgr->call('scan', 'start')) ?? 'believed';", name)
