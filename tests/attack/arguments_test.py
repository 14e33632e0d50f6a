"""What stands in an argument stays one argument: no shell, no option, no path that its type does not allow."""
import os
import re
import tomllib

import attack
import every_action
from attack import DENIED, FAILED, INVALID, MALFORMED, NOT_FOUND, UNKNOWN

# What a shell, printf(3), a template, an option parser or a path would act on; @ is a file that must not come to be.
SHELL = ("$(touch @)", "`touch @`", "x;touch @", "x|touch @", "x&&touch @", "x||touch @", "x&touch @", "x>@", "<@",
         "*", "?",
         "[a-z]*", "~root", "~", "%s%n%p", "$HOME", "${IFS}", "$IFS$9touch$IFS@", "'x'", '"x"', "';touch @;'",
         '";touch @;"',
         "x y", "x  y", "#x", "!!", "{a,b}", "{}", "{host}", "{task_ids...}", "\\", "x\\", "\\x", "\\n", "x=y",
         "A=1 touch @",
         "x\u2028touch @", "x\u00a0y", "\u037ex", "x\u02bctouch @", "\u202ex", "\ufeffx", "x\u200b", "e\u0301")
OPTIONS = ("-oProxyCommand=touch @", "--", "-", "-x", "--help", "--root=/", "-rf", "--to=x@example.org", "-1x", "--7",
           "\u20107", "\u20117", "\u2012x", "\u20137", "\u2014x", "\u22127", "\ufe63x", "\uff0d7", "\u00ad-x",
           "\u200b-x")
NUMBERS = ("+7", "07", "0x7", "7e0", "7.0", "7 ", "7,", ",7", "7,,7", "\u0667", "\uff17", "9" * 40, "-0", "1_000",
           "7-9", "7..9")
PATHS = ("..", ".", "/", "../../etc/passwd", "/etc/passwd", "@/../x", "/proc/self/fd/9", "/dev/x", "A" * 256,
         "A" * 4096,
         "@ROOT/..", "@ROOT/../seen", "@ROOT//file", "@ROOT/./file", "@ROOT/file/", "@ROOTx/file", "@ROOT",
         "file:@ROOT/file")
TYPES = """
[module.t.action.a]
command = ["/bin/echo", "{value}"]
mode = "output"
arg.value = { type = "TYPE" }
"""
MORE = {"enum": 'values = ["a\\\\", "b"]', "path": 'roots = ["/srv"]', "string": 'pattern = ".*"'}


