#!/usr/bin/env python3
"""Clients that ask mgr without end while it is restarted or upgraded, in a guest (install_upgrade.sh).

Usage: install_load.py FOLDER STARTED, as www-data. FOLDER/ready appears when every client has had an
answer; FOLDER/stop is waited for. Then the end of every job that was answered is asked for, a report goes
to standard output, and the exit status is 1 where a reply or a job was lost. Every job of `load run` writes
its number down in the file STARTED.

The requests are written here as PROTOCOL.md has them, and by none of mgr's clients: what a client would
smooth over, such as a lost answer that it asks for again, is to be seen.
"""
import collections
import contextlib
import json
import pathlib
import socket
import sys
import threading
import time

SOCKET = "/run/mgr.sock"
UNAVAILABLE = 8
PINGS, STARTERS = 4, 2
PATIENCE = 60  # seconds; a reply that takes longer is lost


def ask(module, action, **arguments):
    """The reply; None where nobody is there to be asked, and where the connection ended without one, why."""
    fields = {"module": module, "action": action, **arguments}
    block = "".join(f"{name}:{value}\n" for name, value in fields.items()) + "\n"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(PATIENCE)
        try:
            connection.connect(SOCKET)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        answer = b""
        try:
            # Who is answered before all of it was read finds the connection reset behind the answer (unix(7)).
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(block.encode())
            with contextlib.suppress(ConnectionResetError):
                while data := connection.recv(65536):
                    answer += data
            return json.loads(answer)
        except (OSError, ValueError) as error:
            return {"success": False, "lost": f"{error!r}: {answer!r}"}


def outcome(reply):
    """answered, unavailable (as every client of mgr's calls it when nobody is there), or what else it was."""
    if reply is None or reply.get("msg") == {"err_code": UNAVAILABLE}:
        return "unavailable"
    return "answered" if reply["success"] else f"{'lost' if 'lost' in reply else 'refused'}: {json.dumps(reply)}"


class Client(threading.Thread):
    """Asks, one request after the other; keeps how each ended and when."""

    def __init__(self, stop):
        super().__init__()
        self.stop, self.first_answer = stop, threading.Event()
        self.counts = collections.Counter()
        self.others = []
        self.gap = self.longest = 0.0

    def run(self):
        last_answer, refused_since = None, False
        while not self.stop.is_set():
            begun = time.monotonic()
            result = self.ask_once()
            now = time.monotonic()
            self.longest = max(self.longest, now - begun)
            if result == "answered":
                if refused_since and last_answer:
                    self.gap = max(self.gap, now - last_answer)
                last_answer, refused_since = now, False
                self.first_answer.set()
            elif result == "unavailable":
                refused_since = True
                time.sleep(0.002)  # as nobody is there to be waited for
            else:
                self.others.append(result)
            self.counts[result.split(":")[0]] += 1


class Pinger(Client):
    def ask_once(self):
        return outcome(ask("mgr", "ping"))


class Starter(Client):
    """Starts jobs, each with a number of its own, which its exit status has as the rest of 100."""

    def __init__(self, stop, number):
        super().__init__(stop)
        self.next, self.jobs = number, {}  # id: number

    def ask_once(self):
        time.sleep(0.02)  # so that the jobs leave the others some of the machine
        number, self.next = self.next, self.next + STARTERS
        reply = ask("load", "run", number=number)
        result = outcome(reply)
        if result == "answered":
            self.jobs[reply["data"]["jobs"][0]["id"]] = number
        return result


def end_of(job):
    """The state and the exit status of a job, when it has ended."""
    reply = ask("job", "wait", ids=job)
    if outcome(reply) != "answered":
        return str(reply)
    shown = reply["data"]["jobs"][0]
    return f"{shown['state']} {shown.get('exit_status')}"


def wrong_ends(jobs):
    for job, number in jobs.items():
        status = number % 100
        wanted, told = f"{'failed' if status else 'succeeded'} {status}", end_of(job)
        if told != wanted:
            yield f"job {job}: {told}, not {wanted}"


def wrong_starts(numbers, jobs):
    """What was started and not answered, or twice, or answered and not started."""
    started = collections.Counter(map(int, numbers.split()))
    answered = collections.Counter(jobs.values())
    for number in sorted((started - answered).keys() | (answered - started).keys()):
        yield f"number {number}: answered {answered[number]} times, started {started[number]} times"


def main():
    folder, started, stop = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), threading.Event()
    starters = [Starter(stop, number) for number in range(STARTERS)]
    clients = starters + [Pinger(stop) for _ in range(PINGS)]
    for client in clients:
        client.start()
    unanswered = [client.name for client in clients if not client.first_answer.wait(PATIENCE)]
    (folder / "ready").touch()
    while not (folder / "stop").exists():
        time.sleep(0.05)
    stop.set()
    for client in clients:
        client.join()

    jobs = {job: number for starter in starters for job, number in starter.jobs.items()}
    counts = sum((client.counts for client in clients), collections.Counter())
    wrong = [other for client in clients for other in client.others]
    wrong += [f"{name} had no answer at the start" for name in unanswered]
    wrong += [*wrong_ends(jobs), *wrong_starts(started.read_text(), jobs)]
    print(f"{sum(counts.values())} requests of {len(clients)} clients:",
          ", ".join(f"{count} {name}" for name, count in sorted(counts.items())))
    print(f"longest time in which a client was told unavailable: {max(c.gap for c in clients) * 1000:.0f} ms")
    print(f"longest wait for a reply: {max(c.longest for c in clients) * 1000:.0f} ms")
    print(f"{len(jobs)} jobs were answered; each is recorded with its exit status" if not wrong else
          "\n".join(["WRONG:", *wrong[:20]]))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
