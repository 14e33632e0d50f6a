"""What may be asked of the module shutdown, by whom, and what becomes of one that is scheduled.

Usage: shutdown_asked_test.py BINARIES [unittest arguments]; as root, in a pid namespace of its own.
"""
import datetime
import json
import unittest

from shutdown_support import ShutdownTestCase, shutdown_file
from signing import Key, block, host_id, sign


class Scheduled(ShutdownTestCase):
    def test_it_is_shown_with_when_it_is_due(self):
        off = self.shutdown("reboot", delay="10m", message="Größe", reason="update")
        self.assertEqual(off["state"], "running")
        for shown in (self.scheduled()[0], self.shown(off["id"]), self.ids_and_dues()[off["id"]]):
            self.assertEqual((shown["module"], shown["action"], shown["key"]), ("shutdown", "reboot", "shutdown"))
            due, started = (datetime.datetime.fromisoformat(shown[name]) for name in ("due", "started"))
            self.assertEqual(due - started, datetime.timedelta(minutes=10))
        self.assertEqual(self.scheduled()[0]["arguments"], {
            "delay": "10m", "message": "Größe", "reason": "update", "wait_for_jobs": "no", "force": "no"})
        self.until_started("off")
        self.assertEqual((self.mgr.dir / "seen/off").read_text(), "--backend=auto --delay=10m --message=Größe reboot\n")
        self.accepts_new_jobs()
        self.mgr.restart_helper()
        again, = self.scheduled()
        due, started = (datetime.datetime.fromisoformat(again[name]) for name in ("due", "started"))
        self.assertEqual(due - started, datetime.timedelta(minutes=10))
        self.go_down(off["id"])
        self.assertNotIn("due", self.shown(off["id"]))
        self.assertEqual(self.scheduled(), [])

    def ids_and_dues(self):
        return {job["id"]: job for job in self.job("list")["jobs"]}

    def test_an_equal_request_gets_the_one_that_is_scheduled_and_another_is_a_conflict(self):
        off = self.shutdown(delay="10m", reason="update")["id"]
        for fields in ({"delay": "10m", "reason": "update"}, {"delay": "10m", "reason": "update", "force": "no"}):
            again = self.mgr.request("shutdown", "poweroff", **fields)["data"]["jobs"][0]
            self.assertEqual((again["id"], again["new"]), (off, False))
        for action, fields in (("poweroff", {}), ("poweroff", {"delay": "10m"}), ("reboot", {"delay": "10m", "reason": "update"}),
                               ("halt", {"force": "yes"}), ("poweroff", {"delay": "10m", "reason": "update", "force": "yes"}),
                               ("reboot", {"wait_for_jobs": "yes"})):
            refused = self.refuses(self.mgr.request("shutdown", action, **fields), 11)
            self.assertEqual(refused["detail"], f"shutdown is taken by job {off} (shutdown poweroff)")
        self.assertEqual([job["id"] for job in self.scheduled()], [off])
        self.accepts_new_jobs()

    def test_cancel_with_nothing_scheduled_is_not_found(self):
        refused = self.refuses(self.mgr.request("shutdown", "cancel"), 12)
        self.assertEqual((refused["error"], refused["detail"]),
                         ("not_found", "no shutdown is scheduled, or none that you may see"))
        self.go_down(self.shutdown()["id"])
        self.refuses(self.mgr.request("shutdown", "cancel"), 12)

    def test_cancel_while_it_runs(self):
        off = self.shutdown(delay="1d")["id"]
        self.until_started("off")
        cancelled, = self.cancel()
        self.assertEqual((cancelled["id"], cancelled["state"]), (off, "stopped"))
        self.assertNotIn("due", cancelled)
        self.assertEqual((self.mgr.processes_of(off), self.scheduled()), ([], []))
        self.refuses(self.mgr.request("shutdown", "cancel"), 12)
        self.shutdown("reboot")

    def test_cancel_while_it_waits(self):
        job = self.start_gated("a")
        off = self.shutdown(wait_for_jobs="yes")["id"]
        self.assertEqual([(one["id"], one["state"]) for one in self.cancel()], [(off, "stopped")])
        self.accepts_new_jobs()
        self.assertEqual((self.state(job), self.scheduled()), ("running", []))
        self.mgr.restart_helper()
        self.accepts_new_jobs()
        self.assertEqual((self.finish("a", job), self.starts("off"), self.state(off)), (["succeeded"], 0, "stopped"))

    def test_cancel_while_it_is_being_called_off(self):
        self.mgr.write("bin/off", '#!/bin/sh\necho "$*" >> "@DIR@/seen/off"\n'
                       'trap \'read -r word < "@DIR@/gates/off"; exit 0\' TERM\nsleep 1000 &\nwait\n', 0o755)
        off = self.shutdown(delay="1d")["id"]
        self.until_started("off")
        with self.mgr.client() as first, self.mgr.client() as second:
            first.sendall(b"module:shutdown\naction:cancel\n\n")
            self.until(lambda: self.state(off) == "stopping")
            second.sendall(b"module:shutdown\naction:cancel\n\n")
            self.refuses(self.mgr.request("shutdown", "halt", force="yes"), 11)
            self.mgr.open_gate("off")
            for connection in (first, second):
                job, = json.loads(connection.makefile().readline())["data"]["jobs"]
                self.assertEqual((job["id"], job["state"]), (off, "stopped"))

    def test_cancel_is_the_next_helpers_too(self):
        off = self.shutdown(delay="1d")["id"]
        self.until_started("off")
        self.mgr.restart_helper()
        self.assertEqual([(one["id"], one["state"]) for one in self.cancel()], [(off, "stopped")])

    def test_to_stop_its_job_is_to_call_it_off(self):
        self.start_gated("a")
        off = self.shutdown(wait_for_jobs="yes")["id"]
        self.assertEqual(self.job("stop", ids=off)["jobs"][0]["state"], "stopped")
        off = self.shutdown("halt", force="yes", delay="1d")["id"]
        self.assertEqual(self.job("stop", key="shutdown")["jobs"][0]["id"], off)
        self.assertEqual(self.scheduled(), [])
        self.accepts_new_jobs()

    def test_one_that_fails_bars_nothing_any_more(self):
        self.mgr.write("bin/off", '#!/bin/sh\necho "$*" >> "@DIR@/seen/off"\nexit 1\n', 0o755)
        off = self.shutdown(wait_for_jobs="yes")["id"]
        ended, = self.wait(off)
        self.assertEqual((ended["state"], ended["exit_status"], ended["attempt"], self.starts("off")), ("failed", 1, 1, 1))
        self.accepts_new_jobs()

    def test_one_that_cannot_be_started_bars_nothing_any_more(self):
        (self.mgr.dir / "bin/off").unlink()
        off = self.shutdown(wait_for_jobs="yes")["id"]
        self.assertEqual(self.wait(off)[0]["state"], "failed")
        self.accepts_new_jobs()


