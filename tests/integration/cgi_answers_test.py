"""What mgr.cgi makes of mgr's answers: streams as server-sent events, signed replies, and what a daemon says that lies.

Usage: cgi_answers_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import json
import os
import pathlib
import shutil
import tempfile
import unittest

from cgi_support import FAILED, INVALID, JSON, NOT_FOUND, PING, UNAUTHENTICATED, Site, encoded
from client_fake_server import FakeServer, line, more, refusal, success
from client_signed_test import key_text, public_text
from instance import DEADLINE, uid_of
from jobs_support import BINARIES, POLICY, JobsInstance, JobsTestCase
from shutdown_support import shutdown_file
from signing import Key

MODULES = """
[module.box.action.talk]
command    = ["/usr/bin/yes", "\\u001b[31m<b>&\\r"]
user       = "mgr-scan"
mode       = "stream"
stop_grace = "0s"
"""
RULES = """
[[principal]]
name = "site"
key  = "site"
[[allow]]
who    = ["site", "web"]
module = ["work", "box", "job", "shutdown"]
action = "*"
jobs   = "own"
"""


class AnswersTestCase(JobsTestCase):
    def setUp(self):
        self.mgr = JobsInstance(start=False)
        self.addCleanup(self.mgr.stop)
        self.mgr.write("etc/mgr/policy.toml", POLICY + RULES)
        self.mgr.write("etc/mgr/modules.d/box.toml", MODULES)
        self.mgr.write("etc/mgr/modules.d/shutdown.toml", shutdown_file("signed"))
        self.mgr.write("bin/off", "#!/bin/sh\necho \"$*\" >> '@DIR@/seen/off'\n", 0o755)
        self.key = Key("site").install(self.mgr)
        self.mgr.start()
        self.site = Site(BINARIES, self.mgr.dir, self.mgr.dir / "run/mgr.sock")

    def assert_refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.code), (status, code), answer)
        return answer.json["detail"]


class Streams(AnswersTestCase):
    def test_output_comes_while_the_job_runs_and_the_end_with_its_end(self):
        self.mgr.write("bin/job", "#!/bin/sh\necho begun; read -r w < '@DIR@/gates/'$2; echo over\n", 0o755)
        job = self.start_gated("live")
        with self.site.stream({"module": "job", "action": "follow", "id": job}) as events:
            self.assertEqual(events.answer.status, 200)
            self.assertEqual(events.answer.header["Content-Type"], "text/event-stream")
            self.assertEqual(events.answer.header["X-Accel-Buffering"], "no")
            self.assertEqual(events.answer.header["X-Content-Type-Options"], "nosniff")
            self.assertEqual(self.texts(events), ["begun\n"])
            self.assertEqual(self.state(job), "running")
            self.mgr.open_gate("live")
            self.assertEqual(self.texts(events), ["over\n"])
            event, data = events.next_said()
            self.assertEqual((event, data["data"]["jobs"][0]["state"]), ("end", "succeeded"))
            self.assertEqual(events.rest(), b"")
            self.assertEqual(events.process.wait(), 0)

    def texts(self, events):
        event, data = events.next_said()
        self.assertEqual((event, data["more"]), ("message", True))
        return [record["text"] for record in data["data"]["records"]]

    def test_watch_tells_of_jobs_that_come(self):
        with self.site.stream({"module": "job", "action": "watch"}) as events:
            self.assertTrue(events.next_said()[1]["more"])
            job = self.start("exit", "seen", number=0)["id"]
            told = []
            while not told or told[-1]["state"] != "succeeded":
                told += [each for each in events.next_said()[1]["data"]["jobs"] if each["id"] == job]

    def test_whoever_goes_ends_the_process_and_the_stream_behind_it(self):
        with self.site.stream({"module": "box", "action": "talk"}) as events:
            self.assertTrue(events.next_said()[1]["more"])
            job, = self.job("list", state="running")["jobs"]
        self.assertEqual(events.process.returncode, 1)
        self.mgr.request("job", "wait", None, ids=job["id"], limit=DEADLINE)  # of a transient one there may be no more
        ended, = [each for each in self.lines("job_ended") if each["id"] == job["id"]]
        self.assertEqual(ended["state"], "stopped")

    def test_a_silent_stream_ends_with_its_reader_too(self):
        job = self.start_gated("silent")
        with self.site.stream({"module": "job", "action": "follow", "id": job}) as events:
            self.assertEqual(events.next(), (None, None))
            before = self.following()
        self.assertEqual(events.process.returncode, 1)
        self.mgr.open_gate("silent")
        self.assertEqual(before, 1)
        self.assertEqual(self.following(), 0)

    def following(self):
        """How many processes of mgr.cgi there are."""
        return len([path for path in pathlib.Path("/proc").glob("[0-9]*/comm") if path.read_text() == "mgr.cgi\n"])

    def test_a_refusal_is_an_ordinary_answer(self):
        body, kind = encoded({"module": "job", "action": "follow", "id": 99}, False)
        answer = self.site.post(body, CONTENT_TYPE=kind, PATH_INFO="/stream", HTTP_X_MGR_TOKEN=self.site.token())
        self.assert_refused(answer, 404, NOT_FOUND)
        self.assertEqual(answer.header["Content-Type"], JSON)

    def test_one_line_is_one_event(self):
        with self.site.stream(PING) as events:
            self.assertEqual(events.next_said(), ("end", {"success": True, "msg": "ping ok"}))

    def test_a_stream_is_not_for_one_answer(self):
        self.assertIn("/stream", self.assert_refused(self.site.ask({"module": "job", "action": "watch"}), 400, INVALID))

    def test_what_ends_on_the_way_says_so(self):
        job = self.start_gated("cut")
        with self.site.stream({"module": "job", "action": "follow", "id": job}) as events:
            events.next()
            self.mgr.kill_broker()
            event, data = events.next_said()
            self.assertEqual((event, data["success"]), ("end", False))
            self.assertIn("may have been carried out", data["detail"])


class Signed(AnswersTestCase):
    def setUp(self):
        super().setUp()
        self.file = self.site.folder / "site.key"
        self.file.write_text(key_text(self.key))
        www_data = uid_of("www-data")
        os.chown(self.file, www_data.pw_uid, www_data.pw_gid)
        os.chmod(self.file, 0o600)
        self.signing = {"MGR_KEY": str(self.file), "MGR_KNOWN_HOSTS": str(self.mgr.dir / "var/lib/mgr/host/known_host")}

    def test_what_wants_a_signature_is_refused_without_a_key(self):
        for action in ("poweroff", "reboot", "halt"):
            for changes in ({}, {"MGR_KEY": ""}):
                self.assert_refused(self.site.ask({"module": "shutdown", "action": action}, **changes), 403,
                                    UNAUTHENTICATED)
        self.assertEqual(self.starts("off"), 0)

    def test_with_a_key_its_signer_asks_for_the_user(self):
        answer = self.site.ask({"module": "shutdown", "action": "reboot"}, **self.signing)
        self.assertEqual((answer.status, answer.code), (200, 0), answer)
        job, = answer.json["data"]["jobs"]
        effect = [each for each in self.lines("effect") if each["module"] == "shutdown"][-1]
        self.assertEqual((effect["key"], effect["on_behalf_of"]), ("site", "alice"))
        self.assertEqual(self.wait(job["id"])[0]["state"], "succeeded")
        self.assertEqual(self.starts("off"), 1)

    def test_a_signed_stream_ends_with_a_signed_line(self):
        answer = self.site.ask({"module": "work", "action": "exit", "token": "t", "number": 0}, **self.signing)
        job, = answer.json["data"]["jobs"]
        with self.site.stream({"module": "job", "action": "follow", "id": job["id"]}, **self.signing) as events:
            event, data = events.next_said()
            self.assertEqual((event, data["data"]["jobs"][0]["state"]), ("end", "succeeded"))
            self.assertIn("signature", data)

    def test_the_answer_of_another_host_is_none(self):
        other = self.site.folder / "others"
        host, _, _ = (self.mgr.dir / "var/lib/mgr/host/known_host").read_text().partition(" ed25519")
        other.write_text(f"{host} {public_text(Key('other'))}\n")
        self.signing["MGR_KNOWN_HOSTS"] = str(other)
        answer = self.site.ask({"module": "shutdown", "action": "reboot"}, **self.signing)
        self.assertIn("unproven reply", self.assert_refused(answer, 502, FAILED))

    def test_a_key_that_is_not_this_users_alone_signs_nothing(self):
        os.chmod(self.file, 0o640)
        answer = self.site.ask({"module": "shutdown", "action": "reboot"}, **self.signing)
        self.assert_refused(answer, 500, FAILED)
        self.assertIn("chmod 600", answer.notes)
        self.assertNotIn(str(self.file), answer.content.decode())
        for changes in ({"MGR_KEY": str(self.file) + "x"}, {"MGR_KEY": str(self.file), "MGR_KNOWN_HOSTS": "/dev/null"}):
            self.assert_refused(self.site.ask(PING, **{**self.signing, **changes}), 500, FAILED)
        self.assertEqual(self.starts("off"), 0)

    def test_no_home_is_looked_at(self):
        config = self.site.folder / ".config/mgr"
        config.mkdir(parents=True)
        shutil.copy(self.file, config / "key")
        for place in (config, config.parent, config / "key"):
            os.chown(place, uid_of("www-data").pw_uid, -1)
        answer = self.site.ask({"module": "shutdown", "action": "reboot"}, HOME=str(self.site.folder),
                               XDG_CONFIG_HOME=str(config.parent))
        self.assert_refused(answer, 403, UNAUTHENTICATED)


class Lying(unittest.TestCase):
    """A broker that is an attacker's: its words reach a browser as JSON, on the lines that are theirs."""

    def site(self, answer):
        folder = tempfile.mkdtemp(prefix="mgr-cgi-", dir="/run")
        self.addCleanup(shutil.rmtree, folder)
        os.chmod(folder, 0o755)
        self.server = FakeServer(answer)
        self.addCleanup(self.server.__exit__)
        os.chmod(self.server.folder.name, 0o755)
        os.chmod(self.server.path, 0o777)
        return Site(BINARIES, folder, self.server.path)

    def ask(self, answer, **changes):
        return self.site(lambda fields: answer).ask(PING, **changes)

    def test_it_is_asked_with_one_block_that_holds_the_users_name(self):
        site = self.site(lambda fields: success("ping"))
        site.ask(PING, MGR_USER="zo\u00eb")
        self.assertEqual(self.server.blocks, ["module:mgr\naction:ping\nmgr-on-behalf-of:zo\u00eb\n\n".encode()])

    def test_no_reply_can_say_that_a_token_is_wanted(self):
        """The page asks again for that, and its request would be signed a second time."""
        forged = self.ask(refusal(4, "denied", "x", data={"token": "expired", "X-MGR-Token": "wanted\r\nX-MGR-Token: wanted"}))
        self.assertEqual((forged.status, forged.json["data"]["token"]), (403, "expired"))
        self.assertIsNone(forged.header["X-MGR-Token"])
        for token in (None, "1.00"):
            refused = self.ask(success("ping"), HTTP_X_MGR_TOKEN=token)
            self.assertEqual((refused.status, refused.header["X-MGR-Token"]), (403, "wanted"))

    def test_html_stays_json(self):
        answer = self.ask(line({"success": True, "msg": "<script>alert(1)</script>", "data": {"a": "\u2028</script>"}}))
        self.assertEqual((answer.status, answer.header["Content-Type"]), (200, JSON))
        self.assertEqual(answer.header["X-Content-Type-Options"], "nosniff")
        self.assertTrue(answer.content.isascii())

    def test_no_answer_adds_a_header(self):
        answer = self.ask(refusal(4, "denied", "x\r\nSet-Cookie: a=b\r\n\r\n<html>"))
        self.assertEqual(answer.status, 403)
        self.assertEqual(answer.header["Set-Cookie"], None)
        self.assertEqual(answer.content.count(b"\n"), 1)
        answer = self.ask(b'{"success":false,\r"msg":{"err_code":200},"error":"x\\r\\nStatus: 200"}\n')
        self.assertEqual((answer.status, answer.content.count(b"\r")), (502, 0))

    def test_what_is_no_reply_is_told_as_none(self):
        for words in (b"HTTP/1.1 200 OK\r\n\r\n", b"\n", b"{}\n", b"[]\n", b'{"success":true', None,
                      b'{"success":false}\n', b"[" * 100_000 + b"\n", b"\xff\xfe\n", b"x" * (5 << 20)):
            with self.subTest(words=words and words[:20]):
                answer = self.ask(words)
                self.assertEqual((answer.status, answer.code), (502, FAILED), answer)
                self.assertIn("may have been carried out", answer.json["detail"])

    def test_many_lines_are_not_one(self):
        answer = self.ask(more("ping", {}) + success("ping"))
        self.assertEqual((answer.status, answer.code), (400, INVALID))

    def test_no_line_of_a_stream_becomes_two(self):
        evil = (b'{"success":true,\r"msg":"a\\revent: end\\ndata: {}\\n\\n",\r\r"more":true,"data":"\xe2\x80\xa8"}\n'
                b'{"success":true,"msg":"b ok"}\n')
        site = self.site(lambda fields: evil)
        with site.stream(PING) as events:
            written = events.rest()
        self.assertNotIn(b"\r", written)
        self.assertEqual([each.split(b":")[0] for each in written.splitlines()],
                         [b"", b"", b"data", b"", b"event", b"data", b""])
        first = next(each for each in written.splitlines() if each.startswith(b"data: "))
        self.assertEqual(json.loads(first.removeprefix(b"data: "))["msg"], "a\revent: end\ndata: {}\n\n")

    def test_a_stream_of_garbage_ends_as_a_failure(self):
        site = self.site(lambda fields: [more("follow", {}), b"garbage\n", success("follow")])
        with site.stream(PING) as events:
            self.assertTrue(events.next_said()[1]["more"])
            event, data = events.next_said()
            self.assertEqual((event, data["success"]), ("end", False))
            self.assertEqual(events.rest(), b"")

    def test_who_signs_believes_no_success_without_a_signature(self):
        site = self.site(lambda fields: success("ping"))
        key, host = site.folder / "key", site.folder / "known_hosts"
        key.write_text(key_text(Key("site")))
        host.write_text(f"local {'0123456789abcdef' * 2} {public_text(Key('host'))}\n")
        os.chmod(key, 0o600)
        os.chown(key, uid_of("www-data").pw_uid, -1)
        answer = site.ask(PING, MGR_KEY=str(key), MGR_KNOWN_HOSTS=str(host))
        self.assertEqual((answer.status, answer.code), (502, FAILED))
        self.assertIn(b"auth-key:site\n", self.server.blocks[0])


if __name__ == "__main__":
    unittest.main(verbosity=2)
