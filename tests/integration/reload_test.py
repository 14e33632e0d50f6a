"""A change of the policy comes into force while mgr runs, whole or not at all.

Usage: reload_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import json
import os
import signal
import subprocess
import threading
import unittest

from evil_broker_support import EvilBroker, REPLY
from instance import DEADLINE, uid_of
from jobs_support import BINARIES
from reload_support import POLICY, VERSION, WORK, ReloadTestCase, action


class Change(ReloadTestCase):
    def prepare(self):
        self.mgr.write("etc/mgr/modules.d/work.toml", action("old", ["/bin/echo", "old"], 'mode = "output"'))

    def principals(self, client):
        return self.accepts(client.ask("mgr", "whoami"))["data"]["principals"]

    def test_a_rule_that_is_added_counts_for_who_is_connected_already(self):
        client = self.kept()
        self.refuses(client.ask("mgr", "version"), 4)
        self.mgr.write("etc/mgr/rules.d/50-more.toml", VERSION)
        self.refuses(client.ask("mgr", "version"), 4)
        self.assertEqual(self.reload(), {"warnings": [], "restart": []})
        self.accepts(client.ask("mgr", "version"))
        self.accepts(self.mgr.request("mgr", "version"))

    def test_a_rule_that_is_taken_away_counts_for_who_is_connected_already(self):
        self.mgr.write("etc/mgr/rules.d/50-more.toml", VERSION)
        self.reload()
        client = self.kept()
        self.accepts(client.ask("mgr", "version"))
        (self.rules / "50-more.toml").unlink()
        self.reload()
        self.refuses(client.ask("mgr", "version"), 4)
        self.refuses(self.mgr.request("mgr", "version"), 4)

    def test_who_is_connected_has_the_principals_of_the_new_policy(self):
        client, other = self.kept(), self.kept("daemon")
        self.assertEqual(self.principals(client), ["anyone", "web"])
        self.assertEqual(self.principals(other), ["anyone"])
        renamed = POLICY.replace('name = "web"\nuser = "www-data"', 'name = "pages"\nuser = ["daemon", "www-data"]')
        for _ in range(3):  # the names of the policy before are gone by then
            self.mgr.write("etc/mgr/policy.toml", renamed)
            self.reload()
            self.assertEqual(self.principals(client), ["anyone", "pages"])
            self.assertEqual(self.principals(other), ["anyone", "pages"])
            self.mgr.write("etc/mgr/policy.toml", POLICY)
            self.reload()
            self.assertEqual(self.principals(client), ["anyone", "web"])
            self.assertEqual(self.principals(other), ["anyone"])
        self.assertEqual(self.accepts(self.mgr.ask("module:mgr\naction:whoami\n\n", tcp=True))["data"]["principals"],
                         ["anyone"])

    def test_whoever_has_the_reply_can_ask_for_what_is_new(self):
        client = self.kept(None)
        for number in range(20):
            name = f"new{number}"
            self.mgr.write("etc/mgr/modules.d/work.toml", action(name, ["/bin/echo", name], 'mode = "output"'))
            client.send("mgr", "reload")
            self.accepts(client.read())
            reply = self.accepts(client.ask("work", name))
            self.assertEqual(reply["data"]["stdout"], name + "\n")
        self.refuses(client.ask("work", "new0"), 1)
        known = self.accepts(client.ask("mgr", "modules"))["data"]["modules"]
        actions = [row["name"] for module in known if module["name"] == "work" for row in module["actions"]]
        self.assertEqual(actions, ["new19"])

    def test_warnings_and_what_needs_a_restart_are_told(self):
        self.mgr.write("etc/mgr/rules.d/50-more.toml", '[[principal]]\nname = "x"\nuser = "no-such-user"\n' +
                       VERSION.replace("web", "x"))
        settings = (self.mgr.dir / "etc/mgr/mgr.toml").read_text()
        self.mgr.write("etc/mgr/mgr.toml", settings + '[helper]\njob_user = "daemon"\nbroker_user = "bin"\n')
        told = self.reload()
        self.assertEqual(told["restart"], ["helper.broker_user", "helper.job_user"])
        self.assertEqual(len(told["warnings"]), 1, told)
        self.assertRegex(told["warnings"][0], r"/rules\.d/50-more\.toml:\d+: .*no-such-user")
        self.assertIn("no-such-user", self.mgr.log("helper"))
        # Not once more than it is so.
        self.assertEqual(self.reload()["restart"], ["helper.broker_user", "helper.job_user"])
        self.mgr.kill_broker()  # the old user still is the broker's
        self.mgr.start_broker()
        self.mgr.wait_ready()
        self.mgr.write("etc/mgr/mgr.toml", settings)
        self.assertEqual(self.reload()["restart"], [])
        self.mgr.write("etc/mgr/mgr.toml", settings.replace(str(self.mgr.cgroup), str(self.mgr.cgroup) + "-other"))
        self.assertEqual(self.reload()["restart"], ["jobs.cgroup"])
        self.assertEqual(self.accepts(self.mgr.request("work", "old", None))["data"]["stdout"], "old\n")

    def test_sighup_reloads(self):
        self.mgr.write("etc/mgr/rules.d/50-more.toml", VERSION)
        self.mgr.helper.send_signal(signal.SIGHUP)
        self.until(lambda: self.lines("reloaded"))
        self.accepts(self.mgr.request("mgr", "version"))

    def test_it_is_in_the_audit(self):
        self.reload()
        effect, = self.lines("effect")
        self.assertEqual((effect["module"], effect["action"], effect["uid"]), ("mgr", "reload", 0))
        self.assertEqual(len(self.lines("reloaded")), 1)
        outcome, = [line for line in self.mgr.audit_lines() if line.get("of") == effect["seq"]]
        self.assertGreater(outcome["seq"], self.lines("reloaded")[0]["seq"])
        self.mgr.check_audit_chain()

    def test_only_whom_the_policy_allows_it_may_ask_for_it(self):
        self.refuses(self.mgr.request("mgr", "reload"), 4)
        self.refuses(self.mgr.ask("module:mgr\naction:reload\n\n", tcp=True), 3)
        self.assertEqual(self.lines("reloaded") + self.lines("effect"), [])


class Keeps(ReloadTestCase):
    """What the reload has nothing to do with goes on."""

    def prepare(self):
        self.mgr.write("etc/mgr/rules.d/50-work.toml", WORK)

    def actions(self, *keys, word="gated"):
        gated = ["@DIR@/bin/job", word, "{token}"]
        argument = '[module.work.action.gated.arg.token]\ntype = "string"\nmax_length = 64\n'
        self.mgr.write("etc/mgr/modules.d/work.toml", action("gated", gated, *keys) + argument)

    def test_a_job_ends_as_it_began_though_its_rule_and_action_are_gone(self):
        job = self.start_gated("first")
        self.until_started("first")
        (self.rules / "50-work.toml").unlink()
        self.mgr.write("etc/mgr/modules.d/work.toml", "")
        self.reload()
        self.refuses(self.mgr.request("work", "gated", token="second"), 1)
        self.assertEqual(self.state(job), "running")
        self.mgr.open_gate("first")
        ended, = self.wait(job)
        self.assertEqual((ended["state"], ended["action"]), ("succeeded", "gated"))

    def test_an_answer_that_is_awaited_comes(self):
        client = self.kept()
        self.make_gate("slow")
        client.send("work", "gated", token="slow", **{"mgr-wait": "yes"})
        self.until_started("slow")
        (self.rules / "50-work.toml").unlink()
        self.reload()
        self.mgr.open_gate("slow")
        self.assertEqual(self.accepts(client.read())["data"]["jobs"][0]["state"], "succeeded")
        self.refuses(client.ask("work", "gated", token="more"), 4)

    def test_what_waits_for_a_place_starts_when_the_limit_is_raised(self):
        settings = (self.mgr.dir / "etc/mgr/mgr.toml").read_text()
        self.mgr.write("etc/mgr/mgr.toml", settings.replace("[jobs]", "[jobs]\nmax_running = 1"))
        self.reload()
        first, second = self.start_gated("first"), self.start_gated("second")
        self.until_started("first")
        self.assertEqual(self.state(second), "queued")
        self.mgr.write("etc/mgr/mgr.toml", settings)
        self.reload()
        self.until_started("second")
        for token in ("first", "second"):
            self.mgr.open_gate(token)
        self.assertEqual([job["state"] for job in self.wait(first, second)], ["succeeded"] * 2)

    def test_limits_below_what_is_in_use_end_nothing(self):
        clients = [self.kept() for _ in range(4)]
        for client in clients:
            self.accepts(client.ask("mgr", "ping"))
        settings = (self.mgr.dir / "etc/mgr/mgr.toml").read_text()
        for number, gate in enumerate(("first", "second")):
            self.make_gate(gate)
            clients[number].send("work", "gated", token=gate, **{"mgr-wait": "yes"})
            self.until_started(gate)
        self.mgr.write("etc/mgr/mgr.toml", settings.replace("[limits]", "[limits]\nrequests_in_flight = 1\n"
                                                            "connections = 2\nkept_places = 1"))
        client = self.kept(None)
        client.send("mgr", "reload")
        self.accepts(client.read())
        clients[2].send("mgr", "ping")  # waits for its turn
        with self.mgr.client("www-data") as newcomer, newcomer.makefile("rb") as answer:
            self.refuses(json.loads(answer.readline()), 7)  # there is no place
        self.mgr.write("etc/mgr/mgr.toml", settings)
        client.send("mgr", "reload")
        self.accepts(client.read())
        self.accepts(clients[2].read())
        self.accepts(self.kept().ask("mgr", "ping"))
        for number, gate in enumerate(("first", "second")):
            self.mgr.open_gate(gate)
            self.accepts(clients[number].read())
        self.accepts(self.mgr.request("mgr", "ping"))

    def test_a_rate_goes_on_where_it_was_unless_its_rule_is_another(self):
        limited = WORK.replace("work", "mgr").replace('"*"', '"version"') + 'rate = "3/d"\n'
        self.mgr.write("etc/mgr/rules.d/50-work.toml", limited)
        self.reload()
        client = self.kept()
        for _ in range(3):
            self.accepts(client.ask("mgr", "version"))
        self.mgr.write("etc/mgr/rules.d/50-work.toml", "# Moved down.\n\n" + WORK + limited)
        self.reload()
        self.refuses(client.ask("mgr", "version"), 7)
        self.mgr.write("etc/mgr/rules.d/50-work.toml", limited.replace("3/d", "4/d"))
        self.reload()
        for _ in range(4):
            self.accepts(client.ask("mgr", "version"))
        self.refuses(client.ask("mgr", "version"), 7)

    def test_an_answer_that_was_kept_is_not_given_under_another_policy(self):
        def say(word):
            self.mgr.write("etc/mgr/modules.d/work.toml",
                           action("say", ["/bin/echo", word], 'mode = "output"', 'cache = "24h"'))
            self.reload()
        say("one")
        for word in ("one", "two", "one"):
            say(word)
            first = self.accepts(self.mgr.request("work", "say"))["data"]
            again = self.accepts(self.mgr.request("work", "say"))["data"]
            self.assertEqual((first["stdout"], again["stdout"]), (word + "\n", word + "\n"))
            self.assertEqual(first["job"], again["job"])


class Broken(ReloadTestCase):
    def fails(self, pattern):
        client = self.kept()
        refused = self.refuses(self.mgr.request("mgr", "reload", None), 2)
        self.assertRegex(refused["detail"], pattern)
        line = self.lines("reload_failed")[-1]
        self.assertEqual(line["detail"], refused["detail"])
        self.assertIn(refused["detail"], self.mgr.log("helper"))
        self.refuses(client.ask("mgr", "version"), 4)
        self.accepts(self.mgr.request("mgr", "whoami"))
        self.accepts(self.mgr.request("mgr", "version", None))
        return refused

    def test_a_mistake_anywhere_keeps_the_old_policy(self):
        for name, text, pattern in (
                ("etc/mgr/rules.d/50-more.toml", VERSION + "[[allow]\n", r"rules\.d/50-more\.toml:5: "),
                ("etc/mgr/rules.d/50-more.toml", VERSION + 'jbos = "all"\n', r"50-more\.toml:5: .*jbos"),
                ("etc/mgr/rules.d/50-more.toml", VERSION.replace("web", "wbe"), r"50-more\.toml:\d+: .*wbe"),
                ("etc/mgr/rules.d/50-more.toml", VERSION + VERSION.replace('"mgr"', '"service"').replace('"version"', '"*"'),
                 r"50-more\.toml:\d+: .* list its 'unit'"),
                ("etc/mgr/modules.d/work.toml", action("say", ["echo"]), r"modules\.d/work\.toml:\d: "),
                ("etc/mgr/mgr.toml", "[limits]\nconnections = -1\n", r"mgr\.toml:2: ")):
            with self.subTest(pattern):
                path = self.mgr.dir / name
                before = path.read_text() if path.exists() else None
                self.mgr.write(name, text)
                self.fails(pattern)
                path.unlink() if before is None else self.mgr.write(name, before)
        self.reload()

    def test_no_policy_is_no_policy(self):
        (self.mgr.dir / "etc/mgr/policy.toml").unlink()
        self.fails(r"policy\.toml: ")
        self.mgr.write("etc/mgr/policy.toml", "")
        self.fails(r"policy\.toml: there is no rule")

    def test_a_policy_that_anybody_can_write_is_none(self):
        self.mgr.write("etc/mgr/rules.d/50-more.toml", VERSION, 0o666)
        self.fails(r"50-more\.toml: ")
        self.mgr.write("etc/mgr/rules.d/50-more.toml", VERSION)
        os.chown(self.rules, uid_of("daemon").pw_uid, 0)
        self.fails(r"rules\.d: ")

    def test_text_of_a_file_does_not_get_raw_into_log_and_reply(self):
        self.mgr.write("etc/mgr/rules.d/50-more.toml", VERSION + '"\\u001b[31m\\n\\u202e" = 1\n')
        path = self.mgr.dir / "var/log/mgr/audit.jsonl"
        self.fails(r"50-more\.toml:5: ")
        self.assertFalse({27, 0xe2} & set(path.read_bytes()))
        self.mgr.check_audit_chain()

    def test_a_mistake_that_is_as_long_as_a_file_is_cut(self):
        self.mgr.write("etc/mgr/rules.d/50-more.toml", VERSION.replace("web", "\u00e9" * 400_000))
        self.assertLess(len(self.fails(r"50-more\.toml:\d+: ")["detail"]), 8192)
        self.mgr.kill_helper()
        self.mgr.write("etc/mgr/rules.d/50-more.toml", "")
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.mgr.check_audit_chain()  # which a helper takes up at the last line

    def test_sighup_keeps_the_old_policy_too(self):
        self.mgr.write("etc/mgr/rules.d/50-more.toml", VERSION + "[[allow]\n")
        self.mgr.helper.send_signal(signal.SIGHUP)
        self.until(lambda: self.lines("reload_failed"))
        self.refuses(self.mgr.request("mgr", "version"), 4)

    def test_a_program_that_is_gone_or_of_another_version_keeps_the_old_policy(self):
        libexec = self.mgr.dir / "bin"
        self.mgr.kill_helper()
        for name in ("mgr-job", "mgr-configure"):
            os.symlink(self.mgr.binaries / name, libexec / name)
        self.mgr.libexec = libexec
        self.mgr.start_helper()
        self.mgr.wait_ready()
        (libexec / "mgr-configure").unlink()
        self.fails("mgr-configure")
        for text in ("", "echo nonsense", "head -c 60000000 /dev/zero", "kill -9 $$"):
            self.mgr.write("bin/mgr-configure", f"#!/bin/sh\n{text}\n", 0o755)
            self.fails("mgr")
        (libexec / "mgr-configure").unlink()
        os.symlink(self.mgr.binaries / "mgr-configure", libexec / "mgr-configure")
        self.reload()


class Beside(ReloadTestCase):
    """Reloads that wait, as if a database of users hung, and what goes on beside them."""

    def prepare(self):
        libexec = self.mgr.dir / "bin"
        os.symlink(self.mgr.binaries / "mgr-job", libexec / "mgr-job")
        for gate in ("begun", "go"):
            self.make_gate(gate)
        self.mgr.write("bin/mgr-configure", '#!/bin/sh\ncase "$*" in *--reload)\n'
                       'echo begun > "@DIR@/gates/begun"; read -r word < "@DIR@/gates/go" ;;\nesac\n'
                       f'exec {os.path.abspath(self.mgr.binaries)}/mgr-configure "$@"\n', 0o755)
        self.mgr.libexec = libexec

    def until_begun(self):
        def give_up(*_):
            raise AssertionError("no reload begins")
        previous = signal.signal(signal.SIGALRM, give_up)
        signal.alarm(DEADLINE)
        try:
            with open(self.mgr.dir / "gates/begun") as gate:
                self.assertEqual(gate.read(), "begun\n")
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, previous)

    def test_a_reload_that_hangs_holds_nobody_up(self):
        admin, client = self.kept(None), self.kept()
        admin.send("mgr", "reload")
        self.until_begun()
        for _ in range(100):
            self.accepts(client.ask("mgr", "whoami"))
        self.accepts(self.mgr.request("mgr", "version", None))
        self.mgr.open_gate("go")
        self.accepts(admin.read())

    def test_who_asks_while_one_runs_gets_one_that_begins_afterwards(self):
        admins, client = [self.kept(None) for _ in range(4)], self.kept()
        admins[0].send("mgr", "reload")
        self.until_begun()
        for admin in admins[1:]:
            admin.send("mgr", "reload")
        self.until(lambda: len(self.lines("effect")) == 4)
        self.mgr.helper.send_signal(signal.SIGHUP)
        self.mgr.open_gate("go")
        self.accepts(admins[0].read())
        self.until_begun()
        self.mgr.write("etc/mgr/rules.d/50-more.toml", VERSION)
        self.refuses(client.ask("mgr", "version"), 4)
        self.mgr.open_gate("go")
        for admin in admins[1:]:
            self.accepts(admin.read())
        self.accepts(client.ask("mgr", "version"))
        self.assertEqual(len(self.lines("reloaded")), 2)

    def test_it_comes_into_force_though_the_broker_went_meanwhile(self):
        admin = self.kept(None)
        admin.send("mgr", "reload")
        self.until_begun()
        self.mgr.kill_broker()
        self.mgr.write("etc/mgr/modules.d/work.toml", action("new", ["/bin/true"]))
        self.mgr.write("etc/mgr/rules.d/50-more.toml", WORK)
        self.mgr.open_gate("go")
        self.until(lambda: self.lines("reloaded"))
        self.mgr.start_broker()
        self.mgr.wait_ready()
        self.accepts(self.mgr.request("work", "new"))

    def test_a_helper_that_ends_leaves_none_behind(self):
        admin = self.kept(None)
        admin.send("mgr", "reload")
        self.until_begun()
        self.mgr.end(self.mgr.helper, signal.SIGTERM)
        self.until(lambda: not self.configures())
        self.mgr.start_helper()
        self.mgr.wait_ready()
        effect, = self.lines("effect")
        outcome, = [line for line in self.mgr.audit_lines() if line.get("of") == effect["seq"]]
        self.assertFalse(outcome["success"], outcome)

    def configures(self):
        """The processes that this test's program is."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as words:
                    if b"--reload" in words.read().split(b"\0"):
                        found.append(pid)
            except OSError:
                pass
        return found