class BadInput(ShutdownTestCase):
    def nothing_came_of(self, refused, code):
        self.refuses(refused, code)
        self.assertEqual(self.scheduled(None), [])

    def test_a_delay_that_is_none(self):
        for delay in ("-1", "-1s", "1000000000000", "1000000000000s", "now; id", "now", "+1m", "10", "1 m", "01m", "1.5h",
                      "31d", "721h", "2592000001ms", "999999999d", "$(id)", "`id`", "4294967296ms", "--help", "10m,20m",
                      "１０m", "10m#", "@DIR@"):
            self.nothing_came_of(self.mgr.request("shutdown", "poweroff", delay=delay, force="yes"), 6)

    def test_a_text_that_does_more_than_stand_there(self):
        for name in ("message", "reason"):
            for text in ("a\x1b[2J", "a\x07", "a\x7f", "a\u0085b", "a\u009b2J", "a\0b", "a\tb", "a\x9b"):
                self.nothing_came_of(self.mgr.request("shutdown", "reboot", **{name: text}), 5)
            for text in ("a\u202eb", "a\u2066b", "a\u2028b", "a\u2029b", "a\u200bb", "\ufeffa", "\U000e0001", "\ue000",
                         "-h", "x" * 201, "ä" * 101):
                self.nothing_came_of(self.mgr.request("shutdown", "reboot", **{name: text}), 6)
            # Bytes that are no UTF-8.
            block = f"module:shutdown\naction:halt\n{name}:".encode() + b"a\xff\xc0\x80\n\n"
            self.nothing_came_of(json.loads(self.mgr.send(block)), 5)

    def test_a_line_break_ends_a_value_and_begins_nothing(self):
        for text in ("a\nforce:yes", "a\r\nwait_for_jobs:yes"):
            self.start_gated(f"gate{len(text)}")
            reply = self.mgr.request("shutdown", "reboot", message=text)
            # The client that built its block so has said this itself: two fields, and no third.
            self.assertTrue(reply["success"], reply)
            self.cancel()
        self.nothing_came_of(self.mgr.request("shutdown", "reboot", message="a\n\nmodule:shutdown"), 11)

    def test_flags_that_are_none_or_exclude_each_other(self):
        for fields in ({"force": "yes", "wait_for_jobs": "yes"}, {"force": "true"}, {"wait_for_jobs": "YES"}, {"force": "1"},
                       {"force": "yes,yes"}, {"no_wait": "yes"}, {"backend": "recorder"}, {"time": "1m"}):
            self.nothing_came_of(self.mgr.request("shutdown", "halt", **fields), 6)
        twice = self.mgr.ask("module:shutdown\naction:halt\nforce:no\nforce:yes\n\n")
        self.nothing_came_of(twice, 5)
        for action in ("cancel", "status"):
            self.nothing_came_of(self.mgr.request("shutdown", action, force="yes"), 6)
        for action in ("Poweroff", "power-off", "suspend", "kexec", "poweroff.now", "*"):
            self.refuses(self.mgr.request("shutdown", action), 1)

    def test_nothing_of_a_text_is_more_than_a_text(self):
        text = "$(touch /x) `id` \"'\\ %s {delay} ${HOME} --message=x ; reboot | cat > /x & # 你好"
        self.shutdown(message=text, reason=text)
        self.until_started("off")
        self.assertEqual((self.mgr.dir / "seen/off").read_text(), f"--backend=auto --delay=0s --message={text} poweroff\n")
        self.assertEqual(self.scheduled()[0]["arguments"]["reason"], text)
        self.assertEqual(self.lines("effect")[-1]["arguments"]["reason"], text)

    def test_a_wait_is_for_what_answers_with_jobs(self):
        self.refuses(self.mgr.request("shutdown", "cancel", mgr__wait="yes"), 6)
        self.refuses(self.mgr.request("shutdown", "status", mgr__wait="yes"), 6)


