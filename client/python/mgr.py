#!/usr/bin/env python3
"""A client of mgr in one file, with the standard library alone (Python 3.6 or later).

Runs in the caller's process, with the caller's uid. It distrusts the values that it is given (a
line break in one must not become a second field), the daemon's answers (bounded in bytes and
time), and, of a signed request, who brings them. The protocol is described in PROTOCOL.md.

    import mgr

    reply = mgr.send_request("SCAN_MODULE", {"action": "start", "task_ids": "1"})
    if not reply["success"]:
        print(reply["error"], reply["detail"])

    with mgr.Client() as client:            # one connection for many requests
        client.request("scan", "start", task_ids=[1, 2])
        client.pipeline([("scan", "status", {"task_ids": 1}), ("mgr", "whoami", {})])

    mgr.call("system", "status")["output"]      # the data of the reply, or a MgrError
    mgr.call("tls", "upload", name="web", body=open("web.pem", "rb").read())
    mgr.call("firewall", "apply", confirm=True, body=open("rules.nft", "rb").read())
    mgr.call("scan", "start", on_behalf_of="alice", task_ids=1)     # whom the web server logged in

    # Asked again under the same id, a request gets the same jobs, and starts nothing twice; so these
    # functions ask again by themselves where an answer was lost.
    mgr.call("scan", "start", task_ids=1, request_id=str(uuid.uuid4()))
    mgr.call("scan", "start", task_ids=1, dry_run=True)             # what would be run, and as whom

    mgr.call("scan", "start", task_ids=3, wait=True)                # when it has ended; wait=600: in 600 s
    job = mgr.call("scan", "start", task_ids=1)["jobs"][0]
    output = mgr.follow(job["id"])
    for line in output:                                             # as it comes, until the job has ended
        print(line.stream, line.text)
    print(output.job["state"])
    mgr.wait([job["id"]])                                           # for jobs that were started before

Where there is a private key, every request is signed with it, and a reply that says that it
succeeded must be signed by the host. The key is looked for in the file that MGR_KEY names (set but
empty: nothing is signed), ~/.config/mgr/key and, for root, /etc/mgr/root.key; what is known of the
host in known_hosts beside the key and in /etc/mgr, and, for the local socket, where the host keeps
it for anybody to read. Signing with Ed25519 wants the package cryptography or nacl; HMAC-SHA256, and
all that is checked, wants nothing.

    mgr.Client(host="192.0.2.1", key="/etc/panel/mgr.key").call("scan", "list")
    mgr.Client(key=False).call("mgr", "ping")   # signs nothing

Where neither a socket nor a host is given, MGR_HOST=HOST:PORT and MGR_SOCKET say where to ask, as mgrctl
has them.

A number is sent as its digits, a bool as yes or no, and the items of a list with commas
between. What cannot be sent as it is raises ValueError or TypeError before a byte is sent. The
daemon drops spaces around a value.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import select
import socket
import stat
import struct
import sys
import time
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Optional, Union

__all__ = [
    "call", "follow", "send_request", "stream", "wait", "Client", "Line", "Output",
    "MgrError", "Invalid", "Denied", "Failed", "Unavailable",
    "UnknownAction", "Malformed", "InvalidArgument", "TooLarge", "Unauthenticated", "Stale",
    "Conflict", "NotFound", "Timeout", "Busy", "NoAnswer", "Unproven", "CannotSign",
]

DEFAULT_SOCKET = "/run/mgr.sock"
DEFAULT_PORT = 6667
DEFAULT_TIMEOUT = 60.0
MAX_TIMEOUT = 86400

MAX_VALUE_BYTES = 4096
MAX_FIELDS = 64
MAX_BLOCK_BYTES = 16384
MAX_LINE_BYTES = 4 << 20
MAX_BODY_BYTES = 1 << 20

# How much of a pipeline may be under way. It fits into the socket's buffers, so neither side ever
# waits for the other to read.
MAX_PIPELINED_REQUESTS = 32
MAX_PIPELINED_BYTES = 64 << 10

# What the broker adds to a signed reply of a command, from what the command printed.
OUTPUT_MEMBERS = {"stdout", "stderr", "stdout_base64", "stderr_base64", "output", "left_out"}
MAX_KEY_FILE_BYTES = 1 << 20

# How long to wait before a request with a request_id is sent again: so it is sent five times at most.
RETRY_PAUSES = (0.1, 0.3, 1.0, 3.0)

Reply = Dict[str, Any]

_REQUEST_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}\Z")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,31}\Z")
_SIGNATURE = re.compile(br',(?:"signed":(0|[1-9][0-9]{0,8}),)?"signature":"([^"]*)"}\n\Z')
_HOST_PORT = re.compile(r"(?:\[([0-9A-Za-z:.%_-]+)\]|([0-9A-Za-z._][0-9A-Za-z._-]*)):([1-9][0-9]{0,4})\Z")
_HOST_ID = re.compile(r"[0-9a-f]{32}\Z")
# A private key's file.
_KEY_HEAD = re.compile(r"id:([a-z][a-z0-9_.-]{0,31})\ntype:(ed25519|hmac-sha256)\n")
_SECRET = re.compile(r"secret:((?:[0-9a-fA-F]{2}){32,64})\n?\Z")
_PEM = re.compile(r"-----BEGIN PRIVATE KEY-----\n([A-Za-z0-9+/=\n]+)-----END PRIVATE KEY-----\n\Z")
# What stands before the 32 bytes of an Ed25519 key in RFC 8410's form of it.
_PKCS8 = bytes.fromhex("302e020100300506032b657004220420")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


class MgrError(Exception):
    """A request that did not succeed.

    code: the err_code of the reply, or None where there was none.
    error, detail, audit: what the reply says; audit is the number to quote to an admin, or None.
    reply: the whole reply, or None.
    data: what there is to tell of an action that failed, such as what its command printed; a dict.
    is_proven: whether the reply is signed by the host. Only a signed request's can be, and not what
    the broker refuses by itself.
    """

    is_proven = False

    def __init__(self, error, detail, code=None, audit=None, reply=None):
        super().__init__("%s: %s" % (error, detail) if detail else error)
        self.code, self.error, self.detail = code, error, detail
        self.audit, self.reply = audit, reply
        self.data = _data(reply or {})


class Invalid(MgrError):
    """The request is wrong: codes 1, 5, 6 and 10."""


class Denied(MgrError):
    """The caller may not: codes 3, 4 and 9."""


class Failed(MgrError):
    """The action did not succeed: codes 2, 11, 12, 13, and those of later versions."""


class Unavailable(MgrError):
    """Nothing was started, and a later try may succeed: codes 7 and 8, or no connection."""


class NoAnswer(MgrError):
    """The connection was lost, the time was up, or what came was no reply, or one line of several:
    the request may have been carried out. `replies` holds those of a pipeline that came before;
    `lost` is true where it was the connection."""

    def __init__(self, detail, lost=False):
        super().__init__("no answer", detail + "; it may have been carried out")
        self.replies = []
        self.lost = lost


class Unproven(NoAnswer):
    """The request was signed, and what came is a success without the host's signature, or anything
    with a wrong one: somebody between here and there may have made it up."""


class CannotSign(ValueError):
    """There is a key to sign with, but it cannot be used, or the host is not known. Nothing was
    sent."""


class UnknownAction(Invalid):
    """Code 1."""


class Malformed(Invalid):
    """Code 5."""


class InvalidArgument(Invalid):
    """Code 6."""


class TooLarge(Invalid):
    """Code 10."""


class Unauthenticated(Denied):
    """Code 3."""


class Stale(Denied):
    """Code 9."""


class Conflict(Failed):
    """Code 11."""


class NotFound(Failed):
    """Code 12."""


class Timeout(Failed):
    """Code 13: the daemon had no answer in time; the detail says what is known."""


class Busy(Unavailable):
    """Code 7."""


_ERRORS = {
    1: UnknownAction, 2: Failed, 3: Unauthenticated, 4: Denied, 5: Malformed, 6: InvalidArgument,
    7: Busy, 8: Unavailable, 9: Stale, 10: TooLarge, 11: Conflict, 12: NotFound, 13: Timeout,
}


# ---- the request --------------------------------------------------------------------------------


def _name(text):
    if not isinstance(text, str) or not _NAME.match(text):
        raise ValueError("not a name: %r" % (text,))
    return text.lower()


def _text(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (list, tuple)):
        items = [_text(item) for item in value]
        if any("," in item for item in items):
            raise ValueError("an item of a list holds no comma")
        return ",".join(items)
    if not isinstance(value, str):
        raise TypeError("a value is a str, an int, a bool or a list of these, not %s"
                        % type(value).__name__)
    return value


def _value(name, value):
    text = _text(value)
    if _CONTROL.search(text):
        raise ValueError("the value of %s holds a line break or another control character" % name)
    data = text.encode("utf-8")  # a lone surrogate raises UnicodeEncodeError, a ValueError
    if len(data) > MAX_VALUE_BYTES:
        raise ValueError("the value of %s is over %d bytes" % (name, MAX_VALUE_BYTES))
    return data


def _own_fields(fields, on_behalf_of, confirm, body, request_id, wait, dry_run):
    """`fields`, and those that are the language's own. The body is only announced here."""
    own = dict(fields)
    if on_behalf_of is not None:
        own["mgr-on-behalf-of"] = on_behalf_of
    for given, name in ((confirm, "confirm"), (dry_run, "dry_run")):
        if not isinstance(given, bool):
            raise TypeError("%s is a bool; an argument of that name goes in as **{\"%s\": …}"
                            % (name, name.capitalize()))
        if given:
            own["mgr-" + name.replace("_", "-")] = "yes"
    if not isinstance(wait, bool):
        _check_timeout(wait)
    if wait is not False:
        own["mgr-wait"] = "yes"
    if request_id is not None:
        if not isinstance(request_id, str) or not _REQUEST_ID.match(request_id):
            raise ValueError("a request id is 1 to 64 of A-Z a-z 0-9 _ . : and -")
        own["mgr-request-id"] = request_id
    if any(isinstance(name, str) and name.lower() == "mgr-body" for name in fields):
        raise ValueError("the body goes in as body=, which announces itself")
    if body is not None:
        if not isinstance(body, (bytes, bytearray, memoryview)):
            raise TypeError("a body is bytes; an argument of that name goes in as **{\"Body\": …}")
        own["mgr-body"] = memoryview(body).nbytes
        if own["mgr-body"] > MAX_BODY_BYTES:
            raise ValueError("a body of over %d bytes" % MAX_BODY_BYTES)
    return own


