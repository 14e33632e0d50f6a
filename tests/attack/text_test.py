"""What somebody wrote is text to whoever reads it later: one record in the log, and nothing that a terminal acts on."""
import json
import os
import pty
import re
import select
import subprocess
import time

import attack
from attack import BINARIES, DENIED, FAILED, INVALID, MALFORMED, UNKNOWN
from evil_broker_support import REPLY, EvilBroker
from instance import DEADLINE, policy_of_www_data, uid_of

EVIL = ("\x1b[2J\x1b]0;x\x07", "\u202egpj.exe", "\n{\"seq\":1,\"event\":\"effect\"}", "\r\n", "\0", "\x9b31m",
        "\u2028", "\u2066x\u2069", "\ufeff",
        "\u200b", "\"}", "\\u000a", "\\", "\udcff", "</script>", "\x7f\x08\x08")
MODULE = """
[module.say.action.file]
command = ["/bin/cat", "@DIR@/seen/text"]
mode = "output"
[module.say.action.job]
command = ["/bin/cat", "@DIR@/seen/text"]
[module.say.action.fail]
command = ["@DIR@/bin/fail"]
[module.say.action.deep]
command = ["/bin/cat", "@DIR@/seen/text"]
mode = "output"
output_format = "json"
output_limit = "16M"
[module.say.action.with]
command = ["/bin/true", "{text}"]
arg.text = { type = "string" }
"""
# What moves a cursor, ends a line, turns text around or hides it; a terminal's own line ends and colours aside.
ACTED_ON = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]|"
                      "[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|"
                      "\x1b(?!\\[[0-9;]*[mKHAJ])")


class Log(attack.AttackTestCase):
    def files(self):
        self.mgr.write("etc/mgr/policy.toml", policy_of_www_data("say", "job"))
        self.mgr.write("etc/mgr/modules.d/say.toml", MODULE)

    def raw_log(self):
        return (self.mgr.dir / "var/log/mgr/audit.jsonl").read_bytes()

    def assert_one_record(self, before, **members):
        """One more line, of printable ASCII alone, which reads as JSON and has these members."""
        added = self.raw_log()[len(before):]
        lines = [line for line in added.splitlines() if json.loads(line)["event"] == "refused"]
        self.assertEqual(len(lines), 1, added)
        self.assertTrue(all(0x20 <= byte < 0x7f for byte in lines[0]), lines[0])
        record = json.loads(lines[0])
        self.assertLessEqual(members.items(), record.items())
        return record

    def test_what_a_broker_makes_up_is_one_escaped_record(self):
        """sudo CVE-2023-28486: control characters in a command line went into the log as they were."""
        self.mgr.kill_broker()
        broker = EvilBroker(self.mgr, "daemon")
        data = [evil.encode("utf-8", "surrogateescape") for evil in EVIL]
        everything = b"".join(data)
        for module, action, more in (
                (b"say", b"with", [(b"t%d" % number, evil) for number, evil in enumerate(data)]),
                (b"say", b"with", [(b"t" + evil, b"x") for evil in data]),
                (b"say", b"with", [(b"mgr-on-behalf-of", everything), (b"mgr-request-id", everything)]),
                (everything, b"with", []), (b"say", everything, [])):
            before = self.raw_log()
            broker.socket.sendall(broker.run(1, action, module, more))
            reply = json.loads(broker.wait_for(REPLY)[1][5:])
            self.assert_refused(reply, MALFORMED, INVALID, UNKNOWN)
            record = self.assert_one_record(before, error=reply["error"], uid=uid_of("daemon").pw_uid)
            for number, evil in enumerate(EVIL if more and more[0][0] == b"t0" else ()):
                if "\udcff" not in evil:
                    self.assertEqual(record["arguments"][f"t{number}"], evil)  # it is all there, and nothing has acted
        broker.close()
        self.mgr.start_broker()
        self.mgr.wait_ready()
        self.mgr.check_audit_chain()

    def quiet(self):
        """Until the sums of this second are written: no event tells it."""
        until = time.monotonic() + DEADLINE
        while not any(line["event"] == "sums" for line in self.mgr.audit_lines()):
            self.assertLess(time.monotonic(), until)
            time.sleep(0.05)

    def test_what_a_client_may_write_is_one_escaped_record(self):
        """sudo CVE-2023-28486: text that turns around or hides is legal in a value, and escaped in the log."""
        for evil in ("\u202egpj.exe", "\u2028{\"seq\":1}", "\u2066x\u2069", "\ufeff", "\u200bx", "x\\u000ax", "\"}",
                     "\\", "</script>"):
            before = self.raw_log()
            reply = self.mgr.ask(f"module:say\naction:with\ntext:{evil}\nmgr-on-behalf-of:{evil}\n\n", "daemon")
            self.assert_refused(reply, DENIED)
            record = self.assert_one_record(before, on_behalf_of=evil)
            self.assertEqual(record["arguments"], {"text": evil})
        before = self.raw_log()
        self.assert_refused(self.mgr.ask("module:say\naction:with\ntext:" + "\u20ac" * 1365 + "\n\n", "bin"), DENIED)
        self.assert_one_record(before)  # cut in the middle of a character
        for evil in ("\x1b[2J", "\0", "\x85", "\x7f"):
            self.assert_refused(self.mgr.ask(f"module:say\naction:with\ntext:{evil}\n\n", "daemon"), MALFORMED)

    def test_the_sums_of_a_flood_name_nobody_who_wrote_his_name(self):
        """OPNsense CVE-2026-44195's class: what was refused is counted by who the kernel says, whatever they wrote."""
        for number in range(30):
            self.mgr.ask(f"module:say\naction:with\ntext:{number}\nmgr-on-behalf-of:accepted\n\n", "daemon")
        self.quiet()
        sums = [count for line in self.mgr.audit_lines() if line["event"] == "sums" for count in line["counts"]]
        self.assertTrue(any(count["what"] == "refused denied" for count in sums), sums)
        self.assertNotIn("accepted", json.dumps(sums))
        self.assert_nothing_happened()

    def test_a_quarter_of_a_million_brackets_is_no_json(self):
        """A recursive parser runs out of stack: 260 KB of nested [] as a job's output."""
        broker = self.mgr.broker.pid
        for text in ("[" * 260000, "[" * 130000 + "]" * 130000, '{"a":' * 50000, "[" * 65 + "]" * 65, '[[],' * 60000):
            (self.mgr.dir / "seen/text").write_text(text)
            os.chmod(self.mgr.dir / "seen/text", 0o644)
            reply = self.mgr.ask("module:say\naction:deep\n\n")
            self.assertEqual(reply["msg"], {"err_code": FAILED}, text[:20])
        (self.mgr.dir / "seen/text").write_text("[" * 64 + "]" * 64)
        self.assertTrue(self.mgr.ask("module:say\naction:deep\n\n")["success"])
        self.assertIsNone(self.mgr.broker.poll())
        self.assertEqual(self.mgr.broker.pid, broker)


