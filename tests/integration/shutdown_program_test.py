#!/usr/bin/env python3
"""mgr-shutdown as a program, with the backend that writes down what it would do.

No test here names another backend: the machine that runs the tests stays up.
Usage: shutdown_program_test.py PATH_OF_MGR_SHUTDOWN
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""
GOES_DOWN, FAILED, USAGE, CALLED_OFF = 0, 1, 2, 3


class Recorded(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.record = pathlib.Path(self.folder.name, "record")

    def start(self, *words):
        command = [PROGRAM, "--backend=recorder", f"--record={self.record}", *words]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, errors="surrogateescape")
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def ended(self, process):
        out, errors = process.communicate(timeout=60)
        return process.returncode, out, errors

    def steps(self):
        return [json.loads(line) for line in self.record.read_text().splitlines()]

    def test_what_is_due_at_once_goes_down(self):
        status, out, errors = self.ended(self.start("--delay=0s", "--message=", "halt"))
        self.assertEqual((status, errors), (GOES_DOWN, ""))
        self.assertEqual([(step["step"], step["type"]) for step in self.steps()],
                         [("scheduled", "halt"), ("went down", "halt")])
        self.assertEqual(out.splitlines(), [f"halt is scheduled for {self.steps()[0]['at']}",
                                            "recorded as gone down"])

    def test_it_waits_until_it_is_due(self):
        process = self.start("--delay=1500ms", "--message=Back soon", "reboot")
        self.assertTrue(process.stdout.readline().startswith("reboot is scheduled for 2"))
        self.assertEqual([step["step"] for step in self.steps()], ["scheduled"])
        self.assertEqual(self.ended(process)[0], GOES_DOWN)
        self.assertEqual([(step["step"], step["message"]) for step in self.steps()],
                         [("scheduled", "Back soon"), ("went down", "Back soon")])

    def test_a_signal_calls_it_off(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(number=number):
                self.record.unlink(missing_ok=True)
                process = self.start("--delay=30d", "poweroff")
                process.stdout.readline()
                process.send_signal(number)
                status, out, errors = self.ended(process)
                self.assertEqual((status, errors), (CALLED_OFF, ""))
                self.assertIn("called off", out)
                self.assertEqual([step["step"] for step in self.steps()], ["scheduled", "cancelled"])

    def test_a_signal_before_it_is_scheduled_calls_it_off(self):
        # Sent at any moment of its start: before the signals are blocked it is simply gone.
        for _ in range(20):
            self.record.unlink(missing_ok=True)
            process = self.start("--delay=30d", "poweroff")
            process.terminate()
            status = self.ended(process)[0]
            self.assertIn(status, (CALLED_OFF, -signal.SIGTERM))
            steps = [step["step"] for step in self.steps()] if self.record.exists() else []
            self.assertIn(steps, ([], ["scheduled", "cancelled"]))

    def test_bad_words_schedule_nothing(self):
        hostile = ["-1", "-1s", "1000000000000", "1000000000000s", "now; id", "now", "31d", "$(id)", "", "1s\n"]
        for words in [[f"--delay={delay}", "poweroff"] for delay in hostile] + [
                ["--message=\x1b]0;owned\x07", "poweroff"], ["--message=one\ntwo", "poweroff"],
                ["--message=" + "x" * 5000, "poweroff"], [b"--message=\xff\xfe", "poweroff"],
                ["--message=\u202egnp", "poweroff"], ["poweroff; id"], ["kexec"], ["poweroff", "reboot"], []]:
            with self.subTest(words=words):
                status, out, errors = self.ended(self.start(*words))
                self.assertEqual((status, out), (USAGE, ""))
                self.assertTrue(errors.startswith("mgr-shutdown: ") and errors.count("\n") == 1, errors)
                self.assertTrue(errors[:-1].isprintable(), errors)
                self.assertFalse(self.record.exists())

    def test_a_record_that_cannot_be_written_is_a_failure(self):
        for make in (lambda: self.record.mkdir(), lambda: self.record.symlink_to("elsewhere"),
                     lambda: os.mkfifo(self.record)):
            with self.subTest():
                make()
                status, _, errors = self.ended(self.start("poweroff"))
                self.assertEqual(status, FAILED)
                self.assertIn(str(self.record), errors)
                self.record.rmdir() if self.record.is_dir() else self.record.unlink()

    def test_output_that_nobody_reads_does_not_end_it(self):
        process = self.start("--delay=1s", "poweroff")
        process.stdout.close()
        process.stderr.close()
        self.assertEqual(process.wait(timeout=60), GOES_DOWN)
        self.assertEqual(self.steps()[-1]["step"], "went down")


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main(verbosity=2)
