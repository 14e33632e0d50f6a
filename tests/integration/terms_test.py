"""What is asked of a caller whom the policy allows an action: proof, confirmation, and not too often.

Usage: terms_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import json
import os
import re
import subprocess
import time
import unittest

from instance import DEADLINE
from jobs_support import BINARIES, JobsInstance, JobsTestCase, caller

POLICY = """
[[principal]]
name = "web"
user = "www-data"
[[principal]]
name = "pages"
user = ["www-data", "daemon"]
[[principal]]
name = "robot"
key = ["robot-1"]
[[allow]]
who = "anyone"
module = "mgr"
action = "ping"
[[allow]]
who = "web"
module = "work"
action = ["careful", "signed"]
[[allow]]
who = "robot"
module = "mgr"
action = "version"
"""

RULES = """
[[allow]]
who = "pages"
module = "work"
action = "rare"
rate = "3/d"
[[allow]]
who = "pages"
module = "mgr"
action = "whoami"
rate = "5/s"
# A request over the rate of a rule above does not come here.
[[allow]]
who = "pages"
module = ["mgr", "work"]
action = ["whoami", "rare"]
[[allow]]
who = "anyone"
module = "work"
action = "open"
[[allow]]
who = "anyone"
module = "mgr"
action = "version"
rate = "2/d"
"""

ACTIONS = {"rare": "", "open": "", "careful": "confirm = true", "signed": 'min_proof = "signed"'}


def declared():
    text = ""
    for action, keys in ACTIONS.items():
        text += f'[module.work.action.{action}]\ncommand = "/bin/true"\nuser = "mgr-scan"\n{keys}\n'
    return text


class TermsTestCase(JobsTestCase):
    def setUp(self):
        self.mgr = JobsInstance(start=False)
        self.addCleanup(self.mgr.stop)
        self.mgr.write("etc/mgr/policy.toml", POLICY)
        self.mgr.write("etc/mgr/modules.d/work.toml", declared())
        self.folder = self.mgr.dir / "etc/mgr/rules.d"
        self.folder.mkdir()
        os.chmod(self.folder, 0o755)
        self.mgr.write("etc/mgr/rules.d/50-work.toml", RULES)

    def accepts(self, reply):
        self.assertTrue(reply["success"], reply)
        return reply


class Rate(TermsTestCase):
    def setUp(self):
        super().setUp()
        self.mgr.start()

    def test_each_caller_gets_what_its_rule_says_and_then_busy(self):
        for user in ("www-data", "daemon"):
            for _ in range(3):
                self.accepts(self.mgr.request("work", "rare", user))
            refused = self.refuses(self.mgr.request("work", "rare", user), 7)
            self.assertRegex(refused["detail"], r"^over the rate of 3/d; try again in 28[78]\d\d s$")
            line = [line for line in self.lines("refused") if line["seq"] == refused["audit"]][0]
            self.assertEqual({"uid": line["uid"]}, caller(user))
            self.assertTrue(line["rule"].endswith("/etc/mgr/rules.d/50-work.toml:2"), line)
        self.assertEqual(len(self.lines("effect")), 6)

    def test_who_waits_as_long_as_it_is_told_is_served_again(self):
        for _ in range(10000):
            reply = self.mgr.request("mgr", "whoami")
            if not reply["success"]:
                break
        refused = self.refuses(reply, 7)
        self.accepts(self.mgr.request("mgr", "whoami", "daemon"))
        seconds = re.fullmatch(r"over the rate of 5/s; try again in (\d+) s", refused["detail"])
        time.sleep(int(seconds[1]))
        self.accepts(self.mgr.request("mgr", "whoami"))

    def test_those_without_a_principal_share_one_bucket(self):
        version = "module:mgr\naction:version\n\n"
        self.accepts(self.mgr.ask(version, "games"))
        self.accepts(self.mgr.ask(version, tcp=True))
        for reply in (self.mgr.ask(version, "games"), self.mgr.ask(version, "bin"), self.mgr.ask(version, tcp=True)):
            self.refuses(reply, 7)
        self.accepts(self.mgr.ask(version, "daemon"))

    def test_a_flood_over_the_rate_becomes_sums_in_the_audit(self):
        for _ in range(3):
            self.accepts(self.mgr.request("work", "rare"))
        request = "module:work\naction:rare\n\n"
        with self.mgr.client("www-data") as connection:
            connection.sendall(("mgr:keep-alive\n" + request * 300).encode())
            replies = connection.makefile("rb")
            quoted = [self.refuses(json.loads(replies.readline()), 7).get("audit", 0) for _ in range(300)]
            replies.close()
        self.assertIn(0, quoted, "every refusal has a line of its own")
        self.assertEqual(len(self.lines("effect")), 3)


class Proof(TermsTestCase):
    def setUp(self):
        super().setUp()
        self.mgr.start()

    def test_what_wants_a_confirmation_does_nothing_without(self):
        for fields in ({}, {"mgr__confirm": "no"}):
            refused = self.refuses(self.mgr.request("work", "careful", **fields), 6)
            self.assertEqual(refused["detail"], "this action wants mgr-confirm:yes")
        for value in ("", "Yes", "true", "yes,"):
            self.refuses(self.mgr.request("work", "careful", mgr__confirm=value), 6)
        self.refuses(self.mgr.ask("module:work\naction:careful\nmgr-confirm:yes\nmgr-confirm:yes\n\n"), 5)
        self.assertEqual(self.mgr.job_folders(), [])
        self.accepts(self.mgr.request("work", "careful", mgr__confirm="yes"))
        # Who may not learns nothing of what the action wants.
        self.refuses(self.mgr.request("work", "careful", "daemon"), 4)

    def test_what_wants_no_confirmation_takes_one(self):
        self.accepts(self.mgr.request("work", "rare", mgr__confirm="yes"))
        self.accepts(self.mgr.request("work", "rare", mgr__confirm="no"))
        self.refuses(self.mgr.request("work", "rare", mgr__confirm="perhaps"), 6)

    def test_the_kernels_word_is_too_weak_for_what_wants_a_signature(self):
        refused = self.refuses(self.mgr.request("work", "signed"), 3)
        self.assertEqual(refused["detail"], "this action wants a signed request (min_proof): make a key with "
                         "mgrctl keygen, and have root add it with mgrctl key add")
        self.refuses(self.mgr.request("work", "signed", mgr__confirm="yes"), 3)
        self.refuses(self.mgr.request("work", "signed", "daemon"), 4)
        self.assertEqual(self.mgr.job_folders(), [])

    def test_what_is_declared_is_for_nobody_on_the_network(self):
        self.refuses(self.mgr.ask("module:work\naction:open\n\n", tcp=True), 3)
        self.assertEqual(self.mgr.job_folders(), [])
        self.accepts(self.mgr.request("work", "open", "games"))

    def test_a_keys_name_alone_is_no_signature(self):
        reply = self.mgr.ask("module:mgr\naction:version\nauth-key:robot-1\nsignature:00\n\n", "games")
        self.refuses(reply, 6)


class Rules(TermsTestCase):
    def check(self):
        return subprocess.run([f"{BINARIES}/mgr-helper", "--root", self.mgr.dir, "--libexec", BINARIES, "--check"],
                              capture_output=True, text=True, timeout=DEADLINE)

    def refused(self):
        done = self.check()
        self.assertEqual(done.returncode, 1, done.stderr)
        return done.stderr

    def test_loose_rules_stop_the_start_and_are_named(self):
        path = self.folder / "50-work.toml"
        os.chmod(path, 0o664)
        self.assertIn(f"{path}: writable by its group (mode 0664)", self.refused())
        os.chmod(path, 0o644)
        os.chmod(self.folder, 0o775)
        self.assertIn(f"{self.folder}: writable by its group (mode 0775)", self.refused())
        os.chmod(self.folder, 0o755)
        (self.folder / "60.toml").symlink_to("50-work.toml")
        self.assertIn(f"{self.folder}/60.toml: is a symbolic link", self.refused())
        (self.folder / "60.toml").unlink()
        self.mgr.write("etc/mgr/rules.d/60.toml", "#" * (10 << 20))
        self.assertIn(f"{self.folder}/60.toml: longer than 1 MiB", self.refused())

    def test_a_mistake_in_the_rules_stops_the_start_with_file_and_line(self):
        rule = '\n[[allow]]\nwho = "web"\nmodule = "mgr"\naction = "ping"\n'
        for text, complaint in ((rule + 'rate = "0/min"', "6: 'rate' must be 1 to 1000000 a s, min, h or d"),
                                (rule + 'rate = "30/fortnight"', "6: 'rate' must be"), (rule + "x = 1", "6: unknown key 'x'"),
                                (rule.replace("web", "wbe"), "3: 'who' names 'wbe', which is no principal"),
                                ('\n[[principal]]\nname = "web"\nuid = 1', "3: 'name' is taken by another principal, at "
                                 f"{self.mgr.dir}/etc/mgr/policy.toml:2")):
            with self.subTest(text=text):
                self.mgr.write("etc/mgr/rules.d/60.toml", text)
                self.assertIn(f"{self.folder}/60.toml:{complaint}", self.refused())

    def test_a_declared_module_that_takes_a_built_in_place_stops_the_start(self):
        self.mgr.write("etc/mgr/modules.d/x.toml", '\n[module.job.action.list]\ncommand = "/bin/true"\n')
        self.assertIn(f"{self.mgr.dir}/etc/mgr/modules.d/x.toml:2: the module job is built in", self.refused())

    def test_a_condition_about_a_secret_stops_the_start_with_file_and_line(self):
        self.mgr.write("etc/mgr/modules.d/x.toml", '[module.x.action.set]\ncommand = "/bin/true"\n'
                       '[module.x.action.set.arg.word]\ntype = "secret"\n')
        self.mgr.write("etc/mgr/rules.d/60.toml", '\n[[deny]]\nwho = "web"\nmodule = "x"\naction = "*"\n'
                       'where = { word = "swordfish" }\n')
        self.assertIn(f"{self.folder}/60.toml:2: 'where' of 'word': no condition is about a body or a secret", self.refused())

    def test_rules_about_nothing_are_warnings_with_file_and_line(self):
        self.mgr.write("etc/mgr/rules.d/60.toml", '\n[[deny]]\nwho = "web"\nmodule = ["work", "wrok"]\n'
                       'action = ["rare", "raer"]\nwhere = { zone = 1 }\n')
        done = self.check()
        self.assertEqual(done.returncode, 0, done.stderr)
        place = f"warning: {self.folder}/60.toml:2: "
        self.assertEqual([line.partition("warning: ")[2] for line in done.stderr.splitlines()
                          if "/60.toml:" in line],
                         [place.partition("warning: ")[2] + what for what in (
                             "'module' names 'wrok', which does not exist",
                             "'where' of 'zone' never holds for the action 'rare', which takes no such argument: "
                             "the rule denies nothing there", "'action' names 'raer', which does not exist")])

    def test_a_deny_in_the_rules_beats_what_the_policy_allows(self):
        self.mgr.write("etc/mgr/rules.d/60.toml", '[[deny]]\nwho = "web"\nmodule = "work"\naction = "rare"\n')
        self.mgr.start()
        self.refuses(self.mgr.request("work", "rare"), 4)
        self.accepts(self.mgr.request("work", "rare", "daemon"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
