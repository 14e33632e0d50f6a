"""What mgrctl says of a policy: of the one in force and of files, in the same words.

Usage: review_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import json
import os
import shutil
import socket
import subprocess
import unittest

from instance import DEADLINE, REPO, uid_of
from jobs_support import BINARIES, JobsInstance, JobsTestCase

POLICY = """
[[principal]]
name = "web"
user = "www-data"
[[principal]]
name = "staff"
group = "www-data"
[[principal]]
name = "root"
uid = 0
[[principal]]
name = "ghost"
user = "nobody-knows-him"
[[allow]]
who = "anyone"
module = "mgr"
action = "ping"
[[allow]]
who = "web"
module = "scan"
action = ["start", "stop"]
where = { task_ids = "1..9" }
rate = "30/min"
[[allow]]
who = "ghost"
module = "scan"
action = "list"
[[allow]]
who = "root"
module = ["scan", "mgr", "box"]
action = "*"
[[deny]]
who = "staff"
module = "scan"
action = "stop"
"""

MODULES = """
[module.box.action.set]
command = ["/bin/true", "{name}", "{mode}"]
user = "mgr-scan"
[module.box.action.set.arg.name]
type = "string"
max_length = 40
[module.box.action.set.arg.mode]
type = "enum"
values = ["a", "b"]
[module.box.action.set.arg.password]
type = "secret"
[module.box.action.sign]
command = "/bin/true"
user = "mgr-scan"
min_proof = "signed"
"""

EXPECTATIONS = """
[[expect]]
as = "www-data"
module = "scan"
action = "start"
arguments = { task_ids = [1, 9] }
decision = "allow"
rule = "policy.toml:18"

[[expect]]
principal = "ghost"
module = "scan"
action = "list"
decision = "allow"
note = "this machine knows no ghost"

[[expect]]
principal = "anyone"
module = "scan"
action = "list"
decision = "deny"

[[expect]]
network = true
module = "mgr"
action = "ping"
decision = "allow"

[[expect]]
network = true
module = "mgr"
action = "policy"
arguments = { part = 0 }
decision = "deny"

[[expect]]
uid = 4000000
groups = ["www-data"]
module = "scan"
action = "stop"
arguments = { task_ids = 1 }
decision = "deny"
rule = "etc/mgr/policy.toml:32"

[[expect]]
as = 0
module = "box"
action = "sign"
decision = "deny"

