"""mgrctl setup with its answers as options: what it writes, and what it leaves alone.

Usage: setup_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import os
import subprocess
import tempfile
import unittest

from instance import uid_of
from setup_support import ANSWERS, FAILED, OK, SCANS, USAGE, SetupCase


class Options(SetupCase):
    def test_the_answers_become_rules(self):
        self.assertFalse(self.may("service", "restart", "nginx.service"))
        printed, _ = self.sets_up(*ANSWERS, "--yes")
        status = self.own.stat()
        self.assertEqual((status.st_mode & 0o7777, status.st_uid, status.st_gid), (0o644, 0, 0))
        self.assertEqual(self.own.parent.stat().st_mode & 0o7777, 0o755)
        self.assertTrue(self.may("service", "restart", "nginx.service"))
        self.assertTrue(self.may("scan", "start", "1"))
        self.assertFalse(self.may("service", "stop", "nginx.service"))
        self.assertFalse(self.may("service", "restart", "ssh.service"))
        self.assertFalse(self.may("service", "restart", "nginx.service", user="mgr-scan"))
        self.assertEqual(self.mgrctl("policy", "check").returncode, OK)
        self.assertIn("allowed: www-data may scan start task_ids=1\n", printed)
        for step in ("mgrctl --root  policy lint", "mgrctl --root  doctor"):
            self.assertIn(step, printed)

    def test_what_is_shipped_stays_as_it_is(self):
        before = {path: path.read_bytes() for path in self.etc.rglob("*.toml")}
        self.sets_up(*ANSWERS, "--yes")
        self.assertEqual({path: path.read_bytes() for path in before}, before)

    def test_the_same_answers_change_nothing(self):
        self.sets_up(*ANSWERS, "--yes")
        before = self.tree()
        printed, _ = self.sets_up(*ANSWERS, "--yes")
        self.assertEqual(self.tree(), before)
        self.assertIn("10-setup.toml is as it was", printed)

    def test_the_command_in_the_file_gives_the_file_again(self):
        self.sets_up(*SCANS, "--units", r"a\x2db@c.service,nginx.service", "--yes")
        text = self.own.read_text()
        line, = (line for line in text.splitlines() if line.startswith("#   mgrctl setup "))
        self.own.unlink()
        done = subprocess.run(["sh", "-c", line.removeprefix("#   ").replace(
            "mgrctl", " ".join(map(str, self.command()))) + " --yes"], check=False)
        self.assertEqual(done.returncode, OK)
        self.assertEqual(self.own.read_text(), text)

    def test_a_dry_run_shows_the_file_and_writes_nothing(self):
        before = self.tree()
        printed, said = self.sets_up(*ANSWERS, "--dry-run")
        self.assertEqual(self.tree(), before)
        self.assertIn("policy.toml:", said)
        self.sets_up(*ANSWERS, "--yes")
        self.assertEqual(self.own.read_text(), printed)

    def test_nothing_is_left_where_temporary_files_are(self):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["TMPDIR"] = folder
            self.addCleanup(os.environ.pop, "TMPDIR")
            self.sets_up(*ANSWERS, "--yes")
            self.refuses(*SCANS, "--units", "debug-shell.service", "--yes")
            self.assertEqual(os.listdir(folder), [])

    def test_what_is_missing_is_told(self):
        said = self.refuses()
        for option in ("--web-user USER", "--allow WHAT", "--yes"):
            self.assertIn(option, said)
        self.assertNotIn("--yes", self.refuses("--yes"))
        self.assertNotIn("--allow", self.refuses("--units", "nginx.service"))
        self.assertIn("--web-key", self.refuses(*SCANS[:3], "shutdown", "--yes"))

    def test_without_yes_nothing_is_written(self):
        self.assertIn("missing: --yes", self.refuses(*ANSWERS))

    def test_a_wrong_answer_is_told_by_its_option(self):
        for option, wrong in (("--web-user", "nobody-of-that-name"), ("--web-user", "root"), ("--web-user", "nobody"),
                              ("--allow", "scna"), ("--allow", "mgr"), ("--units", "*.service"),
                              ("--recipients", "a b"), ("--web-key", "No Key"), ("--admin", "www-data"),
                              ("--admin", "root"), ("--admin", "mgr-broker"), ("--web-user", "mgr-job"),
                              ("--admin", "nobody-of-that-name"), ("--listen", "localhost:1"), ("--listen", "6667")):
            with self.subTest(option=option, wrong=wrong):
                words = dict(zip(SCANS[::2], SCANS[1::2])) | {option: wrong}
                self.assertIn(option, self.refuses(*(word for pair in words.items() for word in pair), "--yes"))

    def test_the_web_may_be_nobody(self):
        self.assertIn("--allow", self.refuses("--web-user", "none", "--allow", "scan", "--yes"))
        self.sets_up("--web-user", "none", "--yes")
        self.assertEqual(self.mgrctl("policy", "check").returncode, OK)

    def test_it_is_for_root(self):
        os.chmod(self.root, 0o755)
        user = uid_of("www-data").pw_uid
        code, _, said = self.run_setup(*ANSWERS, "--yes", user=user)
        self.assertEqual(code, USAGE)
        self.assertIn("as root", said)
        self.assertFalse(self.own.exists())
        self.assertEqual(self.run_setup(*ANSWERS, "--dry-run", user=user)[0], OK)

    def test_other_commands_do_not_take_its_options(self):
        done = self.mgrctl("policy", "check", "--web-user", "www-data")
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("--web-user is not for policy", done.stdout)


class Beside(SetupCase):
    """What is there already: other rules, the admin's own hand, mistakes."""

    def test_rules_that_grant_it_already_are_named(self):
        lines = (self.etc / "policy.toml").read_text().splitlines()
        place = max(number for number, line in enumerate(lines, 1)
                    if line == "[[allow]]" and number < lines.index('where  = { task_ids = "1..999" }') + 1)
        _, said = self.sets_up(*SCANS, "--yes")
        self.assertIn(f"/etc/mgr/policy.toml:{place} allows www-data scan start, stop, status, where task_ids is 1..999",
                      said)

    def test_what_was_not_chosen_and_is_granted_all_the_same_is_named(self):
        _, said = self.sets_up(*SCANS[:2], "--units", "nginx.service", "--yes")
        after = said.partition("Not chosen, and granted all the same")[2]
        self.assertIn("allows www-data scan start", after)

    def test_a_deny_that_takes_it_away_is_named_and_is_a_failure(self):
        self.write("rules.d/90-never.toml", '[[deny]]\nwho = "anyone"\nmodule = "scan"\naction = "*"\n')
        code, printed, said = self.run_setup(*SCANS, "--yes")
        self.assertIn("/etc/mgr/rules.d/90-never.toml:1 denies www-data scan *", said)
        self.assertIn("denied: www-data may not scan start", printed)
        self.assertEqual(code, FAILED)

    def test_what_was_edited_by_hand_is_not_written_over(self):
        self.sets_up(*ANSWERS, "--yes")
        for text in (self.own.read_text() + "# mine\n", "# mine\n", ""):
            self.own.write_text(text)
            self.assertIn("--replace", self.refuses(*ANSWERS, "--yes"))
        self.sets_up(*ANSWERS, "--yes", "--replace")
        self.assertNotIn("mine", self.own.read_text())
        self.sets_up(*SCANS, "--yes")  # its own may change

    def test_a_policy_with_a_mistake_is_left_as_it_is(self):
        self.write("rules.d/50-wrong.toml", '[[allow]]\nwho = "nobody-declared"\nmodule = "scan"\naction = "*"\n')
        self.assertIn("/etc/mgr/rules.d/50-wrong.toml:2", self.refuses(*ANSWERS, "--yes"))

    def test_what_would_be_a_mistake_is_not_written(self):
        self.write("rules.d/50-taken.toml", '[[principal]]\nname = "setup-web"\nuser = "www-data"\n')
        said = self.refuses(*ANSWERS, "--yes")
        self.assertIn("/etc/mgr/rules.d/50-taken.toml:", said)
        self.assertNotIn("/tmp/", said)

    def test_a_policy_that_others_may_write_is_refused(self):
        self.etc.joinpath("rules.d").mkdir(exist_ok=True)
        self.etc.joinpath("rules.d").chmod(0o777)
        self.assertIn("/etc/mgr/rules.d: writable by", self.refuses(*ANSWERS, "--yes"))

    def test_a_link_in_its_place_is_not_followed(self):
        elsewhere = self.root / "elsewhere"
        elsewhere.write_text("")
        self.own.parent.mkdir(exist_ok=True)
        self.own.symlink_to(elsewhere)
        self.refuses(*ANSWERS, "--yes", "--replace")

    def test_what_is_as_good_as_root_is_not_meant_by_yes(self):
        said = self.refuses(*SCANS, "--units", "debug-shell.service", "--yes")
        self.assertIn("/etc/mgr/rules.d/10-setup.toml:", said)
        self.assertIn("shell-unit", said)

    def test_what_lint_finds_in_other_files_is_not_told(self):
        self.write("rules.d/50-open.toml", '[[allow]]\nwho = "anyone"\nmodule = "scan"\naction = "list"\n')
        _, said = self.sets_up(*ANSWERS, "--yes")
        self.assertNotIn("anyone-allowed", said)

    def test_lint_has_nothing_against_what_it_writes(self):
        before = self.mgrctl("policy", "lint").stdout
        self.sets_up(*ANSWERS, "--recipients", "root", "--yes")
        after = self.mgrctl("policy", "lint").stdout
        self.assertNotIn("10-setup.toml", after)
        self.assertEqual(after, before)

    def test_a_key_that_is_to_come_is_a_step(self):
        printed, said = self.sets_up(*SCANS[:3], "shutdown", "--web-key", "panel", "--yes")
        self.assertIn("keygen panel", printed)
        self.assertIn("'panel', of whom keys.d has no record", said)
        self.assertIn('key  = "panel"', self.own.read_text())
        self.assertTrue(self.may("shutdown", "status"))

    def test_where_it_listens_is_one_line_of_mgr_toml(self):
        settings = self.etc / "mgr.toml"
        before = settings.read_text()
        self.sets_up(*SCANS, "--yes")
        self.sets_up(*SCANS, "--yes", "--listen", "127.0.0.1:6667")
        self.assertEqual(settings.read_text(), before)
        printed, _ = self.sets_up(*SCANS, "--yes", "--listen", "192.0.2.1:7000")
        self.assertIn("systemctl restart mgr-broker", printed)
        self.assertIn("IPAddressAllow=", printed)  # or the unit keeps out who is to reach it there
        changed = [line for line in settings.read_text().splitlines() if line not in before.splitlines()]
        self.assertEqual(changed, ['listen = "192.0.2.1:7000"'])
        printed, _ = self.sets_up(*SCANS, "--yes", "--listen", "none")
        self.assertNotIn("IPAddressAllow=", printed)
        self.assertIn('\nlisten = ""\n', settings.read_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
