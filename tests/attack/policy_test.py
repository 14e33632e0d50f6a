"""What is not granted is denied: no empty list means everybody, and no action stands beside."""
import os
import re
import stat
import subprocess
import unittest

import attack
import every_action
import signing
from attack import DENIED, UNAUTHENTICATED
from instance import DEADLINE, REPO, Instance

RULE = """
[[principal]]
name = "web"
user = "www-data"
[[allow]]
who = "web"
module = "scan"
action = "start"
"""
EMPTY = {
    "nobody in who": RULE.replace('who = "web"', "who = []"),
    "no text in who": RULE.replace('who = "web"', 'who = ""'),
    "no module": RULE.replace('module = "scan"', "module = []"),
    "no action": RULE.replace('action = "start"', "action = []"),
    "no text in action": RULE.replace('action = "start"', 'action = [""]'),
    "no user": RULE.replace('user = "www-data"', "user = []"),
    "no group": RULE.replace('user = "www-data"', "group = []"),
    "no uid": RULE.replace('user = "www-data"', "uid = []"),
    "no key": RULE.replace('user = "www-data"', "key = []"),
    "a principal of nobody": RULE.replace('user = "www-data"\n', ""),
    "no value in where": RULE + "where = { task_ids = [] }\n",
    "no text in where": RULE + 'where = { task_ids = "" }\n',
    "nobody at all": RULE.replace('who = "web"\n', ""),
    "no module at all": RULE.replace('module = "scan"\n', ""),
    "no action at all": RULE.replace('action = "start"\n', ""),
    "a pattern for who": RULE.replace('who = "web"', 'who = "*"'),
    "a pattern for module": RULE.replace('module = "scan"', 'module = "*"'),
    "an action in capitals": RULE.replace('"start"', '"Start"'),
    "an alias of the module": RULE.replace('"scan"', '"SCAN_MODULE"'),
    "uid -1": RULE.replace('user = "www-data"', "uid = -1"),
    "uid 2^32-1": RULE.replace('user = "www-data"', "uid = 4294967295"),
    "nobody's uid": RULE.replace('user = "www-data"', "uid = 65534"),
    "another spelling": RULE.replace("[[allow]]", "[[Allow]]"),
    "an unknown key": RULE + 'whom = "web"\n',
    "a rule that is no table of an array": RULE.replace("[[allow]]", "[allow]"),
    "half a file": RULE[:-4],
    "a NUL": RULE + "\0",
}
NO_RULE = {
    "an empty file": "",
    "comments alone": "# nothing\n# [[allow]]\n# who = \"anyone\"\n",
    "blank lines and a byte order mark's worth of nothing": "\n\n \n",
    "principals alone": RULE[:RULE.index("[[allow]]")],
    "a deny alone": RULE.replace("[[allow]]", "[[deny]]"),
    "a user that there is not": RULE.replace("www-data", "nobody-has-this-name"),
    "a module that there is not": RULE.replace('"scan"', '"scam"'),
    "an action that there is not": RULE.replace('"start"', '"stat"'),
    "no text in user": RULE.replace('user = "www-data"', 'user = ""'),
    "all users": RULE.replace('user = "www-data"', 'user = "*"'),
}


class Unstarted(unittest.TestCase):
    def setUp(self):
        self.mgr = Instance(attack.BINARIES, start=False)
        self.addCleanup(self.mgr.stop)
        self.etc = self.mgr.dir / "etc/mgr"

    def check(self):
        return subprocess.run([self.mgr.binaries / "mgr-helper", "--root", self.mgr.dir, "--libexec", self.mgr.libexec,
                               "--check"], capture_output=True, text=True, timeout=DEADLINE, check=False)

    def refuses(self, what, names="policy.toml"):
        ran = self.check()
        self.assertNotEqual(ran.returncode, 0, what)
        self.assertIn(names, ran.stderr, what)
        return ran.stderr


class Lists(Unstarted):
    def test_an_empty_list_is_nobody_and_an_error(self):
        """OPNsense configd: an empty allowed_groups let everybody in."""
        for what, text in EMPTY.items():
            with self.subTest(what=what):
                self.mgr.write("etc/mgr/policy.toml", text)
                self.assertRegex(self.refuses(what), r"policy\.toml(:\d+)?: ")

    def test_a_missing_policy_is_no_start(self):
        """OPNsense configd's class: what is not there is not a policy that allows."""
        os.remove(self.etc / "policy.toml")
        self.refuses("missing")
        ran = subprocess.run([self.mgr.binaries / "mgr-helper", "--root", self.mgr.dir, "--libexec", self.mgr.libexec],
                             capture_output=True, text=True, timeout=DEADLINE, check=False)
        self.assertNotEqual(ran.returncode, 0)
        self.assertIn("policy.toml", ran.stderr)
        self.assertFalse((self.mgr.dir / "run/mgr.sock").exists())
        for make in (os.mkdir, os.mkfifo, lambda path: os.symlink("/etc/passwd", path)):
            make(self.etc / "policy.toml")
            self.refuses(make)
            (os.rmdir if (self.etc / "policy.toml").is_dir() else os.remove)(self.etc / "policy.toml")

    def test_a_policy_that_others_can_write_is_no_start(self):
        """StrictModes: each file and each folder up to the root, by owner and by mode."""
        places = ["etc/mgr/policy.toml", "etc/mgr/mgr.toml", "etc/mgr/modules.d/scan.toml", "etc/mgr/modules.d",
                  "etc/mgr", "etc", "."]
        for place in places:
            path = self.mgr.dir / place
            mode = stat.S_IMODE(path.stat().st_mode)
            for change, undo in ((lambda: os.chmod(path, mode | 0o020), lambda: os.chmod(path, mode)),
                                 (lambda: os.chmod(path, mode | 0o002), lambda: os.chmod(path, mode)),
                                 (lambda: os.chown(path, 33, -1), lambda: os.chown(path, 0, -1))):
                change()
                self.refuses(place, str(path).rstrip("/.").rsplit("/", 1)[-1])
                undo()
        self.assertEqual(self.check().returncode, 0)


