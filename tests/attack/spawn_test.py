"""What a command, a supervisor and the daemons are started with, however whoever started mgr-helper was bent."""
import ctypes
import os
import pathlib
import resource
import shutil
import signal
import subprocess

import attack
from evil_job_support import EVIL, EvilJobTestCase, field_of
from instance import DEADLINE, uid_of

# What would lead a loader, a libc or a shell astray, and systemd's own, which others could name as well.
BENT = {"LD_PRELOAD": "/nowhere/evil.so", "LD_LIBRARY_PATH": "/nowhere", "LD_AUDIT": "/nowhere/evil.so",
        "GCONV_PATH": "/nowhere", "MALLOC_PERTURB_": "85", "MALLOC_ARENA_MAX": "1", "TZ": "/nowhere/zone",
        "TMPDIR": "/nowhere", "HOME": "/nowhere", "PATH": "/nowhere", "IFS": "/", "BASH_ENV": "/nowhere",
        "BASH_FUNC_id%%": "() { echo evil; }", "PYTHONPATH": "/nowhere", "LANG": "evil", "LISTEN_PID": "1",
        "LISTEN_FDS": "3", "NOTIFY_SOCKET": "/nowhere/notify", "WATCHDOG_USEC": "1000000000", "WATCHDOG_PID": "1"}
NO_RANDOMIZATION = 0x0040000


def bend():
    """In the process that becomes the helper."""
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
    for number in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGHUP, signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, signal.SIG_IGN)
    os.nice(7)
    os.umask(0)
    pathlib.Path("/proc/self/oom_score_adj").write_text("300")
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    libc = ctypes.CDLL(None)
    libc.syscall(251, 1, 0, 3 << 13)  # ioprio_set(2): idle
    libc.personality(NO_RANDOMIZATION)
    for name, soft in ((resource.RLIMIT_CPU, 3600), (resource.RLIMIT_FSIZE, 1 << 24), (resource.RLIMIT_NPROC, 3000)):
        resource.setrlimit(name, (soft, resource.getrlimit(name)[1]))
    for path, flags in (("/", os.O_RDONLY), ("/etc/shadow", os.O_RDONLY), ("/dev/null", os.O_RDWR)):
        for _ in range(8):
            os.set_inheritable(os.open(path, flags), True)
    os.close(0)


class SpawnTestCase(EvilJobTestCase):
    def state_of_a_command(self, action="try"):
        reply = self.evil(action, "state")
        self.assertTrue(reply["success"], reply)
        lines = reply["data"]["stdout"].splitlines()
        self.environment = [line.partition("\t")[2] for line in lines if line.startswith("env:\t")]
        return {line.partition(":")[0]: line.partition(":")[2].strip() for line in lines}


class Bent(SpawnTestCase):
    """A helper that was started by somebody who wanted to bend its commands."""

    def files(self):
        super().files()
        # So that what mgr-configure was started with is seen, too.
        libexec = self.mgr.dir / "libexec"
        libexec.mkdir()
        for name in ("mgr-job", "mgr-configure"):
            shutil.copy(pathlib.Path(attack.BINARIES) / name, libexec / name)
        (libexec / "mgr-configure").rename(libexec / "real")
        self.mgr.write("libexec/mgr-configure", f'#!/bin/sh\ncat /proc/$$/environ >> "@DIR@/seen/environment"\n'
                       f'exec "{libexec}/real" "$@"\n', 0o755)
        self.mgr.libexec = libexec
        self.mgr.start_helper = self.start_bent
        self.mgr.start_broker = self.start_closed

    def start_closed(self):
        """The broker, without descriptors 0 to 2."""
        user = uid_of("mgr-broker")
        self.mgr.broker = subprocess.Popen(
            ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--",
             self.mgr.binaries / "mgr-broker", "--root", self.mgr.dir], preexec_fn=lambda: os.closerange(0, 3))

    def start_bent(self):
        self.mgr.helper = subprocess.Popen(
            [self.mgr.binaries / "mgr-helper", "--root", self.mgr.dir, "--libexec", self.mgr.libexec],
            stderr=self.mgr.open_log("helper"), env=BENT, preexec_fn=bend, close_fds=False)

    def test_a_command_starts_as_if_nothing_had_been_bent(self):
        found = self.state_of_a_command()
        ranges = {"SigBlk": "0" * 16, "SigIgn": "0" * 16, "SigCgt": "0" * 16, "nice": "0", "Umask": "0077", "oom": "0",
                  "scheduler": str(os.SCHED_OTHER), "ioprio": "0", "personality": "0", "session": "1", "alarm": "0",
                  "death signal": "0", "securebits": "0", "cwd": "/",
                  "processors": str(len(os.sched_getaffinity(0)))}
        self.assertEqual({name: found[name] for name in ranges}, ranges)
        for name in (resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC):
            self.assertEqual(int(found[f"limit {name}"]), resource.getrlimit(name)[1])
        self.assertEqual(found[f"limit {resource.RLIMIT_CORE}"], "0")
        self.assertEqual([what.split()[:2] for what in self.tried("try", "descriptors")],
                         [["fd", "0"], ["fd", "1"], ["fd", "2"]])

    def test_no_variable_goes_through_mgr(self):
        """Shellshock CVE-2014-6271 and its like: what is in the environment of who starts it is in no child's."""
        self.state_of_a_command()
        names = {variable.partition("=")[0] for variable in self.environment}
        self.assertEqual(names & (set(BENT) - {"PATH", "HOME", "LANG"}), set())
        self.assertFalse(any("nowhere" in variable or "evil" in variable for variable in self.environment),
                         self.environment)
        with self.supervised("hold") as (_, supervisor):
            self.assertEqual(pathlib.Path(f"/proc/{supervisor}/environ").read_bytes(), b"")
        self.assertEqual((self.mgr.dir / "seen/environment").read_bytes(), b"")

    def test_what_a_command_ends_with_is_told(self):
        """With SIGCHLD ignored the kernel keeps no status: a job would never end."""
        ended = self.wait(self.start("run", "nothing-that-it-knows"))
        self.assertEqual((ended["state"], ended["exit_status"]), ("failed", 99))
        job = self.start_ready("run", "hold")
        self.assertEqual(self.stop(job)["state"], "stopped")

    def test_what_was_closed_is_opened_before_a_socket_takes_its_place(self):
        for pid, numbers in ((self.helper, [0]), (self.mgr.broker.pid, [0, 1, 2])):
            self.assertEqual({os.readlink(f"/proc/{pid}/fd/{number}") for number in numbers}, {"/dev/null"})

    def test_the_helper_hears_its_signals(self):
        self.mgr.helper.send_signal(signal.SIGTERM)
        self.assertEqual(self.mgr.helper.wait(DEADLINE), 0)
        self.start_bent()
        self.helper = self.mgr.helper.pid
        self.mgr.wait_ready()