class _Request:
    """One request, to be written as often as it is sent: each time under a nonce of its own. `wait` is
    how long its answer may take, in place of the client's timeout: True for as long as it likes."""

    def __init__(self, signer, module, action, fields, on_behalf_of=None, confirm=False, body=None,
                 request_id=None, wait=False, dry_run=False):
        own = _own_fields(fields, on_behalf_of, confirm, body, request_id, wait, dry_run)
        self.wait, self.is_repeatable = wait, request_id is not None
        self._pairs = _pairs(module, action, own)
        self._body = b"" if body is None else bytes(body)
        self._signer = signer
        self._size = len(self.write()[0])  # what cannot be written is found before anything is sent

    def write(self):
        """The bytes, the body behind the block, and what reads the line that answers them."""
        if self._signer is None:
            return _block(self._pairs) + self._body, _decode_reply
        pairs, nonce = self._signer.sign(self._pairs, self._body)
        signer = self._signer
        return (_block(pairs) + self._body,
                lambda line: _prove_reply(line, signer.id, nonce, signer.host))

    def __len__(self):
        return self._size


def _pairs(module, action, fields):
    """The fields as they are sent: (name, value), both bytes."""
    # Names of fields fold; an alias of a module is matched to the letter, so values stay.
    pairs = [("module", module)] if action is None else [("module", module), ("action", action)]
    for _, value in pairs:
        _name(value)
    written, seen = [], set()
    for given, value in pairs + list(fields.items()):
        name = _name(given)
        if name == "mgr":
            raise ValueError("mgr is no field")
        if name in seen:
            raise ValueError("the field %s stands twice" % name)
        seen.add(name)
        written.append((name.encode("ascii"), _value(name, value)))
    return written