class Many(ReloadTestCase):
    """Who takes the broker over asks for reloads in the name of an admin who is connected."""

    def prepare(self):
        unknown = [f'[[principal]]\nname = "x{n}"\nuser = "no-such-\u00e9-{n}"\n' for n in range(3000)]
        self.mgr.write("etc/mgr/rules.d/50-more.toml", "".join(unknown))

    def test_what_a_reload_tells_is_kept_once_however_many_ask(self):
        self.mgr.kill_broker()
        evil = EvilBroker(self.mgr, user=None)
        self.addCleanup(evil.close)
        evil.socket.sendall(b"".join(evil.run(number, b"reload", b"mgr") for number in range(1, 1001)))
        replies = [json.loads(evil.wait_for(REPLY)[1][5:]) for _ in range(1000)]
        told = [reply["data"] for reply in replies if reply["success"]]
        self.assertTrue(told)
        self.assertLessEqual(len(told), 2 * 64)
        self.assertGreater(len(told[0]["warnings"]), 1000)
        self.assertEqual({reply["msg"]["err_code"] for reply in replies if not reply["success"]}, {7})
        log = (self.mgr.dir / "var/log/mgr/audit.jsonl").read_text().splitlines()
        self.assertLessEqual(sum(len(line) > 4096 for line in log), 3)  # one for each reload
        self.mgr.check_audit_chain()


