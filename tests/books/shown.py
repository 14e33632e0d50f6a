"""What a command printed, held against what a book shows.

Widths of columns do not count, and what differs from run to run is of its kind alone: times, numbers of the
audit log, and ids of jobs. The book's own ids are learned (Numbers): what is shown as job 7 may be job 31
here, and is so from then on, in the commands too.
"""
import re

TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"
VARIES = re.compile(
    r"(?P<some>…)"
    r"|(?P<time>" + TIME + r")"
    r"|(?P<audit>(?<=audit )\d+|(?<=\"audit\":)\d+)"
    r"|(?P<job>^\d+(?= )|(?<=job )\d+|(?<=\"id\":)\d+|(?<=^id: )\d+)")
NAMED_IN_COMMAND = re.compile(r"(?<= )((?:follow|output|wait|stop|job|show|--job) |(?:id|after)=)(\d+)\b")


def squeezed(line):
    return re.sub(r"[ \t]+", " ", line.strip())


class Numbers:
    """The ids of a chapter's jobs: those that the book shows, and what they are here."""

    def __init__(self):
        self.here = {}

    def in_command(self, text):
        return NAMED_IN_COMMAND.sub(lambda found: found[1] + self.here.get(found[2], found[2]), text)

    def matches(self, shown, printed):
        """Whether that was printed; the ids in it are known from then on."""
        printed = "".join(squeezed(line) + "\n" for line in printed.splitlines())
        found = re.fullmatch(self._pattern(shown), printed)
        if found:
            self.here.update({name[1:]: value for name, value in found.groupdict().items() if value})
        return found is not None

    def _pattern(self, shown):
        seen = set()
        return "".join(self._line(squeezed(line), seen) for line in shown)

    def _line(self, line, seen):
        if line == "…":
            return r"(?:.*\n)*?"
        pattern, end = "", 0
        for found in VARIES.finditer(line):
            pattern += re.escape(line[end:found.start()]) + self._kind(found, seen)
            end = found.end()
        return pattern + re.escape(line[end:]) + r"\n"

    def _kind(self, found, seen):
        if found["some"]:
            return ".*?"
        if found["time"]:
            return TIME
        if found["audit"]:
            return r"\d+"
        number = found["job"]
        if number in self.here:
            return self.here[number]
        if number in seen:
            return f"(?P=j{number})"
        seen.add(number)
        return rf"(?P<j{number}>\d+)"
