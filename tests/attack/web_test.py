"""The web's way in: what a page of another site, whoever sits at a browser, and a web server that asked nobody can do
with mgr.cgi. Nothing of it reaches mgr."""
import base64
import json
import pathlib

import attack
from attack import BINARIES, DENIED, INVALID, MALFORMED, UNAUTHENTICATED
from cgi_support import FORM, HOST, Site, encoded
from instance import policy_of_www_data, uid_of

START = {"module": "scan", "action": "start", "task_ids": "3"}
EVIL = "evil.example"


class Web(attack.AttackTestCase):
    def files(self):
        self.mgr.write("etc/mgr/policy.toml", policy_of_www_data("scan", "mgr", "box"))
        self.mgr.write("etc/mgr/modules.d/box.toml", """
[module.box.action.say]
command = ["/bin/echo", "{text}"]
user    = "mgr-scan"
mode    = "output"
arg.text = { type = "string" }
""")

    def setUp(self):
        super().setUp()
        self.site = Site(BINARIES, self.mgr.dir, self.mgr.dir / "run/mgr.sock")

    def assert_not_asked(self, answer, status, code):
        """Refused by mgr.cgi itself."""
        self.assertEqual((answer.status, answer.code), (status, code), answer)
        self.assertNotIn("audit", answer.json)
        self.assert_nothing_happened()

    def post(self, fields=None, form=False, **changes):
        body, kind = encoded(START if fields is None else fields, form)
        changes.setdefault("HTTP_X_MGR_TOKEN", self.site.token())
        return self.site.post(body, CONTENT_TYPE=kind, **changes)

    def test_what_is_right_starts_a_scan(self):
        """So that what is refused below is refused for its own reason."""
        self.assertEqual(self.post(HTTP_ORIGIN=f"https://{HOST}", HTTP_SEC_FETCH_SITE="same-origin").status, 200)
        (effect,) = self.effects()
        self.assertEqual((effect["uid"], effect["on_behalf_of"]), (uid_of("www-data").pw_uid, "alice"))

    def test_a_web_server_that_asked_nobody_has_no_user(self):
        """REMOTE_USER and its like, of a location without authentication: a name that the client has chosen."""
        for user in (None, "", "-", "(null)", "$remote_user", "${REMOTE_USER}", "%{REMOTE_USER}e", " root", "ro\not"):
            with self.subTest(user=user):
                self.assert_not_asked(
                    self.post(MGR_USER=user, REMOTE_USER="root", HTTP_MGR_USER="root", HTTP_REMOTE_USER="root",
                              HTTP_X_REMOTE_USER="root", HTTP_X_FORWARDED_USER="root", REDIRECT_REMOTE_USER="root",
                              HTTP_AUTHORIZATION="Basic " + base64.b64encode(b"root:").decode(), AUTH_TYPE="Basic"),
                    403, UNAUTHENTICATED)

    def test_a_name_that_was_pointed_here_is_no_site(self):
        """Transmission CVE-2018-5702, DNS rebinding: evil.example now leads here, and is same-origin to its page."""
        for host in (EVIL, f"{EVIL}:80", f"{HOST}.{EVIL}", f"{EVIL}#{HOST}", f"{HOST}.", "localhost", "127.0.0.1",
                     "0.0.0.0", "[::1]", ""):
            with self.subTest(host=host):
                own = {"HTTP_HOST": host, "HTTP_ORIGIN": f"http://{host}", "HTTP_SEC_FETCH_SITE": "same-origin"}
                self.assert_not_asked(self.post(**own), 403, DENIED)
                self.assert_not_asked(self.site.post(b"{}", PATH_INFO="/token", **own), 403, DENIED)
                self.assert_not_asked(self.post(HTTP_X_FORWARDED_HOST=HOST, HTTP_FORWARDED=f"host={HOST}", **own), 403,
                                      DENIED)

    def test_a_page_of_another_site_asks_for_nothing(self):
        """Webmin CVE-2017-15645, CSRF: the browser is logged in, and sends its credentials whoever wrote the page."""
        for changes in ({"HTTP_ORIGIN": f"https://{EVIL}"}, {"HTTP_ORIGIN": "null"},
                        {"HTTP_SEC_FETCH_SITE": "cross-site"},
                        {"HTTP_SEC_FETCH_SITE": "same-site", "HTTP_ORIGIN": f"https://other.{HOST}"},
                        {"HTTP_ORIGIN": f"https://{HOST}:8443"}, {"HTTP_ORIGIN": f"http://{HOST}", "HTTPS": "on"},
                        {"HTTP_ORIGIN": f"https://{HOST}.{EVIL}"}):
            with self.subTest(**changes):
                for form in (False, True):
                    self.assert_not_asked(self.post(form=form, **changes), 403, DENIED)
        # An old browser says neither: then there is the token, which no other page can read.
        for token in (None, "", "x", "1", "." * 75):
            self.assert_not_asked(self.post(form=True, HTTP_X_MGR_TOKEN=token), 403, DENIED)
        # A form can be made to look like JSON only as text/plain.
        body = json.dumps(START).encode()
        for kind in ("text/plain", "multipart/form-data; boundary=x", "", "text/plain; application/json"):
            self.assert_not_asked(self.site.post(body, CONTENT_TYPE=kind, HTTP_X_MGR_TOKEN=self.site.token()), 415,
                                  MALFORMED)

    def test_a_token_of_another_user_is_none(self):
        """Login CSRF and fixed tokens: a token that the attacker was given is planted in the victim's page."""
        token = self.site.token(MGR_USER="mallory")
        self.assert_not_asked(self.post(HTTP_X_MGR_TOKEN=token), 403, DENIED)
        self.assert_not_asked(self.post({**START, "mgr-token": token}, HTTP_X_MGR_TOKEN=None), 403, DENIED)

    def test_a_line_break_in_a_web_value_is_no_second_request(self):
        """Request smuggling: what a form's value holds is carried out as a request, or a field, of its own."""
        second = "\n\nmodule:scan\naction:start\ntask_ids:3\n\n"
        for value in ("x" + second, "x\naction:start", "x\r\nmodule:scan", "x\rmodule:scan", "x\0", "x\u0085y",
                      "x\u2028" + second, "\nmgr:keep-alive", "x\x0bmodule:scan"):
            with self.subTest(value=value):
                for form in (False, True):
                    self.assert_not_asked(self.post({"module": "box", "action": "say", "text": value}, form), 400,
                                          MALFORMED)
        for name in ("text\nmodule", "text:x\naction", "text\r", "text:", " text", "\ntext", "text\0"):
            with self.subTest(name=name):
                for form in (False, True):
                    self.assert_not_asked(self.post({"module": "box", "action": "say", name: "scan"}, form), 400,
                                          MALFORMED)
        for field, value in (("module", "box\nmodule:scan"), ("action", "say\n\n"), ("mgr-request-id", "a\nb"),
                             ("mgr-token", "a\nb")):
            request = {"module": "box", "action": "say", "text": "x", field: value}
            self.assert_not_asked(self.post(request), 400, MALFORMED)
        self.assert_not_asked(self.post(MGR_USER="al\nmodule:scan"), 403, UNAUTHENTICATED)

    def test_fields_that_stand_twice_are_refused(self):
        """HTTP parameter pollution: two readers take different ones."""
        for body, kind in ((b"module=mgr&action=ping&module=scan", FORM), (b"module=mgr&action=ping&MODULE=scan", FORM),
                           (b"module=mgr&action=ping&mod%75le=scan", FORM), (b"module[]=mgr&module=scan", FORM),
                           (b'{"module":"mgr","action":"ping","module":"scan"}', "application/json"),
                           (b'{"module":"mgr","action":"ping","mod\\u0075le":"scan"}', "application/json")):
            self.assert_not_asked(self.site.post(body, CONTENT_TYPE=kind, HTTP_X_MGR_TOKEN=self.site.token()), 400,
                                  MALFORMED)

    def test_a_query_is_no_command_line(self):
        """CVE-2012-1823, PHP as CGI: a query without = is handed over as arguments, and one was an option."""
        words = ["-d", "allow_url_include=1", "-s", "--socket", "/dev/null", "module:scan"]
        self.assert_not_asked(self.post(words=words, QUERY_STRING="-d+allow_url_include%3d1+-s"), 400, MALFORMED)
        self.assert_not_asked(self.post({"module": "mgr"}, words=words), 400, MALFORMED)

    def test_a_header_is_no_setting(self):
        """httpoxy, CVE-2016-5385: a header becomes a variable that a program takes for its configuration."""
        forged = {f"HTTP_{name}": value for name, value in {
            "PROXY": "http://127.0.0.1:1", "MGR_USER": "root", "MGR_HOSTS": EVIL, "MGR_SOCKET": "/dev/null",
            "MGR_KEY": "/etc/passwd", "MGR_TOKEN_KEY": "/dev/zero", "X_MGR_USER": "root"}.items()}
        answer = self.post({"module": "mgr", "action": "ping"}, **forged)
        self.assertEqual((answer.status, answer.code), (200, 0), answer)
        self.assert_not_asked(self.post(HTTP_HOST=EVIL, **forged), 403, DENIED)
        self.assert_not_asked(self.post(MGR_USER=None, **forged), 403, UNAUTHENTICATED)

    def test_whom_it_is_for_is_not_for_a_browser_to_say(self):
        """Mass assignment: a front end that passes every field on lets its users name another."""
        for name in ("mgr-on-behalf-of", "MGR-ON-BEHALF-OF", "mgr-user", "auth-key", "auth-nonce", "signature", "mgr"):
            for form in (False, True):
                with self.subTest(name=name, form=form):
                    self.assert_not_asked(self.post({**START, name: "root"}, form), 400, INVALID)

    def test_the_key_of_tokens_is_nobody_elses_to_write(self):
        """A key that another user has planted makes tokens that are good for everybody."""
        planted = pathlib.Path(self.site.environment["MGR_TOKEN_KEY"])
        planted.write_text("00" * 32 + "\n")  # root's, where a daemon's own is expected
        planted.chmod(0o644)
        self.assertEqual(self.site.post(b"{}", PATH_INFO="/token").status, 500)
        planted.unlink()
        planted.symlink_to("/etc/hostname")
        self.assertEqual(self.site.post(b"{}", PATH_INFO="/token").status, 500)
        planted.unlink()
        self.site.folder.chmod(0o777)
        self.assertEqual(self.site.post(b"{}", PATH_INFO="/token").status, 500)
        self.assertFalse(planted.exists())


if __name__ == "__main__":
    attack.main()
