"""Every test that SECURITY.md names exists, and its table of known attacks has the length that is promised.

Names stand in backticks in the last column of its tables: a test as ctest calls it, or the beginning of one up to a
dot (`floods.Floods`, `PolicyKeys`), or such a group and one of its Python methods (`keys.Rotation.test_…`).
Usage: security_names.py BUILD_FOLDER
"""
import json
import re
import subprocess
import sys

from source_tree import ROOT, finish

LEAST_ATTACKS = 35
KNOWN = "## Known attacks"

shown = subprocess.run(["ctest", "--test-dir", sys.argv[1], "--show-only=json-v1"], check=True, capture_output=True, text=True)
# What stands before a slash is a run of a test with parameters, as in OfEachLine/AuditBits.EachIsFound/0.
tests = {re.sub(r"^\w+/", "", test["name"]) for test in json.loads(shown.stdout)["tests"]}
groups = {".".join(parts[:count]) for parts in (name.split(".") for name in tests) for count in range(1, len(parts) + 1)}
methods = {match for path in (ROOT / "tests").rglob("*_test.py")
           for match in re.findall(r"^    def (test_\w+)", path.read_text(), re.M)}


def exists(name):
    group, _, method = name.rpartition(".")
    return name in groups or (group in groups and method in methods)


def rows(text):
    """The cells of each row of the tables whose last column is called "test"."""
    head = None
    for line in text.splitlines():
        if not line.startswith("|"):
            head = None
        elif head is None:
            head = [cell.strip() for cell in line.strip("|").split("|")]
        elif not set(line) <= set("|-") and head[-1] == "test":
            yield [cell.strip() for cell in line.strip("|").split("|")]


text = (ROOT / "SECURITY.md").read_text()
named = [name for cells in rows(text) for name in re.findall(r"`([^`]+)`", cells[-1])]
findings = [f"SECURITY.md names {name}, which is no test" for name in named if not exists(name)]
attacks = [cells for cells in rows(text.partition(KNOWN)[2]) if re.search(r"CVE-\d", cells[0]) and "`" in cells[-1]]
print(f"{len(set(named))} names of tests; {len(attacks)} known attacks with a CVE and a test")
if len(attacks) < LEAST_ATTACKS:
    findings.append(f"the table of known attacks has {len(attacks)} rows with a CVE, not {LEAST_ATTACKS}")
finish("names of tests in SECURITY.md", findings)
