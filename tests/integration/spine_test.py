"""The spine: one request, from a www-data client to a root job and back, with real processes.

Usage: spine_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import array
import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import unittest

from instance import DEADLINE, POLICY, REPO, SCAN, Instance, acting_as, cgroup2_mount, read_to_end, uid_of

BINARIES = sys.argv.pop(1)


class WithInstance(unittest.TestCase):
    block_deadline = "5s"

    def setUp(self):
        self.mgr = Instance(BINARIES, self.block_deadline)
        self.addCleanup(self.mgr.stop)

    def refuses(self, reply, code):
        self.assertIsNotNone(reply, "closed without an answer")
        self.assertEqual((reply["success"], reply["msg"]), (False, {"err_code": code}), reply)


class Walk(WithInstance):
    def test_the_bytes_of_the_original_client_start_a_scan(self):
        # As leakScan's client.py joins them: any order, LF, no spaces, its constant signature.
        answer = self.mgr.send(b"signature:5f1b3f0b5a1d0a9b6b3f2f0e6f6c9d11\ntask_ids:1\naction:start\nmodule:SCAN_MODULE\n\n")
        self.assertTrue(answer.startswith(b'{"success":true,"msg":"start ok"'), answer)
        self.mgr.open_gate("1")
        self.assertEqual(self.mgr.wait_for_state(1, ["succeeded"])["exit_status"], 0)

    def test_a_scan_from_start_to_its_exit_status(self):
        started = self.mgr.scan("start", "3,4")
        self.assertTrue(started["success"], started)
        self.assertEqual([job["new"] for job in started["data"]["jobs"]], [True, True])
        self.assertEqual(self.mgr.wait_for_state(3, ["failed"])["exit_status"], 7)
        again = self.mgr.scan("start", "4")
        self.assertEqual(again["data"]["jobs"][0]["new"], False, "at most one live job a key")
        self.mgr.open_gate("4")
        self.assertEqual(self.mgr.wait_for_state(4, ["failed"])["exit_status"], 42)

    def test_stop_leaves_no_process_of_a_tree_of_daemons(self):
        job = self.mgr.scan("start", "2")["data"]["jobs"][0]["id"]
        until = time.monotonic() + DEADLINE
        while len(self.mgr.processes_of(job)) < 11 and time.monotonic() < until:
            time.sleep(0.02)
        tree = self.mgr.processes_of(job)
        self.assertGreaterEqual(len(tree), 11, "the tree did not come up")
        stopped = self.mgr.scan("stop", "2")
        self.assertEqual(stopped["data"]["jobs"][0]["state"], "stopped", stopped)
        self.assertEqual(self.mgr.processes_of(job), [])
        for pid in tree:
            with contextlib.suppress(FileNotFoundError):
                with open(f"/proc/{pid}/stat") as status:
                    self.assertIn(status.read().rsplit(")")[1].split()[0], "ZX", f"{pid} lives")

    def test_a_third_user_is_refused_and_the_refusal_is_audited(self):
        reply = self.mgr.scan("start", "1", user="daemon")
        self.refuses(reply, 4)
        self.assertEqual(self.mgr.job_folders(), [])
        line = [line for line in self.mgr.audit_lines() if line["seq"] == reply["audit"]][0]
        self.assertEqual((line["event"], line["uid"], line["module"]), ("refused", uid_of("daemon").pw_uid, "scan"))

    def test_another_may_not_stop_or_see_what_is_not_its_own(self):
        self.mgr.write("etc/mgr/policy.toml", (self.mgr.dir / "etc/mgr/policy.toml").read_text().replace(
            '["www-data"]', '["www-data", "daemon"]'))
        self.mgr.kill_helper()
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.mgr.scan("start", "1")
        self.refuses(self.mgr.scan("stop", "1", user="daemon"), 12)
        self.refuses(self.mgr.scan("start", "1", user="daemon"), 11)
        self.assertEqual(self.mgr.scan("list", user="daemon")["data"]["jobs"], [])
        self.assertEqual(self.mgr.job(1)["state"], "running")
        self.assertEqual(len(self.mgr.scan("list", user=None)["data"]["jobs"]), 1, "root sees all")

    def test_from_the_network_without_proof_there_is_only_ping(self):
        self.assertTrue(self.mgr.ask("module:mgr\naction:ping\n\n", tcp=True)["success"])
        self.refuses(self.mgr.ask("module:scan\naction:start\ntask_ids:1\n\n", tcp=True), 3)
        self.refuses(self.mgr.ask("module:scan\naction:start\ntask_ids:1\nauth-key:k\nsignature:00\n\n"), 6)

    def test_whoami_is_the_kernels_word_and_not_the_clients(self):
        data = self.mgr.ask("module:mgr\naction:whoami\nmgr-on-behalf-of:root\n\n")["data"]
        self.assertEqual((data["uid"], data["transport"]), (uid_of("www-data").pw_uid, "unix"))
        self.assertEqual(sorted(data["principals"]), ["anyone", "web"])
        self.refuses(self.mgr.ask("module:mgr\naction:whoami\nuid:0\n\n"), 6)

    def test_a_job_has_its_own_user_and_a_clean_start(self):
        self.mgr.scan("start", "5,6")
        self.mgr.wait_for_state(5, ["succeeded"])
        self.mgr.wait_for_state(6, ["succeeded"])
        seen = self.mgr.dir / "seen"
        status = dict(line.split(":\t", 1) for line in (seen / "status").read_text().splitlines() if ":\t" in line)
        user = uid_of("mgr-scan")
        self.assertEqual(status["Uid"].split(), [str(user.pw_uid)] * 4)
        self.assertEqual(status["Gid"].split(), [str(user.pw_gid)] * 4)
        self.assertEqual(status["CapEff"], "0" * 16)
        self.assertEqual(status["NoNewPrivs"], "1")
        self.assertEqual(status["SigBlk"], "0" * 16)
        self.assertEqual(status["SigIgn"], "0" * 16)
        environment = dict(line.split("=", 1) for line in (seen / "environment").read_text().splitlines())
        self.assertEqual(set(environment) - {"PWD", "OLDPWD", "_", "SHLVL"},
                         {"PATH", "LANG", "HOME", "USER", "LOGNAME", "SHELL"})
        descriptors = [line for line in (seen / "descriptors").read_text().splitlines() if "->" in line]
        self.assertLessEqual(len(descriptors), 4, descriptors)  # 0, 1, 2, and ls's own


class Connections(WithInstance):
    def test_what_follows_a_block_is_not_a_request(self):
        answer = self.mgr.send("module:mgr\naction:ping\n\nmodule:scan\naction:start\ntask_ids:1\n\n")
        self.assertEqual(len(answer.splitlines()), 1, answer)
        self.assertEqual(self.mgr.job_folders(), [])

    def test_keep_alive_answers_pipelined_requests_in_their_order(self):
        requests = "mgr:keep-alive\n" + "module:mgr\naction:ping\n\nmodule:mgr\naction:version\n\n" * 50
        with self.mgr.client() as connection:
            connection.sendall(requests.encode())
            connection.shutdown(socket.SHUT_WR)
            lines = read_to_end(connection).decode().splitlines()
        self.assertEqual([json.loads(line)["msg"] for line in lines], ["ping ok", "version ok"] * 50)

    def test_who_sends_and_closes_is_served(self):
        with self.mgr.client() as connection:
            connection.sendall(b"module:scan\naction:start\ntask_ids:3\n\n")
        until = time.monotonic() + DEADLINE
        while not self.mgr.job_folders() and time.monotonic() < until:
            time.sleep(0.02)
        self.assertEqual(len(self.mgr.job_folders()), 1)

    def test_without_a_broker_the_helper_answers_unavailable(self):
        self.mgr.kill_broker()
        self.refuses(self.mgr.ask("module:mgr\naction:ping\n\n"), 8)
        self.mgr.start_broker()
        self.mgr.wait_ready()

    def test_an_idle_connection_is_told_when_the_broker_is_lost(self):
        with self.mgr.client() as connection:
            connection.sendall(b"mod")
            self.mgr.ask("module:mgr\naction:ping\n\n")  # so the first one has been handed down
            self.mgr.kill_broker()
            self.refuses(json.loads(read_to_end(connection)), 8)

    def test_a_peer_that_is_not_the_broker_is_sent_away_unread(self):
        path = str(self.mgr.dir / "run/mgr/helper.sock")
        with self.assertRaises(PermissionError), socket.socket(socket.AF_UNIX) as peer, acting_as("www-data"):
            peer.connect(path)
        with socket.socket(socket.AF_UNIX) as peer:  # root may connect, and is not the broker either
            peer.settimeout(DEADLINE)
            peer.connect(path)
            self.assertEqual(read_to_end(peer), b"")
        self.mgr.ask("module:mgr\naction:ping\n\n")
        self.assertTrue([line for line in self.mgr.audit_lines() if line["event"] == "link_refused"])

    def test_a_broker_that_sends_a_descriptor_loses_the_link(self):
        self.mgr.kill_broker()
        with socket.socket(socket.AF_UNIX) as evil:
            evil.settimeout(DEADLINE)
            with acting_as("mgr-broker"):
                evil.connect(str(self.mgr.dir / "run/mgr/helper.sock"))
            hello = (4 + 4 + 4).to_bytes(4, "little") + (1).to_bytes(2, "little") + bytes(10)
            hello += (1).to_bytes(4, "little") + (4).to_bytes(4, "little") + b"evil"
            descriptors = array.array("i", [0])
            try:
                evil.sendmsg([hello], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)])
            except PermissionError:
                refused_by_kernel = True  # SO_PASSRIGHTS, Linux 6.16
            else:
                refused_by_kernel = False
                read_to_end(evil)
        self.assertIsNone(self.mgr.helper.poll())
        self.mgr.start_broker()
        self.mgr.wait_ready()
        if not refused_by_kernel:
            self.assertIn("the broker sent a descriptor", [line.get("detail") for line in self.mgr.audit_lines()])

    def test_a_client_that_sends_a_descriptor_leaves_none_behind(self):
        def descriptors_of(process):
            return len(os.listdir(f"/proc/{process.pid}/fd"))
        self.mgr.ask("module:mgr\naction:ping\n\n")
        before = [descriptors_of(process) for process in (self.mgr.helper, self.mgr.broker)]
        for _ in range(20):
            with self.mgr.client() as connection, contextlib.suppress(PermissionError):
                connection.sendmsg([b"module:mgr\n"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0] * 50))])
        until = time.monotonic() + DEADLINE
        while time.monotonic() < until:
            self.assertTrue(self.mgr.ask("module:mgr\naction:ping\n\n")["success"])
            after = [descriptors_of(process) for process in (self.mgr.helper, self.mgr.broker)]
            if after == before:
                return
            time.sleep(0.05)
        self.assertEqual(after, before)


class BadInput(WithInstance):
    block_deadline = "300ms"

    def test_each_is_refused_with_its_code_and_nothing_starts(self):
        start = "module:scan\naction:start\n"
        table = [
            (start + "task_ids:1\ntask_ids:1\n\n", 5), (start + "TASK_IDS:1\ntask_ids:1\n\n", 5),
            (start + "task_ids:1\nother:1\n\n", 6), (start + "\n", 6),
            (start + "task_ids:1;id\n\n", 6), (start + "task_ids:-1\n\n", 6), (start + "task_ids:../1\n\n", 6),
            (start + "task_ids:1000000000000000000000000000000\n\n", 6), (start + "task_ids:\n\n", 6),
            (start + "task_ids:,\n\n", 6), (start + "task_ids:1,\n\n", 6), (start + "task_ids:0\n\n", 6),
            (start + "task_ids:+1\n\n", 6), (start + "task_ids:0x1\n\n", 6), (start + "task_ids:01\n\n", 6),
            (start + "task_ids:1 2\n\n", 6), (start + "task_ids:$(id)\n\n", 6), (start + "task_ids:--help\n\n", 6),
            (start + "task_ids:1000\n\n", 4),  # the policy's where
            (start + "filler:" + "x" * 17 * 1024, 10), (start + "task_ids:" + "1" * 4097 + "\n\n", 10),
            ("".join(f"f{n}:\n" for n in range(65)) + "\n", 10),
            (start.encode() + b"task_ids:1\0\n\n", 5), (start.encode() + b"task_ids:1\r2\n\n", 5),
            (start.encode() + b"task_ids:\xff\n\n", 5), ("\n", 5), ("module\n", 5), (" module:scan\n\n", 5),
            ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 5), ("POST /\r\nMODULE:scan\r\naction:start\r\n\r\n", 5),
            ("module:nothing\naction:start\n\n", 1), ("module:scan\naction:START\n\n", 1),
            ("module:Scan\naction:start\ntask_ids:1\n\n", 1), ("module:scan.start\naction:start\n\n", 1),
            ("action:start\ntask_ids:1\n\n", 5), ("module:scan\n\n", 5),
            (start + "task_ids:1\nmgr-dryrun:yes\n\n", 6), (start + "task_ids:1\nmgr-body:5\n\nhello", 6),
        ]
        for tcp in (False, True):
            for block, code in table:
                with self.subTest(block=block[:80], tcp=tcp):
                    reply = self.mgr.ask(block, tcp=tcp)
                    expected = 3 if tcp and code == 4 else code
                    self.refuses(reply, expected)
        self.assertEqual(self.mgr.job_folders(), [])
        self.assertTrue(self.mgr.ask("module:mgr\naction:ping\n\n")["success"])

    def test_half_a_block_and_then_silence_is_closed_at_the_deadline(self):
        for tcp in (False, True):
            with self.mgr.client(tcp=tcp) as connection:
                connection.sendall(b"module:scan\naction:st")
                answer = read_to_end(connection)  # ends only because the broker closes
                self.refuses(json.loads(answer), 13)
        self.assertEqual(self.mgr.job_folders(), [])


class Configuration(unittest.TestCase):
    def setUp(self):
        self.mgr = Instance(BINARIES, start=False)
        self.addCleanup(self.mgr.stop)

    def start_and_fail(self):
        for arguments in ([], ["--check"]):
            done = subprocess.run([f"{BINARIES}/mgr-helper", "--root", self.mgr.dir, "--libexec", BINARIES, *arguments],
                                  capture_output=True, text=True, timeout=DEADLINE)
            self.assertEqual(done.returncode, 1, done.stderr)
        self.assertFalse((self.mgr.dir / "run/mgr.sock").exists())
        return done.stderr

    def test_a_valid_configuration_passes_the_check(self):
        done = subprocess.run([f"{BINARIES}/mgr-helper", "--root", self.mgr.dir, "--libexec", BINARIES, "--check"],
                              capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual((done.returncode, done.stdout), (0, "the configuration is valid\n"), done.stderr)

    def test_a_policy_that_its_group_can_write_stops_the_start_and_is_named(self):
        policy = self.mgr.dir / "etc/mgr/policy.toml"
        os.chmod(policy, 0o664)
        error = self.start_and_fail()
        self.assertIn(str(policy), error)

    def test_a_missing_policy_stops_the_start(self):
        (self.mgr.dir / "etc/mgr/policy.toml").unlink()
        self.assertIn("policy.toml", self.start_and_fail())

    def test_a_policy_of_another_owner_or_behind_a_link_stops_the_start(self):
        policy = self.mgr.dir / "etc/mgr/policy.toml"
        os.chown(policy, uid_of("www-data").pw_uid, 0)
        self.assertIn(str(policy), self.start_and_fail())
        os.chown(policy, 0, 0)
        policy.rename(policy.with_suffix(".real"))
        policy.symlink_to("policy.real")
        self.assertIn(str(policy), self.start_and_fail())

    def test_a_folder_that_others_can_write_stops_the_start(self):
        os.chmod(self.mgr.dir / "etc", 0o777)
        self.assertIn(str(self.mgr.dir / "etc"), self.start_and_fail())

    def test_an_unknown_key_is_an_error_with_file_and_line(self):
        self.mgr.write("etc/mgr/policy.toml", '[[allow]]\nwho = ["anyone"]\nmodule = "mgr"\naction = "ping"\nsudo = true\n')
        self.assertIn("policy.toml:5", self.start_and_fail())

    def test_what_the_machine_cannot_keep_is_an_error_with_file_and_line(self):
        limited = SCAN + 'memory = "64M"\n'
        with open(f"{cgroup2_mount()}/cgroup.controllers") as controllers:
            if "memory" in controllers.read().split():
                self.skipTest("this machine can keep it")
        self.mgr.write("etc/mgr/modules.d/scan.toml", limited)
        error = self.start_and_fail()
        self.assertIn("modules.d/scan.toml:2: action 'start' of module 'scan': "
                      "'memory' needs the cgroup controller memory", error)

    def test_what_the_machine_can_do_passes_the_check(self):
        self.mgr.write("etc/mgr/modules.d/scan.toml", SCAN + """