[[expect]]
as = 0
module = "scan"
action = "start"
arguments = { task_ids = "x" }
decision = "invalid"
"""


class ReviewTestCase(JobsTestCase):
    def setUp(self):
        self.mgr = JobsInstance(start=False)
        self.addCleanup(self.mgr.stop)
        self.mgr.write("etc/mgr/policy.toml", POLICY)
        self.mgr.write("etc/mgr/modules.d/box.toml", MODULES)
        self.etc = self.mgr.dir / "etc/mgr"

    def mgrctl(self, *words, user=None):
        command = [BINARIES + "/mgrctl", "--libexec", BINARIES, "--root", self.mgr.dir, *map(str, words)]
        if user is not None:
            entry = uid_of(user)
            command = ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups", "--", *command]
        return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE)

    def offline(self, *words, user=None):
        # Below a folder that anybody could have written: what is looked at is not in force.
        return self.mgrctl("--files", self.etc, *words, user=user)

    def explained(self, *words, code):
        done = self.offline("explain", *words)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def says(self, done, code, text):
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertIn(text, done.stdout + done.stderr)


class Explain(ReviewTestCase):
    ASKED = (("--as", "www-data", "scan", "start", "1,2"), ("--as", "www-data", "scan", "start", "10"),
             ("--as", "www-data", "scan", "stop", "1"), ("--as", "daemon", "scan", "list"), ("--as", "nobody", "mgr", "ping"),
             ("--as", "4000000", "box", "set", "name=x", "mode=b"), ("ping",), ("--as", "www-data", "box", "sign"),
             ("--as", "root", "box", "set", "x", "c"), ("--as", "root", "box", "take"), ("--as", "root", "bax", "set"))

    def test_the_policy_in_force_and_its_files_are_explained_in_the_same_words(self):
        self.mgr.start()
        seen = set()
        for words in self.ASKED:
            for form in ((), ("--json",)):
                with self.subTest(words=words, form=form):
                    online = self.mgrctl(*form, "explain", *words)
                    offline = self.offline(*form, "explain", *words)
                    self.assertEqual((online.returncode, online.stdout, online.stderr),
                                     (offline.returncode, offline.stdout, offline.stderr))
                    seen.add(online.returncode)
                    if form:
                        json.loads(online.stdout)
        self.assertEqual(seen, {0, 126, 2})

    def test_an_explanation_is_what_then_happens_and_its_lines_grant(self):
        self.mgr.start()
        self.assertTrue(self.mgr.scan("start", "1")["success"])
        self.explained("--as", "www-data", "scan", "start", "1", code=0)
        self.assertEqual(self.mgr.scan("start", "10")["msg"]["err_code"], 4)
        found = json.loads(self.explained("--json", "--as", "www-data", "scan", "start", "10", code=126))
        self.assertEqual(found["nearest"][0]["fails"][0]["element"], "10")
        self.assertEqual(found["grant"]["file"], f"{self.etc}/policy.toml")
        self.mgr.kill_helper()
        self.mgr.kill_broker()
        self.mgr.write("etc/mgr/policy.toml", POLICY + found["grant"]["lines"])
        self.mgr.start()
        self.assertTrue(self.mgr.scan("start", "10")["success"])
        self.assertEqual(self.mgr.scan("start", "11")["msg"]["err_code"], 4)
        self.assertIn("policy.toml:36", self.mgrctl("explain", "--as", "www-data", "scan", "start", "10").stdout)

    def test_it_says_what_each_kind_of_denial_rests_on(self):
        allowed = self.explained("--as", "www-data", "scan", "start", "3", code=0)
        self.assertEqual(allowed.splitlines()[:2], ["allowed: www-data may scan start task_ids=3",
                                                    f"rule: {self.etc}/policy.toml:18 [[allow]]"])
        self.assertIn("at most 30/min", allowed)
        self.assertIn("task_ids is 10, and must be 1..9",
                      self.explained("--as", "www-data", "scan", "start", "10", code=126))
        self.assertIn(f"no line grants it while the [[deny]] stands at {self.etc}/policy.toml:32; without it, the [[allow]] at "
                      f"{self.etc}/policy.toml:18 would decide",
                      self.explained("--as", "www-data", "scan", "stop", "1", code=126))
        self.assertIn("ghost matches nobody on this machine", self.explained("--as", "daemon", "scan", "list", code=126))
        self.assertIn("a signed request", self.explained("--as", "root", "box", "sign", code=126))

    def test_the_caller_is_who_is_explained_where_nobody_is_named(self):
        done = subprocess.run(["cp", "-r", self.etc, self.mgr.dir / "seen/policy"], check=True)
        self.assertEqual(done.returncode, 0)
        for user, code in (("www-data", 0), ("daemon", 126)):
            done = self.mgrctl("--files", self.mgr.dir / "seen/policy", "explain", "scan", "start", "1", user=user)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(user, done.stdout.splitlines()[0])

    def test_who_may_not_read_the_policy_in_force_is_told_so(self):
        self.mgr.start()
        self.says(self.mgrctl("explain", "scan", "start", "1", user="www-data"), 126, "mgrctl: denied: ")
        self.says(self.mgrctl("explain", "scan", "start", "1", user="www-data"), 126, "--files DIR")

    def test_without_mgr_there_are_the_files_alone(self):
        self.says(self.mgrctl("explain", "scan", "start", "1"), 127, "--files DIR")
        self.explained("scan", "start", "1", code=0)

    def test_a_policy_with_a_mistake_is_told_with_file_and_line(self):
        self.mgr.write("etc/mgr/policy.toml", POLICY + "modul = 1\n")
        self.says(self.offline("explain", "scan", "list"), 2, f"mgrctl: {self.etc}/policy.toml:36: unknown key 'modul'")
        self.says(self.mgrctl("--files", self.mgr.dir / "none", "explain", "ping"), 2, "does not exist")

    def test_a_command_line_that_is_wrong_is_a_misuse(self):
        for words in (("explain",), ("explain", "scan"), ("explain", "scan", "start"), ("explain", "scan", "start", "x"),
                      ("explain", "scan", "list", "1"), ("explain", "--as", "no-such-user", "scan", "list"),
                      ("explain", "--body", "x", "scan", "list"), ("explain", "--as", "-1", "scan", "list"), ("policy",),
                      ("policy", "dance"), ("policy", "test"), ("explain", "box", "set", "x", "a", "password=p")):
            with self.subTest(words=words):
                done = self.offline(*words)
                self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                self.assertTrue(done.stderr.startswith("mgrctl: "), done.stderr)

    def test_an_option_that_would_do_nothing_is_refused(self):
        """Who asks `can-i --as bob` would take the answer about itself for bob's."""
        for words, option, command in (
                (("can-i", "--as", "games", "scan", "start", "1"), "--as", "can-i"),
                (("can-i", "--module", "scan"), "--module", "can-i"),
                (("can-i", "--files", self.etc), "--files", "can-i"),
                (("reload", "--files", self.etc), "--files", "reload"), (("reload", "--watch"), "--watch", "reload"),
                (("policy", "check", "--as", "root"), "--as", "policy"), (("policy", "lint", "--yes"), "--yes", "policy"),
                (("explain", "--on-behalf-of", "ann", "scan", "list"), "--on-behalf-of", "explain"),
                (("import", "sudoers", "x", "--json"), "--json", "import"),
                (("import", "sudoers", "x", "--files", self.etc), "--files", "import"),
                (("scan", "start", "1", "--files", self.etc), "--files", "MODULE ACTION"),
                (("ping", "--as", "games"), "--as", "MODULE ACTION"), (("jobs", "--into", "x"), "--into", "jobs")):
            with self.subTest(words=words):  # no daemon runs: it is refused before anything is asked
                done = self.mgrctl(*words)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (2, "", f"mgrctl: {option} is not for {command}\n"))

    def test_a_folder_without_a_name_is_not_that_of_the_machine(self):
        for words in (("policy", "lint", "--files", ""), ("policy", "check", "--files", ""), ("explain", "--files", "", "ping"),
                      ("import", "sudoers", "/dev/null", "--into", "")):
            with self.subTest(words=words):
                self.says(self.mgrctl(*words), 2, "--files and --into want a folder's name")

    def test_a_denial_on_a_terminal_says_how_to_learn_why(self):
        self.mgr.start()
        hint = "mgrctl: for an admin, this says why: mgrctl explain --as {} scan start task_ids=10\r\n"
        for words, expected in (((), 1), (("--json",), 0), (("-q",), 0)):
            with self.subTest(words=words):
                ours, its = os.openpty()
                entry = uid_of("www-data")
                done = subprocess.run(["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups", "--",
                                       BINARIES + "/mgrctl", "--root", self.mgr.dir, *words, "scan", "start", "task_ids=10"],
                                      stdout=subprocess.DEVNULL, stderr=its, timeout=DEADLINE)
                os.write(its, b".")
                said = os.read(ours, 65536).decode()
                os.close(ours)
                os.close(its)
                self.assertEqual(done.returncode, 126)
                self.assertEqual(said.count(hint.format(entry.pw_uid)), expected, said)
        self.assertNotIn("says why", self.mgrctl("scan", "start", "task_ids=10", user="www-data").stderr)

    def test_quiet_leaves_the_exit_code(self):
        done = self.offline("-q", "explain", "--as", "www-data", "scan", "start", "10")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (126, "", ""))


