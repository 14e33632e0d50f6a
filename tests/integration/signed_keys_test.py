"""Keys that do not count, and signatures that are none.

Usage: signed_keys_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import base64
import datetime
import hashlib
import json
import secrets
import sys
import time
import unittest

import signing
from signed_support import (INVALID, MALFORMED, REQUEST, STALE, UNAUTHENTICATED, UNPROVEN, SignedTestCase, altered,
                            at_one_second, other_base64)

SignedTestCase.binaries = sys.argv.pop(1)
ORDER = 2 ** 252 + 27742317777372353535851937790883648493  # of Ed25519's base point


class Keys(SignedTestCase):
    NEVER = {"early": "not_before = 2999-01-01T00:00:00Z", "late": "not_after = 2020-01-01T00:00:00Z"}

    @classmethod
    def install_more(cls):
        cls.early, cls.late, cls.leaver = signing.Key("early"), signing.Key("late"), signing.Key("leaver")
        cls.revoked = signing.Key("revoked", hmac=True)
        for key in (cls.early, cls.late):
            key.install(cls.mgr, cls.NEVER[key.name])
        cls.revoked.install(cls.mgr, "revoked = true")
        cls.leaver.install(cls.mgr)

    def reload(self):
        self.assertTrue(self.mgr.ask("module:mgr\naction:reload\n\n", user=None)["success"])

    def test_expired_not_yet_valid_and_revoked(self):
        for key in (self.early, self.late, self.revoked):
            for tcp in (True, False):
                self.refuses(self.sign(key), UNAUTHENTICATED, tcp, UNPROVEN)

    def test_it_counts_from_one_second_on_and_until_another(self):
        turn = int(time.time()) + 2
        at = datetime.datetime.fromtimestamp(turn, datetime.timezone.utc).isoformat()
        self.early.install(self.mgr, f"not_before = {at}")
        self.late.install(self.mgr, f"not_after = {at}")
        self.reload()
        seen = {"early": set(), "late": set()}
        whoami = [("module", "mgr"), ("action", "whoami")]
        while time.time() < turn + 1:
            for key in (self.early, self.late):
                second, answer = at_one_second(lambda _, key=key: self.send(self.sign(key, whoami)))
                counts = (second >= turn) == (key is self.early)
                self.assertEqual(answer.startswith(b'{"success":true'), counts, answer)
                seen[key.name].add(counts)
        self.assertEqual(seen, {"early": {True, False}, "late": {True, False}})
        for key in (self.early, self.late):
            key.install(self.mgr, self.NEVER[key.name])
        self.reload()

    def test_revoked_and_expired_by_a_reload(self):
        for more, back in (("revoked = true", True), ("not_after = 2020-01-01T00:00:00Z", True), (None, False)):
            before = self.sign(self.leaver)
            self.accepts(before)
            kept = self.sign(self.leaver)
            if more is None:
                (self.mgr.dir / "etc/mgr/keys.d/leaver.toml").unlink()
            else:
                self.leaver.install(self.mgr, more)
            self.reload()
            for tcp in (True, False):
                self.refuses(kept, UNAUTHENTICATED, tcp, UNPROVEN)
                self.refuses(self.sign(self.leaver), UNAUTHENTICATED, tcp, UNPROVEN)
                self.refuses(before, UNAUTHENTICATED, tcp, UNPROVEN)
            if back:
                self.leaver.install(self.mgr)
                self.reload()
                self.refuses(before, STALE)  # its nonce is remembered over all that

    def test_the_same_id_with_another_key(self):
        kept = self.sign(self.other)
        replaced = signing.Key("other").install(self.mgr)
        self.reload()
        self.refuses(kept, UNAUTHENTICATED, True, UNPROVEN)
        self.accepts(self.sign(replaced))
        self.other.install(self.mgr)
        self.reload()
        self.accepts(kept)

    def test_a_public_key_is_no_secret(self):
        for secret in (self.ed.public, base64.b64encode(self.ed.public), self.ed.public.hex().encode()):
            forger = signing.Key("ed", hmac=True, secret=secret)
            for tcp in (True, False):
                self.refuses(self.sign(forger), UNAUTHENTICATED, tcp, UNPROVEN)

    def test_a_secret_is_no_private_key(self):
        forger = signing.Key("mac", secret=self.mac.secret)
        for tcp in (True, False):
            self.refuses(self.sign(forger), UNAUTHENTICATED, tcp, UNPROVEN)

    def test_the_message_does_not_choose_how_it_is_signed(self):
        for key, tcp in self.ways():
            for name in ("auth-type", "auth-alg", "auth-algorithm", "alg", "type"):
                for value in ("none", "hmac-sha256", "ed25519"):
                    self.refuses(self.sign(key, REQUEST + [(name, value)]), INVALID, tcp)

    def test_an_unknown_key_is_answered_as_a_wrong_signature(self):
        for key, tcp in self.ways():
            stranger = signing.Key("nobody", hmac=key.hmac)
            wrong = self.sign(key)
            wrong = altered(wrong, "signature", other_base64(signing.value_of(wrong, "signature")))
            late = self.sign(self.revoked if key.hmac else self.late)
            answers = set()
            for fields in (self.sign(stranger), wrong, late, altered(wrong, "auth-key", "nobody")):
                reply = self.refuses(fields, UNAUTHENTICATED, tcp)
                reply.pop("audit", None)
                answers.add(json.dumps(reply))
            self.assertEqual(len(answers), 1, answers)

    def test_what_is_no_id(self):
        for name in ("", "Ed", "-ed", "ed/../ed", "../ed", "e" * 33, "ed\u00e9", "ed ed", "1", "ed*"):
            for tcp in (True, False):
                self.refuses(self.sign(signing.Key(name)), INVALID, tcp, "auth-key")


class Signatures(SignedTestCase):
    def rewritten(self, key, rewrite, **how):
        fields = self.sign(key, **how)
        return altered(fields, "signature", rewrite(signing.value_of(fields, "signature")))

    def test_base64_has_one_spelling(self):
        def trailing_bits(text):  # the last digit before the padding holds bits of no byte
            digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
            body = text.rstrip("=")
            return body[:-1] + digits[digits.index(body[-1]) | 1] + text[len(body):]
        ways = {"no padding": lambda text: text.rstrip("="), "more padding": lambda text: text + "=",
                "half": lambda text: text[:40] + " " + text[40:], "trailing bits": trailing_bits,
                "hex": lambda text: base64.b64decode(text).hex(),
                "base32": lambda text: base64.b32encode(base64.b64decode(text)).decode(),
                "twice": lambda text: base64.b64encode(text.encode()).decode(), "doubled": lambda text: text + text,
                "quoted": lambda text: f'"{text}"', "nothing": lambda text: "", "zeros": lambda text: "0" * len(text)}
        for key, tcp in self.ways():
            for name, rewrite in ways.items():
                with self.subTest(rewrite=name):
                    self.refuses(self.rewritten(key, rewrite), UNAUTHENTICATED, tcp, UNPROVEN)

    def test_the_url_alphabet_is_another(self):
        for key, tcp in self.ways():
            fields = self.sign(key)
            while not set("+/") & set(signing.value_of(fields, "signature")):
                fields = self.sign(key)
            signature = signing.value_of(fields, "signature")
            self.refuses(altered(fields, "signature", signature.translate(str.maketrans("+/", "-_"))), UNAUTHENTICATED,
                         tcp, UNPROVEN)
            self.accepts(fields, tcp)

    def test_a_line_feed_in_it_ends_the_field(self):
        for key, tcp in self.ways():
            self.refuses(self.rewritten(key, lambda text: text[:20] + "\n" + text[20:]), MALFORMED, tcp)
            self.refuses(self.rewritten(key, lambda text: text[:20] + "\r" + text[20:]), MALFORMED, tcp)

    def test_other_lengths(self):
        def cut(length):
            return lambda text: base64.b64encode((base64.b64decode(text) * 3)[:length]).decode()
        for key, tcp in self.ways():
            right = 32 if key.hmac else 64
            for length in {0, 1, 31, 32, 33, 63, 64, 65, 96} - {right}:
                self.refuses(self.rewritten(key, cut(length)), UNAUTHENTICATED, tcp, UNPROVEN)

    def test_of_another_text(self):
        for key, tcp in self.ways():
            fields = self.sign(key)
            text = signing.signed_text(fields)
            head = b"mgr-request-v1\n"
            lines = text[len(head):].splitlines(keepends=True)
            rest = text[len(head):]
            others = (rest, text[:-1], text + b"\n", text.replace(b"\n", b"\r\n"), head + b"".join(lines[::-1]),
                      b"mgr-reply-v1\n" + rest, b"mgr-request-v2\n" + rest, signing.block(fields),
                      hashlib.sha256(text).digest(), b"")
            for other in others:
                signature = base64.b64encode(key.signature_of(other)).decode()
                self.refuses(altered(fields, "signature", signature), UNAUTHENTICATED, tcp, UNPROVEN)
            other = self.sign(key, altered(REQUEST, "task_ids", "8"))
            signature = signing.value_of(other, "signature")
            self.refuses(altered(fields, "signature", signature), UNAUTHENTICATED, tcp, UNPROVEN)

    def test_by_another_key(self):
        for forger in (signing.Key("ed"), signing.Key("mac", hmac=True)):
            for tcp in (True, False):
                self.refuses(self.sign(forger), UNAUTHENTICATED, tcp, UNPROVEN)
        self.refuses(self.sign(signing.Key("ed", secret=self.other.secret)), UNAUTHENTICATED, True, UNPROVEN)

    def test_ed25519_has_one_signature_for_a_text(self):
        def unreduced(text):
            data = base64.b64decode(text)
            s = int.from_bytes(data[32:], "little") + ORDER
            return base64.b64encode(data[:32] + s.to_bytes(32, "little")).decode()
        neutral = bytes([1]) + bytes(31)
        forged = [neutral + bytes(32), bytes(64), b"\xff" * 64, self.ed.public + bytes(32), secrets.token_bytes(64)]
        for tcp in (True, False):
            self.refuses(self.rewritten(self.ed, unreduced), UNAUTHENTICATED, tcp, UNPROVEN)
            for data in forged:
                signature = base64.b64encode(data).decode()
                self.refuses(altered(self.sign(self.ed), "signature", signature), UNAUTHENTICATED, tcp, UNPROVEN)


if __name__ == "__main__":
    unittest.main()