class Terminal(attack.AttackTestCase):
    def files(self):
        self.mgr.write("etc/mgr/policy.toml", policy_of_www_data("say", "job").replace('user = "www-data"', "uid = 0"))
        self.mgr.write("etc/mgr/modules.d/say.toml", MODULE)
        (self.mgr.dir / "seen/text").write_bytes("".join(EVIL).encode("utf-8", "surrogateescape") + b"\xff\xfe end\n")
        os.chmod(self.mgr.dir / "seen/text", 0o644)
        self.mgr.write("bin/fail", "#!/bin/sh\ncat '@DIR@/seen/text' >&2\nexit 3\n", 0o755)

    def shown(self, *words):
        """What mgrctl writes to a terminal."""
        leader, follower = pty.openpty()
        child = subprocess.Popen([BINARIES + "/mgrctl", "--root", self.mgr.dir, *words], stdin=follower,
                                 stdout=follower, stderr=follower,
                                 env={"TERM": "xterm", "PATH": os.environ["PATH"], "MGR_KEY": "", "LC_ALL": "C.UTF-8"})
        os.close(follower)
        data = b""
        while select.select([leader], [], [], DEADLINE)[0]:
            try:
                data += os.read(leader, 65536)
            except OSError:  # EIO: the other side is closed
                break
        os.close(leader)
        child.wait(DEADLINE)
        return data.decode("utf-8", "backslashreplace")

    def test_what_others_wrote_moves_no_cursor_of_an_admins(self):
        """sudo CVE-2023-28486's class: escape sequences in a record reach the terminal of whoever looks at it."""
        evil = "".join(text for text in EVIL if not re.search("[\x00-\x1f\x7f-\x9f\udc80-\udcff]", text))
        block = f"module:say\naction:with\ntext:{evil}\nmgr-on-behalf-of:{evil}\nmgr-wait:yes\n\n"
        self.assertTrue(self.mgr.ask(block, None)["success"])
        failed = self.mgr.ask(f"module:say\naction:fail\nmgr-on-behalf-of:{evil}\nmgr-wait:yes\n\n",
                              None)["data"]["jobs"][0]["id"]
        job = self.mgr.ask(f"module:say\naction:job\nmgr-on-behalf-of:{evil}\nmgr-wait:yes\n\n",
                           None)["data"]["jobs"][0]["id"]
        for words in (("jobs",), ("job", "list"), ("job", "show", str(job)), ("job", "show", str(failed)),
                      ("output", str(failed)),
                      ("output", str(job)), ("follow", str(job)), ("say", "file"), ("--wait", "say", "fail"),
                      ("say", evil),
                      ("say", "with", "-" + evil), (evil,)):
            with self.subTest(words=words):
                text = self.shown(*words)
                self.assertTrue(text.strip(), "nothing is shown")
                self.assertIsNone(ACTED_ON.search(text), repr(text))


if __name__ == "__main__":
    attack.main()
