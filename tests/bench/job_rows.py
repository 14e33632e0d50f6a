"""How fast jobs are accepted, run, stopped and found again, beside what the same costs at least.

For `run`. Starts mgr below a scratch folder and prints each figure, what it is measured against in
the same run, and whether it meets its goal. Root.
"""

import contextlib
import hashlib
import os
import pathlib
import shutil
import selectors
import statistics
import struct
import subprocess
import tempfile
import threading
import time

from job_client import Client
from servers import Failure, start_mgr

FINISHED_JOBS = 10000
# waiting: one runs and the others wait. quick: a static program. tree: 50 daemons, deaf to SIGTERM.
MODULE = """\
[module.bench]
summary = "What the benchmark runs"
[module.bench.action.waiting]
command = ["/bin/sleep", "1000"]
max_running = 1
queue = 100000
stop_grace = "0s"
[module.bench.action.quick]
command = ["{quick}"]
[module.bench.action.answer]
command = ["{quick}"]
mode = "output"
[module.bench.action.tree]
command = ["/usr/bin/env", "python3", "-c", '''{tree}''']
stop_grace = "0s"
progress = true
[module.bench.action.talk]
command = ["/usr/bin/env", "python3", "-c", '''{talk}''']
stop_grace = "0s"
"""
# Ten lines a second, for two minutes at most.
TALK = """
import time
for number in range(1200):
    print("line", number, flush=True)
    time.sleep(0.1)
"""
TREE = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(49):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(10000)
        os._exit(0)
    os.wait()
