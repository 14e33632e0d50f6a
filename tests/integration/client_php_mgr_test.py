"""mgr.php with a whole mgr, as www-data.

Usage: client_php_mgr_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""

import json
import os
import shutil
import socket
import sys
import threading
import unittest

import signing
from client_fake_server import FakeServer, success
from client_php_signing import key_text
from client_php_support import PhpTestCase, run_php
from instance import DEADLINE, Instance, uid_of

BINARIES = sys.argv.pop(1)

RULES = """
[[allow]]
who = ["web", "remote"]
module = ["job", "box"]
action = "*"
jobs = "own"

[[allow]]
who = "remote"
module = ["scan", "mgr"]
action = ["start", "whoami"]

[[principal]]
name = "remote"
key = ["ed", "mac"]
"""
BOX = """
[module.box.action.put]
command = ["@DIR@/bin/put"]
mode = "output"
user = "mgr-scan"
success_exit = [0]
[module.box.action.put.arg.file]
type = "blob"
[module.box.action.wipe]
command = ["@DIR@/bin/put"]
mode = "output"
user = "mgr-scan"
confirm = true
"""
# Started, it says so at a gate, waits at another, and exits by its number.
SCAN = """#!/bin/sh
echo "$2" >> "@DIR@/seen/ran"
echo "one é"
[ "$2" -lt 10 ] || read -r word < "@DIR@/gates/$2"
echo two >&2
exit $(($2 % 10))
"""


class MgrTestCase(PhpTestCase):
    @classmethod
    def setUpClass(cls):
        cls.mgr = Instance(BINARIES, start=False)
        cls.addClassCleanup(cls.mgr.stop)
        cls.mgr.write("etc/mgr/policy.toml", (cls.mgr.dir / "etc/mgr/policy.toml").read_text() + RULES)
        cls.mgr.write("etc/mgr/modules.d/box.toml", BOX)
        cls.mgr.write("bin/put", "#!/bin/sh\ncat\n", 0o755)
        cls.mgr.write("bin/scan-command", SCAN, 0o755)
        cls.keys = [signing.Key("ed"), signing.Key("mac", hmac=True)]
        for key in cls.keys:
            key.install(cls.mgr)
        os.mkfifo(cls.mgr.dir / "gates/17")
        (cls.mgr.dir / "gates/17").chmod(0o644)
        (cls.mgr.dir / "seen/ran").touch()
        (cls.mgr.dir / "seen/ran").chmod(0o666)
        cls.mgr.start()

    def php(self, code, user="www-data", **environment):
        socket_path = str(self.mgr.dir / "run/mgr.sock")
        return run_php("$mgr = new Mgr\\Client(); " + code, user, MGR_SOCKET=socket_path, **environment)

    def ran(self, task):
        return (self.mgr.dir / "seen/ran").read_text().splitlines().count(str(task))


class AsWwwData(MgrTestCase):
    def test_is_who_the_kernel_says_it_is(self):
        said = self.php("return $mgr->call('mgr', 'whoami');")
        self.assertEqual((said["transport"], said["uid"], sorted(said["principals"])), ("unix", 33, ["anyone", "web"]))
        told = self.php("return raised(fn () => $mgr->call('scan', 'start', ['task_ids' => 7]));", "games")
        self.assertEqual(told["class"], "Mgr\\Denied")
        audited = [line for line in self.mgr.audit_lines() if line["seq"] == told["audit"]]
        self.assertEqual([(line["event"], line["uid"]) for line in audited], [("refused", uid_of("games").pw_uid)])

    def test_starts_waits_and_tells_for_whom(self):
        jobs = self.php("return $mgr->call('scan', 'start', ['task_ids' => [3, 4]], onBehalfOf: 'zoë', wait: true)['jobs'];")
        self.assertEqual([(job["key"], job["state"], job["exit_status"]) for job in jobs],
                         [("scan:3", "failed", 3), ("scan:4", "failed", 4)])
        self.assertEqual(jobs[0]["caller"], {"uid": 33, "on_behalf_of": "zoë"})
        waited = self.php(f"return $mgr->wait([{jobs[0]['id']}, {jobs[1]['id']}], 'zoë');")
        self.assertEqual([job["id"] for job in waited], [job["id"] for job in jobs])

    def test_each_kind_of_refusal(self):
        for code, name in (("$mgr->call('nope', 'start')", "UnknownAction"), ("$mgr->call('scan', 'start')", "InvalidArgument"),
                           ("$mgr->call('scan', 'start', ['task_ids' => 1000])", "Denied"),
                           ("$mgr->call('scan', 'start', ['task_ids' => '1;reboot'])", "InvalidArgument"),
                           ("$mgr->call('job', 'show', ['id' => 999999])", "NotFound"),
                           ("$mgr->call('box', 'wipe')", "InvalidArgument"),
                           ("$mgr->call('scan', 'start', ['task_ids' => 7], body: 'x')", "InvalidArgument"),
                           ("iterator_to_array($mgr->follow(999999))", "NotFound")):
            told = self.php(f"return raised(fn () => {code});")
            self.assertEqual(told["class"], f"Mgr\\{name}", told)
        self.assertEqual(self.php("return $mgr->call('box', 'wipe', confirm: true)['exit'];"), 0)

    def test_a_dry_run_runs_nothing(self):
        said = self.php("return $mgr->call('scan', 'start', ['task_ids' => 5], dryRun: true);")
        self.assertEqual((said["decision"], said["jobs"][0]["argv"][1:]), ("allow", ["-t", "5"]))
        self.assertEqual(self.ran(5), 0)

    def test_bodies_arrive_whole(self):
        for size in (0, 1, 65537, 1 << 20):
            said = self.php(f"mt_srand(7); $body = ''; while (strlen($body) < {size}) {{ $body .= chr(mt_rand(0, 255)); }}"
                            "$data = $mgr->call('box', 'put', body: $body);"
                            "$got = $data['stdout'] ?? base64_decode($data['stdout_base64']);"
                            "return [strlen($got) + ($data['left_out'] ?? 0), str_starts_with($body, substr($got, 0, 1000))];")
            self.assertEqual(said, [size, True])

    def test_one_connection_for_many_and_another_after_a_restart(self):
        def restart(_):
            self.mgr.kill_broker()
            self.mgr.start_broker()
            self.mgr.wait_ready()
            return success("restart")
        with FakeServer(restart, tcp=True) as tests:
            said = self.php("""
                $mgr = new Mgr\\Client(keepAlive: true);
                $all[] = $mgr->call('mgr', 'whoami')['pid'];
                (new Mgr\\Client(host: '127.0.0.1:%d'))->call('test', 'restart');
                $all[] = $mgr->call('mgr', 'whoami')['pid'];
                $asked = array_map(fn ($n) => new Mgr\\Request('box', 'put', body: "$n"), range(1, 40));
                $replies = array_map(fn ($reply) => $reply->data['stdout'] ?? $reply->detail, $mgr->pipeline($asked));
                return [count(array_unique($all)), $replies];""" % tests.port)
        self.assertEqual(said, [1, [str(n) for n in range(1, 41)]])

    def test_what_it_prints_comes_while_it_runs(self):
        def go(_):
            (self.mgr.dir / "gates/17").write_text("go\n")  # waits for whoever reads it
            return success("go")
        with FakeServer(go, tcp=True) as tests:
            said = self.php("""
                $job = $mgr->call('scan', 'start', ['task_ids' => 17])['jobs'][0]['id'];
                foreach ($mgr->follow($job) as $line) {
                    foreach ($line->data['records'] ?? [] as $record) {
                        $text[] = [$record['stream'], $record['text']];
                        if (str_contains($record['text'], 'one')) {
                            (new Mgr\\Client(host: '127.0.0.1:%d'))->call('test', 'go');
                        }
                    }
                }
                return [$text, $line->data['jobs'][0]['state'], $line->data['jobs'][0]['exit_status']];""" % tests.port)
        self.assertEqual(said, [[["stdout", "one é\n"], ["stderr", "two\n"]], "failed", 7])

    def test_an_answer_that_was_lost_starts_nothing_twice(self):
        answers = []
        with Forgetful(self.mgr, answers) as between:
            said = run_php("$mgr = new Mgr\\Client();"
                           "return $mgr->call('scan', 'start', ['task_ids' => 8], requestId: 'once', wait: true);",
                           "www-data", MGR_SOCKET=between.path)
        self.assertEqual([json.loads(answer)["success"] for answer in answers], [True, True])
        self.assertTrue(said["repeated"])
        self.assertEqual(said["jobs"][0]["id"], json.loads(answers[0])["data"]["jobs"][0]["id"])
        self.assertEqual(self.ran(8), 1)
        told = self.php("return raised(fn () => $mgr->call('scan', 'start', ['task_ids' => 9], requestId: 'once'));")
        self.assertEqual(told["class"], "Mgr\\Conflict")

    def test_signs_and_believes_what_the_host_has_signed(self):
        """Over the socket and over TCP, with both kinds of keys; the files are www-data's own."""
        known = (self.mgr.dir / "var/lib/mgr/host/known_host").read_text().split(" ", 1)[1].strip()
        for key in self.keys:
            path = self.mgr.dir / f"seen/{key.name}.key"
            self.mgr.write(f"seen/{key.name}.key", key_text({
                "id": key.name, "type": "hmac-sha256" if key.hmac else "ed25519",
                "secret": key.secret.hex(), "seed": key.secret.hex()}), 0o600)
            shutil.chown(path, "www-data", "www-data")
            for where in (f"'{self.mgr.dir}/run/mgr.sock', knownHost: '{known}'",
                          f"host: '127.0.0.1:{self.mgr.port}', knownHost: '{known}'", f"root: '{self.mgr.dir}'"):
                said = run_php(f"""
                    $mgr = new Mgr\\Client({where}, key: '{path}');
                    $job = $mgr->request('scan', 'start', ['task_ids' => 6], wait: true, onBehalfOf: 'zoë');
                    foreach ($mgr->stream('job', 'output', ['id' => $job->data['jobs'][0]['id']]) as $line) {{
                        $proven[] = $line->isProven;
                    }}
                    $put = $mgr->request('box', 'put', body: "bytes\\n");
                    $denied = raised(fn () => $mgr->call('scan', 'stop', ['task_ids' => 6]));
                    return [$mgr->call('mgr', 'whoami')['key'], $job->isProven, $proven, $put->isProven, $put->data['stdout'],
                            $denied['class'], $denied['isProven']];""", "www-data")
                self.assertEqual(said, [key.name, True, [False, True], True, "bytes\n", "Mgr\\Denied", True])


class Forgetful:
    """A socket in front of mgr's that keeps the first answer to itself; its clients are www-data to mgr."""

    def __init__(self, mgr, answers):
        self.mgr, self.answers = mgr, answers
        self.path = str(mgr.dir / "seen/forgetful.sock")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        (mgr.dir / "seen/forgetful.sock").chmod(0o666)
        self.listener.listen(8)
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(DEADLINE)
        self.listener.close()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client, client.makefile("rb") as stream:
                block = b""
                while not block.endswith(b"\n\n"):
                    block += stream.readline()
                self.answers.append(self.mgr.send(block))
                if len(self.answers) > 1:
                    client.sendall(self.answers[-1])


if __name__ == "__main__":
    unittest.main()
