"""What gets through a web server to mgr.cgi and mgr, and what is refused on the way: asked by curl, of nginx, lighttpd
and Apache with their shipped configurations.

Usage: web_requests_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import base64
import json
import sys
import unittest

from web_support import FORM, JSON, SiteCase, for_each_server

SiteCase.binaries = sys.argv.pop(1)
LARGEST = 1_600 * 1024  # a body; what the configurations say


class Requests:
    def test_who_logged_in_is_in_the_audit_log(self):
        for user in ("alice", "bob"):
            answer = self.site.ask(user=user, module="scan", action="start", task_ids="3")
            self.assertEqual((200, True), (answer.status, answer.reply["success"]), answer.body)
            self.assertEqual([JSON], [value.split(";")[0] for value in answer.header("Content-Type")])
            self.assertEqual(["nosniff"], answer.header("X-Content-Type-Options"))
            self.assertEqual(user, self.effects()[-1]["on_behalf_of"])

    def test_a_form_is_a_request_too(self):
        answer = self.site.curl("/mgr/api", "--header", f"Content-Type: {FORM}",
                                data=f"module=mgr&action=whoami&mgr-token={self.site.token()}")
        self.assertEqual(200, answer.status, answer.body)

    def test_a_body_of_a_megabyte_comes_through(self):
        text = "0123456789abcdef" * 62_500
        answer = self.site.ask(module="box", action="put", **{"mgr-body": base64.b64encode(text.encode()).decode()})
        self.assertEqual((200, text), (answer.status, answer.reply["data"]["stdout"]))

    def test_a_denial_is_mgrs_word(self):
        answer = self.site.ask(module="shutdown", action="reboot")
        self.assert_refused(answer, 403)
        self.assertEqual(4, answer.reply["msg"]["err_code"])


class Strangers:
    """Who has not logged in is told nothing, and is nobody whatever they write."""

    def refused_at(self, *words, user=None, password=None, status=401):
        before = len(self.effects())
        for path in ("/mgr/api", "/mgr/api/token", "/mgr/api/stream"):
            answer = self.site.curl(path, "--header", f"Content-Type: {JSON}", *words, user=user, password=password,
                                    data='{"module":"mgr","action":"whoami"}')
            self.assert_refused(answer, status)
            self.assertNotIn(b"token", answer.body)
        self.assertEqual(before, len(self.effects()))

    def test_without_a_password(self):
        self.refused_at()
        for path in ("/mgr/", "/mgr/index.html", "/mgr/lib/"):
            answer = self.site.curl(path, user=None)
            self.assert_refused(answer, 401)
            self.assertEqual(['Basic realm="mgr"'], [value.split(",")[0] for value in answer.header("WWW-Authenticate")])

    def test_with_a_wrong_password(self):
        self.refused_at(user="alice", password="wrong")
        self.refused_at(user="root", password="wrong")

    def test_a_name_in_a_header_or_cookie_is_none(self):
        for header in ("MGR_USER", "MGR-User", "Remote-User", "REMOTE_USER", "X-Remote-User"):
            self.refused_at("--header", f"{header}: alice")
        self.refused_at("--cookie", "MGR_USER=alice")

    def test_nor_is_it_beside_a_name_that_logged_in(self):
        for header in ("MGR_USER", "MGR-User", "Remote-User", "REMOTE_USER", "MGR_HOSTS", "MGR-Token-Key", "Proxy"):
            answer = self.site.ask("--header", f"{header}: root", user="bob", module="scan", action="start", task_ids="3")
            self.assertEqual(200, answer.status, (header, answer.body))
            self.assertEqual("bob", self.effects()[-1]["on_behalf_of"], header)

    def test_a_query_is_no_place_for_a_name(self):
        for query in ("MGR_USER=root", "-h", "--version", "module=scan&action=start"):
            self.assert_refused(self.site.ask(path=f"/mgr/api?{query}", module="mgr", action="whoami"), 400)


class Browsers:
    """What another site can have a browser do that is logged in here."""

    def refused_with(self, *words, status=403, **options):
        before = len(self.effects())
        self.assert_refused(self.site.ask(*words, module="scan", action="start", task_ids="3", **options), status)
        self.assertEqual(before, len(self.effects()))

    def test_the_page_itself_is_let_through(self):
        answer = self.site.ask("--header", f"Origin: http://{self.site.host}", "--header", "Sec-Fetch-Site: same-origin",
                               module="mgr", action="whoami")
        self.assertEqual(200, answer.status, answer.body)

    def test_another_origin(self):
        port = self.site.server.port
        for origin in ("http://evil.example", f"http://evil.example:{port}", "null", "http://localhost",
                       f"http://localhost:{port + 1}", f"http://127.0.0.1:{port}", f"http://localhost:{port}.evil.example"):
            with self.subTest(origin=origin):
                self.refused_with("--header", f"Origin: {origin}")

    def test_another_site(self):
        for site in ("cross-site", "same-site", "none", "nonsense"):
            self.refused_with("--header", f"Sec-Fetch-Site: {site}")

    def test_a_name_that_was_bound_to_this_address(self):
        """DNS rebinding: evil.example, with an address of this machine's."""
        port = self.site.server.port
        for name in ("evil.example", "localhost.evil.example"):
            answer = self.site.curl("/mgr/api/token", "--resolve", f"{name}:{port}:127.0.0.1", "--header",
                                    f"Content-Type: {JSON}", host=f"{name}:{port}", data="{}")
            self.assert_refused(answer, 403)
            self.assertNotIn(b'"token":"', answer.body)

    def test_another_host(self):
        port = self.site.server.port
        for host in ("evil.example", "localhost", f"localhost:{port + 1}", f"[::1]:{port}", f"localhost.:{port + 1}"):
            self.refused_with("--header", f"Host: {host}")

    def test_no_token_a_strangers_or_one_that_was_altered(self):
        token = self.site.token()
        for wrong in (self.site.token("bob"), token[:-1], token[:-2] + ("AA" if token[-2:] != "AA" else "BB"), "x"):
            self.refused_with(token=wrong)
        before = len(self.effects())
        answer = self.site.curl("/mgr/api", "--header", f"Content-Type: {JSON}",
                                data='{"module":"scan","action":"start","task_ids":"3"}')
        self.assert_refused(answer, 403)
        self.assertEqual("missing", answer.reply["data"]["token"])
        self.assertEqual(before, len(self.effects()))

    def test_no_answer_is_for_other_sites(self):
        for answer in (self.site.ask("--header", "Origin: http://evil.example", module="mgr", action="whoami"),
                       self.site.ask(module="mgr", action="whoami"), self.site.curl("/mgr/")):
            self.assertEqual([], [name for name, _ in answer.headers if name.lower().startswith("access-control-")])


