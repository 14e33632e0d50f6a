"""What is written to mgr is one request, or none: exact names, one reading of every byte, no other protocol."""
import json
import os
import socket
import subprocess

import attack
from attack import BINARIES, DENIED, INVALID, MALFORMED, TOO_LARGE, UNKNOWN
from instance import REPO, policy_of_www_data, read_to_end, uid_of

MODULE = """
[module.box.action.put]
command = ["/bin/cat"]
mode    = "output"
arg.file = { type = "blob" }
[module.box.action.say]
command = ["/bin/echo", "{text}"]
mode    = "output"
arg.text = { type = "string" }
"""
START = "module:scan\naction:start\ntask_ids:3\n\n"


class Names(attack.AttackTestCase):
    def files(self):
        self.mgr.write("etc/mgr/policy.toml", policy_of_www_data("scan", "mgr") + """
[[deny]]
who = "web"
module = "scan"
action = "stop"
[[allow]]
who = "anyone"
module = "mgr"
action = "whoami"
""")

    def test_a_name_is_matched_to_the_letter(self):
        """supervisord CVE-2017-11610: a dotted name walked from object to object."""
        modules = ("Scan", "SCAN", "scan_module", "Scan_Module", "SCAN_MODULE_", "scan.start", "scan/start",
                   "scan:start", "mgr.ping",
                   "scan\\x00", "__class__", "__init__", "scan.__class__", "..", "*", "", "any", "anyone", "sca",
                   "scann",
                   "\u0455can", "sc\u0430n", "\uff53can", "scan\u200b", "\u202escan", "sc\u00adan", "s\u0327can",
                   "declared", "module")
        for name in modules:
            for action in ("ping", "start", "list"):
                with self.subTest(module=name, action=action):
                    self.assert_refused(self.mgr.ask(f"module:{name}\naction:{action}\ntask_ids:3\n\n", user=None),
                                        UNKNOWN)
        for name in ("Start", "START", "start.run", "scan.start", "start ok", "__init__", "handler", "*", "",
                     "st\u0430rt", "start\u200b",
                     "can_i", "ping\u2028", "add", "find"):
            with self.subTest(action=name):
                for module in ("scan", "mgr", "SCAN_MODULE"):
                    self.assert_refused(self.mgr.ask(f"module:{module}\naction:{name}\ntask_ids:3\n\n", user=None),
                                        UNKNOWN)

    def test_a_deny_holds_by_every_name_of_a_module(self):
        """supervisord CVE-2017-11610's class: what is denied by one name was reached by another."""
        for module in ("scan", "SCAN_MODULE"):
            self.assert_refused(self.mgr.ask(f"module:{module}\naction:stop\ntask_ids:1\n\n"), DENIED)
            self.assertTrue(self.mgr.ask(f"module:{module}\naction:list\n\n")["success"])

    def test_what_a_web_server_says_of_its_user_grants_nothing(self):
        """httpoxy's class: REMOTE_USER and its like, set by who is asking, or by a web server that asked nobody."""
        for field in ("remote_user", "remote-user", "http_remote_user", "auth_user", "authorization",
                      "x-forwarded-user"):
            self.assert_refused(self.mgr.ask(f"module:scan\naction:start\ntask_ids:3\n{field}:root\n\n", "daemon"),
                                INVALID)
        for claimed in ("root", "admin", "uid:0", "www-data", "0", "root\\"):
            reply = self.mgr.ask(START[:-1] + f"mgr-on-behalf-of:{claimed}\n\n", "daemon")
            self.assert_refused(reply, DENIED)
            self.assertEqual([line["uid"] for line in self.refusals(on_behalf_of=claimed)], [uid_of("daemon").pw_uid])
        lying = {"REMOTE_USER": "root", "HTTP_REMOTE_USER": "root", "AUTH_TYPE": "Basic", "SUDO_USER": "root",
                 "USER": "root",
                 "LOGNAME": "root", "HOME": "/nonexistent", "PATH": os.environ["PATH"], "MGR_KEY": "",
                 "GATEWAY_INTERFACE": "CGI/1.1"}
        for client in ([BINARIES + "/mgrctl", "--root", self.mgr.dir, "whoami", "--json"],
                       ["/usr/bin/python3", "-B", "-c",
                        "import mgr, json, sys\nprint(json.dumps(mgr.send_request('mgr', "
                        "{'action': 'whoami'}, socket_path=sys.argv[1])))", self.mgr.dir / "run/mgr.sock"]):
            ran = subprocess.run(["setpriv", "--reuid=daemon", "--regid=daemon", "--clear-groups", "--", *client],
                                 check=False,
                                 env={**lying, "PYTHONPATH": str(REPO / "client/python")}, capture_output=True,
                                 text=True)
            self.assertEqual(ran.returncode, 0, ran)
            self.assertIn("anyone", ran.stdout)
            self.assertNotIn("root", ran.stdout)
            self.assert_nothing_happened()