class EveryArgument(every_action.EveryActionTestCase):
    def hostile(self):
        canary = str(self.mgr.dir / "seen/canary")
        root = str(self.mgr.dir / "files")
        return [value.replace("@ROOT", root).replace("@", canary) for value in SHELL + OPTIONS + NUMBERS + PATHS]

    def each_argument(self):
        """The fields of a harmless request, its body, and an argument of it, for every argument of every action."""
        for module, action, schema in self.schema():
            fields, body = self.harmless(module, action, schema)
            for argument in schema["arguments"]:
                if argument["type"] != "blob":
                    yield fields, body, argument

    def assert_stays_one(self, plain, argv, value, where):
        """argv is the plain one, but where a placeholder stands; there the value is, whole."""
        self.assertEqual(len(argv), len(plain), (argv, where))
        for old, new in zip(plain, argv):
            if new != old:
                self.assertIn(value.strip(" "), new, where)
                self.assertFalse(new.startswith("-") and not old.startswith("-"), where)

    def test_no_value_of_any_action_meets_a_shell_or_becomes_an_option(self):
        """OPNsense CVE-2026-44194, Webmin CVE-2019-15107, Cockpit CVE-2026-4631: a value that looks valid ran."""
        tried, accepted, ran = 0, 0, set()
        for fields, body, argument in self.each_argument():
            plain = self.ask(fields, body)
            if not plain["success"]:  # it wants one of its optional arguments
                plain = {"data": {}}
            requests = [{**fields, argument["name"]: value} for value in self.hostile()]
            for value, reply in zip(self.hostile(), self.ask_all(requests, body)):
                tried += 1
                if not reply["success"]:
                    self.assertIn(reply["msg"]["err_code"], (INVALID, DENIED, NOT_FOUND), (value, reply))
                    continue
                accepted += 1
                self.assertFalse(value.startswith("-"), (argument, value))
                for planned in reply["data"].get("jobs", ()):
                    before = plain["data"]["jobs"][0]["argv"]
                    self.assert_stays_one(before, planned["argv"], value, value)
                one = (fields["module"], argument["name"], value)  # of poweroff, reboot and halt one will do
                acts = value in self.hostile()[:len(SHELL)] and one not in ran
                if acts and plain["data"].get("jobs") and reply["data"]["jobs"] != plain["data"]["jobs"]:
                    ran.add(one)
                    self.assert_runs_as_planned({**fields, argument["name"]: value}, body, reply["data"]["jobs"])
        self.assertGreater(accepted, 50, "nothing reached a command, so nothing was tried")
        self.assertGreater(len(ran), 50)
        self.assertGreater(tried, 2000)
        self.assertEqual(sorted(os.listdir(self.mgr.dir / "seen")), [])

    def assert_runs_as_planned(self, fields, body, planned):
        meant = {**fields, "mgr-confirm": "yes"}
        del meant["mgr-dry-run"]
        reply = self.ask(meant if fields["module"] == "service" else {**meant, "mgr-wait": "yes"}, body)
        if not reply["success"] and "mgr-wait" in reply["detail"]:
            reply = self.ask(meant, body)
        self.assertTrue(reply["success"], reply)
        self.assertEqual(self.taken_down(), [job["argv"][1:] for job in planned])

    def test_a_control_character_ends_the_request_before_anything_is_looked_up(self):
        """CVE-2019-15107's class: what ends a line or a text ends an argument, and begins another."""
        for fields, body, argument in self.each_argument():
            for evil in ("\0", "\r", "\x1b[2J", "\t", "\x7f", "\x85", "\x9b", "\x08", "\r\nx", "\n:", "\nmodule:mgr"):
                lines = {**fields, argument["name"]: "7" + evil + "7"}
                block = "\n".join(f"{name}:{value}" for name, value in lines.items() if name != "mgr-dry-run") + "\n\n"
                self.assert_refused(self.mgr.ask(block, user=None), MALFORMED)

    def test_a_backslash_at_the_end_of_any_value_is_a_character(self):
        """sudo CVE-2021-3156: a backslash before the end made it read on, and write."""
        for fields, body, argument in self.each_argument():
            for slashes in ("\\", "7\\", "\\" * 4095, "\\\\n\\"):
                reply = self.ask({**fields, argument["name"]: slashes}, body)
                if reply["success"]:
                    self.assertIn(argument["type"], ("string", "secret", "list of string"))
                else:
                    self.assertIn(reply["msg"]["err_code"], (INVALID, DENIED), reply)
        for name in ("module", "action", "signature", "mgr-on-behalf-of", "mgr-wait", "mgr-confirm", "mgr-request-id",
                     "mgr-body", "mgr-dry-run", "auth-key", "auth-to", "auth-time", "auth-nonce", "auth-body", "mgr"):
            fields = {"module": "scan", "action": "start", "task_ids": "x", name: "x\\"}
            block = "".join(f"{field}:{value}\n" for field, value in fields.items()) + "\n"
            self.assert_refused(self.mgr.ask(block, user=None), INVALID, MALFORMED, UNKNOWN)

    def test_an_id_is_no_path(self):
        """sudo-rs CVE-2023-42456: a user name that was a path named another's file."""
        ids = ("../x", "..", ".", "/", "./1", "1/", "1/..", "//1", "gone.1", "1\\", "A" * 256, "*", "0", "-1", "01",
               "1 ",
               "9007199254740993", "18446744073709551617", "next-id", "%2e%2e", "\u0661")
        for module, action, schema in self.schema():
            for name in {argument["name"] for argument in schema["arguments"]} & {"id", "ids", "task_ids"}:
                for value in ids:
                    if value.strip() != "1":
                        reply = self.ask({"module": module, "action": action, name: value})
                        self.assert_refused(reply, INVALID, NOT_FOUND)
        for field, values in {"mgr-request-id": ids, "auth-key": ids, "auth-to": ids, "auth-nonce": ids}.items():
            for value in values:
                if field == "mgr-request-id" and re.fullmatch("[A-Za-z0-9_.:-]{1,64} ?", value):
                    continue  # a text that is compared, and no name of a file: see below
                reply = self.mgr.ask(f"module:scan\naction:start\ntask_ids:7\n{field}:{value}\n\n", user=None)
                self.assert_refused(reply, INVALID)
        for value in ("", " ", "7\0"):
            reply = self.mgr.ask(f"module:job\naction:show\nid:{value}\n\n", user=None)
            self.assert_refused(reply, INVALID, MALFORMED)
        before = self.tree()
        for value in ("..", ".", "gone.1", "next-id"):
            fields = {"module": "scan", "action": "start", "task_ids": "7", "mgr-request-id": value, "mgr-wait": "yes"}
            self.assertTrue(self.ask(fields)["success"])
        self.assertEqual(before, [path for path in self.tree() if not re.search(r"/jobs(/|$)|/seen/", path)])

    def tree(self):
        return sorted(os.path.join(folder, name) for folder, folders,
                      files in os.walk(self.mgr.dir) for name in folders + files
                      if not folder.endswith("/seen") and "/jobs" not in folder and name != "jobs")


