"""Who is asking is proven, never claimed."""
import contextlib
import ctypes
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess

import attack
from attack import DENIED, INVALID, MALFORMED
from instance import DEADLINE, POLICY, REPO, acting_as, uid_of

START = "module:scan\naction:start\ntask_ids:1\n\n"
CLONE3, SIZE_OF_ARGUMENTS = 435, 88


def clone_with_pid(pid, run):
    """A child of exactly that pid (clone3(2), set_tid), which runs a function; the parent goes on."""
    wanted = (ctypes.c_int * 1)(pid)
    arguments = struct.pack("11Q", 0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0, ctypes.addressof(wanted), 1, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    child = libc.syscall(CLONE3, ctypes.create_string_buffer(arguments, SIZE_OF_ARGUMENTS), SIZE_OF_ARGUMENTS)
    if child == 0:
        try:
            run()
        finally:
            os._exit(0)
    assert child == pid, os.strerror(ctypes.get_errno())


class Claimed(attack.AttackTestCase):
    def test_a_uid_that_a_client_writes_is_no_identity(self):
        """polkit CVE-2018-1116: the caller said which uid it was."""
        for field in ("uid:0", "auth-uid:0", "mgr-uid:0", "caller:0", "pid:1"):
            with self.subTest(field=field):
                self.assert_refused(self.mgr.ask(f"module:scan\naction:start\ntask_ids:1\n{field}\n\n", user="daemon"),
                                    DENIED, INVALID, MALFORMED)

    def test_a_uid_above_2_to_31_is_an_ordinary_user(self):
        """polkit CVE-2018-19788: a uid above INT_MAX was allowed everything."""
        for uid in (1 << 31, 4000000000, 4294967294):
            with self.connected_as(uid) as client:
                client.sendall(START.encode())
                self.assert_refused(attack.reply_of(client), DENIED)
            self.assertEqual(len(self.refusals(uid=uid)), 1)

    def test_nobody_is_nobody_in_particular(self):
        """uid 65534 is whom every user namespace maps what it does not know to."""
        with self.connected_as(65534) as client:
            client.sendall(START.encode())
            self.assert_refused(attack.reply_of(client), attack.UNAUTHENTICATED)
        self.assertNotIn("uid", self.refusals()[-1])

    def test_names_in_the_environment_are_no_identity(self):
        """REMOTE_USER, SUDO_UID: a web server that did not authenticate passes on what it was told."""
        told = {"REMOTE_USER": "root", "SUDO_UID": "0", "SUDO_USER": "root", "USER": "root", "LOGNAME": "root",
                "HTTP_X_REMOTE_USER": "root", "PKEXEC_UID": "0", "PATH": "/usr/bin:/bin"}
        www = uid_of("www-data")
        for words, said in ((["whoami"], str(www.pw_uid)), (["reload"], "denied")):
            done = subprocess.run([f"{attack.BINARIES}/mgrctl", "--root", self.mgr.dir, *words], env=told, text=True,
                                  user=www.pw_uid, group=www.pw_gid, extra_groups=[], capture_output=True, timeout=DEADLINE)
            self.assertIn(said, done.stdout + done.stderr)
        self.assertEqual([line["uid"] for line in self.refusals()], [www.pw_uid])
        self.assert_nothing_happened()

    def test_a_socket_bound_to_a_path_that_names_uid_0_is_its_callers(self):
        """snapd CVE-2019-7304: the peer's address was parsed for ";uid=0;"."""
        for name in (b"seen/a;uid=0;", b"seen/pid=1;uid=0;socket=mgr.sock;", b"\0;uid=0;" + os.urandom(4)):
            with socket.socket(socket.AF_UNIX) as client, acting_as("daemon"):
                client.settimeout(DEADLINE)
                client.bind(name if name[0] == 0 else os.fsencode(self.mgr.dir) + b"/" + name)
                client.connect(str(self.mgr.dir / "run/mgr.sock"))
                client.sendall(START.encode())
                reply = attack.reply_of(client)
            self.assert_refused(reply, DENIED)
        self.assertEqual({line["uid"] for line in self.refusals()}, {uid_of("daemon").pw_uid})

    @contextlib.contextmanager
    def connected_as(self, uid):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(DEADLINE)
            groups = os.getgroups()
            os.setgroups([])
            os.setegid(uid)
            os.seteuid(uid)
            try:
                client.connect(str(self.mgr.dir / "run/mgr.sock"))
            finally:
                os.seteuid(0)
                os.setegid(0)
                os.setgroups(groups)
            yield client


class Disconnected(attack.AttackTestCase):
    def test_who_disconnects_at_any_byte_is_nobody_else(self):
        """polkit CVE-2021-3560: the caller had gone when it was looked up, and the error was read as uid 0."""
        count = 0
        for cut in range(len(START) + 1):
            for _ in range(40):
                with self.mgr.client("daemon") as client, contextlib.suppress(BrokenPipeError):
                    client.sendall(START[:cut].encode())
                count += 1
        for _ in range(1000):  # after the whole of it, once half-closed, and with an answer on its way
            with self.mgr.client("daemon") as client:
                client.sendall(START.encode())
                client.shutdown(socket.SHUT_WR)
                client.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    client.recv(1)
            count += 1
        print(count, "connections")
        self.assertTrue(self.mgr.ask("module:mgr\naction:ping\n\n")["success"])
        self.assert_refused(self.mgr.ask(START, user="daemon"), DENIED)
        self.assertEqual({line.get("uid") for line in self.refusals()}, {uid_of("daemon").pw_uid})
        self.assert_nothing_happened()


class Pids(attack.AttackTestCase):
    PID = 30000

    def test_a_pid_that_is_used_again_changes_nobody(self):
        """polkit CVE-2013-4288, CVE-2019-6133: the caller's pid was another process by the time it was looked at."""
        for before, after, allowed in (("daemon", "root", False), ("www-data", "daemon", True)):
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(DEADLINE)
                clone_with_pid(self.PID, lambda: self.connect_as(client, before))
                self.assertEqual(os.waitpid(self.PID, 0), (self.PID, 0))
                if after == "root":  # its pid is root's now, which may do everything
                    clone_with_pid(self.PID, signal.pause)
                else:
                    clone_with_pid(self.PID, lambda: (self.become(after), signal.pause()))
                try:
                    client.sendall(START.replace("start", "status" if allowed else "start").encode())
                    reply = attack.reply_of(client)
                finally:
                    os.kill(self.PID, signal.SIGKILL)
                    os.waitpid(self.PID, 0)
            if allowed:
                self.assertNotEqual(reply["msg"], {"err_code": DENIED})
            else:
                self.assert_refused(reply, DENIED)
        self.assertEqual([(line["uid"], line["pid"]) for line in self.refusals(error="denied")],
                         [(uid_of("daemon").pw_uid, self.PID)])

    def test_the_helper_looks_nobody_up_by_pid(self):
        """polkit CVE-2013-4288: authorisation by /proc/PID. There is no such path in the program, and none for a pid."""
        paths = set(re.findall(rb"/proc/[\x20-\x7e]*", pathlib.Path(attack.BINARIES, "mgr-helper").read_bytes()))
        other = [path for path in paths if not path.startswith((b"/proc/self", b"/proc/sys/kernel/"))]
        sources = REPO / "helper"
        code = [line.strip() for path in sources.rglob("*.cpp") for line in path.read_text().splitlines()
                if "/proc/" in line.partition("//")[0] and not re.search("/proc/(self|sys/kernel)/", line)]
        self.assertEqual((code, [path for path in other if b"%" in path or b"{" in path or path == b"/proc/"]), ([], []))

    @staticmethod
    def become(user):
        entry = uid_of(user)
        os.setgroups([])
        os.setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid)
        os.setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid)

    def connect_as(self, client, user):
        self.become(user)
        client.connect(str(self.mgr.dir / "run/mgr.sock"))


