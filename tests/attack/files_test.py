"""What lies in the way of a file of root's, links above all, is neither followed nor written through."""
import os
import pathlib
import shutil
import signal
import subprocess
import time
import unittest

import attack
from instance import DEADLINE, Instance
from victim import Victim

# What a start opens, by who makes it: a folder of root's, with names in it.
FOLDERS = ("run/mgr", "var/lib/mgr", "var/lib/mgr/jobs", "var/lib/mgr/host", "var/lib/mgr/audit", "var/log/mgr",
           "etc/mgr",
           "etc/mgr/modules.d", "etc/mgr/rules.d", "etc/mgr/keys.d")
SOCKETS = ("run/mgr.sock", "run/mgr/helper.sock")
FILES = ("run/mgr/helper.lock", "var/log/mgr/audit.jsonl", "var/lib/mgr/audit/key", "var/lib/mgr/audit/first-key",
         "var/lib/mgr/nonces", "var/lib/mgr/host/id", "var/lib/mgr/host/key",
         "var/lib/mgr/host/known_host", "var/lib/mgr/jobs/next-id", "var/lib/mgr/jobs/accepted",
         "var/lib/mgr/jobs/reserve", "etc/mgr/policy.toml",
         "etc/mgr/mgr.toml", "etc/mgr/modules.d/scan.toml", "etc/mgr/modules.d/more.toml", "etc/mgr/rules.d/more.toml",
         "etc/mgr/keys.d/root.toml", "etc/mgr/keys.d/more.toml", "etc/mgr/keys.d/mac.secret", "etc/mgr/root.key")
MAC = 'type = "hmac-sha256"\n'



class Planted(unittest.TestCase):
    """A mgr that has run once, so that all is there, and is started again over what was planted."""

    def setUp(self):
        self.mgr = Instance(attack.BINARIES, start=False)
        self.addCleanup(self.mgr.stop)
        for folder in ("rules.d", "keys.d"):
            (self.mgr.dir / "etc/mgr" / folder).mkdir(mode=0o755)
        self.mgr.write("etc/mgr/keys.d/mac.toml", MAC)
        self.mgr.write("etc/mgr/keys.d/mac.secret", "ab" * 32 + "\n", 0o600)
        self.mgr.start()
        self.assertTrue(self.mgr.ask("module:scan\naction:start\ntask_ids:9\nmgr-wait:yes\n\n")["success"])
        self.mgr.end(self.mgr.broker, signal.SIGTERM)
        self.mgr.end(self.mgr.helper, signal.SIGTERM)
        self.victim = Victim(self.mgr.dir)

    def started_over(self, place, plant):
        """Starts over what `plant(path)` puts at the place, which is put back afterwards; what was said."""
        path, aside = self.mgr.dir / place, self.mgr.dir / "aside"
        shutil.rmtree(self.victim.folder)
        self.victim = Victim(self.mgr.dir)
        was_there = os.path.lexists(path)
        if was_there:
            os.rename(path, aside)
        plant(path)
        said = self.start()
        planted = os.path.lexists(path) and os.lstat(path)
        if planted and stat_is_folder(planted):
            shutil.rmtree(path)
        elif planted:
            os.remove(path)
        if was_there:
            os.rename(aside, path)
        self.assertTrue(self.victim.state() == self.victim.before,
                        f"{place} led to another file, which is not as it was")
        return said

    def start(self):
        """Starts a helper and ends it. What it complained of, or None where it served."""
        log = open(self.mgr.dir / "start.log", "w+")
        self.addCleanup(log.close)
        helper = subprocess.Popen([self.mgr.binaries / "mgr-helper", "--root", self.mgr.dir, "--libexec",
                                   self.mgr.libexec],
                                  stderr=log)
        self.addCleanup(self.mgr.end, helper)
        until = time.monotonic() + DEADLINE
        while helper.poll() is None:  # no event tells it to us
            if "ready" in pathlib.Path(log.name).read_text():
                self.mgr.end(helper, signal.SIGTERM)
                return None
            self.assertLess(time.monotonic(), until, "it hangs: " + pathlib.Path(log.name).read_text())
            time.sleep(0.01)
        return pathlib.Path(log.name).read_text()

    def test_a_link_in_place_of_a_folder_is_refused_by_its_path(self):
        """systemd CVE-2018-6954: a folder in /run became a link between two steps of a start."""
        for place in FOLDERS:
            with self.subTest(place=place):
                said = self.started_over(place, lambda path: os.symlink(self.victim.folder, path))
                self.assertIsNotNone(said, "it was followed")
                self.assertIn(str(self.mgr.dir / place), said)

    def test_a_link_in_place_of_a_file_is_not_followed(self):
        """nginx CVE-2016-1247: a log file that was a link made root write, and own, another's file."""
        for place in FILES:
            for target in (self.victim.path, self.victim.folder / "to-be-made", "/dev/null"):
                with self.subTest(place=place, target=target):
                    said = self.started_over(place, lambda path: os.symlink(target, path))
                    if said is not None:
                        self.assertIn(os.path.basename(place), said)

    def test_a_link_in_place_of_a_socket_is_replaced(self):
        """systemd CVE-2018-6954: bind(2), chown(2) and chmod(2) on a name that was a link."""
        for place in SOCKETS:
            for target in (self.victim.path, self.victim.folder, self.victim.folder / "to-be-made"):
                with self.subTest(place=place, target=target):
                    self.assertIsNone(self.started_over(place, lambda path: os.symlink(target, path)))

    def test_a_fifo_in_place_of_a_file_holds_up_no_start(self):
        """A FIFO that nobody writes to stops whoever opens it: each is refused, or taken for what it is."""
        for place in FILES:
            with self.subTest(place=place):
                said = self.started_over(place, lambda path: os.mkfifo(path, 0o600))
                if said is not None:
                    self.assertIn(os.path.basename(place), said)

    def test_a_second_name_of_another_file_is_not_written_to(self):
        """nginx CVE-2016-1247's class, by hard links: the file behind is another's."""
        for place in FILES:
            with self.subTest(place=place):
                self.started_over(place, lambda path: os.link(self.victim.path, path))
                self.assertEqual(self.victim.links(), 1)


def stat_is_folder(status):
    return (status.st_mode & 0o170000) == 0o040000


if __name__ == "__main__":
    attack.main()
