"""The examples of a page of the manual, taken out of its mdoc source: what stands in .Bd -literal, and in .Dl.

A block is told by how it begins, as a reader tells it:
  file      "# /etc/…/name.toml" or .conf, a comment that names the file, which is the block
  script    "#!", a program that is run; the block behind it, where that is text, is what it prints
  session   a prompt, "# " of root, "$ " of alice or "NAME$ " of NAME, with commands and what they print;
            "> " goes on with a command
  request   name:value lines, an empty line, the body that mgr-body announces, and what is replied
  text      anything else
In what is printed "…" stands for any text, and on a line of its own for any lines.
"""
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "packaging/man"
PROMPT = re.compile(r"(?:([a-z][a-z0-9-]*)?\$|#) (?=\S)")
ESCAPES = {r"\&": "", r"\e": "\\", r"\(dq": '"', r"\-": "-", r"\ ": " ", r"\(aq": "'", r"\(en": "–"}


class Block:
    def __init__(self, page, line, text):
        self.page, self.line, self.text = page, line, text
        self.kind = kind_of(text)

    def __str__(self):
        return f"{self.page}:{self.line}"


class Command:
    def __init__(self, user, text):
        self.user, self.text, self.printed = user, text, []


def kind_of(text):
    if re.match(r"# /\S+\.(?:toml|conf)\n", text):
        return "file"
    if text.startswith("#!"):
        return "script"
    if PROMPT.match(text):
        return "session"
    return "request" if re.match(r"(?:[a-z][a-z0-9_.-]*:\S.*\n)+\n", text) else "text"


def plain(line):
    """A line of roff as it is shown."""
    shown = re.sub(r"\\(?:\(..|.)", lambda escape: ESCAPES[escape[0]], line)
    return shown


def blocks(page):
    found, lines, begun = [], None, 0
    for number, line in enumerate((FOLDER / page).read_text().splitlines(), 1):
        if line.startswith(".Bd -literal"):
            lines, begun = [], number + 1
        elif line == ".Ed":
            found.append(Block(page, begun, "".join(lines)))
            lines = None
        elif lines is not None:
            assert not line.startswith("."), f"{page}:{number}: a macro in an example"
            lines.append(plain(line) + "\n")
        elif line.startswith(".Dl "):
            found.append(Block(page, number, plain(line[4:]) + "\n"))
    return found


def commands(text):
    """Those of a session."""
    found = []
    for line in text.splitlines():
        prompt = PROMPT.match(line)
        if prompt:
            user = "root" if line.startswith("#") else prompt[1] or "alice"
            found.append(Command(user, line[prompt.end():]))
        elif line.startswith("> ") and not found[-1].printed:
            found[-1].text += "\n" + line[2:]
        else:
            found[-1].printed.append(line)
    return found


def request(text):
    """The bytes that are sent, and the lines that are replied."""
    sent, rest = "", text
    while re.match(r"[a-z]", rest):
        block, rest = re.match(r"(.*?\n\n)(.*)\Z", rest, re.S).groups()
        announced = re.search(r"^mgr-body:(\d+)$", block, re.M)
        body = rest.encode()[:int(announced[1])] if announced and rest.strip() and not rest.startswith("{") else b""
        sent, rest = sent + block + body.decode(), rest.encode()[len(body):].decode().lstrip("\n")
    replies = []
    for line in rest.splitlines():
        if line.startswith("{"):
            replies.append(line)
        else:
            replies[-1] += line.strip()
    return sent, replies


def steady(text):
    """Without what differs from run to run and is shown as an example: a time."""
    return re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z", "TIME", text)


def matches(shown, printed):
    """Whether this was printed."""
    pattern = ""
    for line in steady(shown.rstrip("\n")).split("\n"):
        if line.strip() == "…":
            pattern += r"(?:[^\n]*\n)*"
        else:
            pattern += "[^\n]*".join(re.escape(part) for part in line.split("…")) + r"[ ]*\n"
    return re.fullmatch(pattern, steady(printed.rstrip("\n")) + "\n") is not None