class Expectations(ReviewTestCase):
    def setUp(self):
        super().setUp()
        self.file = self.mgr.dir / "expectations.toml"
        self.file.write_text(EXPECTATIONS)

    def test_what_holds_holds_of_the_policy_in_force_and_of_its_files(self):
        self.mgr.start()
        for done in (self.offline("policy", "test", self.file), self.mgrctl("policy", "test", self.file)):
            self.says(done, 0, "8 expectations, 8 hold\n")
        done = self.offline("-q", "policy", "test", self.file)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_those_of_the_example_hold_and_miss_a_deny_that_is_gone(self):
        example = REPO / "packaging/examples/appliance"
        folder = self.mgr.dir / "copy"
        shutil.copytree(REPO / "policy/default", folder)
        shutil.copytree(example / "modules.d", folder / "modules.d", dirs_exist_ok=True)
        shutil.copytree(example / "rules.d", folder / "rules.d")
        test = ("--files", folder, "policy", "test", example / "expectations.toml")
        self.says(self.mgrctl(*test), 0, "6 expectations, 6 hold\n")
        rules = folder / "rules.d/50-appliance.toml"
        rules.write_text(rules.read_text().partition("[[deny]]")[0])
        self.says(self.mgrctl(*test), 1, "6 expectations, 5 hold\n")

    def test_what_does_not_hold_is_told_with_its_explanation(self):
        self.mgr.write("etc/mgr/policy.toml", POLICY.replace("1..9", "1..8"))
        done = self.offline("-q", "policy", "test", self.file)
        self.says(done, 1, f"FAIL  {self.file}:2: www-data: scan start task_ids=1,9\n"
                  "      allow is expected, and it is deny\n")
        self.assertIn("task_ids is 9, and must be 1..8", done.stdout)
        self.assertEqual(done.stdout.count("FAIL"), 1)
        found = json.loads(self.offline("--json", "policy", "test", self.file).stdout)
        self.assertEqual((found["count"], found["failed"]), (8, 1))
        self.assertEqual([one["holds"] for one in found["expectations"]], [False] + 7 * [True])

    def test_another_rule_than_is_expected_does_not_hold(self):
        self.file.write_text(EXPECTATIONS.replace("policy.toml:18", "policy.toml:8"))
        self.says(self.offline("policy", "test", self.file), 1, "the rule policy.toml:8 is expected, and "
                  f"{self.etc}/policy.toml:18 decides")

    def test_whom_this_machine_does_not_know_is_never_passed_over(self):
        for who, complaint in (('as = "not-here"', "there is no user not-here here"),
                               ('principal = "wbe"', "there is no principal wbe"),
                               ('uid = 5\ngroups = ["not-here"]', "there is no group not-here here; write its number")):
            self.file.write_text(f'[[expect]]\n{who}\nmodule = "scan"\naction = "list"\ndecision = "deny"\n')
            self.says(self.offline("policy", "test", self.file), 1, complaint)

    def test_a_file_with_a_mistake_tests_nothing(self):
        self.file.write_text(EXPECTATIONS + "nots = 1\n")
        done = self.offline("policy", "test", self.file)
        self.says(done, 2, f"{self.file}:{EXPECTATIONS.count(chr(10)) + 1}: unknown key 'nots'")
        self.assertEqual(done.stdout, "")
        self.says(self.offline("policy", "test", self.mgr.dir / "none"), 2, "none")


