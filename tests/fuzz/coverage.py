#!/usr/bin/env python3
"""Prints how many lines of each decoder the corpora reach, and fails where that is too little in sum.

Usage: coverage.py BUILD_DIR [FOUND_DIR]   BUILD_DIR is one of the preset `coverage`, with `fuzzers` built. The
decoders are those of decoders.txt. It counts what the repository's corpora reach; with FOUND_DIR, where fuzz.py
lays what it finds (build/fuzz/corpus), that is printed beside it. `coverage.py --missed BUILD_DIR` prints the
lines that are not reached.
"""
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
LEAST = 95.0  # per cent


def tool(name):
    found = shutil.which(f"{name}-14") or shutil.which(name)
    return found or sys.exit(f"coverage: {name} is not installed (package llvm-14)")


def decoders():
    lines = (line.split("#")[0].strip() for line in (HERE / "decoders.txt").read_text().splitlines())
    return [line for line in lines if line]


class Replays:
    """Profiles of the fuzz targets of one build, each over folders of inputs."""

    def __init__(self, build):
        self.build = build
        self.names = sorted(path.name for path in (HERE / "corpus").iterdir())
        self.programs = [build / "bin" / f"{name}_fuzz" for name in self.names]

    def profile(self, kind, folder_of):
        profiles = []
        for name, program in zip(self.names, self.programs):
            for number, folder in enumerate(folder_of(name)):
                profile = self.build / f"{kind}-{name}-{number}.profraw"
                subprocess.run([program, folder], check=True, stdout=subprocess.DEVNULL,
                               env={**os.environ, "LLVM_PROFILE_FILE": str(profile)})
                profiles.append(profile)
        merged = self.build / f"{kind}.profdata"
        subprocess.run([tool("llvm-profdata"), "merge", "-o", merged, *profiles], check=True)
        for profile in profiles:
            profile.unlink()
        return merged

    def lines(self, profile):
        """Of each decoder: the numbers of its lines that have code, and whether each was reached."""
        objects = [option for program in self.programs[1:] for option in ("-object", program)]
        exported = subprocess.run(
            [tool("llvm-cov"), "export", "-format=lcov", f"-instr-profile={profile}", "-ignore-filename-regex=^/usr/",
             self.programs[0], *objects], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout.decode()
        files, reached = {}, {}
        for line in exported.splitlines():
            kind, _, rest = line.partition(":")
            if kind == "SF":
                reached = files.setdefault(os.path.relpath(rest, REPOSITORY), {})
            elif kind == "DA":
                number, count = map(int, rest.split(",")[:2])
                reached[number] = reached.get(number, False) or count > 0
        absent = [path for path in decoders() if path not in files]
        if absent:
            sys.exit(f"coverage: in no fuzz target: {', '.join(absent)}")
        return {path: files[path] for path in decoders()}


def percent(reached):
    return 100.0 * sum(reached) / len(reached)


def print_missed(files):
    for path, lines in files.items():
        text = (REPOSITORY / path).read_text().splitlines()
        for number in sorted(number for number, reached in lines.items() if not reached):
            print(f"{path}:{number}: {text[number - 1]}")


def print_table(ours, found):
    width = max(map(len, ours))
    print(f"{'decoder'.ljust(width)}  lines  reached" + ("  and by what was found" if found else ""))
    for path, lines in ours.items():
        print(f"{path.ljust(width)}  {len(lines):5}  {percent(lines.values()):6.1f}%"
              + (f"  {percent(found[path].values()):6.1f}%" if found else ""))


def main():
    arguments = sys.argv[1:]
    missed = "--missed" in arguments
    if missed:
        arguments.remove("--missed")
    replays = Replays(pathlib.Path(arguments[0]).resolve())
    ours = replays.lines(replays.profile("repository", lambda name: [HERE / "corpus" / name]))
    if missed:
        print_missed(ours)
        return 0
    found = None
    if len(arguments) > 1:
        more = pathlib.Path(arguments[1])
        found = replays.lines(replays.profile("found", lambda name: [HERE / "corpus" / name] + (
            [more / name] if (more / name).is_dir() and any((more / name).iterdir()) else [])))
    print_table(ours, found)
    in_all = percent([reached for lines in ours.values() for reached in lines.values()])
    print(f"in all {in_all:.1f} % of the lines; {LEAST:.0f} % is the least")
    return 0 if in_all >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
