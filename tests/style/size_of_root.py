"""The code linked into mgr-helper, blank lines and comments aside, stays under its limit.

Asks ninja for the sources that go into the program and for the headers that they include.
Usage: size_of_root.py BUILD_FOLDER
"""
import pathlib
import subprocess
import sys

from source_tree import FOLDERS, ROOT, code_lines, finish

LIMIT = 3000
build = pathlib.Path(sys.argv[1]).resolve()


def ninja(*words):
    return subprocess.run(["ninja", "-C", build, *words], check=True, capture_output=True, text=True).stdout


def own(path):
    full = (build / path).resolve()
    if full.is_relative_to(ROOT) and full.relative_to(ROOT).parts[0] in FOLDERS:
        return full.relative_to(ROOT)
    return None


inputs = [line for line in ninja("-t", "inputs", "bin/mgr-helper").splitlines() if line]
linked = {own(path) for path in inputs if path.endswith(".cpp")} - {None}
for object_file in (path for path in inputs if path.endswith(".o")):
    linked |= {own(line.strip()) for line in ninja("-t", "deps", object_file).splitlines()[1:] if line} - {None}
counts = {path: code_lines(path) for path in linked}
for path in sorted(counts):
    print(f"{counts[path]:5} {path}")
total = sum(counts.values())
print(f"{total:5} lines are linked into mgr-helper; the limit is {LIMIT}")
findings = []
if len(linked) < 20:
    findings.append("too few files: is the helper built?")
if total >= LIMIT:
    findings.append("over the limit")
finish("size of root", findings)
