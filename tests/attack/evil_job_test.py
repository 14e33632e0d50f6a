"""A hostile job: what it starts ends with it, and what it wants of others it does not get."""
import os
import pathlib
import subprocess

import attack
from evil_job_support import EVIL, PROGRESS, EvilJobTestCase, child_of, records, runs
from instance import uid_of


class Trees(EvilJobTestCase):
    def test_a_stop_is_answered_when_daemons_and_hoppers_are_gone(self):
        """Double forks, new sessions, all signals ignored, stopped processes, pids that change all the time."""
        for action in ("run", "run-dirty"):
            with self.subTest(action=action):
                job = self.start_ready(action, "daemons", 9, ready=10)
                self.assertGreaterEqual(len(self.mgr.processes_of(job)), 9)
                self.assertEqual(self.stop(job)["state"], "stopped")

    def test_a_fork_storm_holds_nobody_up_and_ends_with_its_job(self):
        """Fork bomb: others are answered, their jobs run, and nothing of it is left."""
        job = self.start_ready("run", "storm", 8)
        for _ in range(5):
            self.assertEqual(self.mgr.ask("module:mgr\naction:ping\n\n", user="daemon")["success"], True)
            other = self.start_ready("other", "hold")
            self.assertEqual(self.stop(other)["state"], "stopped")
        self.assertEqual(self.job("show", id=job)["state"], "running")
        self.assertEqual(self.stop(job)["state"], "stopped")

    def test_a_process_without_its_first_thread_is_ended(self):
        """A thread lives on where its process looks like a zombie."""
        job = self.start_ready("run", "leaderless")
        self.assertEqual(self.job("show", id=job)["state"], "running")
        self.assertEqual(self.stop(job)["state"], "stopped")

    def test_processes_without_a_first_thread_that_fork_are_ended(self):
        job = self.start_ready("run", "ghosts", 4, ready=4)
        self.assertEqual(self.stop(job)["state"], "stopped")

    def test_what_it_took_to_end_an_attempt_does_not_hold_the_next(self):
        """The cgroup of one that had to be frozen."""
        job = self.start_ready("again", "leaderless", ready=2)
        ended = self.wait(job)
        self.assertEqual((ended["state"], ended["attempt"]), ("timed-out", 2))

    def test_a_timeout_ends_what_hears_no_signal(self):
        job = self.start_ready("short", "daemons", 3, ready=2)
        self.assertEqual(self.wait(job)["state"], "timed-out")
        self.assertEqual(self.mgr.processes_of(job), [])


