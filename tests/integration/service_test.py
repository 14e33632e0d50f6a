"""The module service with real daemons: the shipped service.toml, with its programs replaced by one
that writes down how it was called. What is run and as whom, what is shared and what is in conflict,
and that nothing is run for what is not listed or is no unit's name.

Usage: service_test.py BINARIES [unittest arguments]; as root, in a pid namespace of its own.
"""
import contextlib
import os
import pathlib
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from instance import DEADLINE, REPO, uid_of
from jobs_support import BINARIES, JobsInstance, JobsTestCase, POLICY

MALFORMED, INVALID, DENIED, FAILED, CONFLICT, UNKNOWN = 5, 6, 4, 2, 11, 3
CHANGES = ("start", "stop", "restart", "reload")
ACTIONS = CHANGES + ("status", "logs")
LISTED = ("nginx.service", "broken.service", "fstrim.timer", "getty@tty1.service", r"a\x2db.service", "reboot.target")

# Writes a line of seen/calls, and waits at the gate of its last word where there is one.
COMMAND = r"""#!/bin/bash
{ printf '%s\t' "${0##*/}" "$@"; sed -nE 's/^(Uid|CapEff):\t([0-9a-f]*).*/\2/p' /proc/self/status | paste -sd ' '
} >> "@DIR@/seen/calls"
last=${*: -1}
[[ ! -p "@DIR@/gates/$last" ]] || read -r word < "@DIR@/gates/$last"
case "${0##*/} $last" in
  mgr-service*broken*) echo 'no JSON' ;;
  mgr-service*) printf '{"unit":"%s","active":"active"}\n' "$last" ;;
  journalctl*) printf 'a line\nanother \033[31m <b>\n' ;;
  systemctl*broken*) echo "Job for broken.service failed" >&2; exit 1 ;;
esac
"""

RULES = f"""
[[allow]]
who = "web"
module = "service"
action = "*"
where = {{ unit = [{", ".join(f"'{unit}'" for unit in LISTED)}] }}
jobs = "own"

[[allow]]
who = "root"
module = "service"
action = "status"
where = {{ unit = "nginx.service" }}
jobs = "all"
"""

SYSTEMCTL = ["--no-ask-password", "--no-pager"]
JOURNALCTL = ["--no-pager", "--output=short-iso", "--no-hostname"]


def shipped():
    text = (REPO / "policy/default/modules.d/service.toml").read_text()
    for program in ("/usr/bin/systemctl", "/usr/bin/journalctl", "/usr/libexec/mgr/mgr-service"):
        assert program in text
        text = text.replace(f'"{program}"', f'"@DIR@/bin/{os.path.basename(program)}"')
    # Users and groups that this machine need not have.
    return text.replace('"mgr-service"', '"mgr-scan"').replace('"systemd-journal"', "[]")


class ServiceTestCase(JobsTestCase):
    def setUp(self):
        self.mgr = JobsInstance(start=False)
        self.addCleanup(self.mgr.stop)
        self.mgr.write("etc/mgr/modules.d/service.toml", shipped())
        # `daemon` is of the web too there, and may do nothing here.
        self.mgr.write("etc/mgr/policy.toml", POLICY.replace('["www-data", "daemon"]', '"www-data"') + RULES)
        for program in ("systemctl", "journalctl", "mgr-service"):
            self.mgr.write(f"bin/{program}", COMMAND, 0o755)
        self.mgr.start()

    def ask(self, action, unit, user="www-data", **fields):
        return self.mgr.request("service", action, user, unit=unit, **fields)

    def succeed(self, action, unit, **fields):
        reply = self.ask(action, unit, **fields)
        self.assertTrue(reply and reply["success"], reply)
        return reply["data"]

    def calls(self):
        """How commands were called: their words, their uid and capabilities."""
        path = self.mgr.dir / "seen/calls"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(line.split("\t")[:-1], *line.split("\t")[-1].split()) for line in lines]

    def until_called(self, number):
        """Until commands were called so often: no event tells it to us."""
        until = time.monotonic() + DEADLINE
        while len(self.calls()) < number:
            self.assertLess(time.monotonic(), until, self.calls())
            time.sleep(0.02)