class Numbers(attack.AttackTestCase):
    """sudo CVE-2019-14287: -1 and 4294967295 were root."""

    WORDS = ("-1", "4294967295", "4294967296", "18446744073709551616", "#0", "+0", "0x0", "00", "#-1", " 0")
    MODULE = """
[module.box.action.user]
command = ["/bin/echo", "{name}"]
[module.box.action.user.arg.name]
type = "username"
[module.box.action.number]
command = ["/bin/echo", "{number}"]
[module.box.action.number.arg.number]
type = "int"
min = 0
max = 99
"""

    def files(self):
        self.mgr.write("etc/mgr/modules.d/box.toml", self.MODULE)
        self.mgr.write("etc/mgr/policy.toml", POLICY + '[[allow]]\nwho = "web"\nmodule = "box"\naction = "*"\n')

    def test_a_uid_of_minus_1_in_a_policy_is_an_error(self):
        """sudo CVE-2019-14287: as a number it does not load."""
        self.assertEqual(self.check("uid = 4294967294").returncode, 0)
        for number in ("-1", "4294967295", "4294967296", "65534", "0x1ffffffff", '"0"', '"#0"', "0.0"):
            done = self.check(f"uid = {number}")
            self.assertEqual(done.returncode, 1, (number, done.stdout))
            self.assertIn("policy.toml:", done.stderr)

    def test_a_user_named_like_a_number_is_nobody(self):
        """sudo CVE-2019-14287: the name of a user was read as a number, "#-1" as root."""
        loaded = 0
        for word in self.WORDS:
            done = self.check(f'user = "{word}"')
            if done.returncode != 0:  # no name at all
                continue
            loaded += 1
            self.assertIn("policy.toml:", done.stderr, word)  # the warning: nobody is called so
            self.mgr.write("etc/mgr/policy.toml", self.policy(f'user = "{word}"'))
            self.assertTrue(self.mgr.ask("module:mgr\naction:reload\n\n", user=None)["success"])
            for user in ("daemon", "www-data"):
                self.assertEqual(self.mgr.ask("module:mgr\naction:version\n\n", user)["msg"], {"err_code": DENIED}, word)
        self.assertGreater(loaded, 0)

    def test_in_arguments_they_are_none(self):
        """sudo CVE-2019-14287: the uid to run as came from the command line."""
        for word in self.WORDS:
            for action, name in (("user", "name"), ("number", "number")):
                if word == " 0" and action == "number":
                    continue  # spaces around a value are dropped, and 0 is in its range
                self.assert_refused(self.mgr.ask(f"module:box\naction:{action}\n{name}:{word}\n\n"), INVALID)

    def test_in_requests_they_are_nobody(self):
        """sudo CVE-2019-14287: whom a request is said to be for grants nothing."""
        for word in self.WORDS[:-1]:
            self.assert_refused(self.mgr.ask(f"module:mgr\naction:reload\nmgr-on-behalf-of:{word}\n\n"), DENIED)
            self.assert_refused(self.mgr.ask(f"module:mgr\naction:reload\nauth-key:{word}\n\n"), INVALID, MALFORMED,
                                attack.UNAUTHENTICATED)

    def policy(self, who):
        return POLICY.replace('module = "mgr"\naction = ["version"', 'module = "mgr"\naction = ["stats"') + f"""
[[principal]]
name = "minus"
{who}
[[allow]]
who = "minus"
module = "mgr"
action = ["version", "reload"]
"""

    def check(self, who):
        folder = self.mgr.dir / "etc/mgr"
        before = (folder / "policy.toml").read_text()
        self.mgr.write("etc/mgr/policy.toml", self.policy(who))
        done = subprocess.run([f"{attack.BINARIES}/mgr-helper", "--root", self.mgr.dir, "--libexec", attack.BINARIES, "--check"],
                              capture_output=True, text=True, timeout=DEADLINE)
        self.mgr.write("etc/mgr/policy.toml", before)
        return done


if __name__ == "__main__":
    attack.main()
