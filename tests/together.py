#!/usr/bin/env python3
"""Makes one ctest of several builds, which ctest by itself cannot: properties go by a test's name,
and the builds have the same names.

Usage: together.py OUTPUT_DIR BUILD_DIR... Writes OUTPUT_DIR/CTestTestfile.cmake, where each test
is called BUILD/NAME. Locks (RESOURCE_LOCK) hold across the builds; dependencies and fixtures stay
within one.
"""
import json
import pathlib
import subprocess
import sys

WITHIN_A_BUILD = {"DEPENDS", "FIXTURES_SETUP", "FIXTURES_REQUIRED", "FIXTURES_CLEANUP"}


def quoted(text):
    """One CMake argument, whatever it holds."""
    fence = "="
    while f"]{fence}]" in text:
        fence += "="
    # A line feed right after the opening bracket would be dropped.
    return f"[{fence}[{text}]{fence}]"


def property_text(build, name, value):
    if isinstance(value, bool):
        return "ON" if value else "OFF"
    if isinstance(value, list):
        prefix = f"{build}/" if name in WITHIN_A_BUILD else ""
        return ";".join(f"{prefix}{item}" for item in value)
    return str(value)


def test_lines(build, test):
    name = quoted(f"{build}/{test['name']}")
    if "command" not in test:
        sys.exit(f"together: {build}: {test['name']} has no program; build it first")
    yield f"add_test({name} {' '.join(quoted(word) for word in test['command'])})"
    for item in test.get("properties", []):
        value = quoted(property_text(build, item["name"], item["value"]))
        yield f"set_tests_properties({name} PROPERTIES {item['name']} {value})"


def tests_of(folder):
    shown = subprocess.run(["ctest", "--test-dir", folder, "--show-only=json-v1"],
                           check=True, capture_output=True, text=True)
    return json.loads(shown.stdout)["tests"]


def main():
    output, *folders = map(pathlib.Path, sys.argv[1:])
    lines = [line for folder in folders for test in tests_of(folder)
             for line in test_lines(folder.name, test)]
    output.mkdir(parents=True, exist_ok=True)
    (output / "CTestTestfile.cmake").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
