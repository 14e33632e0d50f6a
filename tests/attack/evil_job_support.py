"""Actions whose command is evil_job, and what the tests of hostile jobs share."""
import contextlib
import os
import pathlib
import select
import shutil
import signal
import struct
import time

import attack
from instance import DEADLINE, uid_of

EVIL, OTHER = "mgr-scan", "mgr-mail"  # whom hostile jobs run as, and a job of somebody else

HEADER = struct.Struct("<IQqBI")  # of protocol/output_record.h: magic, position, time, stream, length
PROGRESS = 3

# Of mode output, so that what an attempt printed is its answer; and of mode job, for what lives longer.
ACTIONS = {
    "try": 'mode = "output"',
    "try-dirty": 'mode = "output"\nno_new_privileges = false',
    "narrow": 'mode = "output"\nfile_size = "64K"\nopen_files = 16',
    "run": 'stop_grace = "50ms"\nprogress = true\noutput_limit = "64K"',
    "run-dirty": 'stop_grace = "50ms"\nno_new_privileges = false',
    "short": 'stop_grace = "50ms"\ntimeout = "100ms"',
    "again": 'stop_grace = "50ms"\ntimeout = "100ms"\nretries = 1\nretry_delay = "1ms"',
    "other": f'stop_grace = "50ms"\nuser = "{OTHER}"',
}

POLICY = """
[[principal]]
name = "web"
user = "www-data"

[[principal]]
name = "root"
uid = 0

[[allow]]
who = "anyone"
module = "mgr"
action = "ping"

[[allow]]
who = ["web", "root"]
module = ["evil", "job"]
action = "*"
jobs = "all"
"""


def declared():
    text = '[module.evil]\nsummary = "Not to be trusted"\n'
    for action, keys in ACTIONS.items():
        user = "" if "user =" in keys else f'user = "{EVIL}"\n'
        text += f'[module.evil.action.{action}]\ncommand = ["@DIR@/bin/evil_job", "{{words...}}"]\n{user}{keys}\n'
        text += f'[module.evil.action.{action}.arg.words]\ntype = "list of string"\nmax_length = 200\n'
    return text


def records(folder):
    """(time, stream, bytes) of all that is kept of what a job printed, oldest first."""
    found = []
    for name in ("output.head", "output.tail0", "output.tail1"):
        data = (folder / name).read_bytes()
        while data:
            _, position, when, stream, length = HEADER.unpack_from(data)
            found.append((position, when, stream, data[HEADER.size:HEADER.size + length]))
            data = data[HEADER.size + length:]
    return [record[1:] for record in sorted(found)]


class EvilJobTestCase(attack.AttackTestCase):
    def files(self):
        self.mgr.write("etc/mgr/policy.toml", POLICY)
        self.mgr.write("etc/mgr/modules.d/evil.toml", declared())
        shutil.copy(pathlib.Path(attack.BINARIES) / "evil_job", self.mgr.dir / "bin/evil_job")
        self.own = self.mgr.dir / "own"  # the hostile user's
        self.own.mkdir(0o700)
        user = uid_of(EVIL)
        os.chown(self.own, user.pw_uid, user.pw_gid)

    # ---- requests

    def request(self, module, action, **fields):
        lines = [f"module:{module}", f"action:{action}"] + [f"{name}:{value}" for name, value in fields.items()]
        return self.mgr.ask("\n".join(lines) + "\n\n")

    def evil(self, action, *words):
        return self.request("evil", action, words=",".join(map(str, words)))

    def tried(self, action, *words):
        """What one of mode output tried, and what came of it."""
        reply = self.evil(action, *words)
        self.assertTrue(reply["success"], reply)
        lines = reply["data"]["stdout"].splitlines()
        return dict(line.rpartition(" ")[::2] for line in lines)

    def assert_all(self, tried, *results):
        self.assertNotEqual(tried, {})
        self.assertEqual({what: result for what, result in tried.items() if result not in results}, {})

    def start(self, action, *words):
        reply = self.evil(action, *words)
        self.assertTrue(reply["success"], reply)
        return reply["data"]["jobs"][0]["id"]

    def start_ready(self, action, *words, ready=1):
        """A job that tells so often that it is there; its first word is what it does, the rest follows the FIFO."""
        fifo = self.mgr.dir / "gates" / f"ready-{time.monotonic_ns()}"
        os.mkfifo(fifo)
        os.chmod(fifo, 0o622)
        with open(os.open(fifo, os.O_RDWR | os.O_NONBLOCK), "rb", 0) as told:
            job = self.start(action, words[0], fifo, *words[1:])
            self.read_from(told, ready)
        return job

    def read_from(self, told, count):
        until = time.monotonic() + DEADLINE
        while count > 0:
            self.assertTrue(select.select([told], [], [], max(0, until - time.monotonic()))[0], "nothing is told")
            count -= len(told.read(count) or b"")

    def job(self, action, **fields):
        reply = self.request("job", action, **fields)
        self.assertTrue(reply["success"], reply)
        return reply["data"]["jobs"][0]

    def wait(self, job):
        return self.job("wait", ids=job, limit=DEADLINE)

    def stop(self, job):
        """As it is told once it has been stopped; by then nothing of it may be left."""
        told = self.job("stop", ids=job)
        self.assertEqual(self.mgr.processes_of(job), [], "told before it was true")
        return told

    def folder(self, job):
        return self.mgr.dir / "var/lib/mgr/jobs" / str(job)

    # ---- processes

    def supervisors(self):
        return {int(pid) for pid in (self.mgr.cgroup / "supervisors/cgroup.procs").read_text().split()}

    @contextlib.contextmanager
    def supervised(self, *words, action="run", ready=1):
        """A job, and the pid of its mgr-job; the job is stopped at the end."""
        before = self.supervisors()
        job = self.start_ready(action, *words, ready=ready)
        (supervisor,) = self.supervisors() - before
        yield job, supervisor
        self.stop(job)


def field_of(pid, name):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return line.partition(":")[2].strip()
    raise AssertionError(f"no {name} of {pid}")


def runs(pid):
    """Neither gone, stopped nor dead."""
    return field_of(pid, "State")[0] in "SRD"


def end_all(children):
    for pid in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


@contextlib.contextmanager
def child_of(user, work):
    """A process outside of all jobs, of that user, that does `work` and then waits to be ended."""
    entry = uid_of(user)
    done, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setgroups([])
        os.setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid)
        os.setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid)
        work(lambda: os.write(tell, b"x"))
        signal.pause()
        os._exit(1)
    try:
        os.close(tell)
        if os.read(done, 1) != b"x":
            raise RuntimeError("it does not begin")
        yield pid
    finally:
        os.close(done)
        end_all([pid])
