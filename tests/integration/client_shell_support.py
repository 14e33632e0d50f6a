"""mgr.sh in the shells that it is for, each with what such a machine has: what its tests share.

The first word of the command line names the shell: bash, dash, or busybox, which has nothing but its own
programs, socat and openssl.
"""
import base64
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import protocol_examples  # noqa: E402
from client_fake_server import FakeServer, success  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402

SHELL = sys.argv.pop(1)
LIBRARY = os.path.realpath(os.path.join(HERE, "..", "..", "client", "shell", "mgr.sh"))
COMMAND = {"bash": ["/bin/bash"], "dash": ["/bin/dash"], "busybox": ["/bin/busybox", "sh"]}[SHELL]
PROGRAMS = ("awk cat cp cut date dd grep head id ls mkfifo mktemp mv od rm sed sleep sort tail timeout tr wc true "
            "sh setsid kill nc").split()

VECTORS = protocol_examples.vectors()
HOST = VECTORS["host"]
HOST_KEY = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(HOST["seed"]))
KNOWN_HOST = "%s ed25519:%s" % (HOST["id"], HOST["public_key"])
KEYS = {key["id"]: key for key in VECTORS["keys"]}


def path_of_shell(folder):
    """Where the shell finds its programs."""
    if SHELL != "busybox":
        return "/usr/bin:/bin"
    for name in PROGRAMS:
        os.symlink("/bin/busybox", os.path.join(folder, name))
    for name in ("socat", "openssl"):
        os.symlink(shutil.which(name, path="/usr/bin:/bin"), os.path.join(folder, name))
    return folder


def key_text(key):
    text = "id:%s\ntype:%s\n" % (key["id"], key["type"])
    if key["type"] == "hmac-sha256":
        return text + "secret:%s\n" % key["secret"]
    der = bytes.fromhex("302e020100300506032b657004220420" + key["seed"])
    return text + "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n" % base64.b64encode(der).decode()


def host_signs(line, nonce, printed="", key="panel"):
    """The line as the helper signs it; `printed`: what the broker adds to the end of its data."""
    signature = base64.b64encode(HOST_KEY.sign(f"mgr-reply-v1\n{key}\n{nonce}\n".encode() + line)).decode()
    ending = ',"signature":"%s"}\n' % signature
    if not printed:
        return line[:-2] + ending.encode()
    return line[:-3] + (",%s},\"signed\":%d%s" % (printed, len(line) - 3, ending)).encode()


class ShellCase(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(dir="/run")
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.folder.chmod(0o755)
        programs = self.folder / "programs"
        programs.mkdir(mode=0o755)
        (self.folder / "temporary").mkdir()
        (self.folder / "temporary").chmod(0o1777)
        self.environment = {"PATH": path_of_shell(str(programs)), "HOME": str(self.folder / "home"), "MGR_KEY": "",
                            "TMPDIR": str(self.folder / "temporary")}
        self.addCleanup(self.nothing_is_left)

    def nothing_is_left(self):
        """Neither files of a call, nor a transport of one."""
        self.assertEqual(list((self.folder / "temporary").iterdir()), [])

    def file(self, name, text, mode=0o600):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.write_bytes if isinstance(text, bytes) else path.write_text)(text)
        path.chmod(mode)
        return str(path)

    def script(self, text, words=(), given=b"", before=(), options="-eu", **environment):
        """Status, output and errors of a script that has sourced mgr.sh, with `words` as its arguments."""
        done = subprocess.run([*before, *COMMAND, options, "-c", f". {LIBRARY}\n{text}", "script", *words],
                              env={**self.environment, **environment}, input=given, capture_output=True, timeout=100)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def call(self, server, *words, function="mgr_call", **more):
        """One call, each of whose words is one, whatever is in it."""
        return self.script(f'{function} "$@"', words, MGR_SOCKET=server.path, **more)

    def sends(self, *words, **more):
        """The bytes that a call sends, to a daemon that agrees to all."""
        with FakeServer(lambda fields: success("x")) as server:
            code, _, errors = self.call(server, *words, **more)
            self.assertEqual((code, errors), (0, ""))
            return server.blocks[-1], server.bodies[-1:]

    def sends_nothing(self, *words, **more):
        with FakeServer(lambda fields: success("x")) as server:
            code, out, errors = self.call(server, *words, **more)
            self.assertEqual((code, out, server.connections), (2, "", 0), errors)
            self.assertTrue(errors.startswith("mgr: ") and errors.isascii(), errors)
            self.assertFalse(any(byte < 32 and byte != 10 for byte in errors.encode()), errors)
            return errors

    def key(self, name="panel"):
        self.file("home/.config/mgr/known_hosts", f"local {KNOWN_HOST}\n", 0o644)
        return self.file(f"key.{name}", key_text(KEYS[name]))


def main():
    with mock.patch.dict(os.environ):
        unittest.main()
