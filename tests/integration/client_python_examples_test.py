"""What mgr.py shows in its own words, and its examples, as they stand, asked of a whole mgr by www-data.

Usage: client_python_examples_test.py BINARIES [unittest arguments]. Needs root.
"""
import json
import os
import re
import subprocess
import sys
import unittest

BINARIES = sys.argv.pop(1)
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "client", "python"))

import mgr as client  # noqa: E402
from instance import REPO, Instance, uid_of  # noqa: E402
from signing import Key  # noqa: E402

EXAMPLES = REPO / "client/python/examples"
WEB = uid_of("www-data")
SHOWN = """
[module.system.action.status]
command = ["/bin/echo", "[7]"]
mode = "output"
output_format = "json"
user = "mgr-scan"
[module.tls.action.upload]
command = ["/bin/cat"]
mode = "output"
user = "mgr-scan"
[module.tls.action.upload.arg.name]
type = "string"
[module.tls.action.upload.arg.certificate]
type = "blob"
[module.firewall.action.apply]
command = ["/bin/cat"]
mode = "output"
user = "mgr-scan"
confirm = true
[module.firewall.action.apply.arg.rules]
type = "blob"
"""
RULES = """
[[principal]]
name = "panel"
key = "panel"
[[allow]]
who = ["web", "panel"]
module = ["job", "mgr", "system", "tls", "firewall"]
action = "*"
[[allow]]
who = "panel"
module = "scan"
action = "*"
where = { task_ids = "1..999" }
[[allow]]
who = "panel"
module = "scan"
action = "list"
"""
SCAN = '#!/bin/sh\necho "scans $2"\nprintf "warns \\033[31m" >&2\n[ "$2" != 7 ]\n'


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.maxDiff = None
        cls.mgr = Instance(BINARIES, start=False)
        cls.addClassCleanup(cls.mgr.stop)
        cls.mgr.write("etc/mgr/policy.toml", (cls.mgr.dir / "etc/mgr/policy.toml").read_text() + RULES)
        cls.mgr.write("etc/mgr/modules.d/shown.toml", SHOWN)
        cls.mgr.write("bin/scan-command", SCAN, 0o755)
        key = Key("panel", hmac=True).install(cls.mgr)
        cls.mgr.start()
        cls.home = cls.mgr.dir / "home"
        (cls.home / ".config/mgr").mkdir(parents=True)
        known = (cls.mgr.dir / "var/lib/mgr/host/known_host").read_text().replace("local", f"127.0.0.1:{cls.mgr.port}")
        for name, text in (("key", f"id:panel\ntype:hmac-sha256\nsecret:{key.secret.hex()}\n"), ("known_hosts", known)):
            (cls.home / ".config/mgr" / name).write_text(text)
            (cls.home / ".config/mgr" / name).chmod(0o600)
            os.chown(cls.home / ".config/mgr" / name, WEB.pw_uid, WEB.pw_gid)
        for name in ("web.pem", "rules.nft"):
            (cls.home / name).write_text(name)

    def run_as_web(self, *words, **environment):
        """A program of www-data's, which finds mgr.py as it does where mgr is installed."""
        values = {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "MGR_SOCKET": str(self.mgr.dir / "run/mgr.sock"), "MGR_KEY": "",
                  "PYTHONPATH": str(REPO / "client/python"), **environment}
        command = ["/usr/bin/setpriv", f"--reuid={WEB.pw_uid}", f"--regid={WEB.pw_gid}", "--clear-groups", "--",
                   "/usr/bin/python3", "-B", "-W", "error", *map(str, words)]
        done = subprocess.run(command, env=values, cwd=self.home, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def test_what_the_module_shows_does_what_it_says(self):
        blocks = [line[4:] for line in client.__doc__.splitlines() if line.startswith("    ") or not line]
        code = "import uuid, warnings\nwarnings.simplefilter('ignore', ResourceWarning)\n" + "\n".join(blocks)
        code = code.replace('host="192.0.2.1"', f'host="127.0.0.1", port={self.mgr.port}')
        code = code.replace("/etc/panel/mgr.key", str(self.home / ".config/mgr/key"))
        before = len(self.mgr.audit_lines())
        status, out, errors = self.run_as_web("-c", code)
        self.assertEqual((status, errors), (0, ""))
        self.assertEqual(out.splitlines(), ["stdout scans 1", "stderr warns \x1b[31m", "succeeded"])
        effects = [line for line in self.mgr.audit_lines()[before:] if line.get("event") == "effect"]
        asked = {(line["module"], line["action"]) for line in effects}
        self.assertLessEqual({("scan", "start"), ("system", "status"), ("tls", "upload"), ("firewall", "apply")}, asked)
        self.assertIn("alice", [line.get("on_behalf_of") for line in effects])

    def test_a_scan_is_followed(self):
        status, out, errors = self.run_as_web(EXAMPLES / "scan_and_follow.py", "7")
        self.assertEqual((status, errors), (1, ""))
        first, *lines, last = out.splitlines()
        self.assertRegex(first, r"^job \d+ started$")
        self.assertEqual(sorted(lines), ["stderr: warns \\x1b[31m", "stdout: scans 7"])
        self.assertRegex(last, r"^job \d+ failed$")
        status, out, errors = self.run_as_web(EXAMPLES / "scan_and_follow.py", "1000")
        self.assertEqual((status, out), (1, ""))
        self.assertRegex(errors, r"^not allowed: .* \(audit record \d+\)$")

    def test_a_form_starts_a_scan_for_its_user(self):
        given = {"REQUEST_METHOD": "POST", "QUERY_STRING": "task=8", "REMOTE_USER": "zoe", "HTTP_HOST": "box.lan"}

        def post(**changed):
            values = {name: value for name, value in {**given, **changed}.items() if value is not None}
            status, out, errors = self.run_as_web(EXAMPLES / "scans.cgi", **values)
            self.assertEqual((status, errors), (0, ""))
            head, _, body = out.partition("\n\n")
            return int(re.match(r"Status: (\d+) ", head)[1]), json.loads(body)
        status, told = post(HTTP_ORIGIN="https://box.lan")
        self.assertEqual((status, told["jobs"][0]["caller"]), (200, {"uid": WEB.pw_uid, "on_behalf_of": "zoe"}))
        for changed, expected in (({"REQUEST_METHOD": "GET"}, 405), ({"REMOTE_USER": None}, 403), ({"REMOTE_USER": ""}, 403),
                                  ({"HTTP_ORIGIN": "https://other.example"}, 403), ({"HTTP_ORIGIN": "null"}, 403),
                                  ({"QUERY_STRING": "task=1000"}, 403), ({"QUERY_STRING": "task=x"}, 400), ({"QUERY_STRING": ""}, 400),
                                  ({"QUERY_STRING": "task=8%0aaction:stop"}, 400), ({"MGR_SOCKET": "/nonexistent"}, 503)):
            self.assertEqual(post(**changed)[0], expected, changed)

    def test_another_machine_is_asked_with_a_key(self):
        words = (EXAMPLES / "over_the_network.py", "127.0.0.1", self.mgr.port, self.home / ".config/mgr/key")
        status, out, errors = self.run_as_web(*words)
        self.assertEqual((status, errors), (0, ""))
        lines = out.splitlines()
        self.assertEqual(lines[0], "asks as key panel: anyone, panel")
        self.assertEqual(sorted(lines[1:3]), ["scan:8 succeeded", "scan:9 succeeded"])
        self.assertEqual(lines[3], "ok")
        self.assertRegex(lines[4], "^denied: ")
        status, _, errors = self.run_as_web(*words, HOME="/nonexistent")
        self.assertEqual(status, 1)
        self.assertIn("not asked: 127.0.0.1:", errors)


if __name__ == "__main__":
    unittest.main()
