"""mgr.cgi, run as a web server runs it, as www-data, with a real mgr behind it.

Usage: cgi_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import base64
import hashlib
import hmac
import json
import os
import time
import unittest

from cgi_case import CgiTestCase
from cgi_support import (
    DENIED, EXIT, FAILED, HOST, INVALID, JSON, MALFORMED, NOT_FOUND, PING, UNAUTHENTICATED, UNAVAILABLE, UNKNOWN,
    Answer, encoded)
from instance import DEADLINE, uid_of


class Walk(CgiTestCase):
    def test_a_request_is_asked_on_behalf_of_the_user_of_the_web_server(self):
        for form, user in ((False, "alice"), (True, "zo\u00eb@example.net")):
            with self.subTest(user=user):
                job, = self.done(self.site.ask(EXIT, form, MGR_USER=user))["jobs"]
                self.assertEqual(job["caller"], {"uid": uid_of("www-data").pw_uid, "on_behalf_of": user})
                effect = self.lines("effect")[-1]
                self.assertEqual((effect["uid"], effect["on_behalf_of"]), (uid_of("www-data").pw_uid, user))

    def test_who_asks_is_not_for_the_browser_to_say(self):
        with self.nothing_asked():
            for name in ("mgr-on-behalf-of", "MGR-On-Behalf-Of", "mgr-user", "auth-key", "signature", "mgr"):
                for form in (False, True):
                    with self.subTest(name=name, form=form):
                        self.assert_refused(self.site.ask({**EXIT, name: "root"}, form), 400, INVALID)
        forged = {"HTTP_MGR_USER": "root", "REMOTE_USER": "root", "HTTP_REMOTE_USER": "root", "AUTH_USER": "root",
                  "HTTP_PROXY": "http://127.0.0.1:1", "HTTP_COOKIE": "MGR_USER=root", "HTTP_MGR_SOCKET": "/dev/null",
                  "MGR_HOST": "127.0.0.1:1", "HTTP_MGR_HOSTS": "*", "HOME": "/root", "XDG_CONFIG_HOME": "/root"}
        job, = self.done(self.site.ask(EXIT, **forged))["jobs"]
        self.assertEqual(job["caller"]["on_behalf_of"], "alice")

    def test_a_web_server_that_asked_nobody_gets_nothing(self):
        token = self.site.token()
        with self.nothing_asked():
            for user in (None, "", "-", "(null)", "$remote_user", "%{REMOTE_USER}e", "al\nice", " "):
                with self.subTest(user=user):
                    for path in ("", "/token", "/stream"):
                        self.assert_refused(
                            self.site.post(encoded(EXIT, False)[0], MGR_USER=user, REMOTE_USER="root", PATH_INFO=path,
                                           HTTP_X_MGR_TOKEN=token), 403, UNAUTHENTICATED)

    def test_lists_booleans_and_confirmations_are_as_mgr_has_them(self):
        said = self.done(self.site.ask({"module": "box", "action": "say", "text": "a:b \u00e9 'x'", "words": ["a", 2],
                                        "really": True, "mgr-confirm": True}))
        self.assertEqual(said["stdout"], "a:b \u00e9 'x' a,2 yes\n")
        self.assert_refused(self.site.ask({"module": "box", "action": "say", "text": "a", "words": ["b"],
                                           "really": "no"}), 400, INVALID)
        said = self.done(self.site.ask({"module": "box", "action": "say", "text": "+ &=%", "words": "a,b",
                                        "really": "no", "mgr-confirm": "yes"}, form=True))
        self.assertEqual(said["stdout"], "+ &=% a,b no\n")

    def test_a_body_comes_whole(self):
        sent = bytes(range(256)) * 4096  # 1 MiB
        digest = hashlib.sha256(sent).hexdigest()
        request = {"module": "box", "action": "take", "mgr-body": base64.b64encode(sent).decode()}
        self.assertIn(digest, self.done(self.site.ask(request))["stdout"])
        sent = b"\r\n\0\xff+%&=" * 1000
        digest = hashlib.sha256(sent).hexdigest()
        self.assertIn(digest, self.done(self.site.ask({**request, "mgr-body": sent}, True))["stdout"])
        self.assert_refused(self.site.ask({"module": "box", "action": "take"}), 400, INVALID)

    def test_a_request_waits_is_tried_out_and_is_not_done_twice(self):
        job, = self.done(self.site.ask({**EXIT, "number": 7, "mgr-wait": "yes", "mgr-request-id": "a.1"}))["jobs"]
        self.assertEqual((job["state"], job["exit_status"]), ("failed", 7))
        again, = self.done(self.site.ask({**EXIT, "number": 7, "mgr-wait": "yes", "mgr-request-id": "a.1"}))["jobs"]
        self.assertEqual((again["id"], self.starts("t")), (job["id"], 1))
        plan = self.done(self.site.ask({**EXIT, "mgr-dry-run": True}))
        self.assertIn("policy.toml", json.dumps(plan))
        self.assertEqual(self.starts("t"), 1)
        # The same id of another user is another request.
        other, = self.done(self.site.ask({**EXIT, "number": 7, "mgr-request-id": "a.1"}, MGR_USER="bob"))["jobs"]
        self.assertNotEqual(other["id"], job["id"])

    def test_each_refusal_has_its_status_and_its_audit_number(self):
        for fields, status, code in (({"module": "nothing", "action": "start"}, 404, UNKNOWN),
                                     ({"module": "mgr", "action": "reload"}, 403, DENIED),
                                     ({**EXIT, "number": "x"}, 400, INVALID),
                                     ({**EXIT, "more": "x"}, 400, INVALID),
                                     ({"module": "job", "action": "show", "id": 99}, 404, NOT_FOUND),
                                     ({"module": "mgr"}, 400, MALFORMED)):
            with self.subTest(fields=fields):
                answer = self.site.ask(fields)
                self.assert_refused(answer, status, code)
                if code == DENIED:
                    self.assertIn(answer.json["audit"], [line["seq"] for line in self.lines("refused")])
        answer = self.site.ask(PING, MGR_SOCKET=str(self.mgr.dir / "none.sock"))
        self.assert_refused(answer, 503, UNAVAILABLE)
        self.assertNotIn(str(self.mgr.dir), answer.content.decode())
        self.assertIn("none.sock", answer.notes)

    def test_answers_are_the_sites_alone(self):
        for answer in (self.site.ask(PING), self.site.post(b"{}"), self.site.post(b"{}", PATH_INFO="/token")):
            self.assertEqual(answer.header["Cache-Control"], "no-store")
            self.assertEqual(answer.header["X-Content-Type-Options"], "nosniff")
            self.assertEqual(answer.header["Content-Security-Policy"], "default-src 'none'; frame-ancestors 'none'")
            self.assertEqual(answer.header["Cross-Origin-Resource-Policy"], "same-origin")
            self.assertEqual(answer.header["Referrer-Policy"], "no-referrer")
            self.assertEqual(int(answer.header["Content-Length"]), len(answer.content))
            self.assertNotIn("Access-Control", str(answer.header))


class Tokens(CgiTestCase):
    def told(self, token, **changes):
        """What a page is told of a token that is not good."""
        answer = self.site.post(encoded(PING, False)[0], HTTP_X_MGR_TOKEN=token, **changes)
        self.assert_refused(answer, 403, DENIED)
        return answer.json["data"]["token"]

    def made(self, expiry, user="alice", host=HOST):
        """As the manual has it, by other code."""
        secret = bytes.fromhex((self.site.folder / "token.key").read_text())
        text = f"mgr-web-token-v1\n{expiry}\n{host}\n{user}\n".encode()
        return f"{expiry}.{hmac.new(secret, text, hashlib.sha256).hexdigest()}"

    def test_a_token_is_for_one_user_on_one_host_for_twelve_hours(self):
        answer = self.site.post(b"", PATH_INFO="/token")
        data = self.done(answer)
        self.assertEqual((data["user"], data["seconds"]), ("alice", 43200))
        token = data["token"]
        self.assertEqual(token, self.made(token.partition(".")[0]))
        self.done(self.site.ask(PING, HTTP_X_MGR_TOKEN=token))
        self.done(self.site.ask({**PING, "mgr-token": token}, form=True, HTTP_X_MGR_TOKEN=None))
        self.done(self.site.ask({**PING, "mgr-token": token}, HTTP_X_MGR_TOKEN=None))
        self.assertEqual(self.told(None), "missing")
        self.assertEqual(self.told(token, MGR_USER="bob"), "expired")
        self.assertEqual(self.told(token, HTTP_HOST="box.lan", MGR_HOSTS=f"{HOST} box.lan"), "expired")
        self.assertEqual(self.told(token[:-1] + ("0" if token[-1] != "0" else "1")), "expired")
        self.assertEqual(self.told("9" + token), "expired")

    def test_its_time_counts(self):
        self.site.token()
        now = int(time.time())
        self.done(self.site.ask(PING, HTTP_X_MGR_TOKEN=self.made(now + 3600)))
        for expiry in (now - 1, now - 86400, 0, -1, now + 13 * 3600, 99999999999):
            with self.subTest(expiry=expiry):
                self.assertEqual(self.told(self.made(expiry)), "expired")
        self.assertEqual(self.told(self.made(f"{now + 3600}\n")[:-1]), "expired")

    def test_a_token_is_all_that_is_asked_for_there(self):
        self.assert_refused(self.site.post(encoded(PING, False)[0], PATH_INFO="/token"), 400, MALFORMED)
        self.assert_refused(self.site.post(b"{", PATH_INFO="/token"), 400, MALFORMED)
        self.assert_refused(self.site.post(b"{}", PATH_INFO="/token", HTTP_ORIGIN="https://evil.example"), 403, DENIED)

    def test_of_several_that_make_the_key_at_once_all_have_the_same(self):
        processes = [self.site.start(b"{}", PATH_INFO="/token") for _ in range(12)]
        for process in processes:  # each of them waits for its body
            process.stdin.write(b"{}")
            process.stdin.close()
        tokens = [Answer(process.stdout.read()).json["data"]["token"] for process in processes]
        for process in processes:
            process.wait(DEADLINE)
            process.stdout.close()
            process.stderr.close()
        for token in tokens:
            self.done(self.site.ask(PING, HTTP_X_MGR_TOKEN=token))
        self.assertEqual([path.name for path in self.site.folder.iterdir()], ["token.key"])
        self.assertEqual(os.stat(self.site.folder / "token.key").st_mode & 0o777, 0o600)

    def test_with_the_key_every_token_ends(self):
        token = self.site.token()
        (self.site.folder / "token.key").unlink()  # as a restart of the machine does
        self.assertEqual(self.told(token), "expired")
        self.done(self.site.ask(PING))

    def test_the_key_lies_where_nobody_else_writes(self):
        os.chmod(self.site.folder, 0o770)
        answer = self.site.post(b"{}", PATH_INFO="/token")
        self.assert_refused(answer, 500, FAILED)
        self.assertIn("others may write there", answer.notes)
        self.assertNotIn(str(self.site.folder), answer.content.decode())
        self.assertEqual(list(self.site.folder.iterdir()), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
