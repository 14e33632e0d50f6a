"""A signed request is carried out once: over the helper's death, restarts and reboots, whatever the clock does.

A reboot is another boot id, bound over the kernel's in a mount namespace of the test's own. A clock that was
ahead is a journal that was written by then: the machine's clock is never touched.
Usage: signed_nonces_test.py BINARIES [unittest arguments]; as root, inside pid and mount namespaces of its own.
"""
import contextlib
import hashlib
import os
import pathlib
import signal
import struct
import subprocess
import time
import unittest
import uuid

from instance import DEADLINE
from jobs_support import BINARIES
from keys_support import STALE, KeysTestCase

BOOT_ID = pathlib.Path("/proc/sys/kernel/random/boot_id")


def text(data):
    return struct.pack("<I", len(data)) + data


def sealed(payload):
    return text(payload) + text(hashlib.blake2b(payload, digest_size=16).digest())


def journal(latest, floor=0, closed=False, boot_id=None):
    """The head of a journal (helper/nonce_file.h)."""
    boot_id = (boot_id or BOOT_ID.read_text().strip()).encode()
    return sealed(struct.pack("<IB", 1, closed) + text(boot_id) + struct.pack("<qqq", latest, floor, -1))


class NoncesTestCase(KeysTestCase):
    @property
    def file(self):
        return self.mgr.dir / "var/lib/mgr/nonces"

    def request(self, token, key=None, at=None):
        return self.signed(key or self.alice, "work", "exit", at=at, token=token, number=0)

    def end_helper(self, number=signal.SIGTERM):
        self.mgr.end(self.mgr.helper, number)

    def start_helper(self):
        self.mgr.start_helper()
        self.mgr.wait_ready()

    def reboot(self):
        """The helper is ended already, in order or not; what it left is found by another boot."""
        other = self.mgr.dir / "boot_id"
        other.write_text(f"{uuid.uuid4()}\n")
        subprocess.run(["mount", "--bind", other, BOOT_ID], check=True)
        self.addCleanup(subprocess.run, ["umount", BOOT_ID], check=True)
        self.start_helper()

    def waits_and_goes_on(self, token):
        """What may have been lost cannot come again; what is signed for later than that is taken."""
        detail = self.never_runs(self.request(token), token, STALE)
        self.assertRegex(detail, r"^after a start without a whole record of nonces: sign it anew in (3[01]|[12]?\d) s$")
        # Until a fresh request can be of after the wait, with a second to spare: no event tells it.
        ready = time.time()
        until = time.monotonic() + DEADLINE
        while time.time() < ready + 3:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)
        self.runs(self.request(token, at=int(time.time()) + 29), token)


