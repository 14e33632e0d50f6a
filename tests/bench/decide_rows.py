"""What a decision costs among many rules, beside what it costs among ten. For `run`."""

import json
import statistics
import subprocess

from job_rows import row
from servers import Failure

FEW, SOME, MANY = 10, 1000, 10000


def processor_times(programs, repetitions):
    """Nanoseconds a decision by the number of rules, the median of the repetitions."""
    # Interleaved, so that what else the machine does falls on all of them.
    done = subprocess.run(
        [programs / "decide_bench", "--benchmark_format=json", "--benchmark_min_time=0.1",
         f"--benchmark_repetitions={repetitions}", "--benchmark_enable_random_interleaving=true"],
        capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise Failure(done.stderr)
    times = {}
    for run in json.loads(done.stdout)["benchmarks"]:
        if run["run_type"] == "iteration":
            times.setdefault(int(run["name"].split("/")[1]), []).append(run["cpu_time"])
    return {rules: statistics.median(all_runs) for rules, all_runs in times.items()}


def print_decide_rows(programs, repetitions=15):
    times = processor_times(programs, repetitions)
    row(f"decision, {FEW} rules", f"{times[FEW]:.0f} ns", "-", "-", None)
    for rules, goal in ((SOME, None), (MANY, 2)):
        ratio = times[rules] / times[FEW]
        met = None if goal is None else ratio <= goal and times[rules] <= 1000
        row(f"decision, {rules:,} rules and 1,000 actions", f"{times[rules]:.0f} ns",
            f"{ratio:.2f}x the cost with {FEW} rules", "-" if goal is None else "<= 2x, 1 us", met)