class Mgrctl(ReloadTestCase):
    def mgrctl(self, *words, user="root"):
        entry = uid_of(user)
        return subprocess.run([f"{BINARIES}/mgrctl", "--root", str(self.mgr.dir), *words], capture_output=True,
                              timeout=DEADLINE, user=entry.pw_uid, group=entry.pw_gid, extra_groups=[], text=True,
                              env={"PATH": "/usr/bin:/bin", "MGR_KEY": ""})

    def test_it_tells_what_came_of_it(self):
        done = self.mgrctl("reload")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "reloaded\n", ""))
        self.mgr.write("etc/mgr/rules.d/50-more.toml", '[[principal]]\nname = "x"\nuser = "no-such-user"\n' +
                       VERSION.replace("web", "x"))
        settings = (self.mgr.dir / "etc/mgr/mgr.toml").read_text()
        self.mgr.write("etc/mgr/mgr.toml", settings + '[helper]\njob_user = "daemon"\n')
        done = self.mgrctl("reload")
        self.assertEqual((done.returncode, done.stdout), (0, "reloaded\n"))
        self.assertRegex(done.stderr, r"50-more\.toml:\d+: .*no-such-user.*\n.*helper\.job_user.*restart")
        self.assertEqual(self.mgrctl("--quiet", "reload").stdout, "")
        self.mgr.write("etc/mgr/mgr.toml", settings + "nonsense\n")
        done = self.mgrctl("reload")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"mgr\.toml:\d+: ")
        self.assertTrue(done.stderr.endswith("\nmgrctl: the old configuration stays in force\n"), done.stderr)

    def test_its_exit_codes(self):
        self.assertEqual(self.mgrctl("reload", user="www-data").returncode, 126)
        self.assertEqual(self.mgrctl("reload", "now").returncode, 2)
        self.mgr.kill_helper()
        self.assertEqual(self.mgrctl("reload").returncode, 127)
        self.mgr.start_helper()
        self.mgr.wait_ready()


