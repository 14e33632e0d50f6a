"""mgr.sh asks a whole mgr, as www-data, and with a key over TCP.

Usage: client_shell_daemons_test.py SHELL BINARIES [TEST …]. Needs root.
"""
import json
import pathlib
import re
import signal
import subprocess
import sys
import time

from client_shell_support import COMMAND, LIBRARY, ShellCase, key_text, main

BINARIES = sys.argv.pop(1)

from instance import DEADLINE, Instance, uid_of  # noqa: E402
from signing import Key  # noqa: E402

RULES = """
[[principal]]
name = "panel"
key = "panel"
[[allow]]
who = "panel"
module = ["scan", "job", "mgr", "shop"]
action = "*"
jobs = "all"
[[allow]]
who = "web"
module = ["job", "shop", "tls"]
action = "*"
jobs = "own"
"""
SHOP = """
[module.shop.action.swallow]
command = ["/bin/cat"]
user = "mgr-scan"
mode = "output"
[module.shop.action.swallow.arg.text]
type = "blob"
[module.shop.action.fails]
command = ["/bin/sh", "-c", "echo no; exit 5"]
user = "mgr-scan"
mode = "output"
[module.tls.action.upload]
command = ["/bin/cat"]
user = "mgr-scan"
mode = "output"
[module.tls.action.upload.arg.name]
type = "string"
[module.tls.action.upload.arg.certificate]
type = "blob"
[module.shop.action.go]
command = ["/bin/echo", "gone"]
user = "mgr-scan"
mode = "stream"
"""


