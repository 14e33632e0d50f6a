"""Examples of the manual that manual_page.py does not run, each with why; manual_test.py holds the lists to the pages."""

# Commands that want systemd or an editor: which other test runs them, and what there has to stand in it.
ELSEWHERE = {
}

# What is no example: a form, shown on a line of its own.
SHOWN = {
}
