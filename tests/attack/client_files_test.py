"""What an admin's own mgrctl writes and reads, where somebody else was first to lay something in its way."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from attack import BINARIES, main
from instance import DEADLINE
from victim import Victim

SUDOERS = "alice ALL = NOPASSWD: /usr/bin/id -u\n"
IDS = ("../x", "..", ".", "/", "a/b", "a/../b", "", " ", "A", "-x", "--", "a" * 33, "a\n", "a\x1b[2J", "%s",
       "root.toml/..", "\u0430lice")


class Admins(unittest.TestCase):
    """Root works in a folder like /tmp, where anybody makes names."""

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="mgr-test-", dir="/run"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        os.chmod(self.dir, 0o755)
        self.shared = self.dir / "tmp"
        self.shared.mkdir()
        os.chmod(self.shared, 0o1777)
        (self.dir / "etc/mgr/keys.d").mkdir(parents=True, mode=0o755)
        (self.dir / "etc/mgr/rules.d").mkdir(mode=0o755)
        (self.dir / "sudoers").write_text(SUDOERS)
        self.victim = Victim(self.dir)

    def mgrctl(self, *words, **more):
        return subprocess.run([BINARIES + "/mgrctl", *words], cwd=self.shared, capture_output=True, text=True,
                              check=False, timeout=DEADLINE,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.shared), "MGR_KEY": ""}, **more)

    def imported(self):
        return self.mgrctl("import", "sudoers", self.dir / "sudoers", "--into", "new", "--yes")

    def in_force(self):
        return sorted(os.listdir(self.dir / "etc/mgr/rules.d"))

    def test_what_is_imported_leads_to_no_folder_of_somebody_elses(self):
        """systemd CVE-2018-6954's class: `--into new` in /tmp, where `new` led to what is in force."""
        (self.shared / "new").mkdir()
        os.symlink(self.dir / "etc/mgr/rules.d", self.shared / "new/rules.d")
        ran = self.imported()
        self.assertNotEqual(ran.returncode, 0, "it was written into what is in force")
        self.assertIn("new/rules.d: is a symbolic link", ran.stderr)
        self.assertEqual(self.in_force(), [])
        os.remove(self.shared / "new/rules.d")
        for owned in ("new", "new/rules.d", "new/modules.d"):
            (self.shared / owned).mkdir(exist_ok=True)
            os.chown(self.shared / owned, 33, 33)
            self.assertIn("is somebody else's folder", self.imported().stderr, owned)
            os.chown(self.shared / owned, 0, 0)
        self.assertEqual(self.imported().returncode, 0)

    def test_a_link_of_somebody_elses_is_no_folder_to_import_into(self):
        """The same, where `new` itself is the link: what it leads to is root's, and in force."""
        own = self.dir / "own"  # neither sticky nor for all, so that fs.protected_symlinks does not see to it
        own.mkdir()
        link = own / "new"
        os.symlink(self.dir / "etc/mgr", link)
        ran = self.mgrctl("import", "sudoers", self.dir / "sudoers", "--into", link, "--yes")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        before = self.in_force()
        (self.dir / "etc/mgr/rules.d" / before[0]).unlink()
        os.chown(link, 33, 33, follow_symlinks=False)
        for name in (link, f"{link}/"):
            ran = self.mgrctl("import", "sudoers", self.dir / "sudoers", "--into", name, "--yes")
            self.assertIn("is somebody else's symbolic link", ran.stderr)
            self.assertEqual(self.in_force(), [])

    def test_a_link_in_place_of_a_file_of_an_admins_is_replaced_or_refused(self):
        """nginx CVE-2016-1247's class: what root's mgrctl writes has a name that was a link already."""
        for folder in ("new/modules.d", "new/rules.d", ".config/mgr"):
            (self.shared / folder).mkdir(parents=True)
        for name in ("new/modules.d/sudo.toml", "new/rules.d/sudoers.toml", "new/policy.toml", ".config/mgr/key",
                     "key"):
            for target in (self.victim.path, self.victim.folder / "to-be-made"):
                (self.shared / name).unlink(missing_ok=True)
                os.symlink(target, self.shared / name)
                self.imported()
                self.mgrctl("keygen", "alice")
                self.mgrctl("keygen", "alice", "--output", "key")
                self.assertEqual(self.victim.state(), self.victim.before, name)

    def test_the_id_of_a_key_is_no_path(self):
        """sudo-rs CVE-2023-42456: a name that an admin is told to type named a file elsewhere."""
        public = "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
        before = self.tree()
        for name in IDS:
            for words in (("key", "add", name, public), ("key", "revoke", name),
                          ("keygen", name, "--output", self.shared / "key")):
                with self.subTest(words=words):
                    ran = self.mgrctl("--root", self.dir, *words)
                    self.assertNotEqual(ran.returncode, 0, ran.stdout)
                    self.assertNotIn("\x1b", ran.stderr)
        self.assertEqual(self.tree(), before)

    def test_a_policy_that_is_only_looked_at_harms_nobody(self):
        """nginx CVE-2016-1247's class, and a parser's stack: links, FIFOs, nesting and escapes in a working copy."""
        deep = ("a = " + "[" * 200000, "a = " + "{b=" * 200000, "[" + ".".join("a" * 200000) + "]",
                "a." * 200000 + "b = 1")
        copy = self.shared / "copy"
        (copy / "rules.d").mkdir(parents=True)
        plants = [lambda path, text=text: path.write_text(text) for text in deep]
        plants += [lambda path: os.symlink(self.victim.path, path), os.mkfifo, os.mkdir,
                   lambda path: os.symlink("/dev/zero", path),
                   lambda path: path.write_text('[[allow]]\nwho = "\\u001b[2J"\n'),
                   lambda path: path.write_text("# \x1b[2J\u202e\n[[allow]]\n")]
        for name in ("policy.toml", "rules.d/x.toml", "rules.d/\x1b[2J\u202e.toml"):
            for plant in plants:
                (copy / "policy.toml").write_text("")
                (copy / name).unlink(missing_ok=True)
                plant(copy / name)
                for command in ("check", "lint"):
                    ran = self.mgrctl("--libexec", BINARIES, "policy", command, "--files", "copy")
                    self.assertEqual(ran.returncode, 2, (name, ran))
                    self.assertNotRegex(ran.stdout + ran.stderr, "victim victim|\x1b|\u202e")
                (os.rmdir if (copy / name).is_dir() else os.remove)(copy / name)
        self.assertEqual(self.victim.state(), self.victim.before)

    def tree(self):
        return sorted(os.path.join(folder, name) for folder, folders,
                      files in os.walk(self.dir) for name in folders + files)

    def test_a_command_line_without_end_fills_no_memory_of_doctors(self):
        """The class of CVE-2018-1120: /proc/PID/cmdline is memory of whoever runs there, as long as they say."""
        longest = pathlib.Path(__file__).with_name("long_command_line.py")
        with subprocess.Popen(["/usr/bin/python3", "-B", longest, "1024"], user="www-data", group="www-data",
                              extra_groups=(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as hostile:
            self.addCleanup(hostile.kill)
            self.assertEqual(hostile.stdout.readline(), "so it is\n")
            with open(f"/proc/{hostile.pid}/cmdline", "rb") as file:
                self.assertEqual(len(file.read(2 << 20)), 2 << 20)
            pid = os.posix_spawn(BINARIES + "/mgrctl", ["mgrctl", "--root", str(self.dir), "-q", "doctor"],
                                 {"MGR_KEY": ""}, file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
            _, status, used = os.wait4(pid, 0)
            hostile.stdin.close()
        self.assertEqual(os.waitstatus_to_exitcode(status), 1, "it has found what is not there, and not crashed")
        self.assertLess(used.ru_maxrss, 512 << 10, "KiB")


if __name__ == "__main__":
    main()