class Reach(EvilJobTestCase):
    def test_a_command_has_no_descriptor_but_its_own(self):
        """runc CVE-2024-21626: a descriptor that was left open led out."""
        for action in ("try", "try-dirty"):
            tried = self.tried(action, "descriptors")
            self.assertEqual([what.split()[:2] for what in tried], [["fd", "0"], ["fd", "1"], ["fd", "2"]])
            self.assertIn("fd 0 /dev/null", tried)
            self.assertTrue(all("pipe:[" in what for what in list(tried)[1:]), tried)
        job = self.start("run", "descriptors")
        self.wait(job)
        lines = b"".join(data for _, stream, data in records(self.folder(job)) if stream != PROGRESS).decode().splitlines()
        self.assertEqual([line.split()[1] for line in lines], ["0", "1", "2", "3"])
        self.assertEqual(len({line.split()[2] for line in lines}), 4)

    def test_mgr_job_is_closed_to_its_command(self):
        """/proc/PPID: descriptors of the job's folder, memory, environment, knobs."""
        for action in ("try", "try-dirty"):
            self.assert_all(self.tried(action, "parent"), "EACCES", "EPERM")

    def test_no_signal_reaches_mgr_job_helper_broker_or_another_users_job(self):
        """kill, tgkill, sigqueue, pidfds, and signals that the kernel is to send (F_SETOWN)."""
        with self.supervised("hold", action="other") as (other, supervisor):
            (command,) = self.mgr.processes_of(other)
            victims = [self.helper, self.mgr.broker.pid, supervisor, int(command)]
            for action in ("try", "try-dirty"):
                for pids in ([], victims):
                    tried = self.tried(action, "signals", *pids)
                    self.assert_all({what: result for what, result in tried.items() if what.strip(".")}, "EPERM")
                    self.assertGreaterEqual(len(tried), 20)
            self.assertTrue(all(runs(pid) for pid in victims))
            self.assertEqual(self.job("show", id=other)["state"], "running")

    def test_no_process_of_another_user_is_looked_into(self):
        with self.supervised("hold", action="other") as (other, supervisor):
            (command,) = self.mgr.processes_of(other)
            for pid in ("parent", self.helper, self.mgr.broker.pid, supervisor, command):
                for action in ("try", "try-dirty"):
                    self.assert_all(self.tried(action, "peek", pid), "EPERM", "EACCES")

    def test_a_job_of_the_same_user_is_not_traced(self):
        """No seccomp list looks at /proc/PID/mem and kill(2) of one's own uid: SECURITY.md says so."""
        with self.supervised("hold") as (job, _):
            (command,) = self.mgr.processes_of(job)
            tried = self.tried("try", "peek", command)
            for way in ("PTRACE_ATTACH", "PTRACE_SEIZE", "process_vm_readv", "process_vm_writev", "pidfd_getfd"):
                self.assertEqual(tried[way], "EPERM", way)

    def test_a_job_that_its_sibling_kills_has_failed(self):
        """Whatever one of the same user does to it, it is told as what it was, and never as a success."""
        job = self.start_ready("run", "hold")
        (command,) = self.mgr.processes_of(job)
        self.tried("try", "signals", command)
        ended = self.wait(job)
        self.assertEqual((ended["state"], ended["signal"]), ("failed", 9))

    def test_nothing_of_mgr_can_be_written(self):
        """Records, logs, sockets, configuration, programs and the tree of cgroups."""
        with self.supervised("hold"):
            folders = [self.mgr.dir / name for name in ("etc", "var", "run", "bin")] + [self.mgr.cgroup]
            for action in ("try", "try-dirty"):
                self.assertEqual(self.tried(action, "walk", *folders), {"walked": "done"})

    def test_no_job_leaves_its_cgroup_or_touches_another(self):
        with self.supervised("hold") as (job, _):
            root = pathlib.Path(self.mgr.cgroup)
            folders = [root, root.parent, root / "supervisors", root / f"job-{job}"]
            for action in ("try", "try-dirty"):
                # EROFS or EBUSY: of the root of all, where nobody may do it.
                self.assert_all(self.tried(action, "cgroups", *folders), "EACCES", "EPERM", "ENOENT", "EBUSY", "EEXIST")
            self.assertEqual(self.job("show", id=job)["state"], "running")

    def test_no_job_is_moved_into_a_cgroup_of_its_users(self):
        """Such as systemd delegates to users: neither the job nor a process of its user outside gets it out of its leaf."""
        own = pathlib.Path(f"{self.mgr.cgroup}-own")
        own.mkdir()
        self.addCleanup(own.rmdir)
        user = uid_of(EVIL)
        for path in (own, own / "cgroup.procs", own / "cgroup.threads"):
            os.chown(path, user.pw_uid, user.pw_gid)
        tried = self.tried("try", "cgroups", own)
        self.assert_all({what: result for what, result in tried.items() if what.startswith("moves")}, "EACCES", "EOPNOTSUPP")
        self.assertEqual(tried[f"makes below {own}"], "done")  # it is its own
        self.addCleanup((own / "evil").rmdir)
        with self.supervised("hold") as (job, _):
            (command,) = self.mgr.processes_of(job)

            def pull(done):
                try:
                    (own / "cgroup.procs").write_text(command)
                except PermissionError:
                    done()
            with child_of(EVIL, pull):
                self.assertEqual(self.mgr.processes_of(job), [command])

    def test_a_folder_or_program_that_is_taken_away_ends_nothing(self):
        reply = self.evil("try", "unlink-cwd", self.own)
        self.assertEqual((reply["data"]["exit"], reply["error"]), (4, "failed"))
        tried = self.tried("try", "exec-deleted", self.own)
        self.assertEqual([what.split()[1] for what in tried], ["0", "1", "2"])