class Runs(ServiceTestCase):
    def test_each_change_is_one_call_of_systemctl(self):
        for action in CHANGES:
            [job] = self.succeed(action, "nginx.service", mgr__wait="yes")["jobs"]
            self.assertEqual((job["state"], job["key"]), ("succeeded", "service:nginx.service"), job)
        words = [["systemctl", *SYSTEMCTL, action, "--", "nginx.service"] for action in CHANGES]
        self.assertEqual(self.calls(), [(call, "0", "0000000000000400") for call in words])

    def test_names_come_through_to_the_letter(self):
        for unit in ("fstrim.timer", "getty@tty1.service", r"a\x2db.service"):
            self.succeed("start", unit, mgr__wait="yes")
            self.assertEqual(self.calls()[-1][0][-2:], ["--", unit])

    def test_status_is_what_mgr_service_printed(self):
        data = self.succeed("status", "nginx.service")
        self.assertEqual(data["output"], {"unit": "nginx.service", "active": "active"})
        scan = uid_of("mgr-scan").pw_uid
        self.assertEqual(self.calls(), [(["mgr-service", "status", "--", "nginx.service"], str(scan), "0" * 16)])

    def test_a_status_that_is_no_json_is_a_failure(self):
        self.refuses(self.ask("status", "broken.service"), FAILED)

    def test_logs_are_the_last_lines_of_the_journal(self):
        data = self.succeed("logs", "nginx.service")
        self.assertEqual(data["stdout"], "a line\nanother \033[31m <b>\n")
        self.succeed("logs", "nginx.service", lines=7)
        self.succeed("logs", "nginx.service", lines=1000)
        self.assertEqual([call for call, *_ in self.calls()],
                         [["journalctl", *JOURNALCTL, f"--lines={lines}", "--unit=nginx.service"]
                          for lines in (100, 7, 1000)])
        self.assertEqual({capabilities for *_, capabilities in self.calls()}, {"0" * 16})

    def test_a_change_that_fails_is_a_job_that_failed(self):
        reply = self.ask("start", "broken.service", mgr__wait="yes")
        [job] = reply["data"]["jobs"]
        self.assertEqual((job["state"], job["exit_status"]), ("failed", 1), reply)
        printed = self.mgr.request("job", "output", id=job["id"])
        self.assertTrue(printed["success"], printed)
        self.assertIn("Job for broken.service failed", str(printed))

    def test_a_dry_run_tells_the_command_and_runs_nothing(self):
        data = self.succeed("restart", "nginx.service", **{"mgr-dry-run": "yes"})
        self.assertIn(str([f"{self.mgr.dir}/bin/systemctl", *SYSTEMCTL, "restart", "--", "nginx.service"]), str(data))
        self.assertEqual(self.calls(), [])

    def test_what_was_asked_for_stands_in_the_audit_before_it_is_done(self):
        self.succeed("stop", "nginx.service", mgr__wait="yes")
        line = [line for line in self.mgr.audit_lines() if line.get("action") == "stop"][0]
        self.assertEqual((line["module"], line["arguments"]), ("service", {"unit": "nginx.service"}), line)


class Together(ServiceTestCase):
    def test_an_equal_change_is_shared_and_another_in_conflict(self):
        self.make_gate("nginx.service")
        [first] = self.succeed("restart", "nginx.service")["jobs"]
        self.until_called(1)
        [second] = self.succeed("restart", "nginx.service")["jobs"]
        self.assertEqual((second["id"], second["new"]), (first["id"], False))
        for action in ("start", "stop", "reload"):
            reply = self.refuses(self.ask(action, "nginx.service"), CONFLICT)
            self.assertIn("service:nginx.service", reply["detail"])
        self.mgr.open_gate("nginx.service")
        [ended] = self.wait(first["id"])
        self.assertEqual(ended["state"], "succeeded", ended)
        self.assertEqual(len(self.calls()), 1)

    def test_another_unit_and_a_question_wait_for_nobody(self):
        self.make_gate("nginx.service")
        [first] = self.succeed("restart", "nginx.service")["jobs"]
        self.until_called(1)
        self.succeed("restart", "fstrim.timer", mgr__wait="yes")
        self.succeed("logs", "nginx.service")
        self.assertEqual(self.state(first["id"]), "running")
        self.mgr.open_gate("nginx.service")
        self.wait(first["id"])