class NoRule(Unstarted):
    def test_a_policy_without_a_rule_denies_everybody_everything(self):
        """OPNsense configd: nothing configured meant that all was allowed."""
        for what, text in NO_RULE.items():
            with self.subTest(what=what):
                self.mgr.write("etc/mgr/policy.toml", text)
                self.mgr.start_helper()
                self.mgr.start_broker()
                for user, tcp in ((None, False), ("www-data", False), (None, True)):
                    for ask in ("module:mgr\naction:ping\n\n", "module:scan\naction:start\ntask_ids:3\n\n",
                                "module:mgr\naction:reload\n\n"):
                        reply = self.when_up(ask, user, tcp)
                        self.assertEqual(reply["msg"], {"err_code": UNAUTHENTICATED if tcp else DENIED}, reply)
                self.assertEqual(self.mgr.job_folders(), [])
                self.mgr.kill_broker()
                self.mgr.kill_helper()

    def when_up(self, ask, user, tcp):
        """The first answer that the helper decided: what is not up yet refuses, or says `unavailable`."""
        for _ in range(DEADLINE * 50):
            try:
                reply = self.mgr.ask(ask, user, tcp)
            except OSError:
                reply = None
            if reply and reply["msg"] not in ({"err_code": 8}, {"err_code": 13}):
                return reply
            self.assertIsNone(self.mgr.helper.poll(), self.mgr.log("helper"))
            subprocess.run(["sleep", "0.02"], check=True)
        self.fail("not ready")


class EveryAction(every_action.EveryActionTestCase):
    def files(self):
        super().files()
        self.stranger = signing.Key("stranger").install(self.mgr)
        with open(self.mgr.dir / "etc/mgr/policy.toml", "a") as policy:
            policy.write('[[allow]]\nwho = "anyone"\nmodule = "mgr"\naction = "ping"\n')

    def in_sources(self):
        """(module, action) of the built-in tables, as they stand in the C++."""
        found = set()
        for source in sorted((REPO / "modules").glob("*.cpp")):
            text = source.read_text()
            name = re.search(r': Module\("([a-z]+)"', text)
            for row in re.findall(r'\badd\((?:commands|Proof::\w+)(?:,\s*RunMode::\w+)?,\s*\{"([a-z-]+)"', text):
                found.add((name.group(1), row))
        return found

    def test_every_action_without_a_rule_is_denied(self):
        """USBGuard CVE-2019-25058: methods that nobody had written a rule for were open to everybody."""
        schema = self.schema()
        listed = {(module, action) for module, action, _ in schema}
        own = self.in_sources()
        self.assertGreater(len(own), 25, "the tables are not written as they were")
        self.assertEqual(listed, own | {(module, action) for module, action, _ in every_action.shipped_actions()})
        for module, action, arguments in schema:
            fields, body = self.harmless(module, action, arguments)
            for dry in (True, False):
                asked = {**fields, "mgr-confirm": "yes"}
                asked.pop("mgr-dry-run" if not dry else "none", None)
                for user, tcp, code in (("www-data", False, DENIED), ("daemon", False, DENIED),
                                        ("nobody", False, UNAUTHENTICATED),
                                        (None, True, UNAUTHENTICATED)):
                    with self.subTest(module=module, action=action, user=user, tcp=tcp, dry=dry):
                        self.is_denied(asked, body, user, tcp, code)
            signed = signing.sign(list(fields.items()), self.stranger, signing.host_id(self.mgr), body=body)
            with self.subTest(module=module, action=action, key="stranger"):
                reply = self.mgr.ask(signing.block(signed, body or b""), "daemon")
                self.assert_denied(fields, reply, DENIED)
        self.assert_nothing_happened()

    def is_denied(self, fields, body, user, tcp, code):
        lines = [f"{name}:{value}" for name, value in fields.items()]
        lines += [f"mgr-body:{len(body)}"] if body is not None else []
        reply = self.mgr.ask(("\n".join(lines) + "\n\n").encode() + (body or b""), user, tcp)
        if tcp and "password" in fields:
            code = attack.INVALID  # a secret, refused before anybody is asked
        self.assert_denied(fields, reply, code)

    def assert_denied(self, fields, reply, code):
        if (fields["module"], fields["action"]) == ("mgr", "ping"):
            self.assertTrue(reply["success"], "the one thing that has a rule for everybody")
        else:
            self.assertEqual((reply["success"], reply["msg"]), (False, {"err_code": code}), reply)


if __name__ == "__main__":
    attack.main()
