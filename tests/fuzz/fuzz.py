#!/usr/bin/env python3
"""Runs every fuzz target for a while, as many at a time as there are cores, and prints a table.

Usage: fuzz.py BUILD_DIR [TARGET...]   BUILD_DIR is one of the preset `fuzz`, with the target `fuzzers` built.
MGR_FUZZ_SECONDS is how long each runs; 120 where it is not set.

A run begins with the corpus of the repository and with what earlier runs found (BUILD_DIR/corpus/TARGET), and
writes to the second alone. What of it covers something that the repository's corpus does not is laid into
BUILD_DIR/proposed/TARGET, for somebody to look at, to name and to copy. Ends with 1 where an input crashed a
target, broke its property, took too long or too much memory: it is in BUILD_DIR/crashes/TARGET.
"""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"
SECONDS = int(os.environ.get("MGR_FUZZ_SECONDS", "120"))
LONGEST_INPUT = 16384
FLAGS = ["-timeout=25", "-rss_limit_mb=2048", f"-max_len={LONGEST_INPUT}"]


class Target:
    def __init__(self, build, name):
        self.name, self.program, self.corpus = name, build / "bin" / f"{name}_fuzz", CORPUS / name
        self.found, self.crashes, self.proposed = (build / kind / name for kind in ("corpus", "crashes", "proposed"))
        for folder in (self.found, self.crashes):
            folder.mkdir(parents=True, exist_ok=True)

    def libfuzzer(self, *arguments):
        return subprocess.run([self.program, *FLAGS, f"-artifact_prefix={self.crashes}/", *arguments],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=SECONDS + 600)  # merges are short; this is for a target that hangs

    def run(self):
        before = set(self.crashes.iterdir())
        ran = self.libfuzzer(f"-max_total_time={SECONDS}", "-print_final_stats=1", self.found, self.corpus)
        self.log = ran.stdout.decode(errors="replace")
        self.new_crashes = sorted(set(self.crashes.iterdir()) - before)
        self.ok = ran.returncode == 0
        if self.ok:
            self.propose()
        return self

    def propose(self):
        """What is found and says more than the repository's corpus, as few files as may be."""
        shutil.rmtree(self.proposed, ignore_errors=True)
        with tempfile.TemporaryDirectory() as scratch:
            known = pathlib.Path(scratch) / "merged"
            shutil.copytree(self.corpus, known)
            self.libfuzzer("-merge=1", known, self.found)
            shutil.copytree(known, self.proposed, ignore=lambda _, names: set(os.listdir(self.corpus)) & set(names))

    def statistic(self, name):
        found = re.search(rf"stat::{name}:\s+(\d+)", self.log)
        return found[1] if found else "-"

    def row(self):
        proposed = len(list(self.proposed.iterdir())) if self.ok else "-"
        return [self.name, self.statistic("number_of_executed_units"), self.statistic("average_exec_per_sec"),
                len(list(self.corpus.iterdir())), len(list(self.found.iterdir())), proposed,
                "ok" if self.ok else "CRASH"]


def print_table(rows):
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(str(cell).ljust(width) if i == 0 else str(cell).rjust(width)
                        for i, (cell, width) in enumerate(zip(row, widths))))


def give_to_owner(folder):
    """What root leaves in a checkout is its owner's, as the rest of the build is."""
    owner = CORPUS.stat()
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, owner.st_uid, owner.st_gid)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    names = sys.argv[2:] or sorted(path.name for path in CORPUS.iterdir())
    targets = [Target(build, name) for name in names]
    print(f"{len(targets)} targets, {SECONDS} s each", flush=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in concurrent.futures.as_completed([pool.submit(target.run) for target in targets]):
            target = done.result()
            print(f"  {target.name}: {'ok' if target.ok else 'CRASH'}", flush=True)
    print_table([["target", "runs", "runs/s", "corpus", "found", "proposed", "result"],
                 *(target.row() for target in targets)])
    for kind in ("corpus", "crashes", "proposed"):
        if os.geteuid() == 0 and (build / kind).exists():
            give_to_owner(build / kind)
    failed = [target for target in targets if not target.ok]
    for target in failed:
        print(f"\n==== {target.name}\n" + "\n".join(target.log.splitlines()[-60:]))
        for crash in target.new_crashes:
            print(f"again: {target.program} {crash}\nthen put it into {target.corpus}, with a name that says what it is")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