class Replay(NoncesTestCase):
    def test_at_once_over_any_connection_is_refused(self):
        for key in (self.alice, self.hugo):
            request = self.request(key.name, key)
            self.runs(request, key.name)
            for user, tcp in (("daemon", False), ("games", False), (None, False), (None, True)):
                self.assertEqual(self.never_runs(request, key.name, STALE, user, tcp), "its nonce is used")

    def test_the_same_nonce_signed_anew_is_refused_and_another_keys_is_not(self):
        request = self.request("t")
        self.runs(request, "t")
        nonce = dict(request)["auth-nonce"]
        again = self.signed(self.alice, "work", "exit", nonce=nonce, at=int(time.time()) + 5, token="t", number=0)
        self.never_runs(again, "t", STALE)
        self.runs(self.signed(self.bob, "work", "exit", nonce=nonce, token="t", number=0), "t")

    def test_what_was_refused_after_its_nonce_counted_is_refused_as_stale(self):
        request = self.signed(self.alice, "scan", "start", task_ids=7)
        refused = self.refuses(self.send(request), 4)
        self.assertTrue(refused["is_signed"], "one nonce, one signed answer")
        self.refuses(self.send(request), STALE)

    def test_after_sigkill_of_the_helper_is_refused(self):
        request = self.request("t")
        self.runs(request, "t")
        self.mgr.restart_helper()
        self.assertEqual(self.never_runs(request, "t", STALE), "its nonce is used")
        self.runs(self.request("t"), "t")

    def test_after_a_restart_is_refused(self):
        request = self.request("t")
        self.runs(request, "t")
        self.end_helper()
        self.start_helper()
        self.assertEqual(self.never_runs(request, "t", STALE), "its nonce is used")
        self.runs(self.request("t"), "t")

    def test_after_a_reload_without_its_key_and_one_with_it_is_refused(self):
        request = self.request("t")
        self.runs(request, "t")
        record = self.mgr.dir / "etc/mgr/keys.d/alice.toml"
        kept = record.read_text()
        record.unlink()
        self.assertTrue(self.mgr.request("mgr", "reload", None)["success"])
        self.refuses(self.send(self.request("t")), 3)
        record.write_text(kept)
        os.chmod(record, 0o644)
        self.assertTrue(self.mgr.request("mgr", "reload", None)["success"])
        self.never_runs(request, "t", STALE)
        self.runs(self.request("t"), "t")

    def test_requests_at_the_same_moment_run_once(self):
        request = self.request("t")
        clients = [self.mgr.client("daemon") for _ in range(20)]
        for client in clients:
            client.sendall("".join(f"{name}:{value}\n" for name, value in request).encode() + b"\n")
        replies = [client.makefile("rb").readline() for client in clients]
        for client in clients:
            client.close()
        self.assertEqual(sum(b'"success":true' in reply for reply in replies), 1)
        self.assertEqual(sum(b"its nonce is used" in reply for reply in replies), 19)
        self.assertEqual(len(self.mgr.job_folders()), 1)


class Reboot(NoncesTestCase):
    def test_in_order_loses_nothing_and_waits_for_nothing(self):
        request = self.request("t")
        self.runs(request, "t")
        self.end_helper()
        self.reboot()
        self.assertEqual(self.never_runs(request, "t", STALE), "its nonce is used")
        self.runs(self.request("t"), "t")

    def test_of_a_machine_that_went_down_waits(self):
        request = self.request("t")
        self.runs(request, "t")
        self.end_helper(signal.SIGKILL)
        self.reboot()
        self.never_runs(request, "t", STALE)
        self.waits_and_goes_on("t")

    def test_of_a_machine_that_went_down_and_lost_what_it_had_written_waits(self):
        before = self.file.read_bytes()
        request = self.request("t")
        self.runs(request, "t")
        self.end_helper(signal.SIGKILL)
        self.file.write_bytes(before)
        self.reboot()
        self.never_runs(request, "t", STALE)
        self.waits_and_goes_on("t")

    def test_twice_in_a_row_waits_on(self):
        self.end_helper(signal.SIGKILL)
        self.reboot()
        self.end_helper()
        self.start_helper()
        self.waits_and_goes_on("t")


class Damage(NoncesTestCase):
    def test_a_file_that_is_missing_beside_an_old_host_id_makes_it_wait(self):
        request = self.request("t")
        self.runs(request, "t")
        self.end_helper()
        self.file.unlink()
        self.start_helper()
        self.never_runs(request, "t", STALE)
        self.waits_and_goes_on("t")
        self.assertEqual(self.file.stat().st_mode & 0o7777, 0o600)

    def test_a_torn_or_damaged_file_makes_it_wait(self):
        request = self.request("t")
        self.runs(request, "t")
        self.end_helper(signal.SIGKILL)
        whole = self.file.read_bytes()
        for damaged in (whole[:-3], whole[:50], whole[:120] + bytes([whole[120] ^ 1]) + whole[121:], b"", b"\xff" * 4096):
            with self.subTest(damaged[:10]):
                self.file.write_bytes(damaged)
                self.start_helper()
                self.never_runs(request, "t", STALE)
                self.never_runs(self.request("t"), "t", STALE)
                self.end_helper(signal.SIGKILL)

    def test_what_is_no_file_stops_the_start(self):
        self.end_helper()
        self.file.unlink()
        self.file.symlink_to("/dev/null")
        self.mgr.start_helper()
        self.assertEqual(self.mgr.helper.wait(DEADLINE), 1)
        self.assertIn(str(self.file), self.mgr.log("helper"))