class Load(ReloadTestCase):
    """Good policies and broken ones in turn, under load: every reply is that of one policy."""
    CLIENTS = 16
    ROUNDS = 60

    def install(self, side, number):
        # The number that is allowed, what is printed, and what the asker is called.
        rule = WORK.replace("web", f"web-{side.lower()}") + f'where = {{ number = "{number}" }}\n'
        principal = f'[[principal]]\nname = "web-{side.lower()}"\nuser = "www-data"\n'
        self.mgr.write("etc/mgr/rules.d/50-side.toml", principal + rule)
        said = action("say", ["/bin/echo", side, "{number}"], 'mode = "output"')
        self.mgr.write("etc/mgr/modules.d/work.toml",
                       said + '[module.work.action.say.arg.number]\ntype = "int"\nmin = 1\nmax = 2\n')

    def prepare(self):
        self.install("A", 1)

    def ask_until(self, client, ended, found):
        """Checks each reply, and counts whose it was."""
        while not ended.is_set():
            for number, side in ((1, "A"), (2, "B")):
                reply = client.ask("work", "say", number=number)
                if reply["success"]:
                    self.assertEqual(reply["data"]["stdout"], f"{side} {number}\n")
                else:
                    self.assertEqual(reply["msg"], {"err_code": 4}, reply)
                found.append(reply["success"])
                names = client.ask("mgr", "whoami")["data"]["principals"]
                self.assertIn(names, (["anyone", "web", "web-a"], ["anyone", "web", "web-b"]))

    def test_every_reply_is_that_of_one_policy(self):
        ended, found, failures = threading.Event(), [], []

        def run(client):
            try:
                self.ask_until(client, ended, found)
            except Exception as failure:
                failures.append(failure)
        threads = [threading.Thread(target=run, args=(self.kept(),)) for _ in range(self.CLIENTS)]
        admin, new = self.kept(None), self.kept()
        for thread in threads:
            thread.start()
        try:
            side, number = "A", 1
            for turn in range(self.ROUNDS):
                if turn % 3 == 2:
                    self.mgr.write("etc/mgr/rules.d/50-side.toml", "[[allow]\n")
                    self.refuses(admin.ask("mgr", "reload"), 2)
                else:
                    side, number = ("B", 2) if side == "A" else ("A", 1)
                    self.install(side, number)
                    self.accepts(admin.ask("mgr", "reload"))
                reply = self.accepts(new.ask("work", "say", number=number))
                self.assertEqual(reply["data"]["stdout"], f"{side} {number}\n")
                self.refuses(new.ask("work", "say", number=3 - number), 4)
                self.assertFalse(failures)
        finally:
            ended.set()
            for thread in threads:
                thread.join(DEADLINE)
        self.assertEqual(failures, [])
        self.assertIn(True, found)
        self.assertIn(False, found)
        self.assertEqual(len(self.lines("reloaded")), self.ROUNDS * 2 // 3)
        self.assertEqual(len(self.lines("reload_failed")), self.ROUNDS // 3)
        self.mgr.check_audit_chain()


if __name__ == "__main__":
    unittest.main(verbosity=2)