class Daemons(ShellCase):
    def setUp(self):
        super().setUp()
        self.mgr = Instance(BINARIES, start=False)
        self.addCleanup(self.mgr.stop)
        self.mgr.write("etc/mgr/policy.toml", (self.mgr.dir / "etc/mgr/policy.toml").read_text() + RULES)
        self.mgr.write("etc/mgr/modules.d/shop.toml", SHOP)
        self.panel = Key("panel", hmac=True).install(self.mgr)
        self.mgr.start()

    def as_web(self, text, **more):
        web = uid_of("www-data")
        before = ["/usr/bin/setpriv", f"--reuid={web.pw_uid}", f"--regid={web.pw_gid}", "--clear-groups", "--"]
        return self.script(text, before=before, MGR_SOCKET=str(self.mgr.dir / "run/mgr.sock"), **more)

    def as_panel(self, text):
        """Over TCP, signed."""
        place = f"127.0.0.1:{self.mgr.port}"
        _, host = (self.mgr.dir / "var/lib/mgr/host/known_host").read_text().split(" ", 1)
        self.file("home/.config/mgr/known_hosts", f"{place} {host}", 0o644)
        key = self.file("panel.key", key_text({"id": "panel", "type": "hmac-sha256", "secret": self.panel.secret.hex()}))
        return self.script(text, MGR_HOST=place, MGR_KEY=key)

    def check(self, outcome, *statuses):
        code, out, errors = outcome
        self.assertEqual((code, errors), (0, ""))
        lines = out.splitlines()
        self.assertEqual([int(text) for text in lines if text.isdigit()], list(statuses))
        return [json.loads(text) for text in lines if not text.isdigit()]

    def test_www_data_starts_waits_and_is_refused(self):
        start, again, end, waited = self.check(self.as_web(
            "mgr_call --request-id r1 scan start task_ids=8; mgr_call --request-id r1 scan start task_ids=8; "
            "mgr_call --wait scan start task_ids=3 || echo $?; mgr_wait 1 || echo $?"), 7)
        self.assertEqual((start["data"]["jobs"][0]["key"], start["data"]["jobs"][0]["caller"]), ("scan:8", {"uid": uid_of("www-data").pw_uid}))
        self.assertEqual((again["data"]["repeated"], again["data"]["jobs"][0]["id"]), (True, start["data"]["jobs"][0]["id"]))
        self.assertEqual((end["data"]["jobs"][0]["exit_status"], waited["data"]["jobs"][0]["state"]), (7, "succeeded"))
        code, out, errors = self.as_web("mgr_call scan start task_ids=1000")
        self.assertEqual((code, json.loads(out)["error"]), (126, "denied"))
        self.assertRegex(errors, r"^mgr: denied: .* \(audit [0-9]+\)\n$")
        self.assertEqual(self.as_web("mgr_call scan start task_ids='1;reboot'")[0], 2)
        self.assertEqual(self.as_web("mgr_call job show id=99")[0], 1)
        self.assertEqual(self.as_web("mgr_call no such")[0], 2)

    def test_on_behalf_of_is_in_the_audit(self):
        self.check(self.as_web("mgr_call --on-behalf-of zoë --wait scan start task_ids=8"))
        self.assertIn("zoë", [line.get("on_behalf_of") for line in self.mgr.audit_lines()])

    def test_one_connection_has_all(self):
        replies = self.check(self.as_web(
            "mgr_open; mgr_call mgr whoami; mgr_call scan start task_ids=1000 2>/dev/null || echo $?; mgr_call --body - shop swallow; "
            "mgr_call --dry-run scan start task_ids=1; mgr_call shop fails 2>/dev/null || echo $?; mgr_call mgr version; mgr_close",
            given=b"\x00\xff one\n"), 126, 5)
        self.assertEqual(replies[0]["data"]["uid"], uid_of("www-data").pw_uid)
        self.assertEqual(replies[2]["data"]["stdout_base64"], "AP8gb25lCg==")
        self.assertEqual(replies[3]["data"]["decision"], "allow")
        self.assertEqual((replies[4]["data"]["stdout"], replies[5]["msg"]), ("no\n", "version ok"))
        counted = self.counted_requests(5)
        self.assertGreater(counted["requests"], counted["connections"])

    def counted_requests(self, least):
        """What the broker has counted, which it tells once a second: when it has told of so many requests."""
        deadline = time.monotonic() + DEADLINE
        while True:
            counted = self.mgr.ask("module:mgr\naction:stats\n\n", user=None)["data"]["broker"]
            if counted["requests"] >= least:
                return counted
            self.assertLess(time.monotonic(), deadline, counted)
            time.sleep(0.05)

    def test_a_restart_of_the_daemons_breaks_nothing_but_the_connection(self):
        script = (f". {LIBRARY}; mgr_open; mgr_call mgr version; read -r line; mgr_call --request-id r mgr version; mgr_close")
        web = subprocess.Popen([*COMMAND, "-eu", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                               env=dict(self.environment, MGR_SOCKET=str(self.mgr.dir / "run/mgr.sock")))
        self.assertIn("version ok", web.stdout.readline())
        self.mgr.end(self.mgr.helper, signal.SIGTERM)
        self.mgr.start_helper()
        self.mgr.wait_ready()
        out, _ = web.communicate("go\n", timeout=60)
        self.assertEqual((web.returncode, json.loads(out)["msg"]), (0, "version ok"))

    def test_what_the_file_shows_does_what_it_says(self):
        shown = re.findall(r"^#     (mgr_.*?)(?: {2,}#.*)?$", pathlib.Path(LIBRARY).read_text(), re.MULTILINE)
        self.assertEqual(len(shown), 10)
        self.file("web.pem", "pem", 0o644)
        lines = "\n".join(shown).replace(" 7 8", " 1 2").replace(" 7", " 1").replace("id=7", "id=1")
        self.mgr.write("bin/scan-command", "#!/bin/sh\necho seen\n", 0o755)
        done = self.check(self.as_web(f"cd {self.folder}\n{lines}"))
        self.assertEqual([reply["msg"] for reply in done if "more" not in reply],
                         ["start ok", "start ok", "upload ok", "start ok", "wait ok", "follow ok", "output ok", "ping ok"])

    def test_output_is_followed_to_its_end(self):
        lines = self.check(self.as_web("mgr_stream shop go; mgr_call --wait scan start task_ids=3 >/dev/null || echo $?; "
                                       "mgr_follow 2 || echo $?"), 7, 7)
        self.assertEqual(lines[0]["data"]["records"][0]["text"], "gone\n")
        self.assertEqual(lines[1]["data"]["jobs"][0]["state"], "succeeded")
        self.assertEqual(lines[-1]["data"]["jobs"][0]["exit_status"], 7)

    def test_a_key_asks_over_the_network(self):
        who, end, swallowed, version = self.check(self.as_panel(
            "mgr_call mgr whoami; mgr_call --wait scan start task_ids=3 || echo $?; mgr_call --body /etc/hostname shop swallow; "
            "mgr_open; mgr_call mgr version; mgr_close"), 7)
        self.assertEqual((who["data"]["transport"], who["data"]["key"]), ("tcp", "panel"))
        self.assertIn("signature", version)
        self.assertIn("signed", swallowed)
        self.assertEqual(end["data"]["jobs"][0]["caller"], {"key": "panel"})
        self.mgr.write("etc/mgr/keys.d/panel.secret", "00" * 32 + "\n", 0o600)
        self.mgr.ask("module:mgr\naction:reload\n\n", user=None)
        code, _, errors = self.as_panel("mgr_call mgr whoami")
        self.assertEqual(code, 126)
        self.assertIn("the host did not sign this refusal", errors)


if __name__ == "__main__":
    main()
