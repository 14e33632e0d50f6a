"""Every action that mgr ships or shows, with a program in its command's place that writes down what it is given.

The tables are those of policy/default and packaging/examples, so what is added there is attacked by itself.
"""
import json
import os
import pathlib
import tomllib

import attack
from instance import REPO

TABLES = (REPO / "policy/default/modules.d", REPO / "packaging/examples/appliance/modules.d")
RECORDER = """#!/bin/sh
printf '%s\\0' "$#" "$@" >> "@DIR@/seen/argv"
"""
# Of what stands there, what would need the machine's own programs, its time or its privilege.
LEFT_OUT = {"command", "user", "group", "groups", "capabilities", "min_proof", "output_format", "cache", "retries",
            "retry_delay", "retry_exit", "private_tmp", "no_new_privileges", "summary", "arg", "mode"}
POLICY = """
[[principal]]
name = "root"
uid = 0
[[principal]]
name = "web"
user = "www-data"
[[allow]]
who = "root"
module = ["scan", "shutdown", "mail", "job", "mgr", @MODULES@]
action = "*"
jobs = "all"
[[allow]]
who = "root"
module = "service"
action = "*"
where = { unit = "ssh.service" }
"""
# Values among which there is one for each argument.
HARMLESS = ("7", "yes", "no", "web", "check", "config", "root", "example.org", "192.0.2.1", "192.0.2.0/24", "0s",
            "ssh.service", "00:00:5e:00:53:01", "@DIR@/files/file", "all", "running")


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)  # a text, a whole number or a truth is written alike in both


def shipped_actions():
    """(module, action, its table) of all that modules.d declares."""
    for folder in TABLES:
        for file in sorted(folder.glob("*.toml")):
            for module, table in tomllib.loads(file.read_text())["module"].items():
                for action, keys in table["action"].items():
                    yield module, action, keys


def recorded(module, action, keys):
    """The table of an action whose command writes down what it would have been given."""
    lines = [f'[module.{module}.action.{action}]', f'command = {toml(["@DIR@/bin/record"] + keys["command"][1:])}',
             'user = "mgr-scan"']
    if keys.get("mode", "job") != "job":
        lines.append('mode = "output"')
    lines += [f"{key} = {toml(value)}" for key, value in keys.items() if key not in LEFT_OUT]
    for name, argument in keys.get("arg", {}).items():
        if "roots" in argument:
            argument = {**argument, "roots": ["@DIR@/files"]}
        lines.append(f"arg.{name} = {toml(argument)}")
    return "\n".join(lines) + "\n"


class EveryActionTestCase(attack.AttackTestCase):
    """Root may do everything here, and what is done is written down."""

    def files(self):
        text, modules = "", set()
        for module, action, keys in shipped_actions():
            text += recorded(module, action, keys)
            modules.add(module)
        own = modules - {"scan", "shutdown", "mail", "service"}
        os.remove(self.mgr.dir / "etc/mgr/modules.d/scan.toml")
        self.mgr.write("etc/mgr/modules.d/every.toml", text)
        self.mgr.write("etc/mgr/policy.toml", POLICY.replace("@MODULES@",
                                                             ", ".join(f'"{name}"' for name in sorted(own))))
        self.mgr.write("bin/record", RECORDER, 0o755)
        (self.mgr.dir / "files").mkdir(mode=0o755)
        self.mgr.write("files/file", "a file\n")

    def setUp(self):
        super().setUp()
        self.kept = self.mgr.client(None)
        self.addCleanup(self.kept.close)
        self.kept.sendall(b"mgr:keep-alive\n")
        self.answers = self.kept.makefile("rb")
        self.addCleanup(self.answers.close)

    def ask(self, fields, body=None):
        """One of many on root's connection: the reply, whose grammar has to be in order."""
        return self.ask_all([fields], body)[0]

    def ask_all(self, requests, body=None):
        """The replies to all of these, which are sent at once; they are few enough for that."""
        data = b""
        for fields in requests:
            lines = [f"{name}:{value}" for name, value in fields.items()]
            lines += [f"mgr-body:{len(body)}"] if body is not None else []
            data += ("\n".join(lines) + "\n\n").encode() + (body or b"")
        self.kept.sendall(data)
        return [json.loads(self.answers.readline()) for _ in requests]

    def schema(self):
        """(module, action, the schema of the action) of all that there is."""
        reply = self.ask({"module": "mgr", "action": "modules"})
        return [(module["name"], action["name"], action)
                for module in reply["data"]["modules"] for action in module["actions"]]

    def harmless(self, module, action, schema):
        """The fields, and the body, of a request that is allowed: dry, so that nothing is done."""
        fields = {"module": module, "action": action, "mgr-dry-run": "yes"}
        body = b"x" if any(argument["type"] == "blob" for argument in schema["arguments"]) else None
        names = [argument["name"] for argument in schema["arguments"]
                 if argument["type"] != "blob" and argument["required"]]
        fields.update(dict.fromkeys(names, HARMLESS[0]))
        for name in names:
            for value in HARMLESS:
                fields[name] = value.replace("@DIR@", str(self.mgr.dir))
                reply = self.ask(fields, body)
                if reply["success"] or (reply["msg"] != {"err_code": 4} and not reply["detail"].startswith(name + ":")):
                    break
            else:
                self.fail(f"{module} {action}: nothing fits {name}: {reply}")
        return fields, body

    def taken_down(self):
        """The argv that commands were given since the last time this was asked."""
        path = pathlib.Path(self.mgr.dir / "seen/argv")
        if not path.exists():
            return []
        words = path.read_bytes().decode().split("\0")[:-1]
        path.unlink()
        commands = []
        while words:
            count = int(words[0])
            commands.append(words[1:count + 1])
            words = words[count + 1:]
        return commands