def _block(pairs):
    block = b"".join(name + b":" + value + b"\n" for name, value in pairs) + b"\n"
    if len(pairs) > MAX_FIELDS or len(block) > MAX_BLOCK_BYTES:
        raise ValueError("over %d fields or %d bytes" % (MAX_FIELDS, MAX_BLOCK_BYTES))
    return block


def build_block(module, action, fields):
    """The bytes of one request, not signed. Raises ValueError or TypeError where it would break the
    grammar."""
    return _block(_pairs(module, action, fields))


# ---- signatures ---------------------------------------------------------------------------------


class _Host:
    """What is known of a host: its id, and the public key that its replies are signed with."""

    def __init__(self, text):
        words = text.split()
        kind, _, key = words[1].partition(":") if len(words) == 2 else ("", "", "")
        self.public_key = _bytes_of_base64(key.encode("ascii", "replace"))
        if kind != "ed25519" or len(self.public_key) != 32 or not _HOST_ID.match(words[0]):
            raise CannotSign("not what is known of a host, \"HOSTID ed25519:BASE64\": %s"
                             % ascii(text))
        self.id = words[0].encode("ascii")


class _Signer:
    """A private key, and the host that the requests signed with it are for."""

    def __init__(self, path, host):
        self.host = host
        # The caller's own regular file and no link, of which nobody else has a right to anything.
        text = _read_file(path, 0o077, {os.geteuid()}, os.O_NOFOLLOW)
        head = _KEY_HEAD.match(text)
        if not head:
            raise CannotSign("%s: a private key begins with the lines id:ID and type:TYPE" % path)
        self.id, kind = head.group(1).encode("ascii"), head.group(2)
        self._sign = (_ed25519_of if kind == "ed25519" else _hmac_of)(path, text[head.end():])

    def sign(self, pairs, body):
        """The fields of a request with what signs it, and its nonce."""
        nonce = secrets.token_hex(16).encode("ascii")
        # A bare `signature` is the constant of the original's clients, and makes room for a real one.
        signed = [(name, value) for name, value in pairs if name != b"signature"]
        if any(name.startswith(b"auth-") for name, _ in signed):
            raise ValueError("auth-… are the fields of who signs, which are put in here")
        signed += [(b"auth-key", self.id), (b"auth-to", self.host.id),
                   (b"auth-time", b"%d" % time.time()), (b"auth-nonce", nonce)]
        if any(name == b"mgr-body" for name, _ in signed):
            signed.append((b"auth-body", hashlib.sha256(body).hexdigest().encode("ascii")))
        signature = base64.b64encode(self._sign(_signed_text(signed)))
        return signed + [(b"signature", signature)], nonce


def _signed_text(pairs):
    lines = sorted(name + b":" + value.strip(b" ") + b"\n" for name, value in pairs
                   if name != b"signature")
    return b"mgr-request-v1\n" + b"".join(lines)


def _find_signer(key, known_host, name, root):
    if key is False:
        return None
    path = key if key is not None else _default_key(root)
    if not path:
        return None
    return _Signer(path, _find_host(name, root) if known_host is None else _Host(known_host))


def _own_file(name):
    """A file of the caller's configuration, in a list; an empty one where there is no folder for it."""
    for folder, below in ((os.environ.get("XDG_CONFIG_HOME"), "mgr"),
                          (os.path.expanduser("~"), ".config/mgr")):
        if folder and os.path.isabs(folder):
            return [os.path.join(folder, below, name)]
    return []


def _default_key(root):
    """The path of the key to sign with where none was given, or nothing."""
    if "MGR_KEY" in os.environ:
        return os.environ["MGR_KEY"]
    paths = _own_file("key")
    if os.geteuid() == 0:
        paths.append(_below(root, "/etc/mgr/root.key"))
    return next((path for path in paths if os.path.exists(path)), "")


def _below(root, path):
    return (root or "").rstrip("/") + path


def _find_host(name, root):
    paths = _own_file("known_hosts") + [_below(root, "/etc/mgr/known_hosts")]
    if name == "local":
        paths.append(_below(root, "/var/lib/mgr/host/known_host"))
    for path in paths:
        found = [host for known, host in _known_hosts(path) if known == name]
        if len(found) > 1:
            raise CannotSign("%s: %s stands there twice" % (path, name))
        if found:
            return found[0]
    raise CannotSign("%s is no known host of %s; %s" % (
        name, ", ".join(paths), "the first start of mgr-helper makes its line" if name == "local"
        else "on that machine, `mgrctl host %s` prints its line" % name))