class Refused(ServiceTestCase):
    def tearDown(self):
        self.assertEqual(self.calls(), [], "something was run")
        self.assertEqual(self.mgr.job_folders(), [])

    def refuse_all(self, code, units, actions=ACTIONS):
        for unit in units:
            for action in actions:
                with self.subTest(unit=unit, action=action):
                    self.refuses(self.ask(action, unit), code)

    def test_a_unit_that_no_rule_lists(self):
        self.refuse_all(DENIED, (
            "ssh.service", "Nginx.service", "NGINX.service", "nginx.socket", "nginx.service.service",
            r"nginx\x2e.service", r"a\x2fb.service", "a-b.service", "getty@tty2.service", "getty@.tty1.service",
            "getty.service", "mgr-helper.service", "dbus-org.freedesktop.login1.service", "nginx-.service",
            "nginx.timer"))

    def test_what_is_no_whole_name(self):
        self.refuse_all(INVALID, (
            "nginx", "nginx.", "nginx.service.", "nginx.Service", "nginx.SERVICE", "ngin?", "ngin?.service",
            "*.service", "*", "[a-z]ginx.service", "getty@.service", "@tty1.service", "getty@tty1@x.service",
            "../nginx.service", "/etc/systemd/system/nginx.service", "/dev/x", "/", ".", "nginx.service/",
            "nginx.service ssh.service", "nginx.service,ssh.service", "--help", "-H", "-nginx.service",
            "--root=/tmp", "nginx.service;id", "$(id).service", "`id`.service", "nginx.service\\", "\\",
            r"a\x2D.service", "nginx%i.service", "größe.service", "a" * 248 + ".service"))

    def test_other_types_though_a_rule_lists_one(self):
        self.refuse_all(INVALID, (
            "reboot.target", "poweroff.target", "multi-user.target", "dev-x.device", "dev-sda1.swap", "home.mount",
            "proc-sys-fs-binfmt_misc.automount", "system.slice", "init.scope", "-.mount", "-.slice"))

    def test_it_says_what_is_wanted(self):
        reply = self.refuses(self.ask("start", "nginx"), INVALID)
        self.assertEqual(reply["detail"], "unit: must be the whole name of a unit, such as ssh.service, "
                                          "of the types service socket timer path")

    def test_a_number_of_lines_that_is_none(self):
        for lines in ("0", "1001", "-1", "+5", "1e2", "all", "", "007", "9" * 30, "5 --vacuum-size=1"):
            self.refuses(self.ask("logs", "nginx.service", lines=lines), INVALID)
        self.refuses(self.ask("status", "nginx.service", lines=1), INVALID)

    def test_blocks_that_are_not_as_they_should_be(self):
        self.refuses(self.mgr.request("service", "start"), INVALID)
        self.refuses(self.mgr.request("service", "enable", unit="nginx.service"), 1)
        self.refuses(self.mgr.ask("module:service\naction:start\nunit:nginx.service\nunit:ssh.service\n\n"), MALFORMED)
        self.refuses(self.mgr.ask("module:service\naction:start\nunit:nginx.service\0\n\n"), MALFORMED)
        self.refuses(self.mgr.ask("module:service\naction:start\nunit:nginx\033[2J.service\n\n"), MALFORMED)
        # A line break ends the block; what follows is not read.
        self.refuses(self.mgr.ask("module:service\naction:start\nunit:nginx\n\nunit:nginx.service\n\n"), INVALID)

    def test_others(self):
        self.refuses(self.ask("status", "nginx.service", user="daemon"), DENIED)
        self.refuses(self.ask("start", "nginx.service", user=None), DENIED)
        # Over the network nobody is known.
        self.refuses(self.mgr.ask("module:service\naction:start\nunit:nginx.service\n\n", tcp=True), UNKNOWN)


