"""The first start makes a host's id and keys and root's own key: whole, once, and after whatever cut it off.

Runs mgr-configure as a starting helper does. Usage: first_start_test.py BINARIES [unittest arguments];
as root, inside a pid namespace and a mount namespace of its own.
"""
import base64
import itertools
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import tomllib
import unittest

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from instance import cgroup2_mount, ensure_users

BINARIES = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/dev/bin").resolve()

HOST = "var/lib/mgr/host"
FILES = {  # all that is made, and the mode of each
    f"{HOST}/key": 0o600, "etc/mgr/root.key": 0o600, "etc/mgr/keys.d/root.toml": 0o644,
    "var/lib/mgr/nonces": 0o600, f"{HOST}/id": 0o644, f"{HOST}/known_host": 0o644,
}
POLICY = '[[principal]]\nname = "root"\nuid = 0\nkey = "root"\n[[allow]]\nwho = "root"\nmodule = "mgr"\naction = "*"\n'


def raw(public_key):
    return public_key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


class FirstStartCase(unittest.TestCase):
    def setUp(self):
        ensure_users()
        self.root = self.new_root()

    def new_root(self):
        root = pathlib.Path(tempfile.mkdtemp(prefix="mgr-first-", dir="/run"))
        self.addCleanup(shutil.rmtree, root, ignore_errors=True)
        cgroup = pathlib.Path(cgroup2_mount()) / root.name
        self.addCleanup(lambda: cgroup.exists() and cgroup.rmdir())
        os.chmod(root, 0o755)
        (root / "etc/mgr").mkdir(parents=True)
        (root / "etc/mgr/policy.toml").write_text(POLICY)
        (root / "etc/mgr/mgr.toml").write_text(f'[broker]\nlisten = ""\n[jobs]\ncgroup = "{cgroup}"\n')
        return root

    def run_configure(self, *words, tracer=()):
        # The leak checker of an asan build cannot work under a tracer.
        return subprocess.run([*tracer, BINARIES / "mgr-configure", "--root", self.root, *words],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
                              env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})

    def said(self, *words):
        """What a start writes to standard error, without the root folder's name."""
        done = subprocess.run([BINARIES / "mgr-configure", "--root", self.root, *(words or ("--prepare",))],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", check=True)
        return done.stderr.replace(f"--root {self.root} ", "").replace(str(self.root), "")

    def start(self, *words):
        """The error and the warnings of a start, without the root folder's name."""
        done = self.run_configure(*(words or ("--prepare",)))
        self.assertEqual(done.returncode, 0)
        outcome, texts = done.stdout, []

        def take(length):
            nonlocal outcome
            taken, outcome = outcome[:length], outcome[length:]
            return taken

        def number():
            return struct.unpack("<I", take(4))[0]
        texts.append(take(number()).decode())
        texts += [take(number()).decode() for _ in range(number())]
        texts = [text.replace(str(self.root), "") for text in texts]
        return texts[0], texts[1:]

    def starts(self, *words):
        error, warnings = self.start(*words)
        self.assertEqual(error, "")
        return warnings

    def fails(self, *words):
        error, _ = self.start(*words)
        self.assertNotEqual(error, "")
        return error

    def path(self, name):
        return self.root / name

    def there(self):
        return {name: self.path(name).read_bytes() for name in FILES if self.path(name).exists()}

    def host_id(self):
        text = self.path(f"{HOST}/id").read_text()
        self.assertRegex(text, r"\A[0-9a-f]{32}\n\Z")
        return text.strip()

    def check_host(self):
        seed = bytes.fromhex(self.path(f"{HOST}/key").read_text())
        public = raw(ed25519.Ed25519PrivateKey.from_private_bytes(seed).public_key())
        line = f"local {self.host_id()} ed25519:{base64.b64encode(public).decode()}\n"
        self.assertEqual(self.path(f"{HOST}/known_host").read_text(), line)

    def check_root_key(self):
        text = self.path("etc/mgr/root.key").read_bytes()
        self.assertTrue(text.startswith(b"id:root\ntype:ed25519\n-----BEGIN PRIVATE KEY-----\n"))
        private = serialization.load_pem_private_key(text, None)
        record = tomllib.loads(self.path("etc/mgr/keys.d/root.toml").read_text())
        self.assertEqual(base64.b64decode(record["public_key"], validate=True), raw(private.public_key()))

    def check_no_leftovers(self):
        left = [path for path in self.root.rglob(".*.new")]
        self.assertEqual(left, [])


class Once(FirstStartCase):
    def test_makes_all_that_a_host_and_its_root_need(self):
        self.assertEqual(self.starts(), [])
        for name, mode in FILES.items():
            status = self.path(name).stat()
            self.assertEqual((status.st_mode & 0o7777, status.st_uid), (mode, 0), name)
        self.assertEqual(self.path(HOST).stat().st_mode & 0o7777, 0o755)
        self.assertEqual(self.path("etc/mgr/keys.d").stat().st_mode & 0o7777, 0o755)
        self.check_host()
        self.check_root_key()
        self.check_no_leftovers()

    def test_no_two_hosts_are_alike(self):
        self.starts()
        first = self.there()
        self.root = self.new_root()
        self.starts()
        second = self.there()
        for name in FILES.keys() - {"var/lib/mgr/nonces"}:
            self.assertNotEqual(first[name], second[name], name)

    def test_whatever_the_umask_is(self):
        for mask in (0o000, 0o077):
            before = os.umask(mask)
            try:
                self.starts()
            finally:
                os.umask(before)
            for name, mode in FILES.items():
                self.assertEqual(self.path(name).stat().st_mode & 0o7777, mode, name)
            self.root = self.new_root()

    def test_the_next_start_changes_nothing(self):
        self.starts()
        before = self.there()
        self.assertEqual(self.starts(), [])
        self.starts("--reload")
        self.starts("--check")
        self.assertEqual(self.there(), before)

    def test_a_look_at_the_files_makes_nothing(self):
        self.starts("--check")
        self.starts("--review")
        self.assertEqual(self.there(), {})
        self.assertFalse(self.path("var/lib/mgr").exists())

    def test_roots_key_that_was_removed_stays_away(self):
        self.starts()
        for names in (["etc/mgr/root.key"], ["etc/mgr/keys.d/root.toml"]):
            for name in names:
                self.path(name).unlink()
            before = self.there()
            self.starts()
            self.assertEqual(self.there(), before)

    def test_a_policy_that_does_not_know_roots_key_is_a_warning_once(self):
        self.path("etc/mgr/policy.toml").write_text(POLICY.replace('key = "root"\n', ""))
        warning, = self.starts()
        self.assertIn('/etc/mgr/root.key: mgrctl signs with it for root, and no principal has key = "root"', warning)
        self.assertEqual(self.starts(), [])

    def test_a_reload_does_not_go_on_without_the_id(self):
        self.starts()
        self.path(f"{HOST}/id").unlink()
        self.assertIn("/var/lib/mgr/host/id: is gone", self.fails("--reload"))


class Told(FirstStartCase):
    """What to keep elsewhere: said by the first start alone, and nothing secret in it."""

    def test_the_first_start_says_what_to_keep_elsewhere(self):
        said = self.said()
        _, words = self.path(f"{HOST}/known_host").read_text().split(" ", 1)
        self.assertIn(f"    HOST:PORT {words}", said)
        self.assertIn("    mgrctl audit key > FILE\n", said)
        self.assertIn("is in /etc/mgr/root.key\n", said)
        self.assertTrue(all(line.startswith("mgr-configure: ") for line in said.splitlines()), said)

    def test_it_is_said_once(self):
        self.assertIn("first start", self.said())
        self.assertEqual([self.said(), self.said("--reload"), self.said("--check")], ["", "", ""])

    def test_who_only_looks_is_told_nothing(self):
        self.assertEqual([self.said("--check"), self.said("--review")], ["", ""])

    def test_no_secret_is_in_it(self):
        said = self.said()
        pem = self.path("etc/mgr/root.key").read_text().splitlines()[3]
        first = self.path("var/lib/mgr/audit/first-key").read_text()
        self.assertEqual(first, self.path("var/lib/mgr/audit/key").read_text())
        secrets = [self.path(f"{HOST}/key").read_text().strip(), pem, *re.findall(r"[0-9a-zA-Z+/=]{32,}", first)]
        self.assertGreaterEqual(len(secrets), 3)
        for secret in secrets:
            for part in (secret[:16], secret[16:32]):
                self.assertNotIn(part, said)

    def test_it_is_said_where_the_policy_has_a_mistake(self):
        self.path("etc/mgr/policy.toml").write_text("[[allow]]\n")
        self.assertIn("audit key", self.said())
        self.path("etc/mgr/policy.toml").write_text(POLICY)
        self.assertEqual(self.said(), "")

    def test_a_key_that_is_not_there_is_not_promised(self):
        self.path("etc/mgr/keys.d").mkdir()
        self.path("etc/mgr/keys.d/root.toml").write_text(
            'type = "ed25519"\npublic_key = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="\n')
        said = self.said()
        self.assertNotIn("root.key", said)
        self.assertIn("audit key", said)


class Halves(FirstStartCase):
    """What a power cut, a backup or a copied machine leaves."""

    def test_every_part_is_completed_or_named(self):
        self.starts()
        whole = self.there()
        names = list(FILES)
        for count in range(len(names) + 1):
            for kept in itertools.combinations(names, count):
                with self.subTest(kept=kept):
                    self.check_part(set(kept), whole)

    def check_part(self, kept, whole):
        for name in FILES:
            self.path(name).unlink(missing_ok=True)
        for name in kept:
            self.path(name).write_bytes(whole[name])
            self.path(name).chmod(FILES[name])
        error, warnings = self.start()
        now = self.there()
        for name in kept:
            self.assertEqual(now[name], whole[name], f"{name} was written over")
        self.check_no_leftovers()
        has_id, has_known_host = f"{HOST}/id" in kept, f"{HOST}/known_host" in kept
        if has_id and f"{HOST}/key" not in kept:
            self.assertIn("/var/lib/mgr/host/key", error)
            self.assertEqual(now.keys(), kept)
            return
        if not has_id and has_known_host:
            self.assertIn("/var/lib/mgr/host/known_host: not of the id", error)
        else:
            self.assertEqual(error, "")
            self.check_host()
        root = {name for name in ("etc/mgr/root.key", "etc/mgr/keys.d/root.toml") if name in kept}
        if has_id:
            self.assertEqual(now.keys(), kept | {f"{HOST}/known_host"})
        elif not root:
            self.check_root_key()
        else:
            self.assertEqual(root, {name for name in now if name.startswith("etc/")})
            self.assertEqual("nothing that it signs counts" in " ".join(warnings), root == {"etc/mgr/root.key"})
        self.assertTrue(has_id or "var/lib/mgr/nonces" in now)

    def test_what_is_cut_off_anywhere_is_gone_on_with(self):
        """Killed at each system call that changes a file, and then started again."""
        cuts = 0
        for call in ("mkdir", "openat", "write", "pwrite64", "chmod", "fchmod", "fsync", "unlinkat", "renameat2"):
            for number in itertools.count(1):
                self.root = self.new_root()
                if not self.cut_off(call, number):
                    break
                cuts += 1
                with self.subTest(call=call, number=number):
                    self.check_gone_on()
        self.assertGreater(cuts, 40)

    def cut_off(self, call, number):
        tracer = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
                  "-e", f"inject={call}:signal=KILL:when={number}"]
        if call == "openat":  # of the many, those that make a file
            tracer += [word for name in FILES for word in ("-P", self.beside(name))]
        return self.run_configure("--prepare", tracer=tracer).returncode != 0

    def beside(self, name):
        path = self.path(name)
        return str(path.parent / f".{path.name}.new")

    def check_gone_on(self):
        before = self.there()
        self.assertEqual(self.starts(), [])
        now = self.there()
        self.assertEqual(now.keys(), FILES.keys())
        for name, text in before.items():
            self.assertEqual(now[name], text, name)
        for name, mode in FILES.items():
            self.assertEqual(self.path(name).stat().st_mode & 0o7777, mode, name)
        self.check_host()
        self.check_root_key()
        self.check_no_leftovers()


