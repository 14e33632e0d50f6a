"""The examples of mgr.php under a real php-fpm, as www-data, and in a shell; with a whole mgr.

Usage: client_php_examples_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""

import html
import json
import os
import re
import select
import subprocess
import sys
import unittest
import urllib.parse

import signing
from client_php_fpm import Fpm
from client_php_signing import key_text
from instance import DEADLINE, POLICY, Instance

BINARIES = sys.argv.pop(1)

RULES = """
[[allow]]
who = "web"
module = ["job", "tls"]
action = "*"
jobs = "own"

[[principal]]
name = "remote"
key = ["ed"]

[[allow]]
who = "remote"
module = ["scan", "mgr"]
action = ["start", "whoami"]
"""
TLS = """
[module.tls.action.upload]
command = ["@DIR@/bin/upload", "{name}"]
mode = "output"
user = "mgr-scan"
[module.tls.action.upload.arg.name]
type = "enum"
values = ["web"]
[module.tls.action.upload.arg.certificate]
type = "blob"
"""
SCAN = """#!/bin/sh
echo "$2" >> "@DIR@/seen/ran"
echo 'one <b>'
[ "$2" -ne 17 ] || read -r word < "@DIR@/gates/17"
printf '\\377two\\n'
"""


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mgr = Instance(BINARIES, start=False)
        cls.addClassCleanup(cls.mgr.stop)
        cls.mgr.write("etc/mgr/policy.toml", POLICY + RULES)
        cls.mgr.write("etc/mgr/modules.d/tls.toml", TLS)
        cls.mgr.write("bin/upload", '#!/bin/sh\nprintf "%s " "$1"\ncat\n', 0o755)
        cls.mgr.write("bin/scan-command", SCAN, 0o755)
        cls.mgr.write("seen/ran", "", 0o666)
        for name in ("gates/17", "seen/left"):
            os.mkfifo(cls.mgr.dir / name)
            (cls.mgr.dir / name).chmod(0o666)
        cls.key = signing.Key("ed").install(cls.mgr)
        cls.mgr.start()
        cls.fpm = Fpm(cls.mgr)
        cls.addClassCleanup(cls.fpm.stop)

    def ran(self, task):
        return (self.mgr.dir / "seen/ran").read_text().splitlines().count(str(task))

    def form(self, page, **how):
        """The page's cookie and the hidden fields of its form."""
        header, body = self.fpm.ask(page, **how)
        self.assertEqual(header["Status"], "200 OK", body)
        cookie = header["Set-Cookie"].split(";")[0]
        self.assertRegex(header["Set-Cookie"], "HttpOnly; SameSite=Strict")
        return cookie, dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', body))

    def post(self, page, cookie, **fields):
        return self.fpm.ask(page, body=urllib.parse.urlencode(fields).encode(), HTTP_COOKIE=cookie)

    def test_a_scan_is_started_from_the_form_and_shown(self):
        cookie, hidden = self.form("scan.php")
        for _ in range(2):  # a double click
            header, body = self.post("scan.php", cookie, task="7", **hidden)
            self.assertEqual((header["Status"], header["Location"], body), ("303 See Other", "/scan.php", ""))
        header, body = self.fpm.ask("scan.php")
        self.assertEqual(header["Status"], "200 OK")
        self.assertRegex(body, r'<a href="follow\.php\?job=\d+">\d+</a></td>\n<td>scan:7</td>\n'
                               "<td>(accepted|queued|running|succeeded)</td>")
        cookie, hidden = self.form("scan.php")
        self.assertEqual(self.post("scan.php", cookie, task="8", **hidden)[0]["Status"], "303 See Other")
        job = self.mgr.wait_for_state(7, ["succeeded"])
        self.assertEqual(job["caller"], {"uid": 33, "on_behalf_of": "zoë"})
        self.mgr.wait_for_state(8, ["succeeded"])
        self.assertEqual((self.ran(7), self.ran(8)), (1, 1))

    def test_what_is_refused_is_told_as_text(self):
        cookie, hidden = self.form("scan.php")
        for task, status, said in (("1000", "403 Forbidden", r"denied: .* \(audit \d+\)"),
                                   ("<script>", "400 Bad Request", "invalid_argument: "),
                                   ("1\n\nmodule:shutdown", "400 Bad Request", "holds a line break"),
                                   ("\xff".encode("latin1"), "400 Bad Request", "is not UTF-8")):
            header, body = self.post("scan.php", cookie, task=task, **hidden)
            self.assertEqual(header["Status"], status, body)
            self.assertRegex(body, f'<p role="alert">[^<]*{said}')
            self.assertNotIn("<script>", body)
        header, body = self.fpm.ask("scan.php", MGR_SOCKET="/nonexistent")
        self.assertEqual(header["Status"], "503 Service Unavailable")
        self.assertIn("unavailable: cannot connect to unix:///nonexistent: ", html.unescape(body))

    def test_without_the_token_and_without_a_user_nothing_is_started(self):
        cookie, hidden = self.form("scan.php")
        for fields in ({}, {"token": ""}, {"token": "0" * 32}, {"token[]": hidden["token"]}):
            header, _ = self.post("scan.php", cookie, task="9", id="x", **fields)
            self.assertEqual(header["Status"], "403 Forbidden")
        header, _ = self.post("scan.php", "PHPSESSID=other", task="9", **hidden)
        self.assertEqual(header["Status"], "403 Forbidden")
        for page in ("scan.php", "follow.php", "upload.php"):
            self.assertEqual(self.fpm.ask(page, "")[0]["Status"], "403 Forbidden")
        self.assertEqual(self.ran(9), 0)

    def test_what_a_job_prints_comes_while_it_runs(self):
        job = self.mgr.scan("start", 17)["data"]["jobs"][0]["id"]
        with self.fpm.start("follow.php", query=f"job={job}") as asking:
            said = b""
            while b"one <b>" not in said:
                said += self.fpm.line_of(asking)
            self.mgr.open_gate("17")
            said += asking.communicate(timeout=DEADLINE)[0]
        head, _, body = said.decode().partition("\r\n\r\n")
        self.assertIn("Content-type: text/event-stream", head)
        records = [(int(place), json.loads(data)) for place, data in re.findall(r"^id: (\d+)\ndata: (.*)$", body, re.M)]
        self.assertEqual(body.split("\n\n")[-2:], ['event: end\ndata: "succeeded"', ""])
        self.assertEqual([(place, record.get("text"), record.get("base64")) for place, record in records],
                         [(8, "one <b>\n", None), (13, None, "/3R3bwo=")])
        header, body = self.fpm.ask("follow.php", query=f"job={job}", HTTP_LAST_EVENT_ID="8")
        self.assertEqual(re.findall("^id: (.*)$", body, re.M), ["13"])  # it goes on where it was
        for query, end in (("job=999999", "not_found"), (f"job={self.job_of_root()}", "not_found")):
            self.assertIn(f'event: end\ndata: "{end}"', self.fpm.ask("follow.php", query=query)[1])
        for query in ("", "job=x", "job[]=1", "job=1%0aaction:stop", "job=-1"):
            self.assertEqual(self.fpm.ask("follow.php", query=query)[0]["Status"], "400 Bad Request")

    def job_of_root(self):
        return self.mgr.scan("start", 20, user=None)["data"]["jobs"][0]["id"]

    def test_a_browser_that_has_gone_frees_the_worker_and_the_connection(self):
        self.fpm.page("watch.php", """<?php
            require '/usr/share/mgr/php/mgr.php';
            ob_end_clean();
            register_shutdown_function(fn () => file_put_contents(getenv('LEFT'), connection_aborted() ? 'left' : 'ended'));
            foreach ((new Mgr\\Client())->stream('job', 'watch', heartbeat: 0.05) as $line) {
                echo $line === null ? ":\\n" : "data\\n";
                flush();
            }""")
        left = os.open(self.mgr.dir / "seen/left", os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, left)
        asking = self.fpm.start("watch.php", LEFT=str(self.mgr.dir / "seen/left"))
        while self.fpm.line_of(asking) != b"data\n":
            pass
        asking.kill()
        asking.communicate(timeout=DEADLINE)
        self.assertTrue(select.select([left], [], [], DEADLINE)[0], "the page goes on")
        self.assertEqual(os.read(left, 99), b"left")

    def test_a_file_is_handed_on_whole(self):
        cookie, hidden = self.form("upload.php")

        def upload(name, content, token=hidden["token"]):
            parts = [f'name="token"\r\n\r\n{token}'.encode(), f'name="name"\r\n\r\n{name}'.encode(),
                     b'name="file"; filename="x"\r\nContent-Type: text/plain\r\n\r\n' + content]
            body = b"".join(b"--limit\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts)
            return self.fpm.ask("upload.php", body=body + b"--limit--\r\n", HTTP_COOKIE=cookie,
                                CONTENT_TYPE="multipart/form-data; boundary=limit")
        header, body = upload("web", "<pem>\r\n\n'é'".encode())
        self.assertEqual(header["Status"], "200 OK")
        self.assertEqual(html.unescape(re.search("<pre>(.*)</pre>", body, re.S)[1]), "web <pem>\r\n\n'é'")
        for given, status in ((("mail", b"x"), "400 Bad Request"), (("web", b"x" * ((1 << 20) + 1)), "400 Bad Request"),
                              (("web", b"x", "0"), "403 Forbidden")):
            self.assertEqual(upload(*given)[0]["Status"], status)

    def test_another_machine_is_asked_with_signatures(self):
        known = (self.mgr.dir / "var/lib/mgr/host/known_host").read_text().split(" ", 1)[1]
        self.mgr.write("seen/key", key_text({"id": "ed", "type": "ed25519", "seed": self.key.secret.hex()}), 0o600)
        (self.mgr.dir / "seen/mgr").mkdir()
        address = f"127.0.0.1:{self.mgr.port}"

        def remote(*words):
            done = subprocess.run(["php", self.fpm.folder / "remote.php", *words], capture_output=True, text=True,
                                  timeout=DEADLINE, env={"PATH": os.environ["PATH"],
                                                         "XDG_CONFIG_HOME": str(self.mgr.dir / "seen")})
            return done.returncode, done.stdout, done.stderr
        self.assertEqual(remote(address)[0], 2)
        self.assertIn("is no known host", remote(address, self.mgr.dir / "seen/key")[2])
        self.mgr.write("seen/mgr/known_hosts", f"{address} {known}")
        self.assertEqual(remote(address, self.mgr.dir / "seen/key"), (0, "as ed\nscan:7 succeeded\n", ""))
        other = re.sub("^[0-9a-f]{32}", "0" * 32, known)
        self.mgr.write("seen/mgr/known_hosts", f"{address} {other}")
        self.assertIn("stale: ", remote(address, self.mgr.dir / "seen/key")[2])


if __name__ == "__main__":
    unittest.main()
