"""A whole mgr under a scratch root, for tests: real processes under their real users.

Needs root. Everything lives below one folder and one cgroup, and ends with stop().
"""
import contextlib
import hashlib
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time

# Here who asks is told by the kernel: a mgrctl of root's would sign with the key that the first start
# makes for it. A test of keys says otherwise.
os.environ["MGR_KEY"] = ""

REPO = pathlib.Path(__file__).resolve().parents[2]
SYSTEM_USERS = ("mgr-broker", "mgr-job", "mgr-mail", "mgr-scan")
DEADLINE = 20  # seconds; reaching it is a failure, never an expectation

# What the tests' scan command does, by task number. A gate is a FIFO: opening it for writing blocks
# until the test opens the other end, so nothing here sleeps or polls.
COMMAND = """#!/bin/sh
gate() { read -r word < "@DIR@/gates/$1"; }
case "$2" in
  1) gate 1; exit 0 ;;
  2) # a tree of daemons: double fork, new session, SIGTERM ignored
     trap '' TERM
     for n in 1 2 3 4 5; do
       setsid sh -c 'trap "" TERM; (sh -c "trap \\"\\" TERM; exec sleep 1000" &) ; exec sleep 1000' &
     done
     exec sleep 1000 ;;
  3) exit 7 ;;
  4) gate 4; exit 42 ;;
  5) exec env > "@DIR@/seen/environment" ;;
  6) cat /proc/self/status > "@DIR@/seen/status"; ls -l /proc/self/fd > "@DIR@/seen/descriptors" ;;
  *) exit 0 ;;
esac
"""

POLICY = """
[[principal]]
name = "web"
user = ["www-data"]

[[principal]]
name = "root"
uid = 0

[[allow]]
who = ["anyone"]
module = "mgr"
action = "ping"

[[allow]]
who = ["web"]
module = "scan"
action = ["start", "stop", "status"]
where = { task_ids = "1..999" }
jobs = "own"

[[allow]]
who = ["web"]
module = "scan"
action = ["status", "list"]
jobs = "own"

[[allow]]
who = ["web"]
module = "mgr"
action = ["version", "whoami", "modules"]

[[allow]]
who = ["root"]
module = ["scan", "mgr"]
action = "*"
jobs = "all"
"""


def policy_of_www_data(*modules):
    """All of these modules for www-data, and a ping for everybody."""
    return f'''
[[principal]]
name = "web"
user = "www-data"
[[allow]]
who    = "anyone"
module = "mgr"
action = "ping"
[[allow]]
who    = "web"
module = {json.dumps(modules)}
action = "*"
'''


SCAN = """
[module.scan.action.start]
command = ["@DIR@/bin/scan-command", "-t", "{task_id}"]
user = "mgr-scan"
stop_grace = "200ms"
"""

SETTINGS = """
[broker]
listen = "@LISTEN@"
[jobs]
cgroup = "@CGROUP@"
[limits]
block_deadline = "@BLOCK_DEADLINE@"
"""


def ensure_users():
    """The service users, where packaging has not made them yet."""
    for user in SYSTEM_USERS:
        if subprocess.run(["getent", "passwd", user], capture_output=True).returncode != 0:
            subprocess.run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", user], check=True)
    if subprocess.run(["getent", "group", "mgr-admin"], capture_output=True).returncode != 0:
        subprocess.run(["groupadd", "--system", "mgr-admin"], check=True)


def cgroup2_mount():
    with open("/proc/self/mountinfo") as mounts:
        for line in mounts:
            before, after = line.split(" - ")
            if after.split()[0] == "cgroup2":
                return before.split()[4]
    raise RuntimeError("no cgroup v2 here")