class Hostile(ReviewTestCase):
    def test_what_a_policy_says_does_nothing_to_a_terminal(self):
        folder = self.mgr.dir / "etc/mgr" / "a\x1b[31m\n\u202e"
        folder.mkdir()
        (folder / "policy.toml").write_text('[[principal]]\nname = "w"\nuid = 33\n[[allow]]\nwho = "w"\nmodule = "box"\n'
                                            'action = "set"\nwhere = { name = "\u202e\u0301x" }\n')
        (folder / "modules.d").mkdir()
        (folder / "modules.d/x.toml").write_text(MODULES.replace("[module.box.action.set]",
                                                 '[module.box]\nsummary = "\\u001b[2J"\n[module.box.action.set]\nsummary = "\\u009b2J"'))
        file = folder / "t\x07.toml"
        file.write_text('[[expect]]\nuid = 33\nmodule = "box"\naction = "set"\narguments = { name = "\u202ey", mode = "a" }\n'
                        'decision = "allow"\nnote = "\\u001b]0;x\\u0007"\nrule = "\\u001b[1m"\n')
        for words, code in ((("explain", "--as", "33", "box", "set", "name=\u202ey", "mode=a"), 126),
                            (("explain", "--as", "33", "box", "\x1b[2J"), 2),
                            (("explain", "--as", "\x1b[2J", "box", "set"), 2),
                            (("policy", "test", file), 1), (("policy", "test", "/\x1b[2J"), 2), (("policy", "\x1b[2J"), 2)):
            for form in ((), ("--json",)):
                with self.subTest(words=words):
                    done = self.mgrctl("--files", folder, *form, *words)
                    self.assertEqual(done.returncode, code, done.stdout + done.stderr)
                    for text in (done.stdout, done.stderr):
                        self.assertNotRegex(text, "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]")

    def test_what_is_no_policy_of_a_daemon_is_refused(self):
        listener = self.listen()
        for line in (b"", b"{}\n", b'{"success":true,"msg":"x","data":{}}\n',
                     b'{"success":true,"msg":"x","data":{"part":0,"parts":1,"digest":"0","base64":"AAAA"}}\n',
                     b'{"success":true,"msg":"x","data":{"part":0,"parts":9999999,"digest":"0","base64":"AAAA"}}\n'):
            with self.subTest(line=line):
                client = subprocess.Popen([BINARIES + "/mgrctl", "--socket", self.path, "explain", "ping"],
                                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                connection, _ = listener.accept()
                with connection:
                    request = b""
                    while not request.endswith(b"\n\n"):
                        request += connection.recv(4096)
                    connection.sendall(line)
                out, complaint = client.communicate(timeout=DEADLINE)
                self.assertEqual((client.returncode, out), (127, b""), complaint)

    def listen(self):
        self.path = str(self.mgr.dir / "seen/fake.sock")
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.settimeout(DEADLINE)
        listener.bind(self.path)
        listener.listen(8)
        return listener


if __name__ == "__main__":
    unittest.main(verbosity=2)