class Callers(ShutdownTestCase):
    def test_who_sees_and_cancels_which_is_the_rules_to_say(self):
        off = self.shutdown(delay="1d")["id"]
        self.assertEqual(self.scheduled("daemon"), [])
        self.refuses(self.mgr.request("shutdown", "cancel", "daemon"), 12)
        refused = self.refuses(self.mgr.request("shutdown", "poweroff", "daemon", delay="1d"), 11)
        self.assertEqual(refused["detail"], "shutdown is taken by another job", "and nothing of whose it is")
        self.assertEqual([(job["id"], job["caller"]["uid"]) for job in self.scheduled(None)], [(off, 33)])
        again = self.mgr.request("shutdown", "poweroff", None, delay="1d")["data"]["jobs"][0]
        self.assertEqual((again["id"], again["new"]), (off, False))
        self.assertEqual([job["id"] for job in self.cancel(None)], [off])
        self.assertEqual(self.state(off), "stopped")

    def test_who_may_not_is_denied(self):
        for action in ("poweroff", "reboot", "halt", "cancel", "status"):
            for user, tcp in (("nobody", False), (None, True)):
                reply = self.mgr.ask(f"module:shutdown\naction:{action}\n\n", user, tcp)
                self.refuses(reply, 3)
        self.assertEqual(self.lines("effect"), [])

    def test_as_shipped_it_wants_a_signed_request_and_to_call_it_off_does_not(self):
        off = self.shutdown(delay="1d")["id"]
        self.mgr.write("etc/mgr/modules.d/shutdown.toml", shutdown_file("signed"))
        self.assertTrue(self.mgr.request("mgr", "reload", None)["success"])
        for user in ("www-data", None):
            refused = self.refuses(self.mgr.request("shutdown", "poweroff", user, force="yes"), 3)
            self.assertIn("mgrctl keygen", refused["detail"], "how to come by a signature")
        self.assertEqual([job["id"] for job in self.scheduled()], [off])
        self.assertEqual([job["id"] for job in self.cancel()], [off])

    def test_as_shipped_it_is_for_who_signs_and_is_allowed_it(self):
        alice, stranger = Key("alice").install(self.mgr), Key("stranger").install(self.mgr)
        policy = self.mgr.dir / "etc/mgr/policy.toml"
        policy.write_text(policy.read_text().replace('name = "web"\n', 'name = "web"\nkey = "alice"\n'))
        self.mgr.write("etc/mgr/modules.d/shutdown.toml", shutdown_file("signed"))
        self.assertTrue(self.mgr.request("mgr", "reload", None)["success"])

        def signed(key, action, **fields):
            asked = [("module", "shutdown"), ("action", action), *fields.items()]
            return sign(asked, key, host_id(self.mgr))

        def send(fields, tcp=True):
            return json.loads(self.mgr.send(block(fields), tcp=tcp))
        self.refuses(send(signed(stranger, "poweroff", delay="1d")), 4)
        altered = [(name, "0s" if name == "delay" else value) for name, value in signed(alice, "poweroff", delay="1d")]
        self.refuses(send(altered), 3)
        self.assertEqual([line["module"] for line in self.lines("effect")], ["mgr"], "the reload alone")
        once = signed(alice, "poweroff", delay="1d")
        reply = send(once)
        self.assertTrue(reply["success"], reply)
        job, = reply["data"]["jobs"]
        self.refuses(send(once, tcp=False), 9)
        again = send(signed(alice, "poweroff", delay="1d"), tcp=False)["data"]["jobs"][0]
        self.assertEqual((again["id"], again["new"]), (job["id"], False))
        self.assertEqual(self.scheduled(), [], "it is the key's, and not of who carried it")
        self.assertTrue(send(signed(alice, "cancel"))["success"])
        self.assertEqual(self.state(job["id"]), "stopped")


if __name__ == "__main__":
    unittest.main(verbosity=2)
