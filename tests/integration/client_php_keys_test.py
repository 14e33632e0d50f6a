"""mgr.php: where it finds keys and hosts, and which files it does not take. As root."""

import os
import unittest

from client_php_signing import HOST, KEYS, KNOWN_HOST, Signing, host, key_text
from client_php_support import REPO, run_php


class WhereKeysAre(Signing):
    def setUp(self):
        super().setUp()
        self.host = f"{KNOWN_HOST}\n"
        self.environment = {"XDG_CONFIG_HOME": str(self.folder / "config")}

    def key_id(self, options="", settings=(), **environment):
        code = (f"$mgr = new Mgr\\Client({options}); $signer = (new ReflectionProperty($mgr, 'signer'))->getValue($mgr);"
                "return $signer === null ? null : [$signer->__debugInfo()['id'], $signer->__debugInfo()['host']->id];")
        environment = {**self.environment, **environment}
        # Unset and set to nothing differ, of MGR_KEY.
        unset = "" if "MGR_KEY" in environment else "putenv('MGR_KEY'); "
        return run_php(unset + code, settings=settings, **environment)

    def refuses(self, what, options="", settings=(), **environment):
        with self.assertRaisesRegex(Exception, r"Mgr\\CannotSign: .*" + what):
            self.key_id(options, settings, **environment)

    def test_the_key_is_found_as_mgrctl_finds_it(self):
        root = f"root: '{self.folder}/root'"
        self.file("root/var/lib/mgr/host/known_host", "local " + self.host, 0o644)
        self.assertIsNone(self.key_id(root))
        self.file("root/etc/mgr/root.key", key_text(KEYS["panel"], id="root"))
        for settings in ((), ("-d", "disable_functions=posix_geteuid")):
            self.assertEqual(self.key_id(root, settings), ["root", HOST["id"]])
        nothing_tells = ("-d", "disable_functions=posix_geteuid", "-d", "sys_temp_dir=/nonexistent")
        self.assertIsNone(self.key_id(root, nothing_tells))
        self.file("config/mgr/key", key_text(KEYS["panel"], id="own"))
        self.assertEqual(self.key_id(root), ["own", HOST["id"]])
        home = self.file("home/.config/mgr/key", key_text(KEYS["alice"], id="home"))
        self.assertEqual(self.key_id(root, XDG_CONFIG_HOME="relative", HOME=str(self.folder / "home")), ["home", HOST["id"]])
        self.assertEqual(self.key_id(root, MGR_KEY=home), ["home", HOST["id"]])
        self.assertEqual(self.key_id(f"{root}, key: '{self.key(id='given')}'", MGR_KEY=home), ["given", HOST["id"]])
        self.assertIsNone(self.key_id(f"{root}, key: false", MGR_KEY=home))
        self.assertIsNone(self.key_id(root, MGR_KEY=""))

    def test_the_host_is_known_by_its_name(self):
        name = "panel.example:7000"
        options = f"root: '{self.folder}/root', key: '{self.key()}'"
        self.refuses(f"{name} is no known host of .*; on that machine, `mgrctl host {name}` prints its line",
                     f"{options}, host: '{name}'")
        self.file("root/var/lib/mgr/host/known_host", f"local {self.host}{name} {self.host}", 0o644)
        self.refuses("is no known host", f"{options}, host: '{name}'")
        self.assertEqual(self.key_id(options), ["panel", HOST["id"]])
        self.file("root/etc/mgr/known_hosts", f"[2001:db8::1]:6667 {self.host}{name}   {self.host}", 0o644)
        for known in (name, "[2001:db8::1]:6667"):
            self.assertEqual(self.key_id(f"{options}, host: '{known}'"), ["panel", HOST["id"]])
        self.file("config/mgr/known_hosts", f"{name} {self.host.replace(HOST['id'], 'f' * 32)}", 0o644)
        self.assertEqual(self.key_id(f"{options}, host: '{name}'"), ["panel", "f" * 32])
        for other in ("panel.example:7001", "anel.example:7000", "PANEL.example:7000"):
            self.refuses("is no known host", f"{options}, host: '{other}'")

    def test_what_is_known_of_a_host_is_whole_and_nobody_elses(self):
        for known in ("", HOST["id"], f"{HOST['id']} rsa:{HOST['public_key']}", KNOWN_HOST[1:], KNOWN_HOST[:-1],
                      KNOWN_HOST + " x", KNOWN_HOST.upper(), HOST["id"] + " ed25519:AAAA"):
            self.refuses("not what is known of a host", f"key: '{self.key()}', knownHost: '{known}'")
        known = "local " + self.host
        for text, mode, wrong in ((known + known, 0o644, "local stands there twice"),
                                  (known + "other\n", 0o644, ":2: not what is known"),
                                  ("other x y z\n" + known, 0o644, ":1: not what is known"),
                                  (known + "\u00e9", 0o644, "cannot be read"),
                                  (known, 0o664, "others have rights"), (known, 0o646, "others have rights")):
            self.file("config/mgr/known_hosts", text, mode)
            self.refuses(wrong, f"key: '{self.key()}'")
        self.file("config/mgr/known_hosts", f" # a comment\n\n  local   {self.host}", 0o644)
        self.assertEqual(self.key_id(f"key: '{self.key()}'"), ["panel", HOST["id"]])

    def test_a_private_key_is_its_users_alone(self):
        known = f"knownHost: '{KNOWN_HOST}'"
        for mode in (0o640, 0o604, 0o620, 0o601):
            self.refuses("others have rights", f"key: '{self.file('key.loose', key_text(KEYS['panel']), mode)}', {known}")
        path = self.file("key.others", key_text(KEYS["panel"]))
        os.chown(path, 65534, 65534)
        self.refuses("somebody else's", f"key: '{path}', {known}")
        os.mkfifo(self.folder / "fifo", 0o600)
        os.symlink(self.key(), self.folder / "link")
        for name in ("fifo", "link", "none", "."):
            self.refuses("is no regular file|cannot be read", f"key: '{self.folder / name}', {known}")
        self.refuses("cannot be read", f"key: 'php://stdin', {known}")
        self.refuses("open_basedir", f"key: '{self.key()}', {known}", settings=("-d", f"open_basedir={REPO}"))

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
                (alice.replace("PRIVATE", "PUBLIC"), pem), ("\xff", "cannot be read"),
                (panel + "x" * (1 << 20), "cannot be read")):
            self.assertNotIn(text, (panel, alice))
            self.refuses(wrong, f"key: '{self.file('key.wrong', text)}', knownHost: '{KNOWN_HOST}'")

    def test_signing_wants_sodium_and_says_so(self):
        self.refuses("wants PHP's extension sodium", f"key: '{self.key()}', knownHost: '{KNOWN_HOST}'",
                     settings=("-d", "disable_functions=sodium_crypto_sign_detached"))

    def test_without_phps_shared_extensions_nothing_is_missed(self):
        with host() as server:
            said = self.run_with_key(server, "return [$mgr->call('m', 'a', ['n' => 1]), extension_loaded('posix')];",
                                     settings=("-n",))
        self.assertEqual(said, [{"n": "1"}, False])


if __name__ == "__main__":
    unittest.main()
