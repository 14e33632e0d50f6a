"""What the style tests share: which files are the project's own, and their lines of code."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("protocol", "policy", "modules", "helper", "broker", "client")


def sources():
    """Every C++ file of the product, as paths relative to the top."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".cpp", ".h"):
                yield path.relative_to(ROOT)


def without_comments(text):
    """The text with comments blanked and string literals kept; line numbers stay."""
    pattern = re.compile(r'R"\((.*?)\)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|//[^\n]*|/\*.*?\*/', re.S)

    def blank(match):
        found = match.group(0)
        if found.startswith(("//", "/*")):
            return "\n" * found.count("\n")
        return found

    return pattern.sub(blank, text)


def code_lines(path):
    text = without_comments((ROOT / path).read_text())
    return sum(1 for line in text.splitlines() if line.strip())


def finish(name, findings):
    """Prints the findings and ends the test: 0 where there are none."""
    for finding in findings:
        print(finding)
    print(f"{name}: {len(findings)} findings")
    sys.exit(1 if findings else 0)
