"""The processes themselves: signals, crashes, descriptors, empty argument lists, a supervisor that is killed."""
import contextlib
import ctypes
import fcntl
import os
import pathlib
import resource
import signal
import stat
import subprocess
import time

import attack
from evil_job_support import EvilJobTestCase, child_of, field_of
from instance import DEADLINE, REPO, uid_of

CLOEXEC = 0o2000000


def descriptors_of(pid):
    """Number: what it leads to, and the flags of fdinfo."""
    found = {}
    for name in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            flags = int(pathlib.Path(f"/proc/{pid}/fdinfo/{name}").read_text().split("flags:")[1].split()[0], 8)
            found[int(name)] = (os.readlink(f"/proc/{pid}/fd/{name}"), flags)
    return found


class Programs(EvilJobTestCase):
    NAMES = ("mgr-broker", "mgr-configure", "mgr-helper", "mgr-job", "mgr-mail", "mgr-scan", "mgr-service",
             "mgr-shutdown", "mgrctl")

    @staticmethod
    def execute(program, user):
        """execve(2) with no argument at all: from Linux 5.18 on the kernel puts an empty one there."""
        entry = uid_of(user)
        libc = ctypes.CDLL(None, use_errno=True)
        nothing = (ctypes.c_char_p * 1)(None)

        def become():
            os.setgroups([])
            os.setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid)
            os.setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid)
            libc.execve(os.fsencode(program), nothing, nothing)
            os._exit(126)
        return subprocess.Popen(["true"], preexec_fn=become, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, cwd="/")

    def test_a_program_without_arguments_ends_in_order(self):
        """polkit CVE-2021-4034 (pwnkit): argc was 0."""
        for name in self.NAMES:
            for user in ("daemon", "root") if name == "mgr-job" else ("daemon",):
                with self.subTest(name=name, user=user):
                    process = self.execute(pathlib.Path(attack.BINARIES).resolve() / name, user)
                    said = process.communicate(timeout=DEADLINE)[0].decode()
                    self.assertIn(process.returncode, range(0, 126), said)
                    self.assertNotIn("Sanitizer", said)


class Signals(EvilJobTestCase):
    USELESS = [signal.SIGALRM, signal.SIGCHLD, signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE, signal.SIGIO,
               signal.SIGVTALRM, signal.SIGPROF, signal.SIGURG, signal.SIGWINCH, signal.SIGCONT, signal.SIGRTMIN + 3]

    def test_a_storm_of_signals_loses_no_request(self):
        """OpenSSH CVE-2024-6387: what a handler of signals did was unsafe. Here none does anything."""
        with self.supervised("hold") as (job, supervisor):
            victims = [self.helper, self.mgr.broker.pid, supervisor]

            def storm(begun):
                begun()
                for turn in range(100000):
                    for pid in victims:
                        os.kill(pid, self.USELESS[turn % len(self.USELESS)])
                    if turn % 5000 == 0:
                        os.kill(self.helper, signal.SIGHUP)  # a reload
            with child_of("root", storm):
                for _ in range(40):
                    self.assertTrue(self.mgr.ask("module:mgr\naction:ping\n\n")["success"])
                    self.assertIn("uid", " ".join(self.tried("try", "who")))
            self.assertEqual(self.job("show", id=job)["state"], "running")
        self.assertIsNone(self.mgr.broker.poll())

    FAULT = signal.SIGTRAP  # as good as SIGSEGV, which a sanitizer would take

    @staticmethod
    def crash(process):
        """The signal that it ends by, and whether there is a core of it."""
        process.send_signal(Signals.FAULT)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = -os.WTERMSIG(status)
        return os.WTERMSIG(status), os.WCOREDUMP(status)

    @staticmethod
    def is_dumpable(pid):
        """prctl(2): whether one of the same ids, without a capability, may look into it."""
        uid, gid = (field_of(pid, name).split()[0] for name in ("Uid", "Gid"))
        looked = subprocess.run(["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--inh-caps=-all",
                                 "--bounding-set=-all", "cat", f"/proc/{pid}/environ"], capture_output=True)
        return looked.returncode == 0

    def test_a_crash_leaves_no_core(self):
        """systemd-coredump CVE-2025-4598: a core, taken after a crash, held secrets of root's process."""
        with self.supervised("hold") as (job, supervisor):
            for pid in (self.helper, self.mgr.broker.pid, supervisor):
                self.assertRegex(pathlib.Path(f"/proc/{pid}/limits").read_text(), r"core file size +0 +0 ")
                self.assertFalse(self.is_dumpable(pid), "a limit of 0 does not hold for a pipe in core_pattern")
            folders = [pathlib.Path(os.readlink(f"/proc/{pid}/cwd")) for pid in (self.helper, supervisor)]
            before = {folder: set(os.listdir(folder)) for folder in folders}
            for process in (self.mgr.helper, self.mgr.broker):
                self.assertEqual(self.crash(process), (self.FAULT, False))
            self.mgr.start()
            self.helper = self.mgr.helper.pid
            self.assertEqual(self.job("show", id=job)["state"], "running")
            os.kill(supervisor, self.FAULT)
            self.assertEqual(self.wait(job)["state"], "lost")
            self.assertEqual({folder: set(os.listdir(folder)) for folder in folders}, before)

    def test_a_core_would_be_seen(self):
        """That of an ordinary process is told in its status: so the test above can fail."""
        with subprocess.Popen(["setpriv", "--inh-caps=-all", "--bounding-set=-all", "sleep", "1000"], cwd=self.mgr.dir,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (1 << 30, -1))) as process:
            while "sleep" not in field_of(process.pid, "Name"):
                time.sleep(0.01)
            self.assertTrue(self.is_dumpable(process.pid))
            self.assertEqual(self.crash(process), (self.FAULT, True))


