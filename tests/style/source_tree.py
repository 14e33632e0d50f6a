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


def directives(path):
    """The lines of a source that speak to the preprocessor: #include and the like."""
    text = without_comments((ROOT / path).read_text())
    return sum(1 for line in text.splitlines() if line.lstrip().startswith("#"))


def body_lines(path):
    """The lines of a header that hold code: bodies of functions, from their first line to the last.

    A body opens with a `{` behind a parameter list; what opens otherwise (namespace, struct, enum,
    an initialiser) declares.
    """
    text = without_comments((ROOT / path).read_text())
    opened, before, count = [], "", 0
    for line in text.splitlines():
        inside = any(opened)
        for character in line:
            if character == "{":
                opened.append(bool(re.search(r"\)\s*(const|noexcept|override|->\s*[\w:<>]+|\s)*$", before)))
                inside = inside or any(opened)
            elif character == "}" and opened:
                opened.pop()
            before = (before + character)[-200:]
        before += " "
        if line.strip() and inside:
            count += 1
    return count


def finish(name, findings):
    """Prints the findings and ends the test: 0 where there are none."""
    for finding in findings:
        print(finding)
    print(f"{name}: {len(findings)} findings")
    sys.exit(1 if findings else 0)
