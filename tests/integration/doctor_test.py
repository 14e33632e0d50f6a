"""`mgrctl doctor`: finds nothing failed in a mgr that is well, and finds each thing that is broken, says so where it
belongs, and names the command that mends it. Where that can be typed as it stands, the test types it.

Usage: doctor_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import unittest

import signing
from client_fake_server import FakeServer, success
from instance import POLICY, Instance, uid_of

BINARIES = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/dev/bin").resolve()
PROGRAMS = ("mgr-helper", "mgr-broker", "mgr-configure", "mgr-job", "mgrctl")
ROOTS_RULE = 'name = "root"\nuid = 0\n'
YEAR = 365 * 24 * 3600


class DoctorInstance(Instance):
    """Its programs are copies in a folder that is root's all the way up, as installed ones are."""

    def __init__(self):
        super().__init__(BINARIES, start=False)
        self.binaries = self.libexec = self.dir / "programs"
        self.binaries.mkdir(mode=0o755)
        for program in PROGRAMS:
            shutil.copy(BINARIES / program, self.binaries / program)
            os.chmod(self.binaries / program, 0o755)
        self.write("etc/mgr/policy.toml", POLICY.replace(ROOTS_RULE, ROOTS_RULE + 'key = "root"\n'))

    def mgrctl(self, *words, user=None, key="", prefix=()):
        environment = {"PATH": os.environ["PATH"]}
        if key is not None:
            environment["MGR_KEY"] = key
        become = []
        if user:
            entry = uid_of(user)
            become = ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups", "--"]
        return subprocess.run([*prefix, *become, self.binaries / "mgrctl", "--root", self.dir, "--libexec", self.libexec,
                               *words], env=environment, capture_output=True, text=True, timeout=60)


class DoctorCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mgr = DoctorInstance()
        try:
            cls.mgr.start()
        except Exception:
            cls.mgr.stop()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.mgr.stop()

    def doctor(self, *words, **more):
        """Its lines: check, verdict, found, remedy; and that its exit status is what they say."""
        run = self.mgr.mgrctl("--json", "doctor", *words, **more)
        told = json.loads(run.stdout)
        failed = [line for line in told["checks"] if line["verdict"] == "failed"]
        self.assertEqual(told["failed"], len(failed))
        self.assertEqual(run.returncode, 1 if failed else 0, run.stderr)
        return told["checks"]

    def wrong(self, *words, **more):
        return [line for line in self.doctor(*words, **more) if line["verdict"] in ("failed", "warning")]

    def found(self, check, verdict, text, **more):
        """The remedy of the one line that says so; nothing else has failed."""
        lines = self.wrong(**more)
        mine = [line for line in lines if (line["check"], line["verdict"]) == (check, verdict) and text in line["found"]]
        self.assertEqual(len(mine), 1, lines)
        self.assertEqual([line for line in lines if line["verdict"] == "failed" and line is not mine[0]], [])
        return mine[0]["remedy"]

    def is_well(self, *but):
        """Nothing has failed, and nothing of these checks is a warning."""
        lines = self.wrong()
        self.assertEqual([line for line in lines if line["verdict"] == "failed" or line["check"] in but], [])

    def type(self, command):
        subprocess.run(["sh", "-c", command], check=True)

    @contextlib.contextmanager
    def replaced(self, name, change):
        """The file of /etc/mgr and the like, changed, and put back."""
        path = self.mgr.dir / name
        before = path.read_bytes()
        path.write_bytes(change(before))
        try:
            yield path
        finally:
            path.write_bytes(before)