class Clock(NoncesTestCase):
    def was_ahead(self, seconds):
        """The last request was recorded when the clock was that far ahead."""
        self.end_helper()
        self.file.write_bytes(journal(int(time.time()) + seconds))

    def accept_clock(self):
        return subprocess.run([BINARIES + "/mgr-helper", "--root", self.mgr.dir, "--libexec", BINARIES, "--accept-clock"],
                              capture_output=True, text=True, timeout=DEADLINE)

    def test_set_back_refuses_and_says_what_helps(self):
        self.was_ahead(3600)
        self.start_helper()
        for at in (None, int(time.time()) + 30):
            self.assertIn("mgr-helper --accept-clock", self.never_runs(self.request("t", at=at), "t", STALE))

    def test_set_back_a_little_refuses_only_what_might_be_forgotten(self):
        self.was_ahead(25)
        self.start_helper()
        old = self.request("t", at=int(time.time()) - 20)
        self.assertEqual(self.never_runs(old, "t", STALE), "it is older than the last ones by over 30 s")
        self.runs(self.request("t"), "t")

    def test_set_forth_takes_what_is_of_now(self):
        self.was_ahead(-86400)
        self.start_helper()
        self.runs(self.request("t"), "t")

    def test_is_accepted_by_root_while_no_helper_runs(self):
        self.was_ahead(3600)
        self.start_helper()
        self.never_runs(self.request("t"), "t", STALE)
        refused = self.accept_clock()
        self.assertEqual(refused.returncode, 1)
        self.assertIn("another mgr-helper is running", refused.stderr)
        self.end_helper()
        since = time.time()
        done = self.accept_clock()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("signed requests are taken 30 s from now", done.stdout)
        self.start_helper()
        self.waits_and_goes_on("t")
        line, = self.lines("clock_accepted")
        self.assertLess(abs(line["clock"] - since), 5)
        self.mgr.check_audit_chain()

    def test_accepted_forgets_no_nonce(self):
        request = self.request("t", at=int(time.time()) + 29)
        self.runs(request, "t")
        self.end_helper()
        self.assertEqual(self.accept_clock().returncode, 0)
        self.start_helper()
        self.never_runs(request, "t", STALE)
        self.assertIn(b"alice", self.file.read_bytes())


class FullDisk(NoncesTestCase):
    def before_start(self):
        self.disk = self.mgr.dir / "var/lib/mgr"
        self.disk.mkdir(parents=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,mode=0755", "tmpfs", self.disk], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=True)

    def fill(self):
        with contextlib.suppress(OSError), open(self.disk / "filler", "wb", buffering=0) as filler:
            for size in (1 << 16, 1):
                with contextlib.suppress(OSError):
                    while filler.write(bytes(size)):
                        pass

    def test_keeps_nobody_from_stopping_what_fills_it(self):
        job = self.accepted(self.ask(self.alice, "work", "sleeper", token="t"))["jobs"][0]["id"]
        self.until_started("t")
        self.fill()
        stopped = self.accepted(self.ask(self.alice, "job", "stop", ids=job))
        self.assertEqual(stopped["jobs"][0]["state"], "stopped")
        self.mgr.restart_helper()
        for _ in range(100):
            self.accepted(self.ask(self.alice, "mgr", "whoami"))

    def test_over_an_orderly_restart_refuses_rather_than_forget_or_goes_on(self):
        request = self.signed(self.alice, "mgr", "whoami")
        self.accepted(self.send(request))
        self.fill()
        self.end_helper()
        self.start_helper()
        self.refuses(self.send(request), STALE)
        self.accepted(self.ask(self.alice, "mgr", "whoami"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
