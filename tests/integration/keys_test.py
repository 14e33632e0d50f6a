"""Keys come, go and run out while a whole mgr runs, and files that others can reach never count.

Usage: keys_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import datetime
import json
import os
import subprocess
import time
import unittest

from jobs_support import BINARIES
from reload_support import ReloadTestCase
from signing import Key, block, host_id, sign

POLICY = """
[[principal]]
name = "root"
uid = 0
[[principal]]
name = "signer"
key = ["alice", "alice-2", "shop"]
[[allow]]
who = "root"
module = "mgr"
action = "*"
[[allow]]
who = "signer"
module = "mgr"
action = "version"
[[allow]]
who = "anyone"
module = "mgr"
action = ["ping", "whoami"]
"""


def moment(offset):
    """A time of keys.d, so many seconds from now."""
    return datetime.datetime.fromtimestamp(int(time.time()) + offset, datetime.timezone.utc).isoformat()


class KeysTestCase(ReloadTestCase):
    def prepare(self):
        self.mgr.write("etc/mgr/policy.toml", POLICY)
        self.keys = self.mgr.dir / "etc/mgr/keys.d"
        self.alice = Key("alice").install(self.mgr)

    def ask(self, key, action="version", tcp=True):
        fields = [("module", "mgr"), ("action", action)]
        return json.loads(self.mgr.send(block(sign(fields, key, host_id(self.mgr))), tcp=tcp))

    def counts(self, key):
        self.accepts(self.ask(key))

    def counts_not(self, key):
        reply = self.ask(key)
        self.assertFalse(reply["success"], reply)
        self.assertEqual(reply["msg"]["err_code"], 3, reply)

    def fails_to_reload(self):
        reply = self.mgr.request("mgr", "reload", None)
        self.assertFalse(reply["success"])
        return reply["detail"].replace(str(self.mgr.dir), "")


class Rotation(KeysTestCase):
    def test_two_keys_overlap_and_the_old_one_goes(self):
        second = Key("alice-2")
        self.counts(self.alice)
        self.counts_not(second)
        second.install(self.mgr)
        self.counts_not(second)  # before the reload
        self.reload()
        self.counts(self.alice)
        self.counts(second)
        (self.keys / "alice.toml").unlink()
        self.counts(self.alice)
        warnings = self.reload()["warnings"]
        self.assertTrue(any("'alice', of whom keys.d has no record" in warning for warning in warnings), warnings)
        self.counts_not(self.alice)
        self.counts(second)

    def test_a_key_that_is_revoked_counts_no_more(self):
        for tcp in (True, False):
            self.accepts(self.ask(self.alice, tcp=tcp))
        self.alice.install(self.mgr, "revoked = true")
        self.counts(self.alice)
        self.reload()
        for tcp in (True, False):
            self.assertEqual(self.ask(self.alice, tcp=tcp)["msg"]["err_code"], 3)
        self.alice.install(self.mgr)
        self.reload()
        self.counts(self.alice)

    def test_what_was_revoked_does_not_come_back_under_another_name(self):
        self.alice.install(self.mgr, "revoked = true")
        self.reload()
        again = Key("shop", secret=self.alice.secret).install(self.mgr)
        self.assertIn("/etc/mgr/keys.d/shop.toml:2: 'public_key' is that of the key 'alice'", self.fails_to_reload())
        self.counts_not(again)
        self.counts_not(self.alice)

    def test_another_key_under_the_same_name_takes_its_place(self):
        other = Key("alice").install(self.mgr)
        self.counts_not(other)
        self.reload()
        self.counts(other)
        self.counts_not(self.alice)

    def test_a_restart_takes_over_what_a_reload_would(self):
        self.alice.install(self.mgr, "revoked = true")
        self.mgr.restart_helper()
        self.counts_not(self.alice)

    def test_a_key_that_no_principal_names_is_anyone(self):
        spare = Key("spare").install(self.mgr)
        self.reload()
        self.assertEqual(self.accepts(self.ask(spare, "whoami"))["data"]["principals"], ["anyone"])
        self.assertEqual(self.ask(spare)["msg"]["err_code"], 4)


class Validity(KeysTestCase):
    def install(self, **times):
        self.alice.install(self.mgr, "\n".join(f"{name} = {moment(offset)}" for name, offset in times.items()))
        self.reload()

    def test_it_counts_within_its_time_alone(self):
        for times, good in (({"not_before": -3600, "not_after": 3600}, True), ({"not_before": -3600}, True),
                            ({"not_after": 3600}, True), ({"not_before": 3600}, False), ({"not_after": -3600}, False),
                            ({"not_before": -7200, "not_after": -3600}, False),
                            ({"not_before": 3600, "not_after": 7200}, False)):
            with self.subTest(times):
                self.install(**times)
                (self.counts if good else self.counts_not)(self.alice)

    def test_an_offset_is_taken_into_account(self):
        hour = datetime.timezone(datetime.timedelta(hours=14))
        past = datetime.datetime.fromtimestamp(int(time.time()) - 3600, hour).isoformat()
        self.alice.install(self.mgr, f"not_after = {past}")
        self.reload()
        self.counts_not(self.alice)

    def test_it_runs_out_without_a_reload(self):
        self.install(not_after=2)
        self.until(lambda: not self.ask(self.alice)["success"])
        self.counts_not(self.alice)

    def test_it_begins_to_count_without_a_reload(self):
        self.install(not_before=2)
        self.until(lambda: self.ask(self.alice)["success"])
        self.counts(self.alice)


class Secrets(KeysTestCase):
    def prepare(self):
        super().prepare()
        self.shop = Key("shop", hmac=True).install(self.mgr)
        self.secret = self.keys / "shop.secret"

    def test_a_secret_that_is_changed_counts_from_the_reload_on(self):
        other = Key("shop", hmac=True)
        self.counts(self.shop)
        other.install(self.mgr)
        self.counts(self.shop)
        self.counts_not(other)
        self.reload()
        self.counts(other)
        self.counts_not(self.shop)

    def test_one_that_others_can_read_keeps_the_old_configuration(self):
        for mode in (0o644, 0o640, 0o604, 0o660):
            self.secret.chmod(mode)
            self.assertIn("/etc/mgr/keys.d/shop.secret: ", self.fails_to_reload())
            self.counts(self.shop)
        self.secret.chmod(0o600)
        os.chown(self.secret, 33, 0)
        self.assertIn("/etc/mgr/keys.d/shop.secret: belongs to uid 33", self.fails_to_reload())
        self.counts(self.shop)

    def test_one_that_is_missing_or_is_none_keeps_the_old_configuration(self):
        self.secret.unlink()
        self.assertIn("/etc/mgr/keys.d/shop.secret: does not exist", self.fails_to_reload())
        for text in ("", "aa\n", "00" * 31 + "\n", "00" * 65 + "\n", "zz" * 32 + "\n", "0x" + "00" * 32):
            self.mgr.write("etc/mgr/keys.d/shop.secret", text, 0o600)
            self.assertIn("/etc/mgr/keys.d/shop.secret: ", self.fails_to_reload(), text)
            self.counts(self.shop)

    def test_a_public_key_is_no_secret(self):
        """Who takes alice's public key, which is no secret, for one of HMAC, signs nothing with it."""
        forger = Key("alice", hmac=True, secret=self.alice.public)
        self.counts_not(forger)
        self.counts(self.alice)

    def test_no_secret_is_told(self):
        text = self.shop.secret.hex()
        self.secret.write_text(text + "g\n")
        self.assertNotIn(text[:16], self.fails_to_reload())
        for path in (self.mgr.dir / "var").rglob("*"):
            if path.is_file():
                self.assertNotIn(text.encode(), path.read_bytes(), path)
        self.assertNotIn(text[:16], self.mgr.log("helper"))


