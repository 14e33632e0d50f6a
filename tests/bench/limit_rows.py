"""What a flood does to others, and how many signed requests are answered. For `run`.

Each figure is a share of another one of the same run: the machine may be busy with other things.
Root.
"""

import contextlib
import pathlib
import shutil
import socket
import statistics
import subprocess
import tempfile

from job_rows import row
from servers import Failure, job_tree, start_mgr

FLOOD_USER, OTHER_USER = "www-data", "daemon"
KEYS = 16
REQUESTS_A_KEY = 800  # far below the nonces that are kept for a key

# As shipped; the flood is held by these limits alone.
MGR_TOML = """\
[broker]
listen = "127.0.0.1:{port}"
[jobs]
cgroup = "{cgroup}"
"""
# As fast as they can.
UNLIMITED = """\
[limits]
requests_per_second = 1000000
burst = 1000000
"""
SIGNERS = """
[[principal]]
name = "signers"
key = [{ids}]
[[allow]]
who = "signers"
module = "mgr"
action = "ping"
"""


def configuration(port, limits="", more_policy="", keys=()):
    """What makes the configuration below a root."""
    def write(root):
        folder = root / "etc/mgr"
        (folder / "mgr.toml").write_text(MGR_TOML.format(port=port, cgroup=job_tree(root)) + limits)
        with open(folder / "policy.toml", "a", encoding="utf-8") as policy:
            policy.write(more_policy)
        if keys:
            (folder / "keys.d").mkdir(mode=0o755, exist_ok=True)
        for name, key in keys:
            (folder / f"keys.d/{name}.toml").write_text(f'type = "ed25519"\npublic_key = "{key}"\n')
    return write


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(program, where, *options, user=None):
    words = [str(program), "--socket", where, *options]
    return words if user is None else ["setpriv", f"--reuid={user}", "--clear-groups", *words]


def figures_of(done):
    if done.returncode != 0:
        raise Failure(done.stderr.strip())
    return {name: float(value) for name, value in (word.split("=") for word in done.stdout.split())}


def load(*words, **more):
    return figures_of(subprocess.run(command(*words, **more), capture_output=True, text=True, timeout=120))


@contextlib.contextmanager
def flood(words, seconds):
    """Runs beside what is done meanwhile. Its requests are bounded by the time, and wait: none is refused."""
    process = subprocess.Popen([*words, "--seconds", str(seconds)], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    try:
        yield
        _, errors = process.communicate(timeout=seconds + 30)
        if process.returncode != 0:
            raise Failure(f"the flood: {errors.strip()}")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def p99_beside(program, server, port, seconds, rounds):
    """p99 of another uid's pings, 2 ms apart, by what happens beside them: medians of the rounds."""
    local, network = server.socket_path, f"127.0.0.1:{port}"
    depth = ("--clients", "16", "--depth", "4")
    beside = {
        "quiet": None,
        "one uid": command(program, local, *depth, user=FLOOD_USER),
        "one address": command(program, network, *depth, user=FLOOD_USER),
        "one uid, a connection a request": command(program, local, "--clients", "16", "--mode", "fresh",
                                                   user=FLOOD_USER),
    }
    found = {}
    for _ in range(rounds):
        for name, words in beside.items():
            with contextlib.nullcontext() if words is None else flood(words, seconds + 1):
                one = load(program, local, "--clients", "1", "--pause-us", "2000",
                           "--seconds", str(seconds), user=OTHER_USER)
            found.setdefault(name, []).append(one["p99_us"])
    return {name: statistics.median(all_rounds) for name, all_rounds in found.items()}


@contextlib.contextmanager
def scratch_mgr(programs, port, **configured):
    with tempfile.TemporaryDirectory(prefix="mgr-bench-") as folder:
        scratch = pathlib.Path(folder)
        scratch.chmod(0o755)
        with start_mgr(programs, scratch, configuration(port, **configured)) as server:
            yield server, scratch / "root"


def print_flood_rows(programs, rounds, seconds):
    port = free_port()
    with scratch_mgr(programs, port) as (server, root):
        # Where the users of the floods can reach it.
        program = shutil.copy(programs / "bench_load", root.parent)
        p99 = p99_beside(program, server, port, seconds, rounds)
    quiet = p99.pop("quiet")
    row("another's ping, nothing beside it: p99", f"{quiet:.0f} us", "-", "-", None)
    for name, figure in p99.items():
        ratio = figure / quiet
        row(f"another's ping, a flood by {name}: p99", f"{figure:.0f} us",
            f"{ratio:.1f}x the quiet one, none refused", "<= 5x", ratio <= 5)


def print_signed_row(programs, rounds):
    words = [str(programs / "bench_load"), "--print-keys", str(KEYS)]
    port = free_port()
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    keys = [line.split() for line in done.stdout.splitlines()[:KEYS]]
    policy = SIGNERS.format(ids=", ".join(f'"{name}"' for name, _ in keys))
    shares, rates = [], []
    with scratch_mgr(programs, port, limits=UNLIMITED, more_policy=policy, keys=keys) as (_, root):
        host = (root / "var/lib/mgr/host/id").read_text().strip()
        for _ in range(rounds):
            told = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
            verified = float(told.stdout.split()[-1])
            one = load(programs / "bench_load", f"127.0.0.1:{port}", "--clients", str(KEYS), "--signed-for", host,
                       "--requests", str(KEYS * REQUESTS_A_KEY))
            rates.append(one["requests_per_s"])
            shares.append(one["requests_per_s"] / verified)
    share = statistics.median(shares)
    row(f"{KEYS} clients, signed, over TCP", f"{statistics.median(rates):,.0f}/s",
        f"{share:.2f} of what one core verifies", ">= 0.6", share >= 0.6)