cpu_time = "1h"
open_files = 64
file_size = "1G"
private_tmp = true
private_network = true
read_only_paths = "/etc"
capabilities = "CAP_NET_BIND_SERVICE"
""")
        self.test_a_valid_configuration_passes_the_check()

    def test_the_shipped_files_hold_on_this_machine(self):
        shipped = REPO / "policy/default"
        for path in shipped.rglob("*.toml"):
            self.mgr.write(f"etc/mgr/{path.relative_to(shipped)}", path.read_text())
        self.test_a_valid_configuration_passes_the_check()


class Survival(WithInstance):
    def test_a_scan_outlives_the_helper_and_is_found_again(self):
        job = self.mgr.scan("start", "4")["data"]["jobs"][0]["id"]
        before = self.mgr.processes_of(job)
        self.mgr.kill_helper()
        self.mgr.start_helper()
        self.mgr.wait_ready()
        found = self.mgr.job(4)
        self.assertEqual((found["id"], found["state"]), (job, "running"))
        self.assertTrue(set(before) <= set(self.mgr.processes_of(job)), "the same processes")
        self.mgr.open_gate("4")
        self.assertEqual(self.mgr.wait_for_state(4, ["failed"])["exit_status"], 42)

    def test_an_exit_while_there_is_no_helper_is_known_afterwards(self):
        job = self.mgr.scan("start", "4")["data"]["jobs"][0]["id"]
        self.mgr.kill_helper()
        self.mgr.open_gate("4")
        self.mgr.wait_empty(self.mgr.cgroup / f"job-{job}")
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.assertEqual(self.mgr.wait_for_state(4, ["failed"])["exit_status"], 42)

    def test_a_scan_outlives_the_broker(self):
        job = self.mgr.scan("start", "4")["data"]["jobs"][0]["id"]
        self.mgr.kill_broker()
        self.mgr.start_broker()
        self.mgr.wait_ready()
        self.assertEqual((self.mgr.job(4)["id"], self.mgr.job(4)["state"]), (job, "running"))
        self.mgr.open_gate("4")
        self.assertEqual(self.mgr.wait_for_state(4, ["failed"])["exit_status"], 42)

    def test_stop_works_on_a_job_of_an_earlier_helper(self):
        job = self.mgr.scan("start", "2")["data"]["jobs"][0]["id"]
        self.mgr.kill_helper()
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.assertEqual(self.mgr.scan("stop", "2")["data"]["jobs"][0]["state"], "stopped")
        self.assertEqual(self.mgr.processes_of(job), [])

    def test_the_broker_reconnects_and_ids_go_on(self):
        first = self.mgr.scan("start", "3")["data"]["jobs"][0]["id"]
        self.mgr.wait_for_state(3, ["failed"])
        self.mgr.kill_helper()
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.assertGreater(self.mgr.scan("start", "3")["data"]["jobs"][0]["id"], first)


class Audit(WithInstance):
    def test_an_effect_is_on_disk_before_it_happens_and_the_chain_holds(self):
        self.mgr.scan("start", "3")
        self.mgr.wait_for_state(3, ["failed"])
        self.mgr.scan("stop", "1")
        self.mgr.scan("start", "1", user="daemon")
        self.mgr.kill_helper()  # no orderly end: what is needed is there already
        lines = self.mgr.audit_lines()
        events = [line["event"] for line in lines]
        effect = events.index("effect")
        self.assertEqual(lines[effect]["arguments"], {"task_ids": "3"})
        self.assertIn("policy.toml:", lines[effect]["rule"])
        outcome = events.index("outcome")
        self.assertGreater(outcome, effect)
        self.assertEqual((lines[outcome]["of"], lines[outcome]["success"]), (lines[effect]["seq"], True))
        self.assertGreater(events.index("job_ended"), effect)
        self.assertIn("refused", events)
        count = self.mgr.check_audit_chain()
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.mgr.scan("start", "3")
        self.assertGreater(self.mgr.check_audit_chain(), count, "the chain goes on over a restart")

    def test_hostile_text_is_one_escaped_line(self):
        self.mgr.ask("module:scan\naction:start\ntask_ids:1\nmgr-on-behalf-of:a\u202eb\"}\\\n\n", user="daemon")
        raw = (self.mgr.dir / "var/log/mgr/audit.jsonl").read_bytes()
        self.assertTrue(all(byte == 10 or 32 <= byte < 127 for byte in raw))
        self.assertEqual([line.get("on_behalf_of") for line in self.mgr.audit_lines() if line["event"] == "refused"],
                         ['a\u202eb"}\\'])

    def test_a_flood_of_denials_becomes_sums(self):
        for _ in range(200):
            self.mgr.scan("start", "1", user="daemon")
        refused = [line for line in self.mgr.audit_lines() if line["event"] == "refused"]
        self.assertLess(len(refused), 150)


class Secrets(unittest.TestCase):
    MODULE = """
