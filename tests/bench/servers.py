"""The two programs that `run` measures: each started under a scratch folder, watched, and ended."""

import contextlib
import json
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BROKER_USER = "mgr-broker"
START_SECONDS = 10
STOP_SECONDS = 10
PING = b"module:mgr\naction:ping\n\n"

# Every client of a benchmark has the same uid, so a caller's limits must hold all of them:
# 256 clients, and 16 clients with 16 requests each, as fast as they can.
MGR_TOML = """\
[broker]
listen = ""
[jobs]
cgroup = "{cgroup}"
[limits]
connections_per_caller = 1024
requests_in_flight = 1024
requests_per_second = 1000000
burst = 1000000
"""


class Failure(Exception):
    """What went wrong, for the person who ran the benchmark."""


class Server:
    """One program under measurement. Owns its processes; a context manager that ends them.

    `pids` are those whose processor time counts and that are pinned together.
    """

    def __init__(self, name, socket_path):
        self.name = name
        self.socket_path = str(socket_path)
        self.pids = []
        self.at_end = lambda: None
        self._started = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process, _log in reversed(self._started):
            process.terminate()
        for process, log in self._started:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            log.close()
        self.at_end()

    def start(self, command, log_path):
        """Starts one process, which ends when this one does; its messages go to log_path."""
        log = open(log_path, "w+", encoding="utf-8", errors="replace")
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *command],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._started.append((process, log))
        self.pids.append(process.pid)
        return process

    def check_alive(self):
        for process, log in self._started:
            if process.poll() is not None:
                log.seek(0)
                raise Failure(f"{self.name}: {process.args[3:]} ended with {process.returncode}:\n"
                              + log.read()[-4000:])

    def wait_until_ready(self):
        """Returns once a ping has succeeded; fails when that takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            self.check_alive()
            answer = ping(self.socket_path)
            if answer is None or "success" not in answer:
                last = "no connection, or no reply"
            elif answer["success"] is True:
                return
            else:
                last = json.dumps(answer)
            if time.monotonic() > deadline:
                raise Failure(f"{self.name}: not ready after {START_SECONDS} s: {last}")
            time.sleep(0.01)

    def processor_seconds(self):
        """User and system time of all its processes so far: proc(5), /proc/PID/stat, 14 and 15."""
        ticks = 0
        for pid in self.pids:
            after_name = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(after_name[11]) + int(after_name[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    @contextlib.contextmanager
    def pinned_to(self, core):
        """All its threads on one core, for as long as the context lasts."""
        threads = [int(thread) for pid in self.pids for thread in os.listdir(f"/proc/{pid}/task")]
        before = {thread: os.sched_getaffinity(thread) for thread in threads}
        try:
            for thread in threads:
                os.sched_setaffinity(thread, {core})
            yield
        finally:
            for thread, cores in before.items():
                os.sched_setaffinity(thread, cores)


def ping(path):
    """The reply to one ping as JSON; None when there is none (yet)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(3)
        try:
            client.connect(path)
            client.sendall(PING)
            with client.makefile("r", encoding="utf-8") as replies:
                return json.loads(replies.readline())
        except (OSError, ValueError):
            return None


def start_limit(programs, scratch):
    """The two-hop echo, ready. Its one command starts the second process itself."""
    server = Server("limit", scratch / "limit.sock")
    with contextlib.ExitStack() as undo:
        undo.enter_context(server)
        server.start([str(programs / "two_hop_echo"), "--socket", server.socket_path],
                     scratch / "limit.log")
        server.wait_until_ready()
        told = dict(word.split("=") for word in (scratch / "limit.log").read_text().split())
        server.pids.append(int(told["back"]))
        undo.pop_all()
    return server


def start_mgr(programs, scratch, extra=lambda root: None):
    """mgr-helper as root and mgr-broker as its user, with the shipped policy, ready.

    `extra` adds to the configuration below its root; None takes everything as it is there.
    """
    root = scratch / "root"
    if os.geteuid() != 0:
        raise Failure("mgr is started as root: run this as root, or with --only limit")
    try:
        pwd.getpwnam(BROKER_USER)
    except KeyError:
        raise Failure(f"no user {BROKER_USER}: create it (useradd --system --user-group "
                      f"{BROKER_USER}), or run with --only limit") from None
    if extra is not None:
        make_configuration(root)
        extra(root)
    server = Server("mgr", root / "run/mgr.sock")
    with contextlib.ExitStack() as undo:
        server.at_end = lambda: remove_job_tree(root)
        undo.enter_context(server)
        server.start([str(programs / "mgr-helper"), "--root", str(root), "--libexec", str(programs.resolve())], scratch / "helper.log")
        server.start(["--reuid", BROKER_USER, "--regid", BROKER_USER, "--clear-groups", "--",
                      str(programs / "mgr-broker"), "--root", str(root)], scratch / "broker.log")
        server.wait_until_ready()
        undo.pop_all()
    return server


def job_tree(root):
    """The cgroup of the jobs that a benchmark starts; it is removed with the server."""
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        before, after = line.split(" - ")
        if after.split()[0] == "cgroup2":
            return pathlib.Path(before.split()[4]) / root.parent.name
    raise Failure("no cgroup v2 is mounted here")


def remove_job_tree(root):
    for folder, _, _ in os.walk(job_tree(root), topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(folder)


def make_configuration(root):
    """The folders that a package would make, below root, and the shipped policy."""
    for folder, mode in (("etc/mgr/modules.d", 0o755), ("run/mgr", 0o755),
                         ("var/lib/mgr", 0o755), ("var/log/mgr", 0o700)):
        (root / folder).mkdir(parents=True)
        (root / folder).chmod(mode)
    policy = root / "etc/mgr/policy.toml"
    shutil.copyfile(REPOSITORY / "policy/default/policy.toml", policy)
    policy.chmod(0o644)
    (root / "etc/mgr/mgr.toml").write_text(MGR_TOML.format(cgroup=job_tree(root)), encoding="utf-8")
