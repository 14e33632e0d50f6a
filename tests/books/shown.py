"""What a command printed, held against what a book shows.

Widths of columns do not count, and what differs from run to run is of its kind alone: times, whether a job that was
just started runs yet, numbers of the audit log, and ids of jobs. The book's own numbers are learned (Numbers): what is
shown as job 7 may be job 31 here, and is so from then on, in the commands too.
"""
import re

TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"
ALIVE = "(?:accepted|queued|running)"
STATE = "(?:accepted|queued|running|stopping|succeeded|failed|stopped|timed-out|lost)"
VARIES = re.compile(
    r"(?P<some>…)"
    r"|(?P<alive>\b" + ALIVE + r"\b)"
    r"|(?P<audit>(?<=audit )\d+|(?<=\"audit\":)\d+|^\d+(?= " + TIME + r"))"
    r"|(?P<time>" + TIME + r")"
    r"|(?P<job>^\d+(?= (?:\S+ ){0,2}" + STATE + r"\b)|^\d+$|(?<=job )\d+|(?<=\"id\":)\d+|(?<=^Job: )\d+)")
JOB_IN_COMMAND = re.compile(r"(?<= )((?:follow|output|wait|stop|job|--job) |id=)(\d+)\b|(\"id\":)(\d+)")
AUDIT_IN_COMMAND = re.compile(r"(?<= --seq )(\d+)")


def squeezed(line):
    return re.sub(r"[ \t]+", " ", line.strip())


class Numbers:
    """The numbers of a chapter: those that the book shows of jobs and of the audit log, and what they are here."""

    def __init__(self):
        self.here = {}

    def in_command(self, text):
        text = AUDIT_IN_COMMAND.sub(lambda found: self._known("audit", found[1]), text)
        return JOB_IN_COMMAND.sub(
            lambda found: (found[1] or found[3]) + self._known("job", found[2] or found[4]), text)

    def matches(self, shown, printed):
        """Whether that was printed; the numbers in it are known from then on."""
        printed = "".join(squeezed(line) + "\n" for line in printed.splitlines())
        found = re.fullmatch(self._pattern(shown), printed)
        if found:
            self.here.update({name: value for name, value in found.groupdict().items() if value})
        return found is not None

    def _known(self, kind, number):
        return self.here.get(kind + number, number)

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
        if found.lastgroup == "some":
            return ".*?"
        if found.lastgroup == "time":
            return TIME
        if found.lastgroup == "alive":
            return ALIVE
        name = found.lastgroup + found[0]
        if name in self.here:
            return self.here[name]
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        return rf"(?P<{name}>\d+)"
