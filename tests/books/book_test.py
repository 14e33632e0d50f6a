"""README.md and COOKBOOK.md are of the form that run_books.py can do, and what it compares is compared."""
import pathlib
import re
import tempfile
import tomllib
import unittest

from book import BookError, Command, File, read_book
from shown import Numbers

HERE = pathlib.Path(__file__).resolve().parent
REPO = HERE.parents[1]
BOOKS = [REPO / "README.md", REPO / "COOKBOOK.md"]


def read(text):
    with tempfile.NamedTemporaryFile("w", suffix=".md") as file:
        file.write(text)
        file.flush()
        return [step for chapter in read_book(file.name) for step in chapter.steps]


def block(info, *lines):
    return "\n".join([f"```{info}", *lines, "```", ""])


class Books(unittest.TestCase):
    def test_each_block_is_a_transcript_a_file_or_a_picture(self):
        for book in BOOKS:
            steps = [step for chapter in read_book(book) for step in chapter.steps]
            self.assertTrue(any(isinstance(step, File) for step in steps), book)
            self.assertGreater(sum(isinstance(step, Command) for step in steps), 20, book)

    def test_no_path_is_written_twice_in_a_chapter(self):
        for chapter in (chapter for book in BOOKS for chapter in read_book(book)):
            paths = [step.path for step in chapter.steps if isinstance(step, File)]
            self.assertEqual(len(paths), len(set(paths)), chapter.title)

    def test_each_recipe_says_why_it_is_safe(self):
        text = (REPO / "COOKBOOK.md").read_text()
        recipes = re.findall(r"^## \d+\. (.*)\n((?:(?!## ).*\n)*)", text, re.M)
        self.assertGreaterEqual(len(recipes), 20)
        for title, body in recipes:
            self.assertRegex(body, r"(?m)^Safe\b", title)

    def test_what_is_not_run_is_in_a_book_and_has_its_reason(self):
        commands = {step.text for book in BOOKS for chapter in read_book(book) for step in chapter.steps
                    if isinstance(step, Command)}
        not_run = tomllib.loads((HERE / "not_run.toml").read_text())
        self.assertLessEqual(set(not_run), commands)
        self.assertLess(len(not_run), 5)
        self.assertTrue(all(not_run.values()))

    def test_links_lead_somewhere(self):
        headings = {book.name: {anchor(title) for title in re.findall("^##+ (.*)$", book.read_text(), re.M)}
                    for book in REPO.glob("*.md")}
        for book in BOOKS:
            for path, fragment in re.findall(r"\]\(([^)#:]*)#?([^)]*)\)", book.read_text()):
                self.assertTrue((REPO / path).exists(), f"{book.name}: {path}")
                if fragment and (path or book.name) in headings:
                    self.assertIn(fragment, headings[path or book.name], book.name)


def anchor(title):
    """As GitHub makes it of a heading."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


class Form(unittest.TestCase):
    def test_prompts_say_who_types(self):
        steps = read(block("console", "# id", "alice$ id", "$ id", "www-data$ a \\", "b", "c"))
        self.assertEqual([(step.user, step.text, step.shown) for step in steps],
                         [("root", "id", []), ("alice", "id", []), ("alice", "id", []), ("www-data", "a \\\nb", ["c"])])

    def test_a_command_ends_well_or_as_is_shown(self):
        steps = read(block("console", "# a", "# b  # exit 3", "# c", "mgrctl: denied", "# d", "more", "^C", "# e", "denied: x", "…"))
        self.assertEqual([step.status for step in steps], [0, 3, None, None, None])
        self.assertEqual([step.interrupted for step in steps], [False, False, False, True, False])

    def test_a_file_has_its_path_in_front(self):
        steps = read(block("toml", "# /etc/a.toml", "x = 1") + block("sh", "#!/bin/sh", "# /usr/local/bin/b") +
                     block("php", "<?php // /srv/c.php"))
        self.assertEqual([(step.path, step.mode) for step in steps],
                         [("/etc/a.toml", 0o644), ("/usr/local/bin/b", 0o755), ("/srv/c.php", 0o644)])

    def test_what_nobody_could_do_is_an_error(self):
        for text in (block("toml", "x = 1"), block("console", "output"), block("text", "# reboot"), "```console\n# id\n",
                     block("", "mgrctl ping")):
            with self.assertRaises(BookError, msg=text):
                read(text)


class Shown(unittest.TestCase):
    def matches(self, shown, printed, numbers=None):
        return (numbers or Numbers()).matches(shown.splitlines(), printed)

    def test_what_is_shown_is_printed_and_nothing_else(self):
        self.assertTrue(self.matches("reloaded", "reloaded\n"))
        for printed in ("", "reloaded\nmore\n", "warning\nreloaded\n", "reloade\n"):
            self.assertFalse(self.matches("reloaded", printed), printed)

    def test_dots_are_any_text_of_a_line_or_any_lines(self):
        self.assertTrue(self.matches("a … c\n…\nz", "a b c\nd\ne\nz\n"))
        self.assertTrue(self.matches("a\n…\nz", "a\nz\n"))
        self.assertFalse(self.matches("a … c", "a b\nc\n"))

    def test_columns_and_times_and_audit_numbers_may_differ(self):
        self.assertTrue(self.matches("1 k running 2026-01-02T03:04:05Z (audit 7)",
                                     "12  k    running  2027-01-31T10:00:00.123456Z (audit 1234)\n"))
        self.assertFalse(self.matches("scan 1", "scan 2\n"))

    def test_a_job_keeps_the_number_that_it_has_here(self):
        numbers = Numbers()
        self.assertTrue(self.matches("ID STATE\n7 scan:1 running", "ID STATE\n31 scan:1 running\n", numbers))
        self.assertEqual(numbers.in_command("mgrctl stop 7"), "mgrctl stop 31")
        self.assertEqual(numbers.in_command("mgrctl stop 8"), "mgrctl stop 8")
        self.assertTrue(self.matches("job 7 stopped", "job 31 stopped\n", numbers))
        self.assertFalse(self.matches("job 7 stopped", "job 32 stopped\n", numbers))

    def test_a_line_of_the_audit_log_keeps_its_number(self):
        numbers = Numbers()
        self.assertTrue(self.matches("mgrctl: denied (audit 8)", "mgrctl: denied (audit 46)\n", numbers))
        self.assertEqual(numbers.in_command("mgrctl audit search --seq 8"), "mgrctl audit search --seq 46")
        self.assertTrue(self.matches("8 2026-01-02T03:04:05Z refused", "46 2027-01-02T03:04:05.1Z refused\n", numbers))


if __name__ == "__main__":
    unittest.main()
