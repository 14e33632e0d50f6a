#!/usr/bin/env python3
"""Runs clang-tidy over the product, a file a core at a time; the checks and why some are off: .clang-tidy.

Usage: tidy.py BUILD_DIR [FOLDER|FILE...]   BUILD_DIR is configured for clang, as by the preset `fuzz`. Prints what
is found, and a sum; ends with 1 where anything was.
"""
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
PRODUCT = ("helper", "broker", "protocol", "policy", "modules", "client")
FINDING = re.compile(r"^(\S+:\d+):\d+: (?:warning|error): .*\[([^],]+)[^]]*\]$", re.MULTILINE)


def sources(build, wanted):
    """The files of the product that this build compiles, in the order of PRODUCT."""
    commands = json.loads((build / "compile_commands.json").read_text())
    paths = {pathlib.Path(command["file"]).resolve().relative_to(REPOSITORY) for command in commands}
    order = {folder: place for place, folder in enumerate(PRODUCT)}
    chosen = [path for path in paths if path.parts[0] in order
              and any(path == pathlib.Path(one) or pathlib.Path(one) in path.parents for one in wanted)]
    return sorted(chosen, key=lambda path: (order[path.parts[0]], path))


def tidy(build, path):
    return path, subprocess.run(["clang-tidy", "-p", build, "--quiet", path], cwd=REPOSITORY, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    paths = sources(build, sys.argv[2:] or PRODUCT)
    found, broken = set(), []  # a finding in a header is one, however many files include it
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, ran in pool.map(lambda path: tidy(build, path), paths):
            findings = {match.groups() for match in FINDING.finditer(ran.stdout)}
            if findings - found:
                print(ran.stdout, flush=True)
            elif ran.returncode != 0:
                print(ran.stdout + ran.stderr, flush=True)
                broken.append(path)
            found |= findings
    counts = collections.Counter(check for _, check in found)
    for check, count in counts.most_common():
        print(f"{count:5}  {check}")
    print(f"clang-tidy: {len(paths)} files, {len(found)} findings, {len(broken)} files that it could not read")
    return 1 if found or broken or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