class Kernel(EvilJobTestCase):
    LISTED = ("EPERM", "ENOSYS")  # ENOSYS: clone3, for which libraries have another way

    def test_what_an_ordinary_user_would_get_of_the_kernel_a_job_does_not(self):
        """User namespaces, io_uring, userfaultfd, keys, bpf, mounts: the ways to root of every year."""
        for action in ("try", "try-dirty"):
            tried = self.tried(action, "calls")
            self.assertEqual(tried.pop("clone3 user"), "ENOSYS")
            self.assert_all(tried, "EPERM")

    def test_the_gate_of_32_bit_programs_is_watched_too(self):
        for action in ("try", "try-dirty"):
            tried = self.tried(action, "calls-32")
            self.assertEqual(tried.pop("getpid"), "done")
            self.assertEqual(tried.pop("clone3"), "ENOSYS")
            self.assert_all(tried, "EPERM")

    def test_nothing_is_typed_into_a_terminal(self):
        """CVE-2016-2779, CVE-2017-5226, CVE-2019-10063: TIOCSTI, also with high bits that the kernel does not read."""
        for action in ("try", "try-dirty"):
            tried = self.tried(action, "terminal")
            self.assertEqual(tried.pop("has a terminal"), "ENXIO")
            self.assertEqual(tried.pop("takes a terminal"), "done")
            self.assertGreaterEqual(len(tried), 5)
            self.assert_all(tried, "EPERM")

    def test_no_limit_or_priority_is_raised(self):
        for action in ("try", "narrow"):
            self.assert_all(self.tried(action, "raise"), "EPERM", "EACCES")

    def test_limits_of_files_hold(self):
        tried = self.tried("narrow", "fill", self.own, 1 << 20)
        self.assertEqual((tried["writes more"], tried["grows it"], tried["allocates"]), ("EFBIG", "EFBIG", "EFBIG"))
        self.assertEqual((self.own / "much").stat().st_size, 64 << 10)
        self.assertEqual(self.tried("narrow", "open-all")["opens more"], "EMFILE")

    def test_a_set_user_id_program_gives_nothing(self):
        """Such as sudo, su and mount; here one that is made for it. With no_new_privs the bits count for nothing."""
        program = self.mgr.dir / "bin/root_job"
        program.write_bytes((self.mgr.dir / "bin/evil_job").read_bytes())
        program.chmod(0o6755)
        user = uid_of(EVIL)
        told = subprocess.run(["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups",
                               program, "who"], capture_output=True, text=True, check=True).stdout
        self.assertIn(f"uid {user.pw_uid} 0 0", told, "here it would be root")
        reply = self.evil("try", "become-root", program)
        told = reply["data"]["stdout"].splitlines()
        ids = f"{user.pw_uid} " * 3 + "gid" + f" {user.pw_gid}" * 3
        self.assertEqual(told, ["uid " + ids, "opens shadow EACCES", "becomes root EPERM", "chroots EPERM"])
        # Where root has given it up for an action, such a program runs, under the list of system calls all the same.
        told = self.evil("try-dirty", "become-root", program)["data"]["stdout"]
        self.assertIn(f"uid {user.pw_uid} 0 0", told)


class Configured(EvilJobTestCase):
    """What an action must not be given, or not be promised."""

    def check(self, keys):
        self.mgr.write("etc/mgr/modules.d/more.toml",
                       '[module.more.action.run]\ncommand = ["@DIR@/bin/evil_job", "who"]\n' + keys + "\n")
        checked = subprocess.run([self.mgr.binaries / "mgr-helper", "--root", self.mgr.dir, "--libexec", self.mgr.libexec,
                                  "--check"], capture_output=True, text=True)
        return checked.returncode, checked.stderr

    def test_no_action_runs_as_a_user_of_mgrs_own(self):
        """As the broker's it would be a broker to the helper, as mgr-job's it would end everybody's supervisors."""
        self.assertEqual(self.check(f'user = "{EVIL}"')[0], 0)
        for user in ("mgr-broker", "mgr-job"):
            status, said = self.check(f'user = "{user}"')
            self.assertNotEqual(status, 0)
            self.assertIn(f"more.toml:1: action 'run' of module 'more' would run as {user}", said)

    def test_a_limit_of_the_whole_tree_holds_or_nothing_starts(self):
        """memory and processes are a cgroup's; where the kernel has no such controller, no job runs without
        (that they hold where it has: integration.jobs.JobLimits)."""
        known = (pathlib.Path(self.mgr.cgroup) / "cgroup.controllers").read_text().split()
        for setting, controller in (('memory = "16M"', "memory"), ("processes = 8", "pids")):
            status, said = self.check(f'user = "{EVIL}"\n{setting}')
            self.assertEqual(status == 0, controller in known, said)
            if status != 0:
                self.assertIn(f"needs the cgroup controller {controller}", said)


if __name__ == "__main__":
    attack.main()
