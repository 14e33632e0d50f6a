"""`mgrctl doctor` finds each thing that is broken, says so where it belongs, and names the command that mends it.
Where that can be typed as it stands, the test types it.

Usage: doctor_broken_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import os
import pathlib
import shutil
import subprocess
import unittest

from doctor_support import DoctorCase
from instance import uid_of

YEAR = 365 * 24 * 3600


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

    def test_no_cgroup_for_jobs_where_systemd_makes_none(self):
        with self.replaced("etc/mgr/mgr.toml", lambda text: text.replace(b"cgroup =", b"#cgroup =")):
            remedy = self.found("cgroup", "failed", "mgr-jobs.service: is not there: no job can start")
        self.assertIn('[jobs] cgroup = "/mgr"', remedy)
        self.assertNotIn("systemctl", remedy)

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


if __name__ == "__main__":
    unittest.main()
