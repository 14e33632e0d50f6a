"""What signs requests and checks replies in tests: written from PROTOCOL.md, with none of mgr's code.

A request is a list of (name, value): sign() adds to it, block() writes it. What a test alters it
alters in the list, before or after it is signed.
"""
import base64
import hashlib
import hmac
import json
import os
import secrets
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519


def signed_text(fields):
    lines = sorted(f"{name}:{value}\n".encode() for name, value in fields if name != "signature")
    return b"mgr-request-v1\n" + b"".join(lines)


class Key:
    """Ed25519, or HMAC-SHA256 with `hmac=True`."""

    def __init__(self, name, hmac=False, secret=None):
        self.name, self.hmac, self.secret = name, hmac, secret or secrets.token_bytes(32)
        if not hmac:
            self.private = ed25519.Ed25519PrivateKey.from_private_bytes(self.secret)

    @property
    def public(self):
        return self.private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)

    def signature_of(self, text):
        if self.hmac:
            return hmac.new(self.secret, text, hashlib.sha256).digest()
        return self.private.sign(text)

    def record(self, more=""):
        """The text of keys.d/ID.toml; `more`: further lines."""
        if self.hmac:
            return f'type = "hmac-sha256"\n{more}\n'
        return f'type = "ed25519"\npublic_key = "{base64.b64encode(self.public).decode()}"\n{more}\n'

    def install(self, mgr, more=""):
        """Into an Instance's keys.d; it counts from the next start or reload on."""
        folder = mgr.dir / "etc/mgr/keys.d"
        folder.mkdir(exist_ok=True)
        os.chmod(folder, 0o755)
        if self.hmac:
            mgr.write(f"etc/mgr/keys.d/{self.name}.secret", self.secret.hex() + "\n", 0o600)
        mgr.write(f"etc/mgr/keys.d/{self.name}.toml", self.record(more))
        return self


def host_id(mgr):
    return (mgr.dir / "var/lib/mgr/host/id").read_text().strip()


def new_nonce():
    return secrets.token_hex(16)


def sign(fields, key, to, at=None, nonce=None, body=None):
    """The fields with those of a signed request. `body`: bytes, announced and hashed too."""
    fields = list(fields)
    if body is not None:
        fields += [("mgr-body", str(len(body))), ("auth-body", hashlib.sha256(body).hexdigest())]
    fields += [("auth-key", key.name), ("auth-to", to), ("auth-time", str(int(time.time()) if at is None else at)),
               ("auth-nonce", nonce or new_nonce())]
    return resign(fields, key)


def resign(fields, key):
    """The same fields with a signature that is right for them."""
    fields = [(name, value) for name, value in fields if name != "signature"]
    return fields + [("signature", base64.b64encode(key.signature_of(signed_text(fields))).decode())]


def block(fields, body=b""):
    return "".join(f"{name}:{value}\n" for name, value in fields).encode() + b"\n" + body


def value_of(fields, name):
    return dict(fields)[name]


def host_key(mgr):
    """The public key that a host's replies are signed with, from its known_host."""
    name, identity, key = (mgr.dir / "var/lib/mgr/host/known_host").read_text().split()
    kind, _, text = key.partition(":")
    assert (name, identity, kind) == ("local", host_id(mgr), "ed25519"), name
    return ed25519.Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))


def is_signed_reply(line, key, nonce, public_key):
    """Whether the bytes of a line, its line feed included, are signed by the host for that key's id and nonce."""
    reply = json.loads(line)
    if "signature" not in reply:
        return False
    ending = f',"signature":"{reply["signature"]}"}}\n'.encode()
    assert line.endswith(ending), line
    signed = line[:-len(ending)] + b"}\n"
    if "signed" in reply:
        signed = line[:reply["signed"]] + b"}}\n"
    try:
        text = f"mgr-reply-v1\n{key}\n{nonce}\n".encode() + signed
        public_key.verify(base64.b64decode(reply["signature"]), text)
    except InvalidSignature:
        return False
    return True