class Descriptors(EvilJobTestCase):
    def assert_accounted_for(self, pid, known):
        found = descriptors_of(pid)
        for number, (target, flags) in found.items():
            kind = target.split(":")[0] if ":" in target else target
            if number > 2:  # those three are whoever's started it
                self.assertTrue(any(target == one or kind == one for one in known), f"{number} {target}")
                self.assertTrue(flags & CLOEXEC, f"{number} {target} would pass an execve")

    def test_every_descriptor_of_broker_helper_and_mgr_job_is_accounted_for(self):
        """runc CVE-2024-21626: one that was left open. A broker taken over finds no file at all."""
        root, log = str(self.mgr.dir), str(self.mgr.dir / "%s.log")
        with self.supervised("hold") as (job, supervisor):
            self.assert_accounted_for(self.mgr.broker.pid, {"/dev/null", log % "broker", "socket", "pipe", "anon_inode"})
            tree, jobs = str(self.mgr.cgroup), f"{root}/var/lib/mgr/jobs"
            folder, leaf = f"{jobs}/{job}", f"{tree}/job-{job}"
            self.assert_accounted_for(self.helper, {
                "/dev/null", log % "helper", "socket", "pipe", "anon_inode", "pidfd", tree, f"{root}/var/lib/mgr", jobs, folder, f"{jobs}/accepted",
                f"{folder}/control",
                *(f"{root}/{name}" for name in ("run/mgr/helper.lock", "var/log/mgr", "var/log/mgr/audit.jsonl",
                                                  "var/lib/mgr/audit", "var/lib/mgr/audit/key", "var/lib/mgr/nonces"))})
            self.assert_accounted_for(supervisor, {
                "/dev/null", "socket", "pipe", "anon_inode", "pidfd", tree, folder, leaf,
                *(f"{folder}/{name}" for name in ("lock", "start", "exit", "output.head", "output.tail0", "output.tail1")),
                *(f"{leaf}/{name}" for name in ("cgroup.kill", "cgroup.events", "cgroup.procs", "cgroup.freeze",
                                                "cpu.stat", "memory.peak"))})

    def test_clients_that_come_and_go_leave_no_descriptor(self):
        def numbers():
            return [len(descriptors_of(pid)) for pid in (self.helper, self.mgr.broker.pid)]
        self.mgr.ask("module:mgr\naction:ping\n\n")
        before = numbers()
        for _ in range(200):
            client = self.mgr.client()
            client.sendall(b"module:mgr\nact")
            client.close()
        # Fewer, where the ping's own connection was still being closed when they were counted before.
        self.until(lambda: all(now <= then for now, then in zip(numbers(), before)), lambda: (numbers(), before))


