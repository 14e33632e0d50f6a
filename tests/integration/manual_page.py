"""Runs the examples of one page, from its first to its last, on a machine of their own (manual_machine.py).

Usage: manual_page.py BINARIES PAGE; as root, by manual_test.py, which makes the namespaces. Or, in a guest with mgr
installed: manual_page.py installed PAGE.
"""
import json
import os
import pathlib
import re
import socket
import sys

from instance import DEADLINE, acting_as, read_to_end
from manual_blocks import blocks, commands, matches, request
from manual_elsewhere import ELSEWHERE, SHOWN
from manual_machine import Installed, Machine
from manual_setup import SETUPS

MARK = "\x1e"
# As mgrctl(1), EXIT STATUS, has it.
DENIED, UNAVAILABLE = 126, 127
STATUSES = {"denied": {DENIED}, "unauthenticated": {DENIED}, "stale": {DENIED},
            "unavailable": {UNAVAILABLE}, "busy": {UNAVAILABLE}}


def wanted_statuses(shown):
    """Of a command that prints this: success, but where what is shown is a refusal."""
    if re.match(r"(?:denied: |no\b)", shown):  # of explain and can-i
        return {DENIED}
    refusal = re.search(r"^mgr[\w-]*: (?:(\w+): )?", shown, re.M)
    return {0} if refusal is None else STATUSES.get(refusal[1], {1, 2, 125})


class Runner:
    def __init__(self, machine):
        self.machine, self.failures, self.ran, self.script = machine, [], 0, None

    def run(self, block):
        getattr(self, f"run_{block.kind}")(block)
        if block.kind != "script":
            self.script = None

    def fail(self, block, what, printed):
        self.failures.append(f"{block}: {what}\n  it printed:\n" + "".join(f"    {line}\n" for line in printed.splitlines()))

    # ---- what is written

    def run_file(self, block):
        path = pathlib.Path(block.text.splitlines()[0].removeprefix("# "))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text)
        path.chmod(0o644)
        self.ran += 1
        if path.is_relative_to("/etc/mgr") and path.parent.name != "scan.d":
            self.loads(block)

    def loads(self, block):
        """With all the files that are there by now; and they are in force then."""
        done = self.machine.as_user("root", ["bash", "-c", "mgrctl policy check --files /etc/mgr && mgrctl reload"])
        if done.returncode != 0 or f"warning: {block.text.splitlines()[0].removeprefix('# ')}:" in done.stdout:
            self.fail(block, "does not load as it stands", done.stdout)

    # ---- what is typed

    def run_session(self, block):
        entered = commands(block.text)
        while entered:
            user = entered[0].user
            together = [entered.pop(0)]
            while entered and entered[0].user == user:
                together.append(entered.pop(0))
            self.run_commands(block, user, together)

    def run_commands(self, block, user, entered):
        """In one shell; of each, what it printed and its exit status."""
        entered = [command for command in entered if command.text not in ELSEWHERE]
        script = "".join(f"{command.text}\nstatus=$?; printf '{MARK}%d{MARK}' $status; (exit $status)\n" for command in entered)
        done = self.machine.as_user(user, ["bash", "-c", script])
        pieces = done.stdout.split(MARK)
        for index, command in enumerate(entered):
            printed = pieces[2 * index]
            status = int(pieces[2 * index + 1]) if 2 * index + 1 < len(pieces) else None
            self.ran += 1
            self.judge(block, command, printed, status)

    def judge(self, block, command, printed, status):
        shown = "\n".join(command.printed)
        wanted = {0} if "||" in command.text else wanted_statuses(shown)
        if status not in wanted:
            self.fail(block, f"{command.text}: its exit status is {status}, not {sorted(wanted)}", printed)
        elif command.printed and not matches(shown, printed):
            self.fail(block, f"{command.text}: it prints something else", printed)

    # ---- programs

    def run_script(self, block):
        path = pathlib.Path("/usr/local/bin/example")
        path.write_text(block.text)
        path.chmod(0o755)
        done = self.machine.as_user("www-data", [str(path)])
        self.ran += 1
        if done.returncode != 0:
            self.fail(block, f"its exit status is {done.returncode}", done.stdout)
        self.script = done.stdout

    def run_text(self, block):
        """What the script before it prints, or a form that is shown and listed as such."""
        if self.script is None:
            if block.text.rstrip("\n") not in SHOWN:
                self.fail(block, "this is no file, script, session or request, nor listed as shown alone", block.text)
        elif not matches(block.text, self.script):
            self.fail(block, "the script before it prints something else", self.script)

    # ---- the language of clients

    def run_request(self, block):
        sent, replies = request(block.text)
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(DEADLINE)
            with acting_as("www-data"):
                connection.connect("/run/mgr.sock")
            connection.sendall(sent.encode())
            connection.shutdown(socket.SHUT_WR)
            answer = read_to_end(connection).decode()
        self.ran += 1
        if not replies:
            if not answer or not json.loads(answer.splitlines()[-1])["success"]:
                self.fail(block, "it is refused", answer)
        elif not matches("\n".join(replies), answer):
            self.fail(block, "another reply is shown: " + "\n".join(replies), answer)


def main():
    binaries, page = sys.argv[1:]
    machine = Installed() if binaries == "installed" else Machine(binaries)
    SETUPS.get(page, lambda machine: None)(machine)
    machine.start()
    runner = Runner(machine)
    for block in blocks(page):
        runner.run(block)
    machine.end()
    print(f"{page}: {runner.ran} examples were run")
    for failure in runner.failures:
        print(failure)
    if runner.failures and "MGR_MANUAL_LOG" in os.environ:
        print(machine.said())
    sys.exit(1 if runner.failures or runner.ran == 0 else 0)


if __name__ == "__main__":
    main()