class Files(ServiceTestCase):
    def check(self, service):
        self.mgr.write("etc/mgr/modules.d/service.toml", service)
        done = subprocess.run([f"{BINARIES}/mgr-helper", "--root", self.mgr.dir, "--libexec", BINARIES, "--check"],
                              capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def test_service_toml_cannot_say_what_the_module_is(self):
        text = shipped()
        for more, wanted in (
                ('[module.service.action.enable]\ncommand = "/bin/true"\n', "no command of this name"),
                ('[module.service.action.start.arg.unit]\ntype = "string"\n', "takes no arguments but its own"),
                ('[module.service.action.x]\ncommand = ["/bin/echo", "{unit}"]\n', "")):
            status, said = self.check(text + more)
            self.assertNotEqual(status, 0, said)
            self.assertIn(f"{self.mgr.dir}/etc/mgr/modules.d/service.toml:", said)
            self.assertIn(wanted, said)
        status, said = self.check(text.replace('"--", "{unit}"', '"--", "{units}"'))
        self.assertNotEqual(status, 0)
        self.assertIn("units", said)
        self.assertEqual(self.check(text)[0], 0)


class Program(unittest.TestCase):
    """mgr-service by itself, with a bus of the test's own or none."""

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(dir="/run")))

    def run_it(self, *words, bus="nothing"):
        done = subprocess.run([f"{BINARIES}/mgr-service", *words], capture_output=True, text=True, timeout=DEADLINE,
                              env={"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.folder}/{bus}"})
        return done.returncode, done.stdout, done.stderr

    def bus(self, *said, closes=False):
        """A socket whose other side says this to each who comes, and nothing after it."""
        listening = socket.socket(socket.AF_UNIX)
        self.addCleanup(listening.close)
        listening.bind(str(self.folder / "bus"))
        listening.listen()
        kept = []
        self.addCleanup(lambda: [connection.close() for connection in kept])

        def serve():
            with contextlib.suppress(OSError):
                connection, _ = listening.accept()
                for part in said:
                    connection.sendall(part)
                connection.close() if closes else kept.append(connection)
        thread = threading.Thread(target=serve)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(lambda: listening.shutdown(socket.SHUT_RDWR))

    def test_wrong_usage(self):
        for words in ((), ("status",), ("start", "a.service"), ("status", "a.service", "b.service"), ("a.service",),
                      ("--timeout=0", "status", "a.service"), ("--timeout=301", "status", "a.service"),
                      ("--timeout=x", "status", "a.service"), ("--bogus", "status", "a.service")):
            with self.subTest(words):
                status, printed, complaint = self.run_it(*words)
                self.assertEqual((status, printed), (2, ""), complaint)
                self.assertTrue(complaint)

    def test_help_and_version(self):
        self.assertIn("UNIT", self.run_it("--help")[1])
        self.assertEqual(self.run_it("--version")[0], 0)

    def test_without_a_bus_it_says_so(self):
        for words in (("status", "a.service"), ("status", "--", "--help")):
            status, printed, complaint = self.run_it(*words)
            self.assertEqual((status, printed), (3, ""))
            self.assertRegex(complaint, "^mgr-service: the system bus does not answer: No such file")

    def test_a_bus_that_says_nothing_is_given_up(self):
        self.bus()
        status, printed, complaint = self.run_it("--timeout=1", "status", "a.service", bus="bus")
        self.assertEqual((status, printed), (3, ""), complaint)

    def test_a_bus_that_hangs_up(self):
        self.bus(closes=True)
        self.assertEqual(self.run_it("status", "a.service", bus="bus")[0], 3)

    def test_a_bus_that_speaks_something_else(self):
        self.bus(b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0" * 100000)
        self.assertEqual(self.run_it("--timeout=1", "status", "a.service", bus="bus")[0], 3)

    def test_a_bus_that_sends_a_message_that_is_none(self):
        self.bus(b"OK 0123456789abcdef0123456789abcdef\r\nAGREE_UNIX_FD\r\n", b"l\2\1\1" + b"\xff" * 4096)
        self.assertEqual(self.run_it("--timeout=1", "status", "a.service", bus="bus")[0], 3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
