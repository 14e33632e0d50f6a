"""README.md and COOKBOOK.md as what a reader does: files to write and commands to type, in their order.

Runs as whoever calls it; the books are our own, and whatever in them is neither is an error.

A fenced block is one of these, by the word behind its fence:
  console   a transcript. `# ` is root's prompt, so nothing that is printed may look like it, `alice$ `
            alice's, and `$ ` that of nobody in particular; a command may go on behind a backslash. What
            stands below it is what it prints: `…` is any text in a line, or, alone, any lines. A last line
            `^C` ends a command that would go on. Behind the command, `# exit 1` is the status it ends with;
            else it is 0, or another number where the last line printed is an error of mgrctl's, or its
            explanation of one.
  text      a picture, without a command in it
  any other a file, whole: its path is a comment of the first line, or of the second below `#!`
"""
import dataclasses
import pathlib
import re

PROMPT = re.compile(r"(?:(?P<root>#)|(?P<user>[a-z][a-z0-9-]*)?\$) (?P<command>.+)")
PATH = re.compile(r"(?:<\?php )?(?:#|//|;) (/[\w./@-]+)")
STATUS = re.compile(r"#.*\bexit (\d+)")
NOBODY_IN_PARTICULAR = "alice"


class BookError(Exception):
    """A block that is none of the above; says where."""


@dataclasses.dataclass
class Command:
    """A command and what is printed below it; `status` is None where any but 0 is meant."""
    where: str
    user: str
    text: str
    shown: list
    status: int | None = 0
    interrupted: bool = False


@dataclasses.dataclass
class File:
    where: str
    path: str
    text: str

    @property
    def mode(self):
        return 0o755 if self.text.startswith("#!") else 0o644


@dataclasses.dataclass
class Chapter:
    """What stands below a heading of the second rank."""
    title: str
    steps: list


def read_book(path):
    """The chapters that have something to do."""
    chapters = [Chapter("", [])]
    for where, title, info, lines in blocks(pathlib.Path(path)):
        if chapters[-1].title != title:
            chapters.append(Chapter(title, []))
        chapters[-1].steps += steps(where, info, lines)
    return [chapter for chapter in chapters if chapter.steps]


def blocks(path):
    """Each fenced block: file and line, the heading that it is below, the fence's word, its lines."""
    title, fence, info, lines = "", None, "", []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        opening = re.fullmatch(r" *(```+)(\w*)", line)
        if fence is None and line.startswith("## "):
            title = line.removeprefix("## ")
        elif fence is None and opening:
            fence, info, lines, start = opening[1], opening[2], [], number
        elif fence is not None and line.strip() == fence:
            yield f"{path.name}:{start}", title, info, lines
            fence = None
        elif fence is not None:
            lines.append(line)
    if fence is not None:
        raise BookError(f"{path.name}:{start}: a block without an end")


def steps(where, info, lines):
    if info == "console":
        return transcript(where, lines)
    if info == "text":
        if any(PROMPT.fullmatch(line) for line in lines):
            raise BookError(f"{where}: a command in a picture")
        return []
    for line in lines[:2]:
        if path := PATH.fullmatch(line):
            return [File(where, path[1], "\n".join(lines) + "\n")]
    raise BookError(f"{where}: neither a transcript nor a file with its path in the first line")


def transcript(where, lines):
    book, start = where.rsplit(":", 1)
    commands, going_on = [], False
    for number, line in enumerate(lines, int(start) + 1):
        prompt = None if going_on else PROMPT.fullmatch(line)
        if prompt and prompt["root"] and not re.match(r"[a-z./~$]", prompt["command"]):
            raise BookError(f"{book}:{number}: output that looks like root's prompt: show it by …")
        if prompt:
            user = "root" if prompt["root"] else prompt["user"] or NOBODY_IN_PARTICULAR
            commands.append(Command(f"{book}:{number}", user, prompt["command"], []))
        elif not commands:
            raise BookError(f"{book}:{number}: output of no command")
        elif going_on:
            commands[-1].text += "\n" + line
        else:
            commands[-1].shown.append(line)
        going_on = (going_on or prompt is not None) and line.endswith("\\")
    return [finished(command) for command in commands]


def finished(command):
    """With what its text and its last lines say of its end."""
    if command.shown and command.shown[-1] == "^C":
        command.shown.pop()
        command.interrupted, command.status = True, None
    elif status := STATUS.search(command.text):
        command.status = int(status[1])
    elif command.shown and (command.shown[-1].startswith("mgrctl: ") or command.shown[0].startswith("denied: ")):
        command.status = None
    return command