class Given(SpawnTestCase):
    """OpenSSH CVE-2021-41617: a command kept groups that were not its own."""

    def files(self):
        super().files()
        text = (self.mgr.dir / "etc/mgr/modules.d/evil.toml").read_text()
        text += '[module.evil.action.grouped]\ncommand = ["@DIR@/bin/evil_job", "{words...}"]\nuser = "mgr-scan"\n'
        text += 'group = "games"\ngroups = ["audio", "video"]\nmode = "output"\ncapabilities = ["CAP_NET_BIND_SERVICE"]\n'
        text += '[module.evil.action.grouped.arg.words]\ntype = "list of string"\n'
        self.mgr.write("etc/mgr/modules.d/evil.toml", text)
        before = self.mgr.start_helper

        def with_groups():
            groups = os.getgroups()
            os.setgroups([0, 4, 27, 42])
            try:
                before()
            finally:
                os.setgroups(groups)
        self.mgr.start_helper = with_groups

    def assert_ids(self, found, uid, gid, groups):
        self.assertEqual(found["Uid"].split(), [str(uid)] * 4)
        self.assertEqual(found["Gid"].split(), [str(gid)] * 4)
        self.assertEqual(sorted(found["Groups"].split()), sorted(str(group) for group in groups))

    def test_a_command_has_its_users_ids_and_groups_and_no_capability(self):
        user = uid_of(EVIL)
        for action, no_new_privs in (("try", "1"), ("try-dirty", "0")):
            found = self.state_of_a_command(action)
            self.assert_ids(found, user.pw_uid, user.pw_gid, os.getgrouplist(EVIL, user.pw_gid))
            for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
                self.assertEqual(int(found[name], 16), 0, name)
            self.assertEqual((found["NoNewPrivs"], found["Seccomp"]), (no_new_privs, "2"))
        found = self.state_of_a_command("grouped")
        import grp
        gid = {name: grp.getgrnam(name).gr_gid for name in ("games", "audio", "video")}
        self.assert_ids(found, user.pw_uid, gid["games"], [gid["audio"], gid["video"]])
        for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(found[name], 16), 1 << 10, name)

    def test_the_daemons_have_what_is_said_of_them(self):
        broker, helper = self.mgr.broker.pid, self.helper
        entry = uid_of("mgr-broker")
        for pid in (broker, helper):
            for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
                self.assertEqual(int(field_of(pid, name), 16), 0, name)
            self.assertEqual(field_of(pid, "Umask"), "0077")
        self.assertEqual(field_of(broker, "Uid").split(), [str(entry.pw_uid)] * 4)
        self.assertEqual(field_of(broker, "Gid").split(), [str(entry.pw_gid)] * 4)
        self.assertEqual(field_of(broker, "Groups"), "")
        self.assertEqual((field_of(broker, "NoNewPrivs"), field_of(broker, "Seccomp")), ("1", "2"))
        self.assertEqual((field_of(helper, "NoNewPrivs"), field_of(helper, "Seccomp")), ("0", "0"), "jobs inherit these")
        with self.supervised("hold") as (_, supervisor):
            entry = uid_of("mgr-job")
            self.assertEqual(field_of(supervisor, "Uid").split(), [str(entry.pw_uid)] * 4)
            self.assertEqual(field_of(supervisor, "Groups"), "")
            self.assertEqual(int(field_of(supervisor, "CapEff"), 16), 1 << 5)  # CAP_KILL
            self.assertEqual(int(field_of(supervisor, "CapBnd"), 16), 0)
            self.assertEqual(field_of(supervisor, "NoNewPrivs"), "1")


if __name__ == "__main__":
    attack.main()
