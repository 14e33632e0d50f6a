"""What the tests of the manual share: its pages, and what their mdoc says."""
import re

from source_tree import ROOT

PAGES = sorted((ROOT / "packaging/man").glob("*.[1-9]"))


def page(name):
    """A page's source, such as that of mgr-policy.5."""
    return (ROOT / "packaging/man" / name).read_text()


def sections(text):
    """The headings of a page (.Sh), in order."""
    return [heading.strip('"') for heading in re.findall(r"^\.Sh (.+)$", text, re.M)]


def part(text, heading):
    """What stands below a heading (.Sh or .Ss), up to the next one of its kind or above."""
    found = re.search(rf'^\.(S[hs]) "?{re.escape(heading)}"?\n(.*?)(?=^\.Sh |\Z)', text, re.M | re.S)
    assert found, f"there is no part {heading}"
    body = found[2]
    return body if found[1] == "Sh" else re.split(r"^\.Ss ", body, maxsplit=1, flags=re.M)[0]


def items(text):
    """The keys of its lists, as .It Ic KEY has them, each with the text below it."""
    entries = {}
    for head, below in re.findall(r"^\.It Ic (.*)\n((?:(?!\.It |\.El).*\n)*)", text, re.M):
        for key in re.findall(r"[\w-]+", head.split(" No = ")[0].split(" = ")[0]):
            entries[key] = below
    return entries