class Well(DoctorCase):
    CHECKS = ("kernel", "cgroup", "users", "files", "configuration", "processes", "sockets", "network", "versions", "clock",
              "keys", "audit", "disk")

    def test_nothing_has_failed(self):
        lines = self.doctor()
        self.assertEqual([line for line in lines if line["verdict"] == "failed"], [])
        self.assertEqual(set(line["check"] for line in lines), {*self.CHECKS, "units", "signing"})
        # The log's first key is still there; and what machines for tests often lack: a clock that is kept right, a
        # controller of cgroups, a disk with room. All else is well.
        well = {line["check"] for line in lines if line["verdict"] == "ok"}
        self.assertEqual(set(self.CHECKS) - well - {"audit", "clock", "cgroup", "disk"}, set(), lines)

    def test_the_units_of_the_machine_are_not_those_of_a_scratch_root(self):
        self.assertEqual([line["verdict"] for line in self.doctor() if line["check"] == "units"], ["not checked"])

    def test_roots_signature_is_tried(self):
        line, = [line for line in self.doctor(key=None) if line["check"] == "signing"]
        self.assertEqual(line["verdict"], "ok", line)

    def test_for_people_a_line_each_and_what_to_do_below(self):
        run = self.mgr.mgrctl("doctor")
        lines = run.stdout.splitlines()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertTrue(any(line.startswith("ok           sockets: ") for line in lines), run.stdout)
        first_key = next(i for i, line in enumerate(lines) if line.startswith("warning      audit: "))
        self.assertEqual(lines[first_key + 1],
                         f"             mgrctl --root {self.mgr.dir} audit key > /media/usb/audit.key")
        self.assertRegex(lines[-1], r"^\d+ ok, \d+ warnings?, 0 failed, \d+ not checked$")

    def test_quiet_is_what_is_wrong_alone(self):
        verdicts = {line[:13].strip() for line in self.mgr.mgrctl("-q", "doctor").stdout.splitlines()}
        self.assertEqual(verdicts, {"warning", ""})

    def test_changes_nothing(self):
        def look():
            own = ("var/log", "var/lib/mgr/audit", "helper.log", "broker.log")  # which mgr writes while it runs
            return {str(path.relative_to(self.mgr.dir)): path.lstat()[:8] for path in self.mgr.dir.rglob("*")
                    if not str(path.relative_to(self.mgr.dir)).startswith(own)}
        before = look()
        self.doctor()
        self.assertEqual({name: (before.get(name), stat) for name, stat in look().items()
                          if name in before and stat[:7] != before[name][:7]}, {})
        self.assertEqual(set(look()), set(before))

    def test_is_no_action_and_takes_no_words(self):
        for words in (["doctor", "now"], ["doctor", "--wait"], ["--host", "127.0.0.1:1", "doctor"]):
            self.assertEqual(self.mgr.mgrctl(*words).returncode, 125 if "--wait" in words else 2, words)