os.write(3, b"100 all are there\\n")
time.sleep(10000)
"""
POLICY = """
[[allow]]
who = "root"
module = "bench"
action = "*"
jobs = "all"
"""


def configure(programs):
    """What start_mgr puts into etc/mgr beside the shipped policy."""
    def extra(root):
        module = root / "etc/mgr/modules.d/bench.toml"
        module.write_text(MODULE.format(quick=programs.resolve() / "bench_true", tree=TREE, talk=TALK))
        module.chmod(0o644)
        policy = root / "etc/mgr/policy.toml"
        policy.write_text(policy.read_text() + POLICY)
    return extra


def timed(action, times):
    """Median of so many runs, in seconds."""
    spent = []
    for _ in range(times):
        begin = time.perf_counter()
        action()
        spent.append(time.perf_counter() - begin)
    return statistics.median(spent)


def fdatasync_time(folder):
    path = folder / "beside"
    with open(path, "ab", buffering=0) as file:
        def one():
            file.write(b"x" * 400)
            os.fdatasync(file.fileno())
        return timed(one, 100)


def measure_accepting(programs, server, scratch):
    client = Client(server.socket_path)
    client.ask("bench", "waiting")  # the one that runs
    synced = fdatasync_time(scratch)
    accepted = timed(lambda: client.ask("bench", "waiting"), 100)
    synced = (synced + fdatasync_time(scratch)) / 2
    row("job accepted to reply, 1 client: p50", f"{accepted * 1e3:.2f} ms",
        f"{accepted / synced:.1f}x an fdatasync ({synced * 1e3:.2f} ms)", "<= 8x",
        accepted <= 8 * synced)
    done = subprocess.run(
        [programs / "bench_load", "--socket", server.socket_path, "--clients", "16",
         "--seconds", "3", "--text", "module:bench\naction:waiting\n\n"],
        capture_output=True, text=True, timeout=100)
    if done.returncode != 0:
        raise Failure(done.stderr)
    rate = float(dict(word.split("=") for word in done.stdout.split())["requests_per_s"])
    row("jobs queued, 16 clients", f"{rate:,.0f}/s", "-", ">= 2,000/s", rate >= 2000)
    client.stop_all()


def measure_running(programs, server):
    program = str(programs / "bench_true")
    client = Client(server.socket_path)

    def spawn():
        os.waitpid(os.posix_spawn(program, [program], {}), 0)
    limit = timed(spawn, 200)
    ran = timed(lambda: client.ask("bench", "quick", mgr_on_wait="yes"), 200)
    row("a static program, start to its end in hand: p50", f"{ran * 1e3:.2f} ms",
        f"{ran / limit:.1f}x posix_spawn ({limit * 1e3:.2f} ms)", "-", None)
    limit, answered = (statistics.median(times) for times in zip(*(
        (timed(spawn, 20), timed(lambda: client.ask("bench", "answer"), 20)) for _ in range(15))))
    row("`output` action running a static program, reply in hand: p50", f"{answered * 1e3:.2f} ms",
        f"{answered / limit:.1f}x posix_spawn and wait ({limit * 1e3:.2f} ms)", "<= 6x",
        answered <= 6 * limit)
    row("`sudo -n /bin/true` beside it: p50", *sudo_figure(answered), "-", None)


def sudo_figure(answered):
    """The time that the same costs with sudo, and ours beside it."""
    sudo = shutil.which("sudo")
    command = [sudo, "-n", "/bin/true"]
    if sudo is None or subprocess.run(command, capture_output=True, timeout=100).returncode != 0:
        return "not here", "-"
    spent = timed(lambda: os.waitpid(os.posix_spawn(sudo, command, os.environ), 0), 50)
    return f"{spent * 1e3:.2f} ms", f"the action takes {answered / spent:.2f} of it"


def measure_stopping(server):
    client = Client(server.socket_path)
    spent = []
    for _ in range(20):
        job = client.ask("bench", "tree")["data"]["jobs"][0]
        watcher = Client(server.socket_path)
        reply = watcher.ask("job", "watch")
        shown = client.ask("job", "show", id=job["id"])["data"]["jobs"][0]
        while shown.get("progress") != 100:
            shown = next(iter(watcher.next()["data"]["jobs"]), shown)
        begin = time.perf_counter()
        client.ask("job", "stop", ids=job["id"])
        spent.append(time.perf_counter() - begin)
        del reply
    p50 = statistics.median(spent)
    row("stop of 50 daemons, reply in hand: p50", f"{p50 * 1e3:.1f} ms",
        f"slowest {max(spent) * 1e3:.1f} ms", "<= 10 ms", p50 <= 0.01)


def pings_a_second(programs, server):
    """Of 16 kept clients, the median of five runs."""
    rates = []
    for _ in range(5):
        done = subprocess.run([programs / "bench_load", "--socket", server.socket_path,
                               "--clients", "16", "--seconds", "1"],
                              capture_output=True, text=True, timeout=100)
        if done.returncode != 0:
            raise Failure(done.stderr)
        rates.append(float(dict(word.split("=") for word in done.stdout.split())["requests_per_s"]))
    return statistics.median(rates)


def measure_following(programs, server):
    """100 jobs print ten lines a second each: pings with nobody and with 100 clients following."""
    client = Client(server.socket_path)
    ids = [client.ask("bench", "talk")["data"]["jobs"][0]["id"] for _ in range(100)]
    before = pings_a_second(programs, server)
    followers = [Client(server.socket_path) for _ in ids]
    for follower, job in zip(followers, ids):
        follower.ask("job", "follow", id=job)
    reader = threading.Thread(target=read_all, args=([one.socket for one in followers],))
    reader.start()
    during = pings_a_second(programs, server)
    client.stop_all()
    reader.join()
    share = during / before
    row("pings/s while 100 jobs are followed", f"{during:,.0f}/s",
        f"{share:.2f} of {before:,.0f}/s with nobody following", ">= 0.9", share >= 0.9)


def read_all(sockets):
    """Takes what comes until every one of them has ended."""
    with selectors.DefaultSelector() as selector:
        for one in sockets:
            selector.register(one, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                last = key.fileobj.recv(1 << 20)
                if not last or (b'"more":true' not in last and last.endswith(b"\n")):
                    selector.unregister(key.fileobj)


def sealed(record):
    return record + hashlib.blake2b(record, digest_size=16).digest()


def multiply(folder, times):
    """Copies of one ended job: its spec with another id (job_files.cpp has the layout)."""
    spec = (folder / "spec").read_bytes()[:-16]
    others = [(name, (folder / name).read_bytes()) for name in ("start", "exit")]
    for number in range(times):
        copy = folder.parent / str(1_000_000 + number)
        copy.mkdir(mode=0o700)
        with_id = spec[:10] + struct.pack("<Q", 1_000_000 + number) + spec[18:]
        (copy / "spec").write_bytes(sealed(with_id))
        for name, content in others:
            (copy / name).write_bytes(content)


def measure_starting(programs, scratch):
    with start_mgr(programs, scratch, configure(programs)) as server:
        job = Client(server.socket_path).ask("bench", "quick", mgr_on_wait="yes")
    jobs = scratch / "root/var/lib/mgr/jobs"
    multiply(jobs / str(job["data"]["jobs"][0]["id"]), FINISHED_JOBS)
    spent = []
    for _ in range(5):
        begin = time.perf_counter()
        with start_mgr(programs, scratch, None) as server:
            spent.append(time.perf_counter() - begin)
            client = Client(server.socket_path)
            found = client.ask("job", "list", limit=100)["data"]["jobs"]
            if len(found) != 100:
                raise Failure(f"{len(found)} jobs were found again")
    p50 = statistics.median(spent)
    row(f"start with {FINISHED_JOBS:,} ended jobs, first ping in hand", f"{p50:.2f} s", "-",
        "<= 0.5 s", p50 <= 0.5)


def row(what, figure, beside, goal, met):
    verdict = "-" if met is None else "met" if met else "MISSED"
    print(f"{what:50} {figure:>12}  {beside:34} {goal:12} {verdict}", flush=True)


def print_job_rows(programs):
    os.umask(0o022)
    with contextlib.ExitStack() as cleanup:
        for name, part in {"a": measure_with_server, "b": measure_starting}.items():
            # On the disk of the system, as /var is: /tmp may be a tmpfs.
            folder = tempfile.mkdtemp(prefix=f"mgr-bench-{name}-", dir="/var/tmp")
            cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
            os.chmod(folder, 0o755)
            part(programs, pathlib.Path(folder))


def measure_with_server(programs, scratch):
    with start_mgr(programs, scratch, configure(programs)) as server:
        measure_running(programs, server)
        measure_stopping(server)
        measure_following(programs, server)
        measure_accepting(programs, server, scratch)
