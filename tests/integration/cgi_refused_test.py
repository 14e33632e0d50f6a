"""What mgr.cgi refuses before mgr hears of it, and how its process keeps to what it is for.

Usage: cgi_refused_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import base64
import subprocess
import unittest

from cgi_case import CgiTestCase
from cgi_support import (
    DENIED, EXIT, FAILED, FORM, HOST, JSON, MALFORMED, PING, TIMEOUT, TOO_LARGE, UNKNOWN, Answer, encoded)
from instance import DEADLINE, uid_of


class Terms(CgiTestCase):
    """What is refused before mgr hears of it."""

    def refused_with(self, status, code, path="", body=None, **changes):
        body = encoded(EXIT, False)[0] if body is None else body
        with self.nothing_asked(), self.subTest(**changes):
            answer = self.site.post(body, PATH_INFO=path, HTTP_X_MGR_TOKEN=self.token, **changes)
            self.assert_refused(answer, status, code)
            return answer

    def setUp(self):
        super().setUp()
        self.token = self.site.token()

    def test_other_methods(self):
        for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "post", ""):
            self.assertEqual(self.refused_with(405, MALFORMED, REQUEST_METHOD=method).header["Allow"], "POST")

    def test_other_hosts(self):
        for host in ("evil.example", HOST + ".", HOST + ":80", "127.0.0.1", "", None, "x " + HOST):
            self.refused_with(403, DENIED, HTTP_HOST=host)
        for hosts in (None, "", " "):
            self.assertIn("MGR_HOSTS", self.refused_with(403, DENIED, MGR_HOSTS=hosts).json["detail"])

    def test_pages_of_other_sites(self):
        for origin in ("null", "https://evil.example", f"https://{HOST}:444", f"https://{HOST}.", f"http://{HOST}@x"):
            self.refused_with(403, DENIED, HTTP_ORIGIN=origin)
        for site in ("cross-site", "same-site", "none"):
            self.refused_with(403, DENIED, HTTP_SEC_FETCH_SITE=site)
        self.refused_with(403, DENIED, HTTP_ORIGIN=f"http://{HOST}", HTTPS="on")
        six = "[2001:db8::1]:8443"
        self.refused_with(403, DENIED, HTTP_HOST=six, MGR_HOSTS=six, HTTP_ORIGIN="https://[2001:db8::2]:8443")
        self.done(self.site.ask(PING, HTTP_HOST=six, MGR_HOSTS=six, HTTP_ORIGIN=f"https://{six}", HTTPS="on",
                                HTTP_SEC_FETCH_SITE="same-origin"))

    def test_other_content_types(self):
        for kind in ("text/plain", "multipart/form-data; boundary=x", "", None, JSON + "; charset=utf-7"):
            self.refused_with(415, MALFORMED, CONTENT_TYPE=kind)

    def test_queries_and_other_paths(self):
        for query in ("module=mgr&action=ping", "-d+a=b", "x"):
            self.refused_with(400, MALFORMED, QUERY_STRING=query)
        for path in ("/", "/x", "/../token", "/token/", "/TOKEN"):
            self.refused_with(404, UNKNOWN, path)

    def test_malformed_bodies(self):
        for body in (b"", b"{", b"[]", b'{"module":{}}', b'{"module":"a","module":"b"}', b'{"a":"\xff"}',
                     b'{"module":"mgr","action":"ping","x":"1\\naction:reload"}'):
            self.refused_with(400, MALFORMED, body=body)
        for body in (b"module", b"module=mgr&module=mgr", b"module=%", b"module=%0a", b"a%00=b", b"module=%ff"):
            self.refused_with(400, MALFORMED, body=body, CONTENT_TYPE=FORM)

    def test_what_is_too_large(self):
        self.refused_with(413, TOO_LARGE, body=b"{" + b" " * (2 << 20))  # and all of it is taken off the web server
        self.refused_with(413, TOO_LARGE, body=b'{"a":"' + b"x" * 4097 + b'"}')
        self.refused_with(413, TOO_LARGE, body=b'{"a":[' + b"1," * 100_000 + b'1]}')
        body = base64.b64encode(b"x" * ((1 << 20) + 1)).decode()
        self.refused_with(413, TOO_LARGE, body=encoded({**PING, "mgr-body": body}, False)[0])


class Process(CgiTestCase):
    def test_it_does_not_run_as_root(self):
        with self.nothing_asked():
            self.assert_refused(self.site.post(encoded(EXIT, False)[0], user="root"), 500, FAILED)
        self.assertEqual(list(self.site.folder.iterdir()), [])

    def test_the_command_line_says_nothing(self):
        for words in (["-d", "module=mgr"], ["--help"], ["--socket", "/dev/null"], ["-s"]):
            token = self.site.token()
            self.done(self.site.post(encoded(PING, False)[0], words=words, HTTP_X_MGR_TOKEN=token))

    def test_a_body_that_is_short_is_refused_and_what_is_too_much_is_not_read(self):
        token, body = self.site.token(), encoded(EXIT, False)[0]
        with self.nothing_asked():
            for length in (len(body) + 1, len(body) - 1):
                self.assert_refused(self.site.post(body, CONTENT_LENGTH=str(length), HTTP_X_MGR_TOKEN=token), 400,
                                    MALFORMED)
            self.assert_refused(self.site.post(body, CONTENT_LENGTH=None), 411, MALFORMED)
        answer = self.site.post(encoded(PING, False)[0] + body, CONTENT_LENGTH=str(len(encoded(PING, False)[0])),
                                HTTP_X_MGR_TOKEN=token)
        self.done(answer)
        self.assertEqual(self.starts("t"), 0)

    def test_a_body_that_does_not_come_is_not_waited_for(self):
        body = encoded(EXIT, False)[0]
        process = self.site.start(body, HTTP_X_MGR_TOKEN=self.site.token())
        self.addCleanup(process.stderr.close)
        with process.stdin, process.stdout, self.nothing_asked():
            process.stdin.write(body[:-1])
            process.stdin.flush()
            self.assert_refused(Answer(process.stdout.read()), 408, TIMEOUT)  # its input is open still
            self.assertEqual(process.wait(DEADLINE), 0)

    def test_without_a_way_in_or_out_nothing_is_asked(self):
        body = encoded(EXIT, False)[0]
        environment = self.site.environment_with({"HTTP_X_MGR_TOKEN": self.site.token()}, len(body))
        command = f"exec setpriv --reuid={uid_of('www-data').pw_uid} --clear-groups {self.site.program} "
        for closed in ("<&-", ">&-", "<&- >&-", "<&- >&- 2>&-"):
            with self.subTest(closed=closed), self.nothing_asked():
                done = subprocess.run(["sh", "-c", command + closed], input=body, env=environment, capture_output=True,
                                      timeout=DEADLINE)
                self.assertEqual((done.returncode, done.stdout), (1, b""))
        # Without a log it is as ever: what it opens does not become one.
        done = subprocess.run(["sh", "-c", command + "2>&-"], input=body, env=environment, capture_output=True,
                              timeout=DEADLINE)
        self.done(Answer(done.stdout))

    def test_whoever_waits_for_a_job_and_goes_ends_the_process_and_not_the_job(self):
        self.make_gate("held")
        body = encoded({"module": "work", "action": "gated", "token": "held", "mgr-wait": "yes"}, False)[0]
        process = self.site.start(body, HTTP_X_MGR_TOKEN=self.site.token())
        self.addCleanup(process.stderr.close)
        process.stdin.write(body)
        process.stdin.close()
        self.until_started("held")
        process.stdout.close()
        self.assertEqual(process.wait(DEADLINE), 1)
        job, = self.job("list", state="running")["jobs"]
        self.mgr.open_gate("held")
        self.assertEqual(self.wait(job["id"])[0]["state"], "succeeded")

    def test_a_variable_with_two_values_is_nobodys_word(self):
        body = encoded(EXIT, False)[0]
        www_data = uid_of("www-data")
        values = self.site.environment_with({"HTTP_X_MGR_TOKEN": self.site.token()}, len(body))
        pairs = [f"{name}={value}" for name, value in values.items()] + ["MGR_USER=root"]
        program = """
import ctypes, os, sys
uid, path, pairs = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
os.setgroups([]); os.setgid(uid); os.setuid(uid)
array = (ctypes.c_char_p * (len(pairs) + 1))(*[pair.encode() for pair in pairs], None)
ctypes.CDLL(None).execve(path.encode(), (ctypes.c_char_p * 2)(path.encode(), None), array)
"""
        with self.nothing_asked():
            done = subprocess.run(["/usr/bin/python3", "-c", program, str(www_data.pw_uid), self.site.program, *pairs],
                                  input=body, capture_output=True, timeout=DEADLINE)
            self.assert_refused(Answer(done.stdout), 500, FAILED)
            self.assertIn(b"MGR_USER is set twice", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