class Broken(DoctorCase):
    """One thing at a time."""

    def setUp(self):
        self.is_well("users", "files", "processes", "sockets", "network", "versions")

    def test_a_policy_that_others_can_write(self):
        os.chmod(self.mgr.dir / "etc/mgr/modules.d/scan.toml", 0o666)
        lines = [line for line in self.wrong() if line["verdict"] == "failed"]
        # Twice: by the file, and by what mgr-helper says of it at a start.
        self.assertEqual([line["check"] for line in lines], ["files", "configuration"])
        self.type(lines[0]["remedy"])
        self.is_well("files", "configuration")

    def test_a_file_whose_name_is_a_trap(self):
        trap = self.mgr.dir / "etc/mgr/rules.d/a'; touch seen; '.toml"
        trap.parent.mkdir(mode=0o755)
        self.addCleanup(shutil.rmtree, trap.parent)
        trap.write_text("")
        os.chmod(trap, 0o666)
        self.type(next(line for line in self.wrong() if line["check"] == "files")["remedy"])
        self.assertEqual(trap.stat().st_mode & 0o777, 0o644)
        self.assertFalse(pathlib.Path("seen").exists())

    def test_a_secret_that_others_can_read(self):
        os.chmod(self.mgr.dir / "var/lib/mgr/host/key", 0o644)
        self.type(self.found("files", "failed", "host/key: has mode 0644"))
        self.is_well("files")

    def test_a_program_that_others_can_write_is_not_run(self):
        program = self.mgr.binaries / "mgr-configure"
        os.chmod(program, 0o777)
        self.addCleanup(os.chmod, program, 0o755)
        lines = self.doctor()
        skipped = [line["check"] for line in lines if "so not run" in line["found"]]
        self.assertEqual(skipped, ["configuration", "versions"])
        self.type(next(line["remedy"] for line in lines if line["verdict"] == "failed"))
        self.is_well("files")

    def test_a_mistake_in_the_policy(self):
        with self.replaced("etc/mgr/policy.toml", lambda text: text + b"nonsense\n"):
            self.assertIn("policy check", self.found("configuration", "failed", "policy.toml:"))

    def test_a_policy_whose_principal_is_the_broker(self):
        with self.replaced("etc/mgr/policy.toml", lambda text: text.replace(b'["www-data"]', b'["mgr-broker"]')):
            self.found("users", "failed", "the principal web is the broker's user")

    def test_a_dangerous_policy_is_lints_to_tell(self):
        grant = b'[[allow]]\nwho = "anyone"\nmodule = "scan"\naction = "*"\n'
        with self.replaced("etc/mgr/policy.toml", lambda text: text + grant):
            lines = [line for line in self.wrong() if "lint has" in line["found"]]
        self.assertEqual([line["verdict"] for line in lines], ["warning"])
        self.assertTrue(lines[0]["remedy"].endswith("policy lint"))

    def test_users_that_are_not_there(self):
        def rename(text):
            return text + b'[helper]\nbroker_user = "mgr-nosuch"\njob_user = "mgr-job"\n'
        with self.replaced("etc/mgr/mgr.toml", rename):
            lines = self.wrong()
        self.assertIn(("users", "there is no user mgr-nosuch"), [(line["check"], line["found"]) for line in lines])

    def test_a_cgroup_that_is_gone(self):
        with self.replaced("etc/mgr/mgr.toml", lambda text: text.replace(bytes(self.mgr.cgroup), b"/nosuch")):
            self.found("cgroup", "failed", "is not there: no job can start")

    def test_a_folder_that_is_no_cgroup(self):
        with self.replaced("etc/mgr/mgr.toml", lambda text: text.replace(bytes(self.mgr.cgroup), b"/")):
            self.found("cgroup", "failed", "has no cgroup.kill")  # the root of the tree has none

    def test_a_socket_that_is_closed_to_clients(self):
        socket = self.mgr.dir / "run/mgr.sock"
        os.chmod(socket, 0o660)
        self.addCleanup(os.chmod, socket, 0o666)
        self.found("sockets", "warning", "is closed to users")

    def test_a_link_that_others_can_use(self):
        link = self.mgr.dir / "run/mgr/helper.sock"
        os.chmod(link, 0o666)
        self.addCleanup(os.chmod, link, 0o660)
        self.found("sockets", "failed", "is not root's socket for the broker alone")

    def test_a_link_of_another_group(self):
        link = self.mgr.dir / "run/mgr/helper.sock"
        os.chown(link, 0, 0)
        self.addCleanup(os.chown, link, 0, uid_of("mgr-broker").pw_gid)
        self.found("sockets", "failed", "is not the group's of mgr-broker")

    def test_listening_beyond_the_loopback(self):
        with self.replaced("etc/mgr/mgr.toml", lambda text: text.replace(b"127.0.0.1:", b"0.0.0.0:")):
            self.found("network", "warning", "nothing that travels there is encrypted")

    def test_nobody_at_the_address(self):
        with self.replaced("etc/mgr/mgr.toml",
                           lambda text: text.replace(f":{self.mgr.port}".encode(), b":1")):
            self.found("network", "failed", "127.0.0.1:1")

    def test_the_broker_is_away(self):
        self.mgr.kill_broker()
        lines = self.wrong()
        self.mgr.start_broker()
        self.mgr.wait_ready()
        self.assertIn("mgr-broker does not run as mgr-broker", [line["found"] for line in lines])
        self.assertEqual({line["check"] for line in lines if line["verdict"] == "failed"},
                         {"processes", "sockets", "network"})

    def test_the_helper_is_away(self):
        self.mgr.kill_helper()
        lines = self.wrong()
        self.mgr.start_helper()
        self.mgr.wait_ready()
        said = [line["found"] for line in lines if line["verdict"] == "failed"]
        self.assertIn("mgr-helper does not run", said)
        self.assertIn(f"{self.mgr.dir}/run/mgr/helper.sock: nobody listens", said)

    def test_a_broker_that_nobody_caged(self):
        """A program of that name and user: by what it may do it is none."""
        user = uid_of("mgr-broker")
        process = subprocess.Popen(["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--",
                                    "/usr/bin/python3", "-c", "import sys; open('/proc/self/comm', 'w').write('mgr-broker');"
                                    "print('ready', flush=True); sys.stdin.read()", "--root", str(self.mgr.dir)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self.assertEqual(process.stdout.readline(), b"ready\n")
            self.found("processes", "failed", f"mgr-broker, process {process.pid}, is not in its cage")
        finally:
            process.communicate()

    def test_a_program_that_was_replaced(self):
        program = self.mgr.binaries / "mgr-broker"
        shutil.copy(program, f"{program}.new")
        os.rename(f"{program}.new", program)
        self.found("processes", "warning", "mgr-broker, process")
        self.mgr.kill_broker()
        self.mgr.start_broker()
        self.mgr.wait_ready()
        self.is_well("processes")

    def test_a_program_of_another_version(self):
        program = self.mgr.binaries / "mgr-broker"
        os.rename(program, f"{program}.old")
        program.write_text("#!/bin/sh\necho mgr-broker 0.0.1\n")
        os.chmod(program, 0o755)
        try:
            lines = self.wrong()
        finally:
            os.rename(f"{program}.old", program)
        self.assertTrue(any(line["check"] == "versions" and "0.0.1" in line["found"] for line in lines), lines)

    def test_a_disk_that_is_full(self):
        full = ["unshare", "--mount", "sh", "-ec",
                f'mount -t tmpfs -o size=1m,mode=0750 none "{self.mgr.dir}/var/log/mgr"; exec "$@"', "sh"]
        lines = [line for line in self.wrong(prefix=full) if line["check"] == "disk"]
        self.assertEqual(sorted(line["verdict"] for line in lines), ["failed", "warning"], lines)  # and room for the log

    def test_a_clock_that_is_behind(self):
        for name in ("var/lib/mgr/nonces", "var/lib/mgr/host/id"):
            path = self.mgr.dir / name
            now = path.stat().st_mtime
            os.utime(path, (now + YEAR, now + YEAR))
            self.found("clock", "failed", f"{path} is of ")
            os.utime(path, (now, now))


class Keys(DoctorCase):
    def setUp(self):
        self.is_well("keys")

    def put(self, name, days):
        key = signing.Key(name).install(self.mgr, f"not_after = {signing_day(days)}")
        self.addCleanup(os.unlink, self.mgr.dir / f"etc/mgr/keys.d/{name}.toml")
        return key

    def test_one_that_has_run_out(self):
        self.put("old", -1)
        self.assertIn("key revoke old", self.found("keys", "warning", "the key old has run out"))

    def test_one_that_soon_runs_out(self):
        self.put("aging", 10)
        self.found("keys", "warning", "the key aging runs out on ")

    def test_one_that_lasts(self):
        self.put("fresh", 300)
        self.is_well("keys")

    def test_roots_key_that_no_record_lets_in(self):
        record = self.mgr.dir / "etc/mgr/keys.d/root.toml"
        text = record.read_text()
        record.unlink()
        try:
            self.found("keys", "warning", "it is let in by no record")
        finally:
            self.mgr.write("etc/mgr/keys.d/root.toml", text)

    def test_roots_key_that_is_nobodys(self):
        with self.replaced("etc/mgr/policy.toml", lambda text: text.replace(b'key = "root"\n', b"")):
            self.found("keys", "warning", "no principal has key")

    def test_a_key_that_the_running_mgr_does_not_know(self):
        file = self.mgr.dir / "stranger.key"
        self.mgr.mgrctl("keygen", "stranger", "--output", file)
        line, = [line for line in self.doctor(key=str(file)) if line["check"] == "signing"]
        self.assertEqual(line["verdict"], "warning", line)

    def test_after_a_crash_of_the_machine_signatures_wait(self):
        self.mgr.kill_helper()
        (self.mgr.dir / "var/lib/mgr/nonces").unlink()
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.assertIn("doctor", self.found("signing", "failed", "sign it anew in", key=None))


class Log(DoctorCase):
    def log(self):
        return self.mgr.dir / "var/log/mgr/audit.jsonl"

    def test_the_first_key_is_to_be_taken_away(self):
        remedy = self.found("audit", "warning", "first key is still here")
        target = self.mgr.dir / "audit.key"
        self.type(remedy.replace("/media/usb/audit.key", str(target)).replace("mgrctl", str(self.mgr.binaries / "mgrctl"), 1))
        self.assertTrue(target.read_text().startswith("mgr-audit-key-v1 "))
        self.is_well("audit")

    def test_a_line_that_was_edited(self):
        def edit(text):
            lines = text.splitlines(keepends=True)
            lines[0] = lines[0].replace(b"helper_started", b"helper_stopped")
            return b"".join(lines)
        self.mgr.scan("status", user="games")  # a refusal, so that there is a second line
        self.wait_for_lines(2)
        with self.replaced("var/log/mgr/audit.jsonl", edit):
            self.assertIn("audit verify", self.found("audit", "failed", "edited: "))

    def test_an_end_that_was_cut_off(self):
        self.mgr.scan("start", "3")
        self.wait_for_lines(4)
        self.mgr.end(self.mgr.broker)
        self.mgr.end(self.mgr.helper, 15)  # its key is that of the next line now
        text = self.log().read_bytes()
        self.log().write_bytes(b"".join(text.splitlines(keepends=True)[:-2]))
        lines = [line["found"] for line in self.wrong() if line["check"] == "audit" and line["verdict"] == "failed"]
        self.log().write_bytes(text)
        self.mgr.start()
        self.assertEqual(len(lines), 1, lines)
        self.assertIn("its end has been cut off", lines[0])

    def wait_for_lines(self, count):
        until = time.monotonic() + 20
        while len(self.mgr.written_audit()) < count:
            self.assertLess(time.monotonic(), until, self.mgr.written_audit())
            time.sleep(0.02)


class Seen(DoctorCase):
    """By others than root, and of others than mgr."""

    def test_an_ordinary_user_is_told_what_it_could_not_see(self):
        before = len(self.mgr.written_audit())
        lines = self.doctor(user="games")
        self.assertEqual([line for line in lines if line["verdict"] == "failed"], [])
        checks = {line["check"]: line["verdict"] for line in lines}
        self.assertEqual(checks["audit"], "not checked")
        self.assertEqual(checks["kernel"], "ok")
        self.assertEqual(checks["sockets"], "ok")
        self.assertIn("sudo mgrctl", self.mgr.mgrctl("doctor", user="games").stdout)
        self.assertEqual([line for line in self.mgr.written_audit()[before:] if b"refused" in line], [])

    def test_what_a_broker_says_moves_no_cursor_and_is_no_line(self):
        evil = "0.1\x1b[2J\nok           users: all well\u202e"

        def answer(fields):
            return success(fields["action"], {"version": evil})
        with FakeServer(answer) as server:
            os.chmod(server.path, 0o666)
            run = self.mgr.mgrctl("--socket", server.path, "doctor")
        self.assertNotIn("\x1b", run.stdout)
        self.assertNotIn("\u202e", run.stdout)
        self.assertNotIn("\nok           users: all well", run.stdout)
        self.assertIn("warning      versions: mgr 0.1\\x1b[2J", run.stdout)

    def test_a_process_that_is_only_called_so_is_none(self):
        process = subprocess.Popen(["setpriv", "--reuid=games", "--clear-groups", "--", "/usr/bin/python3", "-c",
                                    "import sys; open('/proc/self/comm', 'w').write('mgr-helper');"
                                    "print('ready', flush=True); sys.stdin.read()", "--root", str(self.mgr.dir)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self.assertEqual(process.stdout.readline(), b"ready\n")
            self.is_well("processes")
        finally:
            process.communicate()


def signing_day(days):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + days * 24 * 3600))


if __name__ == "__main__":
    unittest.main()
