#!/usr/bin/env python3
"""Does what README.md and COOKBOOK.md say, in their order, on a machine of its own: as root, in a guest.

Each book begins with mgr as it was installed, and each recipe, a chapter of the cookbook, with what the
chapter before the recipes has made of it: so no recipe leans on another. A block whose command fails does not
end the run; all that did not go as the book says is printed, and `all well` where nothing is.
"""
import os
import pathlib
import pwd
import select
import shutil
import signal
import subprocess
import sys
import time
import tomllib

from book import File, read_book
from shown import Numbers

HERE = pathlib.Path(__file__).resolve().parent
KEPT = pathlib.Path("/var/lib/mgr-books")
DEADLINE = 120  # seconds; reaching it is a failure, never an expectation
# What makes one mgr differ from another: what it allows, and who has keys.
STATE = [pathlib.Path(path) for path in ("/etc/mgr", "/root/.config", "/home/alice/.config", "/var/www/.config")]
PREPARED = "Before the recipes"
INSTALLED = "Install it"


def copy_tree(source, target):
    """With owners and modes, which shutil leaves out."""
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "--archive", "--no-target-directory", source, target], check=True)


class Machine:
    """This one, with mgr on it; it can be put back to a state that it was in."""

    def keep(self, name):
        for path in STATE:
            if path.exists():
                copy_tree(path, KEPT / name / path.relative_to("/"))

    def put_back(self, name):
        for path in STATE:
            copy = KEPT / name / path.relative_to("/")
            if path.exists():
                shutil.rmtree(path)
            if copy.exists():
                copy_tree(copy, path)
        subprocess.run(["systemctl", "reload", "mgr-helper"], check=True)

    def write(self, file):
        path = pathlib.Path(file.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text)
        path.chmod(file.mode)


def start(user, text):
    entry = pwd.getpwnam(user)
    home = entry.pw_dir if os.path.isdir(entry.pw_dir) else "/"
    environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": home,
                   "USER": user, "LOGNAME": user, "LANG": "C.UTF-8"}
    return subprocess.Popen(
        ["/bin/bash", "-c", text], cwd=home, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, user=entry.pw_uid, group=entry.pw_gid, umask=0o022, start_new_session=True,
        extra_groups=os.getgrouplist(user, entry.pw_gid))


def run_to_its_end(process):
    try:
        return process.communicate(timeout=DEADLINE)[0].decode(errors="replace")
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.communicate()[0].decode(errors="replace") + "(it did not end)\n"


def run_until(process, is_enough):
    """Ctrl-C as soon as what it has printed is enough."""
    printed, end = "", time.monotonic() + DEADLINE
    while not is_enough(printed) and time.monotonic() < end:
        if select.select([process.stdout], [], [], 1)[0]:
            piece = os.read(process.stdout.fileno(), 65536)
            if not piece:
                break
            printed += piece.decode(errors="replace")
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=DEADLINE)
    return printed


class Reader:
    def __init__(self, not_run):
        self.machine = Machine()
        self.not_run = not_run
        self.passed_over = set()
        self.failures = []
        self.done = 0

    def read(self, book):
        KEPT.mkdir(exist_ok=True)
        if (KEPT / "installed").exists():
            self.machine.put_back("installed")
        state = None
        for chapter in read_book(book):
            print(f"== {book.name}: {chapter.title}", flush=True)
            if state:
                self.machine.put_back(state)
            numbers = Numbers()
            for step in chapter.steps:
                self.take(step, numbers)
            if chapter.title == INSTALLED:
                self.machine.keep("installed")
            if chapter.title == PREPARED:
                state = "prepared"
                self.machine.keep(state)

    def take(self, step, numbers):
        if isinstance(step, File):
            print(f"   {step.path}", flush=True)
            self.machine.write(step)
        elif step.text in self.not_run:
            self.passed_over.add(step.text)
            print(f"   {step.user}: {step.text}: {self.not_run[step.text]}", flush=True)
        else:
            self.run(step, numbers)

    def run(self, command, numbers):
        text = numbers.in_command(command.text)
        print(f"-- {command.user}: {text}", flush=True)
        self.done += 1
        process = start(command.user, text)
        if command.interrupted:
            printed = run_until(process, lambda printed: numbers.matches(command.shown, printed))
        else:
            printed = run_to_its_end(process)
        print(printed, end="", flush=True)
        status = process.returncode
        if command.shown and not numbers.matches(command.shown, printed):
            self.fail(command, "the book shows\n" + "\n".join(command.shown) + f"\nand printed is ({status})\n{printed}")
        elif not command.interrupted and (status == 0 if command.status is None else status != command.status):
            self.fail(command, f"exit status {status}, printed is\n{printed}")

    def fail(self, command, what):
        self.failures.append(f"{command.where}: {command.user}: {command.text}\n{what}")
        print("   NOT AS THE BOOK SAYS", flush=True)


def main(books):
    not_run = tomllib.loads((HERE / "not_run.toml").read_text())
    reader = Reader(not_run)
    for book in books:
        reader.read(pathlib.Path(book))
    for command in not_run.keys() - reader.passed_over:
        reader.failures.append(f"not_run.toml: no book has {command}")
    for failure in reader.failures:
        print(f"\nFAILED: {failure}")
    print(f"{reader.done} commands, {len(reader.failures)} not as the books say")
    if reader.failures:
        return 1
    print("all well")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