class OtherProtocols(attack.AttackTestCase):
    BODY = "MODULE:scan\nACTION:start\nTASK_IDS:3\n\n"

    def closed_at(self, data, tcp):
        """At which byte the connection is ended, and what was said; fed a byte at a time, as a drip does."""
        with self.mgr.client(None, tcp) as client:
            for sent, byte in enumerate(data, 1):
                client.sendall(bytes([byte]))
                client.settimeout(0.02 if sent < len(data) else 20)
                try:
                    reply = attack.reply_of(client)
                    return sent, reply
                except TimeoutError:
                    continue
        self.fail("it waits for more")

    def test_http_ends_at_the_first_byte_that_no_block_holds(self):
        """Redis #3500: a page had a browser POST to a port of localhost, and its body was carried out."""
        for method in ("POST", "GET", "PUT", "OPTIONS", "CONNECT", "HEAD", "PRI"):
            request = f"{method} / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n\r\n{self.BODY}".encode()
            for tcp in (True, False):
                with self.subTest(method=method, tcp=tcp):
                    at, reply = self.closed_at(request[:len(method) + 1], tcp)
                    self.assertEqual(at, len(method) + 1)  # the space: no name holds one
                    self.assert_refused(reply, MALFORMED)
                    answer = self.mgr.send(request, None,
                                           tcp)  # and all at once: one refusal, and nothing of the body is read
                    self.assertLessEqual(answer.count(b"\n"), 1)
                    self.assertNotIn(b"true", answer)
                    self.assert_nothing_happened()

    def test_no_other_protocol_is_taken_for_a_block(self):
        """Redis #3500's class: TLS, HTTP/2, SSH, SMTP, FTP, Redis, D-Bus and what a WebSocket sends."""
        for hello in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                      b"SSH-2.0-OpenSSH_9.2\r\n",
                      b"EHLO localhost\r\n", b"USER root\r\n", b"*1\r\n$4\r\nPING\r\n", b"\0AUTH EXTERNAL 30\r\n",
                      b"\x81\xfe\x00\x7f",
                      b"QUIT\r\n", b"\xef\xbb\xbfmodule:mgr\n", b"\xff\xfem\0o\0d\0", b"\r\n", b"\n", b" ",
                      b"#!/bin/sh\n", b"{\"module\":"):
            for tcp in (True, False):
                with self.subTest(hello=hello, tcp=tcp):
                    answer = self.mgr.send(hello + self.BODY.encode(), None, tcp)
                    self.assertNotIn(b"true", answer)
                    self.assertLessEqual(answer.count(b"\n"), 1)
                    self.assert_nothing_happened()


class Second(attack.AttackTestCase):
    """A second request inside of the first."""

    def files(self):
        self.mgr.write("etc/mgr/policy.toml", policy_of_www_data("box", "scan", "job"))
        self.mgr.write("etc/mgr/modules.d/box.toml", MODULE)

    def test_what_follows_a_block_is_no_second_request(self):
        """Request smuggling: a line break in a web form's value appends a request of its own."""
        for tail in (START, START * 3, "\n" + START, "mgr:keep-alive\n" + START, "\r\n\r\n" + START):
            with self.subTest(tail=tail):
                answer = self.mgr.send("module:box\naction:say\ntext:hello\n\n" + tail)
                self.assertEqual([json.loads(line)["data"]["stdout"] for line in answer.splitlines()], ["hello\n"])
                self.assertEqual(self.effects_of("scan"), [])
        for value in ("x\naction:start", "x\nmodule:scan", "x\ntask_ids:3", "x\nmgr:keep-alive", "x\rmodule:scan"):
            self.assert_no_start(self.mgr.ask(f"module:box\naction:say\ntext:{value}\n\n"), MALFORMED, INVALID)
        self.assertEqual(self.effects_of("scan"), [])

    def assert_no_start(self, reply, *codes):
        self.assertIn(reply["msg"].get("err_code") if not reply["success"] else None, codes, reply)

    def effects_of(self, module):
        return [line for line in self.effects() if line["module"] == module]

    def test_a_body_that_looks_like_a_request_is_a_body(self):
        """HTTP request smuggling, CVE-2019-18277's class: two readers that disagree where a body ends."""
        evil = START.encode() * 3
        for keep in ("", "mgr:keep-alive\n"):
            block = f"{keep}module:box\naction:put\nmgr-body:{len(evil)}\n\n".encode()
            answer = self.half_closed(block + evil)
            self.assertEqual([json.loads(line)["data"]["stdout"] for line in answer.splitlines()], [evil.decode()])
        for length in ("-1", "+3", "0x10", "1e2", "03", "3 3", "3,3", "", "18446744073709551617", "4294967296", "-0",
                       "\u0663", "1048577"):
            answer = self.half_closed(f"mgr:keep-alive\nmodule:box\naction:put\nmgr-body:{length}\n\n".encode() + evil)
            (line,) = answer.splitlines()  # and nothing behind it is read
            self.assert_no_start(json.loads(line), INVALID, TOO_LARGE)
        for twice in ("mgr-body:0\nmgr-body:9", "mgr-body:0\nMGR-BODY:9", "mgr-body:0\ncontent-length:9",
                      "mgr-body:0\ntransfer-encoding:chunked"):
            answer = self.half_closed(f"mgr:keep-alive\nmodule:box\naction:put\n{twice}\n\n".encode() + evil)
            self.assert_no_start(json.loads(answer.splitlines()[0]), MALFORMED, INVALID)
        self.assertEqual(self.effects_of("scan"), [])

    def half_closed(self, data):
        with self.mgr.client() as client:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            return read_to_end(client)

    def test_an_unfinished_request_is_none(self):
        """A truncated request is never completed, repaired or guessed."""
        for end in range(len(START)):
            with self.subTest(end=end):
                answer = self.half_closed(START[:end].encode())
                self.assertEqual(answer, b"")
        self.assert_nothing_happened()


if __name__ == "__main__":
    attack.main()
