#!/usr/bin/env python3
"""mgr-scan as a program: the user who scans, root who accepts, and a hostile owner of the files.

Test, run by root: it needs two unprivileged uids and writes only below a temporary folder of its
own. Usage: scan_program_test.py PATH_OF_MGR_SCAN. Without root it is skipped (status 77).
"""
import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

SCANNER = 64123  # stands for the user mgr-scan
HOSTILE = 64124  # owns the scanned files
SECRET = b"what nobody may see"
PROGRAM = ""


class Finished:
    """What one run printed, and how it ended."""

    def __init__(self, done):
        self.status = done.returncode
        self.lines = done.stdout.splitlines()
        self.errors = done.stderr
        self.summary = self.lines[-1] if self.lines else ""

    def starting(self, word):
        return [line.split(" ", 1)[1] for line in self.lines if line.startswith(word + " ")]

    @property
    def proposal(self):
        return self.starting("proposal")[0]


class ScanTest(unittest.TestCase):
    def setUp(self):
        self.base = pathlib.Path(os.path.realpath(tempfile.mkdtemp(prefix="mgr-scan-test-")))
        self.addCleanup(self.remove_base)
        os.chmod(self.base, 0o755)
        self.program = self.base / "mgr-scan"
        shutil.copy(PROGRAM, self.program)
        self.root = self.base / "root"
        self.settings = self.root / "etc/mgr/scan.d/1.toml"
        self.accepted = self.root / "var/lib/mgr/scan/accepted"
        self.proposed = self.root / "var/lib/mgr/scan/proposed"
        for folder in (self.settings.parent, self.accepted, self.proposed):
            folder.mkdir(parents=True)
        os.chown(self.proposed, SCANNER, SCANNER)
        os.chmod(self.proposed, 0o750)
        self.tree = self.base / "tree"
        self.tree.mkdir()
        os.chown(self.tree, HOSTILE, HOSTILE)
        self.secret = self.base / "secret"
        self.secret.mkdir()
        (self.secret / "key").write_bytes(SECRET)
        self.configure()

    def remove_base(self):
        subprocess.run(["rm", "-rf", str(self.base)], check=True)

    def configure(self, text=""):
        self.settings.write_text(f'path = "{self.tree}"\n{text}')

    def write(self, name, data=b"data", mode=0o644, owner=HOSTILE):
        path = self.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.chmod(path, mode)
        os.chown(path, owner, owner)
        return path

    def run_program(self, *arguments, user=SCANNER, timeout=60, **options):
        done = subprocess.run(
            [str(self.program), "-t", "1", "--root", str(self.root), *arguments],
            user=user, group=user, extra_groups=[], text=True, timeout=timeout,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        self.assertIn(done.returncode, (0, 1, 2), done.stderr)  # no crash, no sanitizer report
        return Finished(done)

    def scan(self, *arguments, **options):
        return self.run_program(*arguments, **options)

    def accept(self, *arguments, **options):
        return self.run_program("--accept", *arguments, user=options.pop("user", 0), **options)

    def settle(self):
        """Accepts the tree as it is."""
        self.assertEqual(self.scan().status, 0)
        done = self.accept()
        self.assertEqual(done.status, 0, done.errors)

    @contextlib.contextmanager
    def hostile(self, body):
        """Runs body() over and over as the hostile user, until the block ends."""
        child = os.fork()
        if child == 0:
            os.setgroups([])
            os.setresgid(HOSTILE, HOSTILE, HOSTILE)
            os.setresuid(HOSTILE, HOSTILE, HOSTILE)
            os.chdir(self.tree)
            while True:
                with contextlib.suppress(OSError):
                    body()
        try:
            time.sleep(0.05)
            yield
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


class Baselines(ScanTest):
    def test_first_scan_proposes_and_is_no_alarm(self):
        self.write("a")
        self.write("b/c")
        done = self.scan()
        self.assertEqual(done.status, 0, done.errors)
        self.assertEqual(done.summary, "no accepted baseline; proposed 2 files")
        info = os.stat(self.proposed / "1")
        self.assertEqual((info.st_uid, info.st_mode & 0o777), (SCANNER, 0o640))

    def test_second_scan_does_not_absorb_tampering(self):
        self.write("a")
        self.write("gone")
        self.settle()
        self.assertEqual(self.scan().summary, "unchanged; 2 files")
        self.write("a", b"DATA")
        self.write("shell.php", mode=0o4755)
        (self.tree / "gone").unlink()
        for _ in range(3):
            done = self.scan()
            self.assertEqual(done.status, 1)
            self.assertEqual(done.lines[:3],
                             ["changed a (content)", "removed gone", "added shell.php"])
            self.assertEqual(done.summary, "1 added, 1 changed, 1 removed; 2 files")
        done = self.accept()
        self.assertEqual(done.status, 0)
        self.assertEqual(done.lines[:3],
                         ["changed a (content)", "removed gone", "added shell.php"])
        self.assertEqual(self.scan().status, 0)

    def test_owner_mode_and_kind_are_part_of_it(self):
        for name in "abcd":
            self.write(name)
        self.settle()
        os.chown(self.tree / "a", 0, HOSTILE)
        os.chmod(self.tree / "b", 0o4755)
        os.chmod(self.tree / "c", 0o600)
        (self.tree / "d").unlink()
        os.symlink("/etc/passwd", self.tree / "d")
        os.chmod(self.tree, 0o777)
        done = self.scan()
        self.assertEqual(done.status, 1)
        self.assertEqual(done.starting("changed"), [
            ". (mode 0755 -> 0777)", f"a (owner {HOSTILE} -> 0)", "b (mode 0644 -> 4755)",
            "c (kind file -> file-unreadable, mode 0644 -> 0600)",
            f"d (kind file -> link, mode 0644 -> 0777, owner {HOSTILE} -> 0, "
            f"group {HOSTILE} -> 0)"])
        self.assertEqual(done.starting("unchecked"), ["c (cannot be read)"])

    def test_accepted_baseline_is_out_of_reach_of_the_scanner(self):
        self.write("a")
        self.settle()
        info = os.stat(self.accepted / "1")
        self.assertEqual((info.st_uid, info.st_gid, info.st_mode & 0o777), (0, SCANNER, 0o640))
        done = self.accept(user=SCANNER)
        self.assertEqual(done.status, 2)
        self.assertIn("only root may do that", done.errors)

    def test_accept_names_the_proposal_that_was_read(self):
        self.write("a")
        first = self.scan()
        self.write("b")
        second = self.scan()  # somebody scans again between the reading and the accepting
        refused = self.accept("--proposal", first.proposal)
        self.assertEqual(refused.status, 2)
        self.assertIn("nothing is accepted", refused.errors)
        self.assertFalse((self.accepted / "1").exists())
        self.assertEqual(self.accept("--proposal", second.proposal).status, 0)

    def test_accept_refuses_what_a_scanner_taken_over_would_plant(self):
        self.write("a")
        self.settle()
        good = (self.proposed / "1").read_bytes()
        kept = (self.accepted / "1").read_bytes()
        sound = good.replace(b" 4 ", b" 5 ")  # would be taken, were it not for how it lies there
        (self.base / "sound").write_bytes(sound)

        def plant_socket(path):
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(str(path))

        def plant_huge(path):
            path.touch()
            os.truncate(path, 1 << 42)

        plants = {
            "link": lambda path: os.symlink("../../../../../../sound", path),
            "absolute link": lambda path: os.symlink(self.base / "sound", path),
            "fifo": os.mkfifo,
            "folder": lambda path: path.mkdir(),
            "socket": plant_socket,
            "hard link to a file of root": lambda path: os.link(self.secret / "key", path),
            "huge": plant_huge,
            "cut off": lambda path: path.write_bytes(good[:-4]),
            "other folder": lambda path: path.write_bytes(
                good.replace(b"/tree\n", b"/other\n")),
            "empty": lambda path: path.write_bytes(b""),
        }
        for name, plant in plants.items():
            with self.subTest(name):
                path = self.proposed / "1"
                path.unlink()
                plant(path)
                done = self.accept(timeout=20)
                self.assertEqual(done.status, 2)
                self.assertNotIn(SECRET.decode(), done.errors)
                self.assertEqual((self.accepted / "1").read_bytes(), kept)
                if path.is_dir():
                    path.rmdir()
                    path.touch()
        (self.proposed / "1").write_bytes(sound)
        self.assertEqual(self.accept().status, 0)

    def test_accept_follows_no_linked_or_mounted_folder(self):
        self.write("a")
        self.scan()
        self.proposed.rename(self.proposed.parent / "elsewhere")
        os.symlink("elsewhere", self.proposed)
        self.assertEqual(self.accept().status, 2)
        self.proposed.unlink()
        self.proposed.mkdir()
        bind = ["mount", "--bind", str(self.proposed.parent / "elsewhere"), str(self.proposed)]
        if subprocess.run(bind).returncode != 0:
            self.skipTest("mounting is not possible here")
        try:
            self.assertEqual(self.accept().status, 2)
        finally:
            subprocess.run(["umount", str(self.proposed)], check=True)

    def test_loose_settings_and_baselines_are_refused(self):
        self.write("a")
        self.settle()
        os.chmod(self.settings, 0o664)
        done = self.scan()
        self.assertEqual(done.status, 2)
        self.assertIn("1.toml: is writable by its group or by others", done.errors)
        os.chmod(self.settings, 0o644)
        os.chown(self.settings, SCANNER, SCANNER)
        self.assertEqual(self.scan().status, 2)
        os.chown(self.settings, 0, 0)
        os.chown(self.accepted / "1", SCANNER, SCANNER)
        self.assertEqual(self.scan().status, 2)

    def test_other_folder_needs_a_new_baseline(self):
        self.write("a")
        self.settle()
        self.settings.write_text(f'path = "{self.base}"\nexclude = ["*"]\n')
        done = self.scan()
        self.assertEqual(done.status, 2)
        self.assertIn("accept the new proposal", done.errors)
        self.assertEqual(self.accept().status, 0)
        self.assertEqual(self.scan().status, 0)

    def test_arguments_are_checked(self):
        for arguments in (["-t", "0"], ["-t", "2147483649"], ["-t", "01"], ["-t", "1x"],
                          ["-t", "../1"], ["-t", ""], [], ["-t", "1", "extra"],
                          ["-t", "1", "--proposal", "ab"]):
            done = subprocess.run([str(self.program), *arguments], capture_output=True, text=True)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertNotEqual(done.stderr, "")
        for flag in ("--help", "--version"):
            self.assertEqual(
                subprocess.run([str(self.program), flag], capture_output=True).returncode, 0)

    def test_json_is_one_object_a_line(self):
        self.write("a")
        self.settle()
        self.write("a", b"longer than before")
        self.write(b"new\n\xff".decode("utf-8", "surrogateescape"))
        done = self.scan("--json")
        self.assertEqual(done.status, 1)
        objects = [json.loads(line) for line in done.lines]
        self.assertEqual([one["type"] for one in objects], ["changed", "added", "summary"])
        self.assertEqual(objects[0]["changes"][0],
                         {"field": "size", "before": "4", "after": "18"})
        self.assertEqual(objects[1]["path"], "new\\x0A\\xFF")
        self.assertEqual(objects[2]["result"], "changed")

    def test_progress_ends_at_hundred_and_its_reader_may_leave(self):
        for number in range(200):
            self.write(f"d{number % 10}/f{number}", os.urandom(100_000))
        reader, writer = os.pipe()
        environment = dict(os.environ, MGR_PROGRESS_FD=str(writer))
        self.scan(env=environment, pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as lines:
            told = [int(line.split(" ", 1)[0]) for line in lines]
        self.assertEqual(told[-1], 100)
        self.assertEqual(told, sorted(told))
        reader, writer = os.pipe()
        os.close(reader)
        environment["MGR_PROGRESS_FD"] = str(writer)
        self.assertEqual(self.scan(env=environment, pass_fds=[writer]).status, 0)
        os.close(writer)

    def test_report_that_cannot_be_written_is_an_error(self):
        self.write("a")
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([str(self.program), "-t", "1", "--root", str(self.root)],
                                  stdout=full, stderr=subprocess.PIPE, user=SCANNER,
                                  group=SCANNER, extra_groups=[])
        self.assertEqual(done.returncode, 2)


class HostileOwner(ScanTest):
    def test_names_cannot_forge_lines(self):
        names = [b"x\nunchanged; 0 files", b"\x1b[2J", b"\xff\xfe", b" ", b"a\\x0Ab", b"%0A",
                 b"- .", "\u202egnp.exe".encode(), b"n" * 255]
        self.settle()
        for name in names:
            self.write(os.fsdecode(name))
        done = self.scan()
        self.assertEqual(done.status, 1)
        self.assertEqual(len(done.starting("added")), len(names))
        self.assertEqual(len(done.lines), len(names) + 2)  # the proposal and the summary
        everything = "\n".join(done.lines)
        self.assertNotIn("\x1b", everything)
        self.assertNotIn("\u202e", everything)
        self.assertEqual(self.accept().status, 0)
        self.assertEqual(self.scan().status, 0)

    def test_fifos_sockets_and_devices_are_not_opened(self):
        os.mkfifo(self.tree / "fifo")
        os.chmod(self.tree / "fifo", 0o666)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.tree / "socket"))
        self.addCleanup(listener.close)
        os.mknod(self.tree / "device", 0o666 | 0o020000, os.makedev(5, 0))
        # A writer that does not wait finds out whether anybody reads.
        self.scan(timeout=20)
        with self.assertRaises(OSError):
            os.open(self.tree / "fifo", os.O_WRONLY | os.O_NONBLOCK)
        self.accept()
        self.assertIn("char-device 644 0 0 0 5:0 device\n", (self.accepted / "1").read_text())
        (self.tree / "device").unlink()
        os.mknod(self.tree / "device", 0o666 | 0o020000, os.makedev(1, 3))
        self.assertIn("device 5:0 -> 1:3", "\n".join(self.scan().lines))

    def test_lease_does_not_make_it_wait(self):
        path = self.write("leased")
        self.settle()

        def hold():
            held = os.open(path, os.O_WRONLY)
            fcntl.fcntl(held, fcntl.F_SETLEASE, fcntl.F_WRLCK)
            signal.signal(signal.SIGIO, signal.SIG_IGN)
            time.sleep(60)

        with self.hostile(hold):
            time.sleep(0.3)
            begun = time.monotonic()
            done = self.scan(timeout=40)
            self.assertLess(time.monotonic() - begun, 10)
        self.assertEqual(done.status, 1)
        self.assertEqual(done.starting("unchecked"), ["leased (cannot be read)"])

    def test_huge_sparse_files_take_no_time(self):
        for number in range(50):
            os.truncate(self.write(f"sparse{number}"), 1 << 40)
        os.truncate(self.write("below-the-limit"), 900 << 20)
        begun = time.monotonic()
        self.settle()
        self.assertLess(time.monotonic() - begun, 20)
        with open(self.tree / "sparse7", "r+b") as file:
            file.seek(1 << 39)
            file.write(b"hidden")
        os.utime(self.tree / "sparse7", (1, 1))
        done = self.scan()
        self.assertEqual(done.starting("changed"), ["sparse7 (times)"])

    def test_hard_links_do_not_multiply_the_work(self):
        path = self.write("f", os.urandom(4 << 20))
        for number in range(2000):
            os.link(path, self.tree / f"l{number}")
        begun = time.monotonic()
        self.assertEqual(self.scan().status, 0)
        self.assertLess(time.monotonic() - begun, 20)

    def test_deep_nesting_ends_and_is_told(self):
        at = os.open(self.tree, os.O_RDONLY)
        for _ in range(3000):
            os.mkdir("d", dir_fd=at)
            below = os.open("d", os.O_RDONLY, dir_fd=at)
            os.close(at)
            at = below
        os.close(at)
        done = self.scan()
        self.assertEqual(done.status, 0, done.errors)
        self.assertEqual(len(done.starting("unchecked")), 1)
        self.assertIn("nested too deeply", done.starting("unchecked")[0])
        self.assertEqual(self.accept().status, 0)
        self.assertEqual(self.scan().status, 0)

    def test_few_descriptors_are_enough_for_a_deep_tree(self):
        path = self.tree
        for _ in range(200):
            path = path / "d"
            path.mkdir()
        done = subprocess.run(["sh", "-c", "ulimit -n 12; exec \"$@\"", "sh", str(self.program),
                               "-t", "1", "--root", str(self.root)],
                              user=SCANNER, group=SCANNER, extra_groups=[], capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_mount_is_not_entered(self):
        inside = self.tree / "inside"
        inside.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "none", str(inside)]).returncode != 0:
            self.skipTest("mounting is not possible here")
        try:
            (inside / "x").write_text("x")
            done = self.scan()
        finally:
            subprocess.run(["umount", str(inside)], check=True)
        self.assertEqual(done.summary.split("; ")[1:], ["proposed 0 files", "1 not checked"])
        self.assertIn("another file system", done.starting("unchecked")[0])

    def test_files_swapped_for_links_lead_nowhere(self):
        self.write("f", b"inside")
        self.write("d/key", b"inside")
        os.chown(self.tree / "d", HOSTILE, HOSTILE)
        os.symlink("../secret/key", self.tree / "l")
        os.symlink("../secret", self.tree / "dl")

        def swap():
            for one, other in (("f", "l"), ("d", "dl")):
                os.rename(one, "t")
                os.rename(other, one)
                os.rename("t", other)

        outside = hashlib.blake2b(SECRET, digest_size=32).hexdigest()
        with self.hostile(swap):
            for _ in range(150):
                done = self.scan(timeout=20)
                self.assertEqual(done.status, 0, done.errors)
                text = (self.proposed / "1").read_text()
                self.assertNotIn(outside, text)

    def test_fifo_swapped_in_does_not_block(self):
        self.write("f")
        os.mkfifo(self.tree / "p")

        def swap():
            os.rename("f", "t")
            os.rename("p", "f")
            os.rename("t", "p")

        with self.hostile(swap):
            for _ in range(100):
                self.assertEqual(self.scan(timeout=20).status, 0)

    def test_name_carried_around_the_scan_is_told(self):
        """A folder goes from one not yet listed into one already listed, and back."""
        for number in range(300):
            self.write(f"m{number}/f")
        for name in ("a", "z"):
            (self.tree / name).mkdir()
            os.chown(self.tree / name, HOSTILE, HOSTILE)
        self.settle()
        self.write("a/evil/shell.php")
        os.chown(self.tree / "a/evil", HOSTILE, HOSTILE)

        def carry():
            os.rename("a/evil", "z/evil")
            os.rename("z/evil", "a/evil")

        with self.hostile(carry):
            for _ in range(60):
                done = self.scan(timeout=20)
                self.assertEqual(done.status, 1, done.lines)

    def test_names_that_never_stay_are_told(self):
        self.settle()
        self.write("evil0")

        def flip():
            os.rename("evil0", "evil1")
            os.rename("evil1", "evil0")

        with self.hostile(flip):
            for _ in range(60):
                self.assertEqual(self.scan(timeout=20).status, 1)

    def test_folder_that_runs_ahead_ends(self):
        """A folder with much below it is moved on and on, to be met again."""
        for number in range(50):
            self.write(f"run/f{number}")
        for number in range(50):
            (self.tree / f"p{number}").mkdir()
            os.chown(self.tree / f"p{number}", HOSTILE, HOSTILE)
        os.chown(self.tree / "run", HOSTILE, HOSTILE)

        def run():
            at = "run"
            for number in range(50):
                os.rename(at, f"p{number}/run")
                at = f"p{number}/run"
            os.rename(at, "run")

        with self.hostile(run):
            for _ in range(30):
                self.assertEqual(self.scan(timeout=20).status, 0)

    def test_file_that_keeps_growing_ends(self):
        path = self.write("log", b"x" * (8 << 20))
        self.settle()

        def grow():
            with open(path, "ab", buffering=0) as file:
                while True:
                    file.write(b"y" * 100)
                    if file.tell() > 64 << 20:
                        file.truncate(8 << 20)

        with self.hostile(grow):
            for _ in range(5):
                done = self.scan(timeout=30)
                self.assertEqual(done.status, 1)
        self.assertEqual(len(done.starting("changed")), 1)

    def test_file_that_becomes_unreadable_is_a_difference(self):
        self.write("a")
        self.write("d/b")
        self.settle()
        os.chmod(self.tree / "a", 0o600)
        os.chmod(self.tree / "d", 0o700)
        done = self.scan()
        self.assertEqual(done.status, 1)
        self.assertIn("a (kind file -> file-unreadable, mode 0644 -> 0600)",
                      done.starting("changed"))
        self.assertIn("d/b", done.starting("removed"))


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("skipped: only root can become the users of this test")
        sys.exit(77)
    PROGRAM = os.path.realpath(sys.argv.pop(1))
    os.umask(0o022)
    unittest.main(verbosity=2)