def _known_hosts(path):
    """Each name and its host; every line is looked at, so that a mistake shows at once."""
    if not os.path.exists(path):
        return
    for number, line in enumerate(_read_file(path, 0o022, {0, os.geteuid()}).split("\n"), 1):
        name, _, rest = line.strip().partition(" ")
        if name and not name.startswith("#"):
            try:
                yield name, _Host(rest)
            except CannotSign as error:
                raise CannotSign("%s:%d: %s" % (path, number, error))


def _read_file(path, forbidden, owners, flags=0):
    """The text of a regular file of one of these owners, whose mode has none of the forbidden bits."""
    def open_at_once(name, given):
        return os.open(name, given | flags | os.O_NONBLOCK)  # a FIFO would be waited for
    try:
        with open(path, encoding="ascii", newline="", opener=open_at_once) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise CannotSign("%s: is no regular file" % path)
            if status.st_uid not in owners or status.st_mode & forbidden:
                raise CannotSign("%s: is somebody else's, or others have rights to it (mode %o)"
                                 % (path, status.st_mode & 0o777))
            text = file.read(MAX_KEY_FILE_BYTES + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise CannotSign("%s: cannot be read: %s" % (path, error))
    if len(text) > MAX_KEY_FILE_BYTES:
        raise CannotSign("%s: is over %d bytes" % (path, MAX_KEY_FILE_BYTES))
    return text


def _hmac_of(path, text):
    found = _SECRET.match(text)
    if not found:
        raise CannotSign("%s: has no secret:HEX of 32 to 64 bytes after its type" % path)
    secret = bytes.fromhex(found.group(1))
    return lambda text: hmac.new(secret, text, hashlib.sha256).digest()


def _ed25519_of(path, text):
    """What signs with the key, in RFC 8410's form without a public key in it.

    There is no signing in Python itself here: its time would tell of the key.
    """
    pem = _PEM.match(text)
    der = _bytes_of_base64(pem.group(1).replace("\n", "").encode("ascii")) if pem else b""
    if len(der) != 48 or not der.startswith(_PKCS8):
        raise CannotSign("%s: has no Ed25519 key (PKCS#8, as RFC 8410 has it) after its type" % path)
    seed = der[len(_PKCS8):]
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        return Ed25519PrivateKey.from_private_bytes(seed).sign
    except ImportError:
        pass
    try:
        from nacl.signing import SigningKey
    except ImportError:
        raise CannotSign("%s: signing with Ed25519 wants the package cryptography or nacl (a key of "
                         "type hmac-sha256 wants none)" % path)
    return lambda text: SigningKey(seed).sign(text).signature


def _bytes_of_base64(text):
    """b"" for what is not base64 in its one spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return b""
    return data if base64.b64encode(data) == text else b""


# Ed25519's check, after RFC 8032, sections 5.1 and 6: a point is (X, Y, Z, T) with x = X/Z, y = Y/Z
# and xy = T/Z. Some milliseconds; it handles nothing secret, so its time may tell what it likes.

_P = 2 ** 255 - 19
_ORDER = 2 ** 252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)  # of -1


def _verify_ed25519(public_key, text, signature):
    if len(public_key) != 32 or len(signature) != 64:
        return False
    key, commitment = _point_of(public_key), _point_of(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or s >= _ORDER or _is_zero(_times(8, key)):
        return False
    hashed = hashlib.sha512(signature[:32] + public_key + text).digest()
    challenge = int.from_bytes(hashed, "little") % _ORDER
    return _is_same(_times(s, _BASE), _plus(commitment, _times(challenge, key)))


def _point_of(data):
    """The point that is written so, or None."""
    y = int.from_bytes(data, "little")
    is_odd, y = y >> 255, y & (1 << 255) - 1
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and is_odd):
        return None
    x = _P - x if x & 1 != is_odd else x
    return x, y, 1, x * y % _P


def _plus(one, other):
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(number, point):
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = _plus(total, point)
        point = _plus(point, point)
        number >>= 1
    return total


def _is_same(one, other):
    return (not (one[0] * other[2] - other[0] * one[2]) % _P
            and not (one[1] * other[2] - other[1] * one[2]) % _P)


def _is_zero(point):
    return _is_same(point, (0, 1, 1, 0))


_BASE = _point_of((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))


# ---- the reply ----------------------------------------------------------------------------------


def _decode_reply(line):
    try:
        reply = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        raise NoAnswer("the reply is not JSON")
    if not isinstance(reply, dict) or not isinstance(reply.get("success"), bool):
        raise NoAnswer("the reply has not the shape of one")
    if not reply["success"] and _code(reply) is None:
        raise NoAnswer("the refusal has no err_code")
    return reply


def _prove_reply(line, key, nonce, host):
    """The reply in the line, as far as it is signed by the host. Raises Unproven for a success that
    is not, and for what is signed wrongly: its meaning comes from the signed text alone."""
    taken = _take_signature(line + b"\n")
    if taken is None:
        reply = _decode_reply(line)
        if reply["success"] and reply.get("more") is not True:
            raise Unproven("the reply is not signed by the host")
        return reply
    said, signature, is_whole = taken
    # A nonce is its key's alone: what another key's request was answered is no answer to this one.
    text = b"mgr-reply-v1\n" + key + b"\n" + nonce + b"\n" + said
    if not _verify_ed25519(host.public_key, text, _bytes_of_base64(signature)):
        raise Unproven("the signature of the reply is not the host's")
    reply = _Proven(_decode_reply(said))
    printed = {} if is_whole else _data(_decode_reply(line))
    for name in OUTPUT_MEMBERS & set(printed):
        _data(reply).setdefault(name, printed[name])
    return reply


class _Proven(dict):
    """A reply that the host has signed."""


def _take_signature(line):
    """What was signed of a line, the signature in base64, and whether that was the whole line; or
    None. It is taken off from the end, where what a job printed cannot reach."""
    ending = _SIGNATURE.search(line)
    if ending is None:
        return None
    if ending.group(1) is None:
        return line[:ending.start()] + b"}\n", ending.group(2), True
    length = int(ending.group(1))
    if length > ending.start():
        raise Unproven("the reply is said to be longer than it is")
    return line[:length] + b"}}\n", ending.group(2), False


def _code(reply):
    msg = reply.get("msg")
    code = msg.get("err_code") if isinstance(msg, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _is_passing(reply):
    """True where mgr was not there, or went away before it answered."""
    return not reply["success"] and (
        _code(reply) == 8
        or _code(reply) == 13 and "may have been carried out" in str(reply.get("detail")))


def _data(reply):
    data = reply.get("data")
    return data if isinstance(data, dict) else {}


def _error_of(reply):
    code = _code(reply)
    error = _ERRORS.get(code, Failed)(str(reply.get("error", "error %d" % code)),
                                      str(reply.get("detail", "")), code, reply.get("audit"), reply)
    error.is_proven = isinstance(reply, _Proven)
    return error


# ---- the connection -----------------------------------------------------------------------------


class _Connection:
    """One connected socket. Everything on it must be over at `deadline` (time.monotonic, or None
    for never)."""

    def __init__(self, address, deadline):
        self.deadline = deadline
        self.is_new = True
        self._gathered = b""
        try:
            if isinstance(address, str):
                self._socket = _connect_unix(address, self._left())
            else:
                self._socket = socket.create_connection(address, self._left())
        except OSError as error:
            raise Unavailable("unavailable", "cannot connect to %s: %s" % (address, error), 8)

    def close(self):
        self._socket.close()

    def is_usable(self):
        """False where the daemon has hung up, or said something unasked, since the last reply."""
        watch = select.poll()
        watch.register(self._socket, select.POLLIN)
        return not self._gathered and not watch.poll(0)

    def send(self, data):
        try:
            self._socket.settimeout(self._left())
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # there may be a reply all the same: a refusal can come before the last byte
        except OSError as error:
            raise NoAnswer("cannot write: %s" % error, lost=True)

    def read_line(self):
        while b"\n" not in self._gathered:
            if len(self._gathered) > MAX_LINE_BYTES:
                raise NoAnswer("a line over 4 MiB")
            self._gathered += self._receive()
        line, _, self._gathered = self._gathered.partition(b"\n")
        if len(line) > MAX_LINE_BYTES:
            raise NoAnswer("a line over 4 MiB")
        return line

    def _receive(self):
        try:
            self._socket.settimeout(self._left())
            piece = self._socket.recv(65536)
        except socket.timeout:
            raise NoAnswer("none within the time limit")
        except OSError as error:
            raise NoAnswer("the connection was lost: %s" % error, lost=True)
        if not piece:
            raise NoAnswer("the connection ended without a reply", lost=True)
        return piece

    def _left(self):
        if self.deadline is None:
            return None
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise socket.timeout("timed out")
        return left


def _connect_unix(path, timeout):
    # A full backlog makes a non-blocking connect fail at once, and a blocking one wait for as long
    # as SO_SNDTIMEO says (unix(7)); settimeout() would choose the first.
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if timeout is not None:
            limit = struct.pack("@ll", int(timeout), int(timeout % 1 * 1000000) or 1)
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        connected.connect(path)
    except BaseException:
        connected.close()
        raise
    return connected


def _address_of(socket_path, root, host, port):
    """A socket's path, or (host, port); and what known_hosts calls it."""
    if host is not None:
        return (host, port), ("[%s]:%d" if ":" in host else "%s:%d") % (host, port)
    named = os.environ.get("MGR_HOST")
    if socket_path is not None or root is not None or not named:
        return socket_path_for(socket_path, root), "local"
    found = _HOST_PORT.match(named)
    if not found or int(found.group(3)) > 65535:
        raise ValueError("MGR_HOST is not HOST:PORT: %s" % ascii(named))
    return (found.group(1) or found.group(2), int(found.group(3))), named


def _check_timeout(timeout):
    if not 0 < timeout <= MAX_TIMEOUT:
        raise ValueError("a timeout is more than 0 and at most %d seconds" % MAX_TIMEOUT)


def socket_path_for(socket_path=None, root=None):
    """`socket_path`, else below `root`, else MGR_SOCKET, else /run/mgr.sock."""
    if socket_path is not None:
        return socket_path
    if root is not None:
        return root.rstrip("/") + DEFAULT_SOCKET
    return os.environ.get("MGR_SOCKET") or DEFAULT_SOCKET


class Client:
    """Talks to mgr over its UNIX socket, or over TCP where `host` is given, or MGR_HOST is set.

    Each request has `timeout` seconds in all, or no limit where that is None. Outside of a `with`
    block each has a connection of its own; inside, one connection is kept (and opened anew after a
    failure, or when the daemon has closed it). Not for several threads at once.

    `key` is the path of a private key to sign with: None looks where the module says, False signs
    nothing. `known_host` is what is known of the host, "HOSTID ed25519:BASE64", as the line of
    known_hosts has it behind the host's name. A key that cannot be used raises CannotSign.
    """

    def __init__(self, socket_path: Optional[str] = None, timeout: Optional[float] = DEFAULT_TIMEOUT,
                 root: Optional[str] = None, host: Optional[str] = None, port: int = DEFAULT_PORT,
                 key: Union[str, bool, None] = None, known_host: Optional[str] = None) -> None:
        self._address, name = _address_of(socket_path, root, host, port)
        self._signer = _find_signer(key, known_host, name, root)
        if timeout is not None:
            _check_timeout(timeout)
        self._timeout = timeout
        self._keep = False
        self._connection = None

    def __enter__(self) -> "Client":
        self._keep = True
        return self

    def __exit__(self, *_: Any) -> None:
        self._keep = False
        self.close()

    def close(self) -> None:
        """Ends the kept connection, where there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def request(self, module: str, action: str, on_behalf_of: Optional[str] = None, confirm: bool = False,
                body: Optional[bytes] = None, request_id: Optional[str] = None,
                wait: Union[bool, float] = False, dry_run: bool = False, **fields: Any) -> Reply:
        """The reply of a success, as a dict. Raises a MgrError otherwise; NoAnswer, too, where the
        action answers with a stream, which ends then: that is for stream().

        `confirm` says that this is really meant, to an action that asks for that. `body` is the
        bytes of an action that takes some, such as a file. With `wait` the reply comes when the jobs
        that the request starts have ended, however long that takes, or within so many seconds. With
        `dry_run` nothing is done, and the reply says what would be. A field whose name is no Python
        name goes in as **{"some-name": value}, and one that is called as a parameter here with a capital.

        With a `request_id` a request that starts jobs is safe to send again for a day: the same
        one gets the same jobs. So it is sent again, up to four times and within the timeout, where
        mgr is not there or the answer was lost.
        """
        reply = self._ask(_Request(self._signer, module, action, fields, on_behalf_of, confirm, body,
                                   request_id, wait, dry_run))
        if not reply["success"]:
            raise _error_of(reply)
        return reply

    def call(self, *args: Any, **fields: Any) -> Reply:
        """The data of the reply: request() for who wants nothing else of it. {} where there is none."""
        return _data(self.request(*args, **fields))

    def wait(self, ids: Union[int, List[int]], limit: Union[bool, float] = True,
             on_behalf_of: Optional[str] = None) -> List[Reply]:
        """The jobs of these ids, when all have ended. NoAnswer where that takes over `limit` seconds."""
        request = _Request(self._signer, "job", "wait", {"ids": ids}, on_behalf_of)
        request.wait = limit
        reply = self._ask(request)
        if not reply["success"]:
            raise _error_of(reply)
        return _data(reply).get("jobs", [])

    def follow(self, id: int, tail: Optional[int] = None, on_behalf_of: Optional[str] = None) -> "Output":
        """What a job prints, line by line as it comes, until it has ended: an iterator. With `tail`
        from the last so many lines on."""
        return Output(self, id, tail, on_behalf_of)

    def stream(self, module: str, action: str, on_behalf_of: Optional[str] = None, confirm: bool = False,
               body: Optional[bytes] = None, **fields: Any) -> Iterator[Reply]:
        """An iterator over the lines of a reply that has several, each a dict, as they come.

        The request is sent at once, on a connection of its own. `timeout` is for that; the lines
        come when there is something to tell. Iterating raises what request() raises. close() on the
        iterator ends it early.
        """
        return self._stream(_Request(self._signer, module, action, fields, on_behalf_of, confirm, body), True)

    def _stream(self, request, patient):
        """The first line has the rest of the timeout, unless `patient`; those after it no limit."""
        connection = _Connection(self._address, self._new_deadline([request]))
        block, read = request.write()
        try:
            connection.send(block)
        except BaseException:
            connection.close()
            raise
        if patient:
            connection.deadline = None
        return _lines(connection, read)

    def _new_deadline(self, requests):
        limits = [self._timeout if request.wait is False else request.wait for request in requests]
        return None if None in limits or True in limits else time.monotonic() + max(limits)

    def pipeline(self, requests: Iterable[tuple]) -> List[Reply]:
        """The replies, refusals too, to (module, action, fields) in their order. Each may go on with
        on_behalf_of, confirm, body, request_id, wait and dry_run, as request() has them; none is sent
        again.

        Only inside a `with` block. Raises NoAnswer where the connection is lost on the way.
        """
        if not self._keep:
            raise RuntimeError("pipeline() is for `with Client() as client:`")
        written = [_Request(self._signer, *request) for request in requests]
        replies = []
        for group in _groups(written):
            try:
                replies += self._exchange(group, self._new_deadline(group))
            except NoAnswer as error:
                error.replies = replies + error.replies
                raise
        return replies

    def _ask(self, request):
        """The reply to one request, which is sent again where it may be and that can help."""
        deadline = self._new_deadline([request])
        for pause in RETRY_PAUSES if request.is_repeatable else ():
            try:
                reply = self._exchange([request], deadline)[0]
                if not _is_passing(reply):
                    return reply
            except (Unavailable, NoAnswer) as error:
                reply = error
                if isinstance(error, NoAnswer) and not error.lost:
                    raise
            if deadline is not None and time.monotonic() + pause >= deadline:
                if isinstance(reply, MgrError):
                    raise reply
                return reply
            time.sleep(pause)
        return self._exchange([request], deadline)[0]

    def _exchange(self, requests, deadline):
        replies = []
        connection = self._take_connection(deadline)
        try:
            if self._keep and connection.is_new:
                connection.send(b"mgr:keep-alive\n")
            connection.is_new = False
            blocks, readers = zip(*(request.write() for request in requests))
            connection.send(b"".join(blocks))
            for read in readers:
                reply = read(connection.read_line())
                if reply.get("more") is True:  # the next line would pass for the next answer
                    raise NoAnswer("this action answers with a stream: use stream()")
                replies.append(reply)
        except BaseException as error:
            connection.close()
            if isinstance(error, NoAnswer):
                error.replies = replies
            raise
        if self._keep:
            self._connection = connection
        else:
            connection.close()
        return replies

    def _take_connection(self, deadline):
        """The kept connection or a new one. It is not kept again until its replies are read."""
        connection, self._connection = self._connection, None
        if connection is not None and connection.is_usable():
            connection.deadline = deadline
            return connection
        if connection is not None:
            connection.close()
        return _Connection(self._address, deadline)


def _lines(connection, read):
    try:
        while True:
            reply = read(connection.read_line())
            if not reply["success"]:
                raise _error_of(reply)
            yield reply
            if reply.get("more") is not True:
                return
            connection.deadline = None
    finally:
        connection.close()


class Line(NamedTuple):
    """A line of what a job printed, without its line feed; bytes that are no UTF-8 are written out as
    \\xNN. `stream` is stdout, stderr or progress; `time` is when its end was read, in UTC."""

    stream: str
    text: str
    time: str


class Output:
    """An iterator over what a job prints, each a Line. close() ends it early.

    Where the connection is lost, as when the daemons are restarted, it goes on where it was. `job` is
    the job's record once all has been read; `skipped` counts the bytes that were not kept.
    """

    def __init__(self, client: Client, id: int, tail: Optional[int] = None,
                 on_behalf_of: Optional[str] = None) -> None:
        self.job = None  # type: Optional[Reply]
        self.skipped = 0
        self._ask = lambda fields: client.stream("job", "follow", on_behalf_of, id=id, **fields)
        self._next = 0  # the position in the job's output to go on from
        self._begun = {}  # type: Dict[str, bytes]
        self._lines = self._read({} if tail is None else {"tail": tail})

    def __iter__(self) -> "Output":
        return self

    def __next__(self) -> Line:
        return next(self._lines)

    def close(self) -> None:
        self._lines.close()

    def _read(self, fields):
        pauses, is_over = iter(RETRY_PAUSES), False
        while not is_over:
            try:
                for reply in self._ask(fields):
                    pauses = iter(RETRY_PAUSES)
                    yield from self._take(_data(reply))
                is_over = True
            except (Unavailable, NoAnswer) as error:
                pause = next(pauses, None)
                if pause is None or isinstance(error, NoAnswer) and not error.lost:
                    raise
                time.sleep(pause)
                fields = {"from": self._next} if self._next else fields
        for stream, begun in sorted(self._begun.items()):
            if begun:
                yield Line(stream, begun.decode("utf-8", "backslashreplace"), (self.job or {}).get("ended", ""))

    def _take(self, data):
        try:
            if "jobs" in data:
                self.job = dict(data["jobs"][0])
            if data.get("restarted") is True:
                self._begun = {}
            self.skipped += data.get("skipped", 0)
            return [line for record in data.get("records", []) for line in self._lines_of(record)]
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            raise NoAnswer("what it says of the job has not the shape of it")

    def _lines_of(self, record):
        """The lines that end in this record. What is too long for one is several."""
        stream, printed = record["stream"], _bytes_of_record(record)
        if stream not in ("stdout", "stderr", "progress"):  # each that there is begins a line, which is kept
            raise ValueError(stream)
        self._next = int(record["position"]) + len(printed)
        begun = self._begun.get(stream, b"") + printed + (b"\n" if stream == "progress" else b"")
        *lines, self._begun[stream] = begun.split(b"\n")
        if len(self._begun[stream]) > MAX_BODY_BYTES:
            lines.append(self._begun.pop(stream))
        return [Line(stream, line.decode("utf-8", "backslashreplace"), str(record["time"])) for line in lines]


def _bytes_of_record(record):
    return record["text"].encode("utf-8") if "text" in record else base64.b64decode(record["base64"], validate=True)


def _groups(requests):
    """Cuts a pipeline into parts that may be under way at once."""
    group, size = [], 0
    for request in requests:
        if group and (len(group) == MAX_PIPELINED_REQUESTS
                      or size + len(request) > MAX_PIPELINED_BYTES):
            yield group
            group, size = [], 0
        group.append(request)
        size += len(request)
    if group:
        yield group


def call(module: str, action: str, *args: Any, **fields: Any) -> Reply:
    """Asks for an action and returns the data of the reply, a dict: Client().call(), with its parameters.

    Of an action that answers with what its command printed these are `exit`, `stdout` and `stderr`.
    It waits for at most 60 seconds; `wait`, or Client(timeout=…), for as long as is wanted.
    """
    return Client().call(module, action, *args, **fields)


def wait(ids: Union[int, List[int]], limit: Union[bool, float] = True,
         on_behalf_of: Optional[str] = None) -> List[Reply]:
    """The jobs of these ids, when all have ended: Client.wait()."""
    return Client().wait(ids, limit, on_behalf_of)


def follow(id: int, tail: Optional[int] = None, on_behalf_of: Optional[str] = None) -> Output:
    """What a job prints, line by line, until it has ended: Client.follow()."""
    return Client().follow(id, tail, on_behalf_of)


def send_request(module: str, fields: Optional[Dict[str, Any]] = None, host: Optional[str] = None,
                 port: int = DEFAULT_PORT, socket_path: Optional[str] = None, timeout: Optional[float] = None,
                 root: Optional[str] = None, wait: Union[bool, float] = False, confirm: bool = False,
                 body: Optional[bytes] = None, request_id: Optional[str] = None,
                 key: Union[str, bool, None] = None, known_host: Optional[str] = None,
                 on_behalf_of: Optional[str] = None, dry_run: bool = False) -> Reply:
    """Sends one request and returns the reply as a dict, whether it succeeded or not.

    `fields` holds the action beside its arguments. `timeout` is 60 seconds, with `wait` none. The
    others are as in Client and Client.request(). Without a connection the dict is that of err_code 8;
    where the answer is lost, or is a success that the host has not signed though the request was, that
    of err_code 13: it may have been carried out.
    """
    if wait is True and timeout is not None:
        wait = timeout
    if not wait and timeout is None:
        timeout = DEFAULT_TIMEOUT
    client = Client(socket_path, timeout, root, host, port, key, known_host)
    request = _Request(client._signer, module, None, dict(fields or {}), on_behalf_of, confirm, body, request_id,
                       wait, dry_run)
    try:
        return client._ask(request)
    except Unavailable as error:
        return _refusal(8, "unavailable", error.detail)
    except NoAnswer as error:
        return _refusal(13, "timeout", error.detail)


def stream(module: str, fields: Optional[Dict[str, Any]] = None, host: Optional[str] = None,
           port: int = DEFAULT_PORT, on_behalf_of: Optional[str] = None, confirm: bool = False,
           body: Optional[bytes] = None, **where: Any) -> Iterator[Reply]:
    """Sends one request and returns an iterator over the lines of its reply: Client.stream().

    `fields` holds the action beside its arguments; `where` is what else Client takes. Raises a MgrError
    where send_request() returns a refusal.
    """
    client = Client(host=host, port=port, **where)
    request = _Request(client._signer, module, None, dict(fields or {}), on_behalf_of, confirm, body)
    return client._stream(request, True)


def _refusal(code, error, detail):
    return {"success": False, "msg": {"err_code": code}, "error": error, "detail": detail}


# ---- the command line ---------------------------------------------------------------------------


def _parser():
    parser = argparse.ArgumentParser(
        prog="mgr.py", allow_abbrev=False, description="Asks mgr for one action.",
        epilog="Exit codes: 0 success, 1 failed, 2 usage or invalid, 126 denied, 127 unavailable.")
    parser.add_argument("--root", metavar="DIR", help="look for the socket below DIR")
    parser.add_argument("--socket", metavar="PATH", help="connect to the socket PATH")
    parser.add_argument("--host", help="connect over TCP")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--timeout", type=float, default=DEFAULT_TIMEOUT, metavar="SECONDS")
    signing = parser.add_mutually_exclusive_group()
    signing.add_argument("--key-file", metavar="FILE", help="sign with the private key in FILE")
    signing.add_argument("--no-sign", action="store_true", help="sign nothing")
    parser.add_argument("--yes", action="store_true", help="this is really meant")
    parser.add_argument("--wait", action="store_true", help="until the jobs that it starts have ended")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done")
    parser.add_argument("--request-id", metavar="ID", help="asked again under this id, nothing starts twice")
    parser.add_argument("--on-behalf-of", metavar="WHO", help="for the audit")
    parser.add_argument("--body", metavar="FILE", help="the bytes of this file, or of - for stdin")
    parser.add_argument("module", metavar="MODULE")
    parser.add_argument("action", metavar="ACTION")
    parser.add_argument("fields", metavar="name=value", nargs="*")
    return parser


def _fields_of(words):
    fields = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign:
            raise ValueError("not name=value: %r" % word)
        if name in fields:
            raise ValueError("the field %s stands twice" % name)
        fields[name] = value
    return fields


def _read_body(path):
    """At most one byte more than may be sent; None for no path."""
    if path is None:
        return None
    try:
        if path == "-":
            return sys.stdin.buffer.read(MAX_BODY_BYTES + 1)
        with open(path, "rb") as file:
            return file.read(MAX_BODY_BYTES + 1)
    except OSError as error:
        raise ValueError("the body cannot be read: %s" % error)


def _exit_code(error):
    if isinstance(error, Denied):
        return 126
    if isinstance(error, (Unavailable, NoAnswer)):
        return 127
    return 2 if isinstance(error, Invalid) else 1


def main(words=None):
    """`python3 mgr.py MODULE ACTION name=value…`: prints the reply, returns the exit code."""
    options = _parser().parse_args(words)
    try:
        client = Client(options.socket, options.timeout, options.root, options.host, options.port,
                        False if options.no_sign else options.key_file)
        request = _Request(client._signer, options.module, options.action,
                           _fields_of(options.fields), options.on_behalf_of, options.yes,
                           _read_body(options.body), options.request_id, options.wait, options.dry_run)
        for reply in client._stream(request, False):
            print(json.dumps(reply), flush=True)
    except ValueError as error:
        print("mgr.py: %s" % ascii(str(error))[1:-1], file=sys.stderr)
        return 2
    except MgrError as error:
        if error.reply is None:
            print("mgr.py: %s" % ascii(str(error))[1:-1], file=sys.stderr)
        else:
            print(json.dumps(error.reply))
            if client._signer is not None and not error.is_proven:
                print("mgr.py: the host did not sign this refusal, so it proves nothing", file=sys.stderr)
        return _exit_code(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
