"""What a command reads, from a client's bytes to its standard input: bodies, secrets and paths, end to end
with real daemons under their real users.
"""
import contextlib
import json
import os
import socket
import sys
import unittest

from instance import Instance, policy_of_www_data, read_to_end

BINARIES = sys.argv.pop(1) if len(sys.argv) > 1 else "build/dev/bin"

MODULE = """
[module.box]
summary = "Inputs"
[module.box.action.put]
command = ["/bin/cat"]
mode    = "output"
[module.box.action.put.arg.file]
type = "blob"
[module.box.action.keep]
command = ["/usr/bin/wc", "-c"]
mode    = "output"
[module.box.action.keep.arg.file]
type     = "blob"
required = false
[module.box.action.count]
command = ["/usr/bin/wc", "-c"]
[module.box.action.count.arg.file]
type = "blob"
[module.box.action.login]
command = ["/bin/cat"]
mode    = "output"
[module.box.action.login.arg.one]
type = "secret"
[module.box.action.login.arg.two]
type = "secret"
[module.box.action.show]
command = ["/bin/cat", "{files...}"]
mode    = "output"
[module.box.action.show.arg.files]
type  = "list of path"
roots = ["@DIR@/files"]
[module.box.action.say]
command = ["/bin/echo", "hello"]
mode    = "output"
"""


class InputsTest(unittest.TestCase):
    def setUp(self):
        self.mgr = Instance(BINARIES, start=False)
        self.addCleanup(self.mgr.stop)
        self.mgr.write("etc/mgr/policy.toml", policy_of_www_data("box", "job"))
        self.mgr.write("etc/mgr/modules.d/box.toml", MODULE)
        files = self.mgr.dir / "files"
        files.mkdir(mode=0o755)
        for name in ("one", "two"):
            (files / name).write_text(f"text of {name}\n")
            os.chmod(files / name, 0o644)
        (self.mgr.dir / "outside").write_text("outside\n")
        os.chmod(self.mgr.dir / "outside", 0o644)
        self.mgr.start()

    @staticmethod
    def request(action, body=None, front="", **fields):
        lines = ["module:box", f"action:{action}"] + [f"{name}:{value}" for name, value in fields.items()]
        if body is not None:
            lines.append(f"mgr-body:{len(body)}")
        return (front + "\n".join(lines) + "\n\n").encode() + (body or b"")

    def ask(self, action, body=None, tcp=False, **fields):
        return json.loads(self.mgr.send(self.request(action, body, **fields), tcp=tcp).splitlines()[0])

    def printed(self, reply):
        self.assertTrue(reply["success"], reply)
        return reply["data"]["stdout"]

    def refuses(self, reply, code):
        self.assertEqual((reply["success"], reply["msg"]), (False, {"err_code": code}), reply)

    def files_with(self, text):
        """What an answered job leaves goes meanwhile."""
        found = []
        for folder, _, files in os.walk(self.mgr.dir):
            for path in (os.path.join(folder, name) for name in files):
                if not os.path.isfile(path):
                    continue
                with contextlib.suppress(FileNotFoundError), open(path, "rb") as file:
                    if text in file.read():
                        found.append(path)
        return found


class Bodies(InputsTest):
    def test_a_command_reads_exactly_the_body(self):
        for body in (b"", b"\n", b"module:box\naction:say\n\n", "Größe\n".encode(), b"line\r\n" * 1000):
            self.assertEqual(self.printed(self.ask("put", body)), body.decode())

    def test_bytes_stay_bytes(self):
        body = bytes(range(256)) * 4096
        self.assertEqual(len(body), 1 << 20)
        self.assertEqual(self.printed(self.ask("keep", body)), f"{1 << 20}\n")

    def test_an_optional_body_may_be_missing_and_a_required_one_not(self):
        self.assertEqual(self.printed(self.ask("keep")), "0\n")
        self.refuses(self.ask("put"), 6)

    def test_a_body_that_nobody_wants_is_refused(self):
        self.refuses(self.ask("say", b"body"), 6)
        self.refuses(self.ask("put", b"body", file="x"), 6)
        self.refuses(json.loads(self.mgr.send("module:box\naction:put\nmgr-body:1048577\n\n")), 10)
        self.refuses(json.loads(self.mgr.send("module:box\naction:put\nmgr-body:01\n\nx")), 6)

    def test_blocks_of_a_kept_connection_follow_a_body(self):
        with self.mgr.client() as client:
            client.sendall(self.request("put", b"one", "mgr:keep-alive\n") + self.request("say")
                           + self.request("put", b"module:box\n\n") + self.request("put", b""))
            client.shutdown(socket.SHUT_WR)
            answer = read_to_end(client)
        printed = [json.loads(line)["data"]["stdout"] for line in answer.splitlines()]
        self.assertEqual(printed, ["one", "hello\n", "module:box\n\n", ""])

    def test_the_policy_decides_about_it_as_about_any(self):
        reply = json.loads(self.mgr.send(self.request("put", b"body"), user="daemon"))
        self.refuses(reply, 4)
        self.refuses(json.loads(self.mgr.send(self.request("put", b"body"), tcp=True)), 3)

    def test_it_is_kept_while_the_job_lives_and_not_in_the_audit(self):
        reply = self.ask("count", b"unmistakable", **{"mgr-wait": "yes"})
        self.assertEqual(reply["data"]["jobs"][0]["state"], "succeeded", reply)
        self.refuses(self.ask("put", b"unmistakable", colour="red"), 6)
        effects = [line for line in self.mgr.audit_lines() if line["event"] == "effect"]
        self.assertEqual([line["body_bytes"] for line in effects], [len("unmistakable")])
        self.mgr.kill_helper()
        self.assertEqual(self.files_with(b"unmistakable"), [])


class Secrets(InputsTest):
    def test_a_command_reads_them_line_by_line_and_no_file_has_them(self):
        reply = self.ask("login", two="tell-nobody-2", one="tell-nobody-1")
        self.assertEqual(self.printed(reply), "tell-nobody-1\ntell-nobody-2\n")
        files = self.files_with(b"tell-nobody")
        self.assertTrue(all("output." in path for path in files), files)  # what it printed itself

    def test_they_are_not_taken_from_the_network(self):
        self.refuses(self.ask("login", one="a", two="b", tcp=True), 6)


class Paths(InputsTest):
    def test_a_command_opens_what_it_was_given(self):
        files = self.mgr.dir / "files"
        reply = self.ask("show", files=f"{files}/one,{files}/two")
        self.assertEqual(self.printed(reply), "text of one\ntext of two\n")

    def test_no_value_leads_outside_of_its_root(self):
        files = self.mgr.dir / "files"
        os.symlink(self.mgr.dir / "outside", files / "link")
        os.symlink(self.mgr.dir, files / "up")
        for value in (f"{files}/../outside", f"{files}//one", f"{self.mgr.dir}/outside", "/etc/passwd",
                      "one", f"{files}/one/", f"-{files}/one", f"{files}x/one"):
            self.refuses(self.ask("show", files=value), 6)
        for value in (f"{files}/link", f"{files}/up/outside"):
            reply = self.ask("show", files=value)
            self.assertFalse(reply["success"] and reply["data"].get("stdout"), reply)
            self.assertNotIn("outside\n", json.dumps(reply))

    def test_a_root_that_became_a_link_is_not_followed(self):
        files = self.mgr.dir / "files"
        files.rename(self.mgr.dir / "elsewhere")
        os.symlink(self.mgr.dir / "elsewhere", files)
        reply = self.ask("show", files=f"{files}/one")
        self.refuses(reply, 2)
        self.assertIn("path 1", reply["detail"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
