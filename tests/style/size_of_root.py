"""The code linked into mgr-helper, blank lines and comments aside, stays under its limit.

Asks ninja for the sources that go into the program and for the headers that they include. What
counts is code: every line of a source but its directives, and of the headers the bodies of functions
and templates. Directives and the headers' declarations put nothing into the program; their lines are
printed beside the sum.
Usage: size_of_root.py BUILD_FOLDER
"""
import pathlib
import subprocess
import sys

from source_tree import FOLDERS, ROOT, body_lines, code_lines, directives, finish

LIMIT = 6998
# Of those, what a request walks through, without the life of the jobs in helper/jobs.
WALK_LIMIT = 5278
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
counts = {path: body_lines(path) if path.suffix == ".h" else code_lines(path) - directives(path) for path in linked}
for path in sorted(counts):
    print(f"{counts[path]:5} {path}")
total = sum(counts.values())
declared = sum(code_lines(path) - counts[path] for path in linked if path.suffix == ".h")
directed = sum(directives(path) for path in linked if path.suffix == ".cpp")
walk = total - sum(count for path, count in counts.items() if path.is_relative_to("helper/jobs"))
print(f"{total:5} lines of code are linked into mgr-helper; the limit is {LIMIT}")
print(f"{walk:5} of them are outside helper/jobs; the limit is {WALK_LIMIT}")
print(f"{directed:5} lines of #include and the like stand in the same sources")
print(f"{declared:5} lines of declarations stand in the headers that they include")
findings = []
if len(linked) < 20:
    findings.append("too few files: is the helper built?")
if total >= LIMIT or walk >= WALK_LIMIT:
    findings.append("over the limit")
finish("size of root", findings)
