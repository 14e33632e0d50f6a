"""Every program is position independent, with its relocations read-only and resolved at its start, a stack that
holds no code and is guarded, and no path of its own to libraries; release builds check what libc copies, too.

Usage: hardening.py BUILD_FOLDER
"""
import pathlib
import re
import subprocess
import sys

from source_tree import finish

PROGRAMS = ("mgr-broker", "mgr-configure", "mgr-helper", "mgr-job", "mgr-mail", "mgr-scan", "mgr-service",
            "mgr-shutdown", "mgr.cgi", "mgrctl")
build = pathlib.Path(sys.argv[1])
is_release = "CMAKE_BUILD_TYPE:STRING=Release" in (build / "CMakeCache.txt").read_text()


def elf(program, what):
    return subprocess.run(["readelf", "--wide", what, program], check=True, capture_output=True, text=True).stdout


findings = []
for name in PROGRAMS:
    program = build / "bin" / name
    segments, dynamic = elf(program, "--program-headers"), elf(program, "--dynamic")
    symbols = elf(program, "--syms")
    flags = " ".join(re.findall(r"\((?:FLAGS|FLAGS_1)\)(.*)", dynamic))
    wanted = {
        "is position independent": "DYN" in elf(program, "--file-header") and "PIE" in flags,
        "has read-only relocations": "GNU_RELRO" in segments,
        "resolves them at its start": "NOW" in flags,
        "has no code on its stack": re.search(r"GNU_STACK .* RW +0x", segments),
        "has nothing that is writable and executable": not re.search(r"LOAD .* RWE ", segments),
        "has no path to libraries": "RPATH" not in dynamic and "RUNPATH" not in dynamic,
        "guards its stack": "__stack_chk_fail" in symbols,
        "checks what libc copies": re.search(r"__\w+_chk\b", symbols.replace("__stack_chk_fail", "")) or not is_release,
    }
    findings += [f"{name}: not so: {what}" for what, holds in wanted.items() if not holds]
finish("hardening", findings)