[module.box.action.login]
command = ["/bin/true", "{name}"]
[module.box.action.login.arg.name]
type = "username"
[module.box.action.login.arg.word]
type = "secret"
pattern = "[a-z0-9-]+"
"""
    RULE = """
[[allow]]
who = "web"
module = "box"
action = "login"
"""

    def setUp(self):
        self.mgr = Instance(BINARIES, start=False)
        self.addCleanup(self.mgr.stop)
        self.mgr.write("etc/mgr/policy.toml", POLICY + self.RULE)
        self.mgr.write("etc/mgr/modules.d/box.toml", self.MODULE)
        self.mgr.start()

    def login(self, word, name="ada", more="", **as_whom):
        return self.mgr.ask(f"module:box\naction:login\nname:{name}\nword:{word}\n{more}\n", **as_whom)

    def test_a_secret_is_in_no_log_and_no_record(self):
        answers = [self.login("tell-nobody-1", more="mgr-wait:yes\n"),
                   self.login("tell-nobody-2", user="daemon"),  # denied
                   self.login("tell-nobody-3!"),  # not of its type
                   self.login("tell-nobody-4", name="no name"),
                   self.login("tell-nobody-5", more="mgr-wait:perhaps\n"),
                   self.login("tell-nobody-6", more="auth-key:k\n"),  # before its action is looked up
                   self.login("tell-nobody-7", tcp=True)]
        self.assertEqual([answer["success"] for answer in answers], [True] + 6 * [False], answers)
        self.assertEqual(answers[0]["data"]["jobs"][0]["state"], "succeeded", answers[0])
        lines = self.mgr.audit_lines()
        self.assertEqual([line["arguments"] for line in lines if line["event"] == "effect"], [{"name": "ada"}])
        refused = [line["arguments"] for line in lines if line["event"] == "refused"]
        self.assertIn({"name": "ada"}, refused)
        self.assertIn({"name": "no name"}, refused)
        self.assertNotIn("tell-nobody", json.dumps(answers))
        for folder, _, files in os.walk(self.mgr.dir):
            for file in (os.path.join(folder, name) for name in files):
                if stat.S_ISREG(os.stat(file).st_mode):
                    with open(file, "rb") as opened:
                        self.assertNotIn(b"tell-nobody", opened.read(), file)


class Programs(WithInstance):
    def run_as(self, user, *command):
        entry = uid_of(user)
        return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, user=entry.pw_uid,
                              group=entry.pw_gid, extra_groups=[], env={"PATH": "/usr/bin:/bin"})

    def test_mgrctl_starts_shows_and_stops(self):
        mgrctl = [f"{BINARIES}/mgrctl", "--root", str(self.mgr.dir)]
        self.assertEqual(self.run_as("www-data", *mgrctl, "ping").returncode, 0)
        started = self.run_as("www-data", *mgrctl, "--json", "scan", "start", "1,2")
        self.assertEqual((started.returncode, json.loads(started.stdout)["success"]), (0, True), started.stderr)
        self.assertIn("running", self.run_as("www-data", *mgrctl, "scan", "status", "1").stdout)
        self.assertIn("scan:2", self.run_as("www-data", *mgrctl, "scan", "list").stdout)
        self.assertEqual(self.run_as("www-data", *mgrctl, "scan", "stop", "1").returncode, 0)
        self.assertIn(str(uid_of("www-data").pw_uid), self.run_as("www-data", *mgrctl, "whoami").stdout)
        self.assertIn("Start scan tasks", self.run_as("www-data", *mgrctl, "modules").stdout)

    def test_mgrctl_tells_refusal_and_unavailable_apart(self):
        mgrctl = [f"{BINARIES}/mgrctl", "--root", str(self.mgr.dir)]
        self.assertEqual(self.run_as("daemon", *mgrctl, "whoami").returncode, 126)
        self.mgr.kill_broker()
        self.assertEqual(self.run_as("www-data", *mgrctl, "ping").returncode, 127)

    def test_mgr_py_has_the_shape_of_the_originals_client(self):
        script = ("import sys; sys.path.insert(0, sys.argv[1]); import mgr; "
                  "print(mgr.send_request('SCAN_MODULE', {'action': 'start', 'task_ids': '1'}))")
        entry = uid_of("www-data")
        done = subprocess.run(["/usr/bin/python3", "-c", script, REPO / "client/python"], capture_output=True, text=True,
                              user=entry.pw_uid, group=entry.pw_gid, extra_groups=[], timeout=DEADLINE,
                              env={"MGR_SOCKET": str(self.mgr.dir / "run/mgr.sock"), "PYTHONDONTWRITEBYTECODE": "1"})
        self.assertIn("'msg': 'start ok'", done.stdout, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
