"""What a web server gives out below /mgr/ beside mgr.cgi's answers: the page with its headers, and no other file. Of
nginx, lighttpd and Apache, with the configurations that are shipped, which are checked by the servers' own programs too.

Usage: web_page_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import re
import subprocess
import sys
import unittest

from web_servers import PAGE, SERVERS, SHIPPED
from web_support import JSON, SiteCase, for_each_server

SiteCase.binaries = sys.argv.pop(1)


class Page:
    def get(self, path, *words, **options):
        return self.site.curl(path, *words, **options)

    def test_each_file_of_it_is_there_as_it_is(self):
        files = [path for path in PAGE.rglob("*") if path.is_file()]
        self.assertTrue(files)
        for file in files:
            answer = self.get(f"/mgr/{file.relative_to(PAGE)}")
            self.assertEqual((200, file.read_bytes()), (answer.status, answer.body), file)
        self.assertEqual((PAGE / "index.html").read_bytes(), self.get("/mgr/").body)

    def test_scripts_and_styles_are_called_so(self):
        types = {".html": "text/html", ".css": "text/css", ".js": "javascript"}
        for file in PAGE.rglob("*"):
            if file.suffix in types:
                self.assertIn(types[file.suffix], self.get(f"/mgr/{file.relative_to(PAGE)}").header("Content-Type")[0], file)

    def test_its_headers_let_nothing_else_in(self):
        script = next(path for path in PAGE.rglob("*.js")).relative_to(PAGE)
        for path in ("/mgr/", "/mgr/index.html", f"/mgr/{script}", "/mgr/none"):
            answer = self.get(path)
            (policy,) = answer.header("Content-Security-Policy")
            directives = dict(directive.split(" ", 1) for directive in policy.split("; "))
            for name in ("default-src", "base-uri", "form-action", "frame-ancestors"):
                self.assertEqual("'none'", directives[name], path)
            for name in ("script-src", "style-src", "connect-src"):
                self.assertEqual("'self'", directives[name], path)
            self.assertEqual("'script'", directives["require-trusted-types-for"])
            for name, value in (("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
                                ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Opener-Policy", "same-origin"),
                                ("Cross-Origin-Resource-Policy", "same-origin")):
                self.assertEqual([value], answer.header(name), path)
        self.assertEqual(["no-cache"], self.get("/mgr/").header("Cache-Control"))

    def test_it_is_asked_again_and_not_sent_again(self):
        answer = self.get("/mgr/")
        (tag,) = answer.header("ETag")
        self.assertEqual(304, self.get("/mgr/", "--header", f"If-None-Match: {tag}").status)

    def test_one_who_forgets_the_slash_is_led_to_it(self):
        for path in ("/", "/mgr"):
            answer = self.get(path)
            self.assertIn(answer.status, (301, 302, 308))
            self.assertRegex(answer.header("Location")[0], rf"^(http://{re.escape(self.site.host)})?/mgr/$")

    def test_it_is_only_read(self):
        for method in ("POST", "PUT", "DELETE", "PROPFIND", "PATCH"):
            answer = self.get("/mgr/index.html", "--request", method, "--header", f"Content-Type: {JSON}", data="{}")
            self.assertIn(answer.status, (403, 405, 501), method)

    def test_no_folder_is_listed(self):
        folders = [path for path in PAGE.rglob("*") if path.is_dir()]
        self.assertTrue(folders)
        for folder in folders:
            self.assertIn(self.get(f"/mgr/{folder.relative_to(PAGE)}/").status, (403, 404), folder)

    def test_no_file_outside(self):
        for path in ("/mgr/../server.conf", "/mgr/%2e%2e/htpasswd", "/mgr/..%2fhtpasswd", "/mgr../htpasswd", "/mgr/.%2e/bin/mgr.cgi",
                     "/mgr/lib/../../htpasswd", "/mgr/lib/..%2f..%2fhtpasswd", "//etc/passwd", "/mgr//etc/passwd",
                     "/mgr/%2fetc/passwd", "/etc/passwd", "/htpasswd", "/mgr/\\..\\htpasswd", "/mgr/index.html/../../htpasswd",
                     "/mgr/%00", "/mgr/index.html%00.js", "/index.html", "/mgr.cgi", "/mgr/mgr.cgi", "/bin/mgr.cgi", "/cgi.sh",
                     "/mgr/index.html/x", "/mgrx", "/mgr/.htpasswd"):
            answer = self.get(path)
            self.assertIn(answer.status, (400, 401, 403, 404), path)
            for word in (b"root:", b"alice:", b"ELF", b"fastcgi", b"#!/bin"):
                self.assertNotIn(word, answer.body, path)

    def test_no_other_way_to_mgr_cgi(self):
        """What names it in another way, and goes to it or to no one; nothing goes to it without a name."""
        exact = {"/mgr/api", "/mgr/api/token", "/mgr/api/stream"}
        for path in ("/mgr/api/", "/mgr/api/x", "/mgr/api.cgi", "/mgr/apix", "/mgr/api/token/", "/mgr/api/token/x", "/mgr/api/tokenx",
                     "/mgr/api/stream/", "/mgr/API", "/mgr/api;x", "/mgr/api%00", "/mgr/api%0a", "/mgr/api/%2e%2e/%2e%2e/bin/mgr.cgi",
                     "/mgr/x/../api", "/mgr/api/../api", "/mgr//api", "//mgr/api", "/mgr/%61pi", "/mgr/api%2ftoken", "/mgr/./api",
                     "/mgr/api/x/..", "/mgr/api/../../mgr/api"):
            self.assertNotIn(path, exact)
            words = ("--header", f"Content-Type: {JSON}", "--header", f"X-MGR-Token: {self.site.token()}")
            stranger = self.get(path, *words, user=None, data='{"module":"mgr","action":"whoami"}')
            self.assertIn(stranger.status, (400, 401, 403, 404, 405), path)
            self.assertNotIn(b"whoami", stranger.body, path)
            answer = self.get(path, *words, data='{"module":"mgr","action":"whoami"}')
            self.assertIn(answer.status, (200, 400, 403, 404, 405), path)
            if answer.status == 200:
                self.assertIn(b"whoami ok", answer.body, path)
                self.assertEqual("alice", self.effects_after_a_start(path), path)

    def effects_after_a_start(self, path):
        answer = self.get(path, "--header", f"Content-Type: {JSON}", "--header", f"X-MGR-Token: {self.site.token()}",
                          data='{"module":"scan","action":"start","task_ids":"3"}')
        self.assertEqual((200, True), (answer.status, answer.reply["success"]))
        return self.effects()[-1]["on_behalf_of"]


for_each_server(globals(), Page)


class Configurations(unittest.TestCase):
    """The files as they lie in packaging/examples/web."""

    def test_each_servers_own_check_finds_nothing(self):
        for server in SERVERS.values():
            with self.subTest(server=server.shipped_file):
                said = server.checked_as_shipped()
                self.assertNotRegex(said.lower(), "warn|emerg|error(?!.log)|unknown|duplicate", said)

    def test_they_agree_on_what_the_page_may_do(self):
        texts = [(SHIPPED / server.shipped_file).read_text() for server in SERVERS.values()]
        self.assertEqual(1, len({re.search(r"default-src 'none'[^\"]*", text)[0] for text in texts}))

    def test_they_are_on_the_loopback(self):
        for server in SERVERS.values():
            settings = re.sub(r"^\s*#.*", "", (SHIPPED / server.shipped_file).read_text(), flags=re.M)
            addresses = re.findall(r"(?:listen|Listen|VirtualHost|==) \"?([\d.]*:?\d+)", settings)
            self.assertTrue(addresses)
            self.assertEqual({"127.0.0.1:8480"}, set(addresses))


if __name__ == "__main__":
    unittest.main(verbosity=2)