class Malformed:
    def test_other_methods(self):
        for method in ("GET", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "NONSENSE"):
            for path in ("/mgr/api", "/mgr/api/token", "/mgr/api/stream"):
                self.assertIn(self.site.curl(path, "--request", method).status, (405, 403, 400, 501), (method, path))
        self.assertEqual(405, self.site.curl("/mgr/api").status)
        self.assertEqual(["POST"], self.site.curl("/mgr/api").header("Allow"))
        self.assertEqual(405, self.site.curl("/mgr/api", "--head").status)

    def test_other_content_types(self):
        for given in ("text/plain", "multipart/form-data; boundary=x", "application/xml", "text/json",
                      f"{JSON}; charset=utf-16", f"{JSON}, text/plain"):
            answer = self.site.curl("/mgr/api", "--header", f"Content-Type: {given}", "--header",
                                    f"X-MGR-Token: {self.site.token()}", data='{"module":"mgr","action":"whoami"}')
            self.assert_refused(answer, 415)

    def test_bad_json(self):
        for body in ("", "{", "[]", "null", '"x"', '{"module":"mgr","action":"whoami"', "\xff", '{"module":{"a":"b"}}',
                     '{"module":"mgr","module":"scan","action":"whoami"}', '{"module":"mgr","action":"who\\nami"}',
                     '{"module":"mgr","action":"whoami","mgr-on-behalf-of":"root"}', "[" * 100_000):
            answer = self.site.curl("/mgr/api", "--header", f"Content-Type: {JSON}", "--header",
                                    f"X-MGR-Token: {self.site.token()}", data=body.encode("latin-1"))
            self.assertIn(answer.status, (400, 411) if not body else (400,), (body[:80], answer.body[:300]))

    def test_a_bad_form(self):
        for body in ("module=%", "module=%zz&action=whoami", "module=mgr&action=%00", "module=mgr&action=whoami%0a%0amodule:scan",
                     "module=mgr&module=scan&action=whoami", "module=mgr&action=%ff"):
            answer = self.site.curl("/mgr/api", "--header", f"Content-Type: {FORM}", "--header",
                                    f"X-MGR-Token: {self.site.token()}", data=body)
            self.assert_refused(answer, 400)

    def test_what_is_too_large(self):
        token, large = self.site.token(), json.dumps({"module": "mgr", "action": "ping", "x": "x" * LARGEST})
        for more in ((), ("--header", "Transfer-Encoding: chunked"), ("--header", "Expect:")):
            answer = self.site.curl("/mgr/api", "--header", f"Content-Type: {JSON}", "--header", f"X-MGR-Token: {token}",
                                    *more, data=large)
            self.assert_refused(answer, 413)

    def test_a_length_that_is_none(self):
        for length in ("-1", "x", "99999999999999999999", "0x10"):
            answer = self.site.curl("/mgr/api", "--header", f"Content-Type: {JSON}", "--header", f"Content-Length: {length}",
                                    data="{}")
            self.assertIn(answer.status, (400, 413), (length, answer.body))

    def test_mgr_answers_after_all_that(self):
        self.assertEqual(200, self.site.ask(module="mgr", action="whoami").status)


for_each_server(globals(), Requests, Strangers, Browsers, Malformed)

if __name__ == "__main__":
    unittest.main(verbosity=2)