class Supervisors(EvilJobTestCase):
    def test_a_job_whose_mgr_job_is_killed_is_lost_and_its_tree_gone(self):
        """moby #45800: a shim that was killed was told as exit 0."""
        for words in (("daemons", 3), ("leaderless",)):
            with self.subTest(words=words):
                before = self.supervisors()
                job = self.start_ready("run", *words, ready=4 if len(words) > 1 else 1)
                (supervisor,) = self.supervisors() - before
                os.kill(supervisor, signal.SIGKILL)
                ended = self.wait(job)
                self.assertEqual(ended["state"], "lost")
                self.assertNotIn("exit_status", ended)
                self.assertEqual(self.mgr.processes_of(job), [])

    def test_a_tree_whose_mgr_job_does_nothing_is_ended_all_the_same(self):
        """One that was stopped, or taken over: the helper ends what it does not."""
        for words in (("hold",), ("leaderless",)):
            before = self.supervisors()
            job = self.start_ready("run", *words)
            (supervisor,) = self.supervisors() - before
            os.kill(supervisor, signal.SIGSTOP)
            with self.mgr.client() as client:
                client.sendall(f"module:job\naction:stop\nids:{job}\n\n".encode())
                self.mgr.wait_empty(self.mgr.cgroup / f"job-{job}")
                os.kill(supervisor, signal.SIGCONT)
                self.assertTrue(attack.reply_of(client)["success"])
            ended = self.wait(job)
            self.assertIn(ended["state"], ("stopped", "failed"))
            self.assertEqual(ended.get("signal"), signal.SIGKILL)


    def sweep(self, leaf):
        """As the helper has it done: the leaf is descriptor 6."""
        with open("/dev/null", "r+b") as null:
            places = [fcntl.fcntl(leaf if number == 6 else null, fcntl.F_DUPFD, 20) for number in range(8)]

            def put():
                for number, place in enumerate(places):
                    os.dup2(place, number)
            done = subprocess.run([pathlib.Path(attack.BINARIES).resolve() / "mgr-job", "--sweep", "4711"], preexec_fn=put,
                                  pass_fds=range(3, 8), env={}, timeout=DEADLINE, check=False)
            for place in places:
                os.close(place)
        return done.returncode

    def test_what_ends_an_attempt_late_ends_nothing_of_the_next(self):
        """A name that is used again by the time that it is acted on: the next attempt's leaf has that of the last."""
        leaf = self.mgr.cgroup / "job-4711"
        leaf.mkdir()
        before = os.open(leaf, os.O_RDONLY | os.O_DIRECTORY)
        leaf.rmdir()
        leaf.mkdir()
        now = os.open(leaf, os.O_RDONLY | os.O_DIRECTORY)
        self.addCleanup(os.close, before)
        self.addCleanup(os.close, now)
        with child_of("root", lambda begun: begun()) as pid:
            (leaf / "cgroup.procs").write_text(str(pid))
            self.assertEqual(self.sweep(before), 1)
            self.assertEqual((leaf / "cgroup.freeze").read_text(), "0\n")
            self.assertIn(field_of(pid, "State")[0], "SR")
            self.assertEqual(self.sweep(now), 0)
            self.until(lambda: field_of(pid, "State")[0] == "Z", "it lives on")
        leaf.rmdir()


class Tree(EvilJobTestCase):
    def test_a_unit_that_delegates_names_its_user(self):
        """systemd CVE-2026-40223: with Delegate=yes and no User= it let any local user trip an assertion."""
        units = [path.read_text() for path in (REPO / "packaging/systemd").glob("*.service.in")]
        delegating = [unit for unit in units if "\nDelegate=yes\n" in unit]
        self.assertEqual(len(delegating), 1)
        self.assertIn("\nUser=root\n", delegating[0])

    def test_nobody_but_root_can_write_to_the_tree_of_cgroups(self):
        """systemd CVE-2026-40223's class: a cgroup that is delegated is whose it must be, root's."""
        with self.supervised("hold"):
            seen = 0
            for folder, _, files in os.walk(self.mgr.cgroup):
                for path in [folder, *(os.path.join(folder, name) for name in files)]:
                    status = os.lstat(path)
                    self.assertEqual((status.st_uid, status.st_gid), (0, 0), path)
                    self.assertEqual(stat.S_IMODE(status.st_mode) & 0o022, 0, path)
                    seen += 1
            self.assertGreater(seen, 20)


if __name__ == "__main__":
    attack.main()