class Mistakes(KeysTestCase):
    def test_a_mistake_keeps_the_old_keys_in_force(self):
        good = self.alice.record()
        for text, reason in ((good + "revoked = 1\n", ":4: 'revoked'"), (good + "not_after = 2020-01-01\n", ":4: 'not_after'"),
                             (good + "expires = 1\n", ":4: unknown key"), (good.replace("ed25519", "none"), ":1: 'type'"),
                             ("", ":1: 'type' is missing"), (good[:40], ":2: "),
                             ('type = "ed25519"\npublic_key = "' + "A" * 43 + '="\n', ":2: 'public_key' is no public key")):
            self.mgr.write("etc/mgr/keys.d/alice.toml", text)
            self.assertIn("/etc/mgr/keys.d/alice.toml" + reason, self.fails_to_reload())
            self.counts(self.alice)

    def test_files_and_folders_that_others_can_write_are_refused(self):
        record = self.keys / "alice.toml"
        for path, mode in ((record, 0o664), (record, 0o646), (self.keys, 0o775), (self.keys, 0o1777)):
            kept = path.stat().st_mode & 0o7777
            path.chmod(mode)
            self.assertIn(str(path).replace(str(self.mgr.dir), "") + ": writable by", self.fails_to_reload())
            path.chmod(kept)
        record.rename(self.mgr.dir / "etc/elsewhere")
        record.symlink_to(self.mgr.dir / "etc/elsewhere")
        self.assertIn("is a symbolic link", self.fails_to_reload())
        self.counts(self.alice)

    def test_a_start_with_a_mistake_is_none(self):
        self.mgr.write("etc/mgr/keys.d/alice.toml", "type = 'none'\n")
        done = subprocess.run([f"{BINARIES}/mgr-helper", "--root", self.mgr.dir, "--libexec", BINARIES, "--check"],
                              capture_output=True, text=True, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("keys.d/alice.toml:1: 'type' must be", done.stderr)

    def test_a_name_that_is_no_id_is_refused(self):
        self.mgr.write("etc/mgr/keys.d/Bob.toml", Key("bob").record())
        self.assertIn("/etc/mgr/keys.d/Bob.toml: the file's name is the key's id", self.fails_to_reload())
        self.counts(self.alice)


if __name__ == "__main__":
    unittest.main(verbosity=2)
