"""What is told before it is done, and what is not done twice: dry runs, can-i and request ids, over the
socket of a whole mgr.

Usage: plans_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import grp
import json
import os
import signal
import socket
import subprocess
import unittest

from evil_broker_support import EvilBroker, REPLY
from instance import read_to_end
from jobs_support import BINARIES, JobsInstance, JobsTestCase

POLICY = """
[[principal]]
name = "web"
user = ["www-data", "daemon"]
[[principal]]
name = "root"
uid = 0
[[principal]]
name = "www"
user = "www-data"
[[allow]]
who = "anyone"
module = "mgr"
action = "ping"
[[allow]]
who = "web"
module = "mgr"
action = ["can-i", "whoami"]
[[allow]]
who = "web"
module = ["plan", "work", "scan", "job"]
action = "*"
[[allow]]
who = "root"
module = ["plan", "work", "scan", "job", "mgr"]
action = "*"
jobs = "all"
"""

RULES = """
[[allow]]
who = "www"
module = "gate"
action = "rare"
rate = "2/d"
[[allow]]
who = "www"
module = "gate"
action = ["some", "narrow", "plain"]
where = { level = ["1..3", 7] }
[[allow]]
who = "www"
module = "gate"
action = "some"
where = { name = ["ann", "bob"] }
[[allow]]
who = "web"
module = "gate"
action = ["taken", "barred", "careful", "signed", "free"]
[[deny]]
who = "www"
module = "gate"
action = "taken"
where = { level = 4 }
[[deny]]
who = "anyone"
module = "gate"
action = "barred"
"""

GATE = ("rare", "some", "narrow", "plain", "taken", "barred", "careful", "signed", "free", "never")

# Writes what it was given and what it is into seen/report.
REPORT = """#!/bin/sh
cat - > "@DIR@/seen/input"
{ cat /proc/$$/cmdline; } > "@DIR@/seen/argv"
cat /proc/$$/environ > "@DIR@/seen/environment"
cat /proc/$$/status > "@DIR@/seen/status"
pwd > "@DIR@/seen/cwd"
for word; do case "$word" in /proc/self/fd/*) cat "$word" > "@DIR@/seen/file" ;; esac; done
"""

PLAN = """
[module.plan.action.report]
command = ["@DIR@/bin/report", "--level={level}", "{words...}", "{file}", "last one"]
user = "mgr-scan"
groups = ["tty"]
cwd = "/usr"
umask = "027"
nice = 3
env = { NOTE = "a \\"b\\" $HOME" }
timeout = "1h"
lock = "plan"
open_files = 777
[module.plan.action.report.arg.level]
type = "int"
[module.plan.action.report.arg.words]
type = "list of string"
[module.plan.action.report.arg.file]
type = "path"
roots = ["@DIR@/files"]
[module.plan.action.report.arg.pin]
type = "secret"
[module.plan.action.cached]
command = ["@DIR@/bin/job", "exit", "cached", "0"]
user = "mgr-scan"
mode = "output"
cache = "1h"
[module.plan.action.stream]
command = ["@DIR@/bin/job", "exit", "stream", "0"]
user = "mgr-scan"
mode = "stream"
[module.plan.action.careful]
command = ["@DIR@/bin/job", "exit", "careful", "0"]
user = "mgr-scan"
confirm = true
[module.plan.action.lost]
command = "/bin/true"
user = "no-such-user-here"
[module.plan.action.put]
command = ["/bin/cat"]
user = "mgr-scan"
[module.plan.action.put.arg.file]
type = "blob"
[module.plan.action.login]
command = ["/usr/bin/wc", "-c"]
user = "mgr-scan"
[module.plan.action.login.arg.name]
type = "username"
[module.plan.action.login.arg.pin]
type = "secret"
"""


def gate_declared():
    text = ""
    for action in GATE:
        keys = {"careful": "confirm = true", "signed": 'min_proof = "signed"'}.get(action, "")
        text += f'[module.gate.action.{action}]\ncommand = ["/bin/true"]\nuser = "mgr-scan"\n{keys}\n'
        if action in ("some", "narrow", "taken"):
            text += f'[module.gate.action.{action}.arg.level]\ntype = "int"\nrequired = false\n'
            text += f'[module.gate.action.{action}.arg.name]\ntype = "username"\nrequired = false\n'
    return text


class PlansTestCase(JobsTestCase):
    def setUp(self):
        self.mgr = JobsInstance(self.settings, start=False)
        self.addCleanup(self.mgr.stop)
        self.mgr.write("etc/mgr/policy.toml", POLICY)
        folder = self.mgr.dir / "etc/mgr/rules.d"
        folder.mkdir(mode=0o755)
        os.chmod(folder, 0o755)
        self.mgr.write("etc/mgr/rules.d/50-gate.toml", RULES)
        self.mgr.write("etc/mgr/modules.d/plan.toml", PLAN)
        self.mgr.write("etc/mgr/modules.d/gate.toml", gate_declared())
        self.mgr.write("bin/report", REPORT, 0o755)
        files = self.mgr.dir / "files"
        files.mkdir(mode=0o755)
        (files / "one").write_text("text of one\n")
        os.chmod(files / "one", 0o644)
        self.mgr.start()

    def accepts(self, reply):
        self.assertTrue(reply and reply["success"], reply)
        return reply.get("data", {})

    def dry(self, module, action, user="www-data", **fields):
        return self.mgr.request(module, action, user, mgr__dry__run="yes", **fields)

    def seen(self, name):
        return (self.mgr.dir / "seen" / name).read_bytes()


class DryRun(PlansTestCase):
    def test_what_it_tells_is_what_then_runs(self):
        asked = {"level": "-7", "words": "a b,$(id)", "file": f"{self.mgr.dir}/files/one", "pin": "tell-nobody"}
        told = self.accepts(self.dry("plan", "report", **asked))
        self.assertNotIn("tell-nobody", json.dumps(told))
        self.assertEqual(self.mgr.job_folders(), [])
        data = self.accepts(self.mgr.request("plan", "report", **asked))
        ended = self.wait(data["jobs"][0]["id"])[0]
        self.assertEqual(ended["state"], "succeeded", ended)

        [job], run = told["jobs"], told["run"]
        # A script is run as: its interpreter, its path, and the rest of argv.
        argv = self.seen("argv").decode().split("\0")[:-1]
        self.assertEqual(argv[1:], job["argv"])
        self.assertEqual(job["argv"][1:], ["--level=-7", "a b", "$(id)", "/proc/self/fd/10", "last one"])
        self.assertEqual(sorted(self.seen("environment").decode().split("\0")[:-1]), sorted(run["environment"]))
        self.assertEqual(job["paths"], [{"as": "/proc/self/fd/10", "root": f"{self.mgr.dir}/files", "beneath": "one"}])
        self.assertEqual(self.seen("file"), b"text of one\n")
        self.assertEqual((job["input"], self.seen("input")), ("secret", b"tell-nobody\n"))
        status = dict(line.split(":\t", 1) for line in self.seen("status").decode().splitlines())
        self.assertEqual(status["Uid"].split(), [str(run["uid"])] * 4)
        self.assertEqual(status["Gid"].split(), [str(run["gid"])] * 4)
        self.assertEqual(status["Groups"].split(), [str(group) for group in run["groups"]])
        self.assertEqual(run["groups"], [grp.getgrnam("tty").gr_gid])
        self.assertEqual(int(status["Umask"], 8), int(run["umask"], 8))
        self.assertEqual(status["NoNewPrivs"], "1" if run["no_new_privileges"] else "0")
        self.assertEqual((run["user"], self.seen("cwd").decode().strip()), ("mgr-scan", run["cwd"]))
        shown = self.shown(data["jobs"][0]["id"])
        self.assertEqual(shown["argv"], job["argv"])
        self.assertEqual((shown["timeout_ms"], shown["limits"]), (run["timeout_ms"], run["limits"]))
        self.assertEqual(run["limits"], {"open_files": 777})
        self.assertEqual((run["lock"], run["nice"]), ("plan", 3))
        self.assertEqual((told["decision"], told["mode"]), ("allow", "job"))
        self.assertTrue(told["rule"].endswith("/etc/mgr/policy.toml:19"), told)

    def test_nothing_is_started_and_nothing_is_written_but_a_sum(self):
        for action in ("careful", "stream", "cached"):
            self.accepts(self.dry("plan", action))
            self.assertEqual(self.starts(action), 0)
        self.assertEqual(self.mgr.job_folders(), [])
        self.assertEqual(self.lines("effect"), [])
        self.assertEqual(self.job("list", None)["jobs"], [])
        # What a dry run left in a cache would be an answer now.
        self.assertNotIn("cached", self.accepts(self.mgr.request("plan", "cached")))
        self.assertEqual(self.starts("cached"), 1)
        self.accepts(self.dry("plan", "cached"))
        self.assertTrue(self.accepts(self.mgr.request("plan", "cached"))["cached"])

    def test_no_is_no_dry_run_and_anything_else_is_refused(self):
        for value in ("YES", "true", "1", ""):
            self.refuses(self.mgr.request("work", "exit", token="a", number=0, mgr__dry__run=value), 6)
        self.refuses(self.mgr.ask("module:work\naction:exit\ntoken:a\nnumber:0\nmgr-dryrun:yes\n\n"), 6)
        self.assertEqual(self.starts("a"), 0)
        self.start("exit", "a", number=0, mgr__dry__run="no")

    def test_it_is_refused_as_the_real_one_would_be(self):
        denied = self.refuses(self.dry("gate", "never"), 4)
        line, = self.lines("refused")
        self.assertEqual((line["seq"], line["dry_run"]), (denied["audit"], "yes"))
        self.assertNotIn("rule", denied)
        self.refuses(self.dry("gate", "barred"), 4)
        self.refuses(self.dry("plan", "report", level="1"), 6)
        self.refuses(self.dry("plan", "report", level="x", words="a", file="/etc/passwd", pin="p"), 6)
        self.refuses(self.dry("plan", "nothing"), 1)
        self.refuses(self.dry("gate", "signed"), 3)
        self.refuses(self.dry("mgr", "ping", mgr__wait="yes"), 6)
        lost = self.refuses(self.dry("plan", "lost"), 2)
        self.assertEqual(lost["detail"], "this machine has no user no-such-user-here")
        tcp = self.mgr.ask("module:plan\naction:careful\nmgr-dry-run:yes\n\n", tcp=True)
        self.refuses(tcp, 3)

    def test_it_takes_no_token_and_tells_of_the_rate(self):
        for _ in range(20):
            self.assertEqual(self.accepts(self.dry("gate", "rare"))["rate"], "2/d")
        for _ in range(2):
            self.accepts(self.mgr.request("gate", "rare"))
        self.refuses(self.mgr.request("gate", "rare"), 7)
        self.accepts(self.dry("gate", "rare"))

    def test_a_confirmation_is_told_and_not_asked_for(self):
        self.assertTrue(self.accepts(self.dry("plan", "careful"))["confirm"])
        self.assertTrue(self.accepts(self.dry("plan", "careful", mgr__confirm="yes"))["confirm"])
        self.assertNotIn("confirm", self.accepts(self.dry("plan", "cached")))
        self.assertEqual(self.starts("careful"), 0)

    def test_a_stop_stops_nothing(self):
        job = self.start_gated("g")
        self.until_started("g")
        self.assertEqual(self.accepts(self.dry("job", "stop", ids=job))["effect"], "stop_jobs")
        self.assertEqual(self.state(job), "running")
        self.assertEqual(self.accepts(self.dry("job", "prune", older_than=0))["effect"], "prune_jobs")
        self.assertEqual(self.accepts(self.dry("job", "watch"))["effect"], "watch_jobs")
        self.assertEqual(self.accepts(self.dry("mgr", "can-i"))["effect"], "tell_abilities")
        self.mgr.open_gate("g")

    def test_waiting_for_it_waits_for_nothing(self):
        told = self.accepts(self.dry("scan", "start", task_ids="1,2", mgr__wait="yes"))
        self.assertEqual([job["key"] for job in told["jobs"]], ["scan:1", "scan:2"])
        self.assertEqual(self.mgr.job_folders(), [])


class CanI(PlansTestCase):
    def told(self, user="www-data", **fields):
        data = self.accepts(self.mgr.request("mgr", "can-i", user, **fields))
        self.assertNotIn("toml", json.dumps(data))
        return {(row["module"], row["action"]): row for row in data["actions"]}

    def test_what_is_listed_is_allowed_and_what_is_not_is_denied(self):
        schema = self.mgr.request("mgr", "modules", None)["data"]["modules"]
        all_actions = {(module["name"], action["name"]) for module in schema for action in module["actions"]}
        values = {"some": [{"level": "2"}, {"level": "7"}, {"name": "ann"}], "narrow": [{"level": "1"}]}
        for user in ("www-data", "daemon", "bin", None):
            told = self.told(user) if user != "bin" else {("mgr", "ping"): None}
            self.assertLessEqual(set(told), all_actions)
            for module, action in sorted(all_actions):
                wanted = (module, action) in told
                for fields in values.get(action, [{}]) if module == "gate" else [{}]:
                    reply = self.dry(module, action, user, **fields)
                    # An argument that is missing is no matter of the policy.
                    denied = not reply["success"] and reply["error"] in ("denied", "unauthenticated")
                    if not reply["success"] and reply["error"] == "invalid_argument":
                        continue
                    self.assertEqual(denied, not wanted, (user, module, action, reply))

    def test_conditions_are_told_on_both_sides(self):
        told = self.told(of_module="gate")
        self.assertEqual({action for _, action in told}, {"rare", "some", "narrow", "taken", "careful", "free"})
        self.assertEqual(told["gate", "some"]["when"], [{"level": ["1..3", "7"]}, {"name": ["ann", "bob"]}])
        self.assertEqual(told["gate", "narrow"]["when"], [{"level": ["1..3", "7"]}])
        self.assertEqual(told["gate", "taken"]["unless"], [{"level": ["4"]}])
        self.assertNotIn("when", told["gate", "taken"])
        self.assertTrue(told["gate", "careful"]["confirm"])
        self.assertEqual(told["gate", "free"],
                         {"module": "gate", "action": "free", "min_proof": "kernel"})
        self.refuses(self.mgr.request("gate", "taken", level=4), 4)
        self.accepts(self.mgr.request("gate", "taken", level=5))

    def test_it_is_narrowed_and_says_nothing_of_what_is_not_there(self):
        self.assertEqual(set(self.told(of_module="gate", of_action="rare")), {("gate", "rare")})
        self.assertEqual(set(self.told("daemon", of_module="gate", of_action="rare")), set())
        self.assertEqual(set(self.told(of_module="$(id)")), set())
        self.refuses(self.mgr.request("mgr", "can-i", of_module="x" * 33), 6)
        self.refuses(self.mgr.request("mgr", "can-i", "bin"), 4)
        self.refuses(self.mgr.ask("module:mgr\naction:can-i\n\n", tcp=True), 3)


class RequestId(PlansTestCase):
    settings = 'keep_jobs = 4'

    def again(self, token, request_id="r1", user="www-data", action="gated", **fields):
        return self.mgr.request("work", action, user, token=token, mgr__request__id=request_id, **fields)

    def first(self, token, request_id="r1", **fields):
        if not (self.mgr.dir / "gates" / token).exists():
            self.make_gate(token)
        data = self.accepts(self.again(token, request_id, **fields))
        self.assertNotIn("repeated", data)
        self.assertTrue(data["jobs"][0]["new"])
        return data["jobs"][0]["id"]

    def repeats(self, job, reply):
        data = self.accepts(reply)
        self.assertTrue(data["repeated"], data)
        self.assertEqual([(one["id"], one["new"]) for one in data["jobs"]], [(job, False)])
        return data["jobs"][0]

    def test_a_repetition_gets_the_job_and_starts_nothing(self):
        job = self.first("a")
        self.until_started("a")
        self.assertEqual(self.repeats(job, self.again("a"))["state"], "running")
        self.mgr.open_gate("a")
        self.assertEqual(self.wait(job)[0]["state"], "succeeded")
        self.assertEqual(self.repeats(job, self.again("a"))["state"], "succeeded")
        self.assertEqual(self.repeats(job, self.again("a", mgr__wait="yes"))["state"], "succeeded")
        self.assertEqual(self.starts("a"), 1)
        effects = self.lines("effect")
        self.assertEqual([line["request_id"] for line in effects], ["r1"])

    def test_it_waits_for_the_same_end(self):
        job = self.first("a")
        with self.mgr.client() as waiting:
            waiting.sendall(b"module:work\naction:gated\ntoken:a\nmgr-request-id:r1\nmgr-wait:yes\n\n")
            self.assertEqual(self.repeats(job, self.again("a"))["state"], "running")
            self.mgr.open_gate("a")
            self.assertEqual(self.repeats(job, json.loads(read_to_end(waiting)))["state"], "succeeded")
        self.assertEqual(self.starts("a"), 1)

    def test_another_request_under_the_same_id_is_a_conflict(self):
        self.first("a")
        self.make_gate("b")
        refused = self.refuses(self.again("b"), 11)
        self.assertEqual([line["seq"] for line in self.lines("refused")], [refused["audit"]])
        self.refuses(self.again("a", action="sleeper"), 11)
        self.refuses(self.mgr.request("scan", "start", task_ids="3", mgr__request__id="r1"), 11)
        self.assertEqual(self.starts("b"), 0)
        self.mgr.open_gate("a")

    def test_it_is_of_one_user_and_one_person(self):
        ids = set()
        for user, person in (("www-data", None), ("daemon", None), ("www-data", "ann"), ("www-data", "bob")):
            more = {"mgr__on__behalf__of": person} if person else {}
            data = self.accepts(self.again("3", user=user, action="exit", number=0, **more))
            self.assertNotIn("repeated", data)
            ids.add(data["jobs"][0]["id"])
            self.repeats(data["jobs"][0]["id"], self.again("3", user=user, action="exit", number=0, **more))
        self.assertEqual(len(ids), 4)

    def test_it_holds_over_the_helpers_death_and_restart(self):
        running, ended = self.first("a", "r1"), self.first("b", "r2")
        self.mgr.open_gate("b")
        self.wait(ended)
        self.until_started("a")
        for _ in range(2):
            self.mgr.restart_helper()
            self.repeats(running, self.again("a", "r1"))
            self.repeats(ended, self.again("b", "r2"))
            self.refuses(self.again("b", "r1"), 11)
        self.mgr.end(self.mgr.helper, signal.SIGTERM)
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.repeats(running, self.again("a", "r1"))
        self.assertEqual((self.starts("a"), self.starts("b")), (1, 1))
        self.mgr.open_gate("a")

    def test_a_helper_that_is_killed_at_any_moment_starts_nothing_twice(self):
        for number in range(8):
            token = f"k{number}"
            block = f"module:work\naction:exit\ntoken:{token}\nnumber:0\nmgr-request-id:{token}\n\n".encode()
            with self.mgr.client() as client:
                client.sendall(block)
                if number % 2:
                    self.accepts(json.loads(read_to_end(client)))
                self.mgr.restart_helper()
            job = self.accepts(self.mgr.ask(block))["jobs"][0]["id"]
            self.assertEqual(self.wait(job)[0]["state"], "succeeded")
            self.repeats(job, self.mgr.ask(block))
            self.assertEqual(self.starts(token), 1)

    def test_a_job_that_waits_is_found_again_too(self):
        self.make_gate("a")
        running = self.accepts(self.mgr.request("work", "single", token="a"))["jobs"][0]["id"]
        self.until_started("a")
        job = self.first("b", action="single")
        self.assertEqual(self.repeats(job, self.again("b", action="single"))["state"], "queued")
        self.mgr.restart_helper()
        self.repeats(job, self.again("b", action="single"))
        self.mgr.open_gate("a")
        self.mgr.open_gate("b")
        self.wait(running, job)
        self.assertEqual(self.starts("b"), 1)

    def test_equal_requests_of_one_turn_start_one_job(self):
        block = "module:work\naction:exit\ntoken:t\nnumber:0\nmgr-request-id:r9\n\n"
        with self.mgr.client() as client:
            client.sendall(("mgr:keep-alive\n" + block * 32).encode())
            client.shutdown(socket.SHUT_WR)
            answer = read_to_end(client)
        replies = [self.accepts(json.loads(line)) for line in answer.decode().splitlines()]
        self.assertEqual(len(replies), 32)
        self.assertEqual(len({reply["jobs"][0]["id"] for reply in replies}), 1)
        self.assertEqual(sorted(reply.get("repeated", False) for reply in replies), [False] + [True] * 31)
        self.wait(replies[0]["jobs"][0]["id"])
        self.assertEqual(self.starts("t"), 1)

    def test_a_request_of_several_jobs_gets_the_same_ones_again(self):
        running = self.accepts(self.mgr.scan("start", "1"))["jobs"][0]["id"]
        first = self.accepts(self.mgr.request("scan", "start", task_ids="1,4", mgr__request__id="s"))
        self.assertEqual([job["new"] for job in first["jobs"]], [False, True])
        again = self.accepts(self.mgr.request("scan", "start", task_ids="1,4", mgr__request__id="s"))
        self.assertEqual([job["id"] for job in again["jobs"]], [job["id"] for job in first["jobs"]])
        self.assertEqual([job["new"] for job in again["jobs"]], [False, False])
        self.mgr.open_gate("1")
        self.wait(running)
        self.mgr.restart_helper()
        again = self.accepts(self.mgr.request("scan", "start", task_ids="1,4", mgr__request__id="s"))
        self.assertEqual([job["id"] for job in again["jobs"]], [job["id"] for job in first["jobs"]])
        self.refuses(self.mgr.request("scan", "start", task_ids="1", mgr__request__id="s"), 11)
        self.mgr.open_gate("4")

    def test_what_started_nothing_is_not_kept(self):
        self.accepts(self.mgr.scan("start", "1"))
        data = self.accepts(self.mgr.request("scan", "start", task_ids="1", mgr__request__id="s"))
        self.assertEqual(([job["new"] for job in data["jobs"]], "repeated" in data), ([False], False))
        self.accepts(self.mgr.request("scan", "start", task_ids="5", mgr__request__id="s"))
        self.mgr.open_gate("1")

    def test_a_batch_that_was_rolled_back_is_not_kept(self):
        self.accepts(self.mgr.scan("start", "1", user=None))
        self.refuses(self.mgr.request("scan", "start", task_ids="5,1", mgr__request__id="s"), 11)
        self.mgr.open_gate("1")
        self.mgr.wait_for_state(1, ["succeeded"], user=None)
        data = self.accepts(self.mgr.request("scan", "start", task_ids="5,3", mgr__request__id="s"))
        self.assertEqual([job["new"] for job in data["jobs"]], [True, True])

    def test_a_job_that_was_pruned_is_forgotten(self):
        job = self.accepts(self.again("t", action="exit", number=0))["jobs"][0]["id"]
        self.wait(job)
        self.repeats(job, self.again("t", action="exit", number=0))
        self.job("prune", None, older_than=0)
        data = self.accepts(self.again("t", action="exit", number=3))
        self.assertNotIn("repeated", data)
        self.assertNotEqual(data["jobs"][0]["id"], job)

    def test_the_policy_is_decided_anew(self):
        job = self.accepts(self.again("t", action="exit", number=0))["jobs"][0]["id"]
        self.wait(job)
        path = self.mgr.dir / "etc/mgr/policy.toml"
        path.write_text(path.read_text() + '[[deny]]\nwho = "web"\nmodule = "work"\naction = "exit"\n')
        self.mgr.restart_helper()
        self.refuses(self.again("t", action="exit", number=0), 4)

    def test_the_terms_hold_for_a_repetition_too(self):
        ask = lambda **more: self.mgr.request("plan", "careful", mgr__request__id="c", **more)
        self.accepts(ask(mgr__confirm="yes"))
        self.refuses(ask(), 6)
        self.assertTrue(self.accepts(ask(mgr__confirm="yes"))["repeated"])
        for _ in range(2):
            self.accepts(self.mgr.request("gate", "rare", mgr__request__id="g"))
        self.refuses(self.mgr.request("gate", "rare", mgr__request__id="g"), 7)

    def test_it_is_not_for_what_keeps_no_record(self):
        for action in ("cached", "stream"):
            refused = self.refuses(self.mgr.request("plan", action, mgr__request__id="x"), 6)
            self.assertEqual(refused["detail"], "mgr-request-id is for actions of mode job")
            self.assertEqual(self.starts(action), 0)
        self.accepts(self.mgr.request("mgr", "whoami", mgr__request__id="x"))
        self.accepts(self.mgr.request("job", "list", mgr__request__id="x"))
        self.refuses(self.mgr.request("job", "watch", mgr__request__id="x"), 6)

    def test_it_is_short_and_plain_or_refused(self):
        for value in ("", "x" * 65, "a b", "a/b", "ü", "{a}"):
            self.refuses(self.again("t", value, action="exit", number=0), 6)
        self.refuses(self.mgr.ask("module:work\naction:exit\ntoken:t\nnumber:0\nmgr-request-id:a\n"
                                  "Mgr-Request-Id:a\n\n"), 5)
        self.assertEqual(self.starts("t"), 0)
        self.accepts(self.again("t", "x" * 64, action="exit", number=0))

    def test_a_body_is_part_of_it_and_a_secret_is_not_kept(self):
        def put(body, request_id):
            block = f"module:plan\naction:put\nmgr-request-id:{request_id}\nmgr-body:{len(body)}\n\n"
            return self.mgr.ask(block.encode() + body)
        job = self.accepts(put(b"one\n", "p"))["jobs"][0]["id"]
        self.repeats(job, put(b"one\n", "p"))
        self.refuses(put(b"two\n", "p"), 11)
        login = lambda name, pin: self.mgr.request("plan", "login", name=name, pin=pin, mgr__request__id="l")
        job = self.accepts(login("ann", "first-secret"))["jobs"][0]["id"]
        self.repeats(job, login("ann", "other-secret"))
        self.refuses(login("bob", "first-secret"), 11)
        self.wait(job)
        found = subprocess.run(["grep", "-rla", "first-secret", self.mgr.dir / "var"], capture_output=True, text=True)
        self.assertEqual(found.stdout, "")

    def test_an_evil_broker_can_do_no_more_with_one(self):
        job = self.first("a")
        self.mgr.kill_broker()
        evil = EvilBroker(self.mgr)
        self.addCleanup(evil.close)

        def ask(number, request_id, token=b"a"):
            evil.socket.sendall(evil.run(number, b"gated", b"work", [(b"token", token), (b"mgr-request-id", request_id)]))
            return json.loads(evil.wait_for(REPLY)[1][5:])
        self.repeats(job, ask(1, b"r1"))
        self.refuses(ask(2, b"r1", b"b"), 11)
        for number, bad in enumerate((b"", b"x" * 65, b"a b", b"\xff", b"a\nb"), 3):
            self.assertFalse(ask(number, bad)["success"])
        self.assertEqual(self.starts("b"), 0)
        evil.close()
        self.mgr.start_broker()
        self.mgr.wait_ready()
        self.mgr.open_gate("a")


class Mgrctl(PlansTestCase):
    """As www-data, who may read the schema."""

    def run_mgrctl(self, *words, given=b""):
        done = subprocess.run([self.mgr.binaries.resolve() / "mgrctl", "--root", self.mgr.dir, *words],
                              user="www-data", group="www-data", extra_groups=[], input=given,
                              capture_output=True, timeout=30)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def setUp(self):
        super().setUp()
        self.mgr.write("etc/mgr/rules.d/60-schema.toml",
                       '[[allow]]\nwho = "web"\nmodule = "mgr"\naction = "modules"\n')
        self.mgr.restart_helper()

    def test_a_dry_run_prints_the_plan_and_runs_nothing(self):
        code, out, errors = self.run_mgrctl("--dry-run", "work", "exit", "a b", "3")
        self.assertEqual((code, errors), (0, ""))
        self.assertIn(f"command: {self.mgr.dir}/bin/job exit 'a b' 3\n", out)
        self.assertIn("user: mgr-scan\n", out)
        self.assertIn("environment: PATH=", out)
        for words in (["--wait", "work", "exit", "t", "0"], ["plan", "careful"], ["plan", "stream"], ["plan", "cached"],
                      ["--request-id", "r", "plan", "careful"]):
            self.assertEqual(self.run_mgrctl("--dry-run", *words)[0], 0, words)
        code, out, _ = self.run_mgrctl("--dry-run", "--json", "plan", "cached")
        self.assertEqual((code, json.loads(out)["data"]["mode"]), (0, "output"))
        code, out, _ = self.run_mgrctl("--dry-run", "plan", "login", "ann", given=b"hunter2\n")
        self.assertEqual((code, "hunter2" in out, "input: secret\n" in out), (0, False, True))
        self.assertEqual(self.mgr.job_folders(), [])
        self.assertEqual(self.run_mgrctl("--dry-run", "gate", "never")[0], 126)
        self.assertEqual(self.run_mgrctl("--dry-run", "plan", "report", "x")[0], 2)

    def test_a_dry_run_of_a_word_of_its_own_changes_nothing(self):
        job = self.start_gated("g")
        code, out, _ = self.run_mgrctl("--dry-run", "stop", str(job))
        self.assertEqual((code, "effect: stop_jobs\n" in out), (0, True))
        self.assertEqual(self.state(job), "running")
        code, _, errors = self.run_mgrctl("--dry-run", "can-i")
        self.assertEqual((code, errors), (2, "mgrctl: --dry-run is not for can-i\n"))
        self.assertEqual(self.run_mgrctl("--request-id", "r", "jobs")[0], 2)
        self.mgr.open_gate("g")

    def test_can_i_answers_for_all_for_one_and_for_a_request(self):
        code, out, errors = self.run_mgrctl("can-i")
        self.assertEqual((code, errors), (0, ""))
        rows = [line.split(None, 2) for line in out.splitlines()]
        self.assertEqual(rows[0], ["MODULE", "ACTION", "WHERE"])
        self.assertIn(["gate", "some", "level is 1..3 or 7; or name is ann or bob"], rows)
        self.assertIn(["gate", "free", "-"], rows)
        self.assertNotIn("barred", out)
        self.assertNotIn("work", self.run_mgrctl("can-i", "gate")[1])
        for words, code, text in [
                (["gate", "free"], 0, "yes\n"),
                (["gate", "some"], 0, "yes, where level is 1..3 or 7; or name is ann or bob\n"),
                (["gate", "taken"], 0, "yes, unless level is 4\n"),
                (["gate", "barred"], 126, "no\n"), (["gate", "signed"], 126, "no\n"),
                (["SCAN_MODULE", "start"], 0, "yes\n"),
                (["gate", "taken", "5"], 0, "yes\n"), (["gate", "some", "name=ann"], 0, "yes\n"),
                (["scan", "start", "7"], 0, "yes\n")]:
            self.assertEqual(self.run_mgrctl("can-i", *words), (code, text, ""), words)
        code, out, errors = self.run_mgrctl("can-i", "gate", "taken", "4")
        self.assertEqual((code, errors), (126, ""))
        self.assertRegex(out, r"^no: denied: the policy does not allow it \(audit \d+\)\n$")
        for words in (["gate", "taken", "x"], ["gate", "nothing"], ["nothing"], ["nothing", "at", "all"]):
            code, out, errors = self.run_mgrctl("can-i", *words)
            self.assertEqual((code, out), (2, ""), words)
        self.assertEqual(self.mgr.job_folders(), [])
        self.assertEqual(self.run_mgrctl("-q", "can-i", "gate", "barred"), (126, "", ""))
        code, out, _ = self.run_mgrctl("--json", "can-i", "gate", "barred")
        self.assertEqual((code, json.loads(out)["data"]), (126, {"actions": []}))

    def test_a_request_id_makes_it_safe_to_ask_again(self):
        ids = [self.run_mgrctl("--json", "--request-id", "r1", "work", "exit", "t", "0") for _ in range(3)]
        self.assertEqual({code for code, _, _ in ids}, {0})
        data = [json.loads(out)["data"] for _, out, _ in ids]
        self.assertEqual(len({one["jobs"][0]["id"] for one in data}), 1)
        self.assertEqual([one.get("repeated", False) for one in data], [False, True, True])
        self.assertEqual(self.run_mgrctl("--wait", "--request-id", "r1", "work", "exit", "t", "0")[0], 0)
        self.assertEqual(self.run_mgrctl("--request-id", "r1", "work", "exit", "t", "1")[0], 1)
        for bad in ("", "a b", "x" * 65):
            self.assertEqual(self.run_mgrctl("--request-id", bad, "work", "exit", "t", "0")[0], 2)
        self.assertEqual(self.starts("t"), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