class Types(attack.AttackTestCase):
    """Actions of our own, one a type."""

    def files(self):
        types = ("int", "bool", "enum", "string", "hostname", "ip", "cidr", "port", "mac", "username", "unit",
                 "duration",
                 "path")
        text = ""
        for name in types:
            for kind in (name, "list of " + name):
                module = TYPES.replace("TYPE", kind).replace("module.t", "module." + kind.replace(" ", "-"))
                text += module.replace(" }", ", " + MORE[name] + " }") if name in MORE else module
        text += TYPES.replace("module.t", "module.slow").replace('"TYPE"',
                                                                 '"string", pattern = "(a+)+$|(a|aa)+|(.*a){20}c"')
        self.modules = list(tomllib.loads(text)["module"])
        self.mgr.write("etc/mgr/modules.d/types.toml", text)
        self.mgr.write("etc/mgr/policy.toml", attack.policy_of_www_data(*self.modules, "service"
                                                                        ).replace('"service"', '"job"') + UNITS)

    def ask(self, module, value, action="a", name="value"):
        return self.mgr.ask(f"module:{module}\naction:{action}\n{name}:{value}\n\n")

    def test_every_type_takes_a_backslash_for_a_character(self):
        """sudo CVE-2021-3156, on each type and on lists of it."""
        for module in self.modules:
            for value in ("\\", "a\\", "\\" * 4096, "1\\", "/srv/\\", "a\\,b\\"):
                reply = self.ask(module, value)
                with self.subTest(module=module, value=value):
                    if reply["success"]:
                        self.assertEqual(reply["data"]["stdout"], value + "\n")
                    else:
                        self.assertIn(reply["msg"]["err_code"], (INVALID, FAILED), reply)

    def test_a_pattern_that_backtracks_answers_as_any(self):
        """ReDoS: a quantifier in a quantifier takes others 2^4000 steps. RE2 answers at all."""
        for value in ("a" * 4000 + "b", "a" * 4095 + "!", "ab" * 2000, "a" * 30 + "d"):
            self.assert_refused(self.ask("slow", value), INVALID)
        self.assertTrue(self.ask("slow", "a" * 4000)["success"])

    def test_a_unit_is_one_service_to_the_letter(self):
        """A unit that is a shutdown, a device, a pattern, an alias or a path."""
        for unit in ("reboot.target", "poweroff.target", "/dev/x", "dev-x.device", "*.service", "ss?.service",
                     "[a-z].service",
                     "ssh", "sshd.service", "ssh.service/", "../ssh.service", "/etc/systemd/system/ssh.service",
                     "SSH.service",
                     "ssh.service ssh.service", "getty@.service", "ssh.SERVICE", "ssh.service.d", "-.mount", "--system",
                     "ssh.service,reboot.target", "ssh\u200b.service", "\u0455sh.service", "user.slice", "init.scope",
                     "ssh.service\\x00"):
            for action in ("start", "stop", "restart", "reload", "status", "logs"):
                with self.subTest(unit=unit, action=action):
                    self.assert_refused(self.ask("service", unit, action, "unit"), INVALID, DENIED)


UNITS = """
[[allow]]
who = "web"
module = "service"
action = "*"
where = { unit = "ssh.service" }
"""

if __name__ == "__main__":
    attack.main()
