"""The keys of /etc/mgr do what the manual says of them: each limit that mgr-policy(5) and mgr-modules(5) tell is the one
that holds, from both sides, and each default is what a file without the key has.

Usage: manual_keys_test.py BINARIES [unittest arguments]; as root, in a pid namespace of its own.
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib
import unittest

from instance import REPO, Instance, policy_of_www_data

sys.path.append(str(REPO / "tests/style"))
from manual_source import items, page, part  # noqa: E402

BINARIES = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/dev/bin").resolve()
MODULES, POLICY = page("mgr-modules.5"), page("mgr-policy.5")
RANGE = re.compile(r'From (\S+) to (\S+)\.$', re.M)
DEFAULT = re.compile(r'^Default: ("[^"]*"|-?\d+|true|false)\.$', re.M)
UNITS = {"ms": 1, "s": 1000, "m": 60000, "h": 3600000, "d": 86400000, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}

ACTION = '[module.m]\n[module.m.action.a]\ncommand = "/bin/true"\n'
ARGUMENT = ACTION + '[module.m.action.a.arg.x]\ntype = "string"\n'
# What else has to be said where a key is.
BESIDE = {"cache": 'mode = "output"', "output_format": 'mode = "output"', "retry_exit": "retries = 1",
          "kept_places": "connections = 1000000", "connections": "kept_places = 1"}
WHOLE_SECONDS = ("cpu_time",)


def neighbours(key, literal):
    """The values right below and right above, written as TOML has them."""
    found = re.fullmatch(r'"(\d+)(ms|[smhdKMG])"', literal)
    if not found:
        return str(int(literal) - 1), str(int(literal) + 1)
    number = int(found[1]) * UNITS[found[2]]
    if found[2] in "KMG":
        return str(number - 1), str(number + 1)
    if key in WHOLE_SECONDS or number >= 1 << 32:  # no duration has a longer number
        return f'"{number // 1000 - 1}s"', f'"{number // 1000 + 1}s"'
    return f'"{number - 1}ms"', f'"{number + 1}ms"'


def tables():
    """Of each part of the manual that has keys: the file, what stands before a key, and its keys."""
    yield "modules.d/m.toml", ACTION, items(part(MODULES, "Actions"))
    yield "modules.d/m.toml", ARGUMENT, items(part(MODULES, "Arguments"))
    settings = re.split(r"^\.Li \[(\w+)\]", part(POLICY, "mgr.toml"), flags=re.M)
    for table, text in zip(settings[1::2], settings[2::2]):
        yield "mgr.toml", f"[{table}]\n", items(text)


class Limits(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "modules.d").mkdir()
        (self.folder / "policy.toml").write_text("")

    def loads(self, file, text):
        path = self.folder / file
        path.write_text(text)
        done = subprocess.run([BINARIES / "mgrctl", "--libexec", BINARIES, "policy", "check", "--files", self.folder],
                              capture_output=True, text=True)
        path.unlink()
        return done.returncode == 0, done.stderr

    def test_each_limit_is_where_the_manual_says(self):
        tried = 0
        for file, before, keys in tables():
            for key, text in keys.items():
                for least, most in RANGE.findall(text):
                    front = before + BESIDE.get(key, "") + f"\n{key} = "
                    for value in (least, most):
                        good, said = self.loads(file, front + value)
                        self.assertTrue(good, f"{key} = {value}: {said}")
                    for value in (neighbours(key, least)[0], neighbours(key, most)[1]):
                        if '"-' not in value:  # no duration is written so
                            good, said = self.loads(file, front + value)
                            self.assertFalse(good, f"{key} = {value}")
                            names = [key, BESIDE.get(key, key).split()[0]]
                            self.assertTrue(any(f"'{name}'" in said for name in names), said)
                    tried += 1
        self.assertGreaterEqual(tried, 30)

    def test_each_default_of_mgr_toml_is_that_of_the_shipped_file(self):
        shipped = tomllib.loads(re.sub(r"^#(\w+ = )", r"\1", (REPO / "policy/default/mgr.toml").read_text(), flags=re.M))
        for file, before, keys in tables():
            for key, text in keys.items() if file == "mgr.toml" else ():
                told = tomllib.loads("x = " + DEFAULT.search(text)[1])["x"]
                self.assertEqual(told, shipped[before[1:-2]][key], key)


class Defaults(unittest.TestCase):
    def test_each_default_of_an_action_is_what_it_has_without_the_key(self):
        told = {key: found[1] for key, text in items(part(MODULES, "Actions")).items() if (found := DEFAULT.search(text))}
        self.assertGreaterEqual(len(told), 15)
        mgr = Instance(BINARIES, start=False)
        self.addCleanup(mgr.stop)
        command = 'command = "/bin/true"\n'
        declared = "".join(f"[module.m.action.{key}]\n{command}{BESIDE.get(key, '')}\n{key} = {value}\n"
                           f"[module.m.action.{key}-not]\n{command}{BESIDE.get(key, '')}\n" for key, value in told.items())
        mgr.write("etc/mgr/modules.d/m.toml", declared)
        mgr.write("etc/mgr/policy.toml", policy_of_www_data("m", "mgr"))
        mgr.start()
        schema = mgr.ask("module:mgr\naction:modules\n\n")["data"]["modules"]
        [actions] = [module["actions"] for module in schema if module["name"] == "m"]
        shown = {action.pop("name"): action for action in actions}
        for key in told:
            with_it, without = (mgr.ask(f"module:m\naction:{name}\nmgr-dry-run:yes\n\n")["data"] for name in (key, f"{key}-not"))
            self.assertIn("run", with_it, key)
            self.assertEqual(with_it, without, key)
            self.assertEqual(shown[key], shown[f"{key}-not"], key)


if __name__ == "__main__":
    unittest.main(verbosity=2)