class Loose(FirstStartCase):
    def setUp(self):
        super().setUp()
        self.starts()

    def test_what_others_can_read_or_write_is_refused(self):
        for name, modes in ((f"{HOST}/key", (0o640, 0o604, 0o620, 0o602)), (f"{HOST}/id", (0o664, 0o646)),
                            (f"{HOST}/known_host", (0o664, 0o666)), (HOST, (0o775, 0o757))):
            kept = self.path(name).stat().st_mode & 0o7777
            for mode in modes:
                self.path(name).chmod(mode)
                self.assertIn("/" + name, self.fails())
            self.path(name).chmod(kept)
            os.chown(self.path(name), 1500, 0)
            self.assertIn("/" + name, self.fails())
            os.chown(self.path(name), 0, 0)
            self.starts()

    def test_what_is_not_of_its_form_is_refused(self):
        text = self.host_id()
        wrong = {
            f"{HOST}/id": ("", "\n", text[1:], text + "0", text.upper() + "F", text + "\n\n", text + "\r\n", " " + text,
                           "../" + text[3:], text + "\n" + text),
            f"{HOST}/key": ("", "00" * 31, "00" * 33, "zz" * 32, "00" * 32 + "\n\n"),
            f"{HOST}/known_host": ("", "local x ed25519:y\n", "#\n"),
        }
        for name, texts in wrong.items():
            kept = self.path(name).read_text()
            for each in texts:
                self.path(name).write_text(each)
                self.assertIn("/" + name, self.fails(), each)
            self.path(name).write_text(kept)
            self.starts()

    def test_a_link_is_not_followed(self):
        for name in (f"{HOST}/key", f"{HOST}/id", f"{HOST}/known_host"):
            elsewhere = self.root / "elsewhere"
            shutil.copy2(self.path(name), elsewhere)
            kept = self.path(name).read_bytes()
            mode = self.path(name).stat().st_mode
            self.path(name).unlink()
            self.path(name).symlink_to(elsewhere)
            self.fails()
            self.path(name).unlink()
            self.path(name).write_bytes(kept)
            self.path(name).chmod(mode)
        self.starts()

    def test_the_message_tells_nothing_of_the_key(self):
        secret = self.path(f"{HOST}/key").read_text()
        self.path(f"{HOST}/key").write_text(secret.strip() + "x\n")
        self.assertNotIn(secret[:16], self.fails())

    def test_no_key_is_made_where_others_can_write(self):
        self.root = self.new_root()
        self.path("etc/mgr").chmod(0o777)
        self.assertIn("/etc/mgr: writable by", self.fails())
        self.assertFalse(self.path("etc/mgr/root.key").exists())
        self.assertFalse(self.path(f"{HOST}/id").exists())


class ReadOnly(FirstStartCase):
    def mount(self, *words):
        subprocess.run(["mount", *words], check=True)

    def test_an_etc_that_cannot_be_written_is_a_warning(self):
        etc = self.path("etc")
        self.mount("--bind", etc, etc)
        self.addCleanup(subprocess.run, ["umount", etc], check=True)
        self.mount("-o", "remount,bind,ro", etc)
        warnings = self.starts()
        self.assertTrue(any(re.search("/etc/mgr: read-only", warning) for warning in warnings), warnings)
        self.check_host()
        self.assertFalse(self.path("etc/mgr/root.key").exists())
        self.assertEqual(len(self.starts()), 1)  # that root's key has no record


if __name__ == "__main__":
    unittest.main(verbosity=2)