def uid_of(user):
    import pwd
    return pwd.getpwnam(user)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Instance:
    def __init__(self, binaries, block_deadline="5s", start=True):
        ensure_users()
        self.binaries = self.libexec = pathlib.Path(binaries)
        # /run is root's all the way up, as StrictModes wants it; /tmp is anybody's.
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="mgr-test-", dir="/run"))
        os.chmod(self.dir, 0o755)
        self.cgroup = pathlib.Path(cgroup2_mount()) / self.dir.name
        self.port = free_port()
        self.helper = self.broker = None
        self.logs = []
        for folder, mode in (("etc/mgr/modules.d", 0o755), ("bin", 0o755), ("gates", 0o755), ("seen", 0o777)):
            path = self.dir / folder
            path.mkdir(parents=True)
            os.chmod(path, mode)
        for gate in ("1", "4"):
            os.mkfifo(self.dir / "gates" / gate)
            os.chmod(self.dir / "gates" / gate, 0o644)
        self.block_deadline = block_deadline
        self.write("etc/mgr/policy.toml", POLICY)
        self.write("etc/mgr/modules.d/scan.toml", SCAN)
        self.write("etc/mgr/mgr.toml", SETTINGS)
        self.write("bin/scan-command", COMMAND, 0o755)
        if start:
            try:
                self.start()
            except Exception:
                self.stop()
                raise

    def write(self, name, text, mode=0o644):
        text = text.replace("@DIR@", str(self.dir)).replace("@CGROUP@", str(self.cgroup))
        text = text.replace("@LISTEN@", f"127.0.0.1:{self.port}").replace("@BLOCK_DEADLINE@", self.block_deadline)
        path = self.dir / name
        path.write_text(text)
        os.chmod(path, mode)

    # ---- processes

    def start_helper(self):
        self.helper = subprocess.Popen(
            [self.binaries / "mgr-helper", "--root", self.dir, "--libexec", self.libexec],
            stderr=self.open_log("helper"))

    def start_broker(self):
        user = uid_of("mgr-broker")
        self.broker = subprocess.Popen(
            ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--",
             self.binaries / "mgr-broker", "--root", self.dir],
            stderr=self.open_log("broker"))

    def start(self):
        self.start_helper()
        self.start_broker()
        self.wait_ready()

    def wait_ready(self):
        """Until a ping is answered with success: the one wait that has no event to wait on."""
        until = time.monotonic() + DEADLINE
        while time.monotonic() < until:
            for process, name in ((self.helper, "helper"), (self.broker, "broker")):
                if process and process.poll() is not None:
                    raise RuntimeError(f"{name} ended: {self.log(name)}")
            with contextlib.suppress(OSError, ValueError):
                answer = self.ask("module:mgr\naction:ping\n\n", user=None)
                if answer and answer["success"]:  # none: accepted for a broker that was gone
                    return
            time.sleep(0.02)
        raise RuntimeError("not ready: " + self.log("helper") + self.log("broker"))

    def open_log(self, name):
        log = open(self.dir / f"{name}.log", "a")
        self.logs.append(log)
        return log

    def log(self, name):
        path = self.dir / f"{name}.log"
        return path.read_text() if path.exists() else ""

    @staticmethod
    def end(process, number=signal.SIGKILL):
        if process is not None and process.poll() is None:
            process.send_signal(number)
        return process.wait(DEADLINE) if process is not None else None

    def kill_helper(self):
        self.end(self.helper)

    def kill_broker(self):
        self.end(self.broker)

    def stop(self):
        self.end(self.broker, signal.SIGTERM)
        self.end(self.helper, signal.SIGTERM)
        self.kill_cgroup()
        for log in self.logs:
            log.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def kill_cgroup(self):
        """Ends what jobs are left, and removes the tree."""
        if not self.cgroup.exists():
            return
        (self.cgroup / "cgroup.kill").write_text("1")
        self.wait_empty(self.cgroup)
        for folder, _, _ in os.walk(self.cgroup, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(folder)

    @staticmethod
    def wait_empty(cgroup):
        with open(cgroup / "cgroup.events") as events:
            waiter = select.poll()
            waiter.register(events, select.POLLPRI | select.POLLERR)
            until = time.monotonic() + DEADLINE
            while "populated 1" in events.read():
                waiter.poll(1000)
                events.seek(0)
                if time.monotonic() > until:
                    raise RuntimeError(f"{cgroup} does not empty")

    # ---- clients

    def client(self, user="www-data", tcp=False):
        """A connection that the kernel knows as that user's; None is root."""
        if tcp:
            return socket.create_connection(("127.0.0.1", self.port), DEADLINE)
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(DEADLINE)
        try:
            with acting_as(user):
                connection.connect(str(self.dir / "run/mgr.sock"))
        except OSError:
            connection.close()
            raise
        return connection

    def send(self, data, user="www-data", tcp=False):
        """Sends bytes, reads to the end; the raw answer."""
        with self.client(user, tcp) as connection:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(data if isinstance(data, bytes) else data.encode())
            return read_to_end(connection)

    def ask(self, text, user="www-data", tcp=False):
        answer = self.send(text, user, tcp)
        return json.loads(answer.decode().splitlines()[0]) if answer else None

    def scan(self, action, tasks=None, user="www-data"):
        return self.ask(f"module:scan\naction:{action}\n" + (f"task_ids:{tasks}\n" if tasks else "") + "\n", user)

    def open_gate(self, name):
        """Lets the command that reads this gate go on; waits until it is there.

        For one use: a command that came back to the same gate could find it open still.
        """
        def give_up(*_):
            raise AssertionError(f"nobody came to the gate {name}")
        previous = signal.signal(signal.SIGALRM, give_up)
        signal.alarm(DEADLINE)
        try:
            with open(self.dir / "gates" / name, "w") as gate:
                gate.write("go\n")
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, previous)

    def job(self, task, user="www-data"):
        return self.scan("status", task, user)["data"]["jobs"][0]

    def wait_for_state(self, task, states, user="www-data"):
        until = time.monotonic() + DEADLINE
        while time.monotonic() < until:
            found = self.job(task, user)
            if found["state"] in states:
                return found
            time.sleep(0.02)
        raise AssertionError(f"task {task} stays {found}")

    # ---- what is left behind

    def processes_of(self, job):
        leaf = self.cgroup / f"job-{job}"
        return (leaf / "cgroup.procs").read_text().split() if leaf.exists() else []

    def job_folders(self):
        folder = self.dir / "var/lib/mgr/jobs"
        return [path.name for path in folder.iterdir() if path.name.isdigit()] if folder.exists() else []

    def written_audit(self):
        """The whole lines of the log: of a write(2) that is under way a reader may see the front."""
        path = self.dir / "var/log/mgr/audit.jsonl"
        written = path.read_bytes() if path.exists() else b""
        return written[:written.rfind(b"\n") + 1].splitlines()

    def audit_lines(self):
        return [json.loads(line) for line in self.written_audit()]

    def check_audit_chain(self):
        """The number of lines; fails where one was edited, removed or moved."""
        previous, number = "0" * 64, 0
        for line in self.written_audit():
            record = json.loads(line)
            number += 1
            assert record["seq"] == number, record
            assert record["prev"] == previous, record
            previous = hashlib.blake2b(line, digest_size=32).hexdigest()
        return number


@contextlib.contextmanager
def acting_as(user):
    """Effective ids of that user for the with-block: connect(2) takes the credentials from them."""
    if user is None:
        yield
        return
    entry = uid_of(user)
    groups = os.getgroups()
    os.setgroups([entry.pw_gid])
    os.setegid(entry.pw_gid)
    os.seteuid(entry.pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


def read_to_end(connection):
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            data += piece
    return data
