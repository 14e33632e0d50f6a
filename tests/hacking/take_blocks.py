#!/usr/bin/env python3
"""Takes the example of HACKING.md, "A module in ten lines", out of it, as somebody would who reads it.

Usage: take_blocks.py HACKING.md REGISTRY_CPP OUTPUT_FOLDER

Each block of code begins with a comment that names its file, and is written there, below the
folder. Of the block that names the registry, what is an #include goes among those of modules, and
the rest to the end of the one list, in a copy of the registry.
"""
import pathlib
import re
import sys

SECTION = "## A module in ten lines\n"
REGISTRY = "modules/registry.cpp"
END_OF_LIST = "  return list.take();\n"
FILES = {"modules/wake.h", REGISTRY, "modules.d/wake.toml", "policy.toml", "tests/unit/modules_wake_test.cpp"}


def blocks(text):
    """File name and text of each block of the section."""
    begin = text.index(SECTION) + len(SECTION)
    section = text[begin:text.index("\n## ", begin)]
    for block in re.findall(r"^```\w+\n(.*?)^```$", section, re.MULTILINE | re.DOTALL):
        name = re.match(r"(?://|#) ([\w./-]+?)(?::.*)?\n", block)
        if not name:
            sys.exit(f"take_blocks: a block does not name its file: {block!r}")
        yield name[1], block


def registered(registry, block):
    lines = [line + "\n" for line in block.splitlines()[1:] if line]
    includes = [line for line in lines if line.startswith("#include")]
    entries = [line for line in lines if not line.startswith("#include")]
    if not includes or not entries:
        sys.exit("take_blocks: the registry's block has no header or no entry")
    if registry.count(END_OF_LIST) != 1:
        sys.exit(f"take_blocks: the one list does not end in {END_OF_LIST!r}")
    last = list(re.finditer(r'^#include "modules/[^"]+"\n', registry, re.MULTILINE))[-1]
    registry = registry[:last.end()] + "".join(includes) + registry[last.end():]
    return registry.replace(END_OF_LIST, "".join(entries) + END_OF_LIST)


def main():
    hacking, registry, output = map(pathlib.Path, sys.argv[1:])
    taken = dict(blocks(hacking.read_text()))
    if set(taken) != FILES:
        sys.exit(f"take_blocks: the blocks are of {sorted(taken)}, not of {sorted(FILES)}")
    taken[REGISTRY] = registered(registry.read_text(), taken[REGISTRY])
    for name, text in taken.items():
        path = output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


main()
