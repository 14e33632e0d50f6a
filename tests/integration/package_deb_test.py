"""The Debian package taken apart: that all is in it, whose it is, what dpkg is told about it.

Usage: package_deb_test.py BUILD_DIR [unittest arguments]; BUILD_DIR/packages holds the one package
(package_deb.sh). What has to be in it is read from the sources and from what `cmake --install` installs.
"""
import gzip
import hashlib
import pathlib
import re
import stat
import subprocess
import sys
import tarfile
import tempfile
import unittest

BUILD = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/release").resolve()
SOURCES = pathlib.Path(__file__).resolve().parents[2]
# What is in the package and is not installed otherwise.
DEBIAN_FILES = {
    "etc/needrestart/conf.d/mgr.conf", "usr/share/doc/mgr/changelog.gz", "usr/share/doc/mgr/copyright",
    "usr/share/lintian/overrides/mgr",
}
MAINTAINER_SCRIPTS = ("postinst", "prerm", "postrm")


def output_of(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def files_below(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def names_of_packages(relations):
    return set(re.findall(r"[a-z0-9][a-z0-9.+-]+(?=[ ,(]|$)", relations, re.M))


def packages_with(libraries):
    """For each library the packages that have it here, with what else these are called (Provides)."""
    owners = {}
    for line in output_of("dpkg-query", "--search", *("*/" + library for library in libraries)).splitlines():
        package, path = line.split(": ")
        owners.setdefault(pathlib.Path(path).name, set()).update(word.split(":")[0] for word in package.split(", "))
    return {library: owners[library] | names_of_packages(
        output_of("dpkg-query", "--show", "--showformat=${Provides}\\n", *owners[library])) for library in libraries}


class PackageCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="mgr-deb-")))
        (cls.deb,) = (BUILD / "packages").glob("mgr_*.deb")
        cls.tree, cls.control, cls.installed = (cls.folder / name for name in ("tree", "control", "installed"))
        output_of("dpkg-deb", "--raw-extract", cls.deb, cls.tree)
        (cls.tree / "DEBIAN").rename(cls.control)
        output_of("cmake", "--install", BUILD, env={"PATH": "/usr/bin:/bin", "DESTDIR": str(cls.installed)})
        cls.files = files_below(cls.tree)
        (cls.units_folder,) = {path.parent for path in cls.tree.rglob("mgr-helper.service")}

    def members(self):
        """What dpkg will make, with the owners and modes that it will have."""
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", self.deb], stdout=subprocess.PIPE) as unpacked:
            with tarfile.open(fileobj=unpacked.stdout, mode="r|") as archive:
                yield from archive

    def field(self, name):
        return output_of("dpkg-deb", "--field", self.deb, name).strip()


class Contents(PackageCase):
    def test_all_that_is_installed_is_in_it_and_nothing_else_but_debians_own(self):
        compressed = {file + ".gz" if file.startswith("usr/share/man/") else file
                      for file in files_below(self.installed)}
        self.assertEqual(compressed | DEBIAN_FILES, self.files)

    def test_each_program_that_is_built_is_in_it(self):
        programs = {path.name for path in (BUILD / "bin").glob("mgr*") if re.fullmatch("mgr(ctl|[-.][a-z]+)", path.name)}
        self.assertGreaterEqual(programs, {"mgrctl", "mgr-helper", "mgr-broker", "mgr-job", "mgr-configure", "mgr-scan",
                                         "mgr.cgi"})
        for program in programs:
            (file,) = [path for folder in ("usr/bin", "usr/sbin", "usr/libexec/mgr")
                       if (path := self.tree / folder / program).exists()]
            self.assertEqual(0o755, stat.S_IMODE(file.stat().st_mode), program)

    def test_each_unit_page_example_and_client_is_in_it(self):
        names = [path.name.removesuffix(".in") for path in (SOURCES / "packaging/systemd").iterdir()
                 if path.suffix != ".preset"]  # which gets a number
        names += [path.name + ".gz" for path in (SOURCES / "packaging/man").iterdir()]
        names += [path.name for path in (SOURCES / "packaging/examples").rglob("*")
                  if path.is_file() and path.name != "README.md"]
        names += [path.name for path in (SOURCES / "client/python").rglob("*") if path.suffix in (".py", ".cgi")]
        names += [path.name for path in (SOURCES / "client/php").rglob("*.php")]
        names += [path.name for path in (SOURCES / "client/shell").iterdir()]
        names += ["README.md", "COOKBOOK.md", "SECURITY.md", "POLICY.md", "PROTOCOL.md"]
        in_package = {pathlib.Path(file).name for file in self.files}
        self.assertEqual(set(), set(names) - in_package)

    def test_each_daemon_and_command_has_a_page_that_is_compressed(self):
        for program, section in (("mgr-helper", 8), ("mgr-broker", 8), ("mgr-job", 8), ("mgrctl", 1), ("mgr-scan", 1)):
            page = self.tree / f"usr/share/man/man{section}/{program}.{section}.gz"
            self.assertIn(f".Nm {program}", gzip.decompress(page.read_bytes()).decode(), page)

    def test_units_start_programs_that_are_in_it(self):
        for unit in self.units_folder.glob("*.service"):
            for program in re.findall(r"^ExecStart=(\S+)", unit.read_text(), re.M):
                self.assertIn(program.lstrip("/"), self.files)

    def test_what_is_systemds_lies_in_one_folder(self):
        """Else dpkg takes the other spelling of that folder, over the link /lib, for this package's own."""
        examples = self.tree / "usr/share/doc/mgr/examples"
        self.assertEqual({self.units_folder.parent}, {
            path.parent.parent for path in self.tree.rglob("*mgr*")
            if path.suffix in (".service", ".socket", ".preset") and not path.is_relative_to(examples)})

    def test_programs_are_stripped(self):
        for file in self.files:
            if re.match("usr/(s?bin|libexec)/", file):
                self.assertNotIn(".symtab", output_of("readelf", "--sections", "--wide", self.tree / file), file)


class Modes(PackageCase):
    def test_all_is_roots_and_writable_by_nobody_else(self):
        for member in self.members():
            self.assertEqual((0, 0), (member.uid, member.gid), member.name)
            if not member.issym():
                self.assertEqual(0, member.mode & 0o7022, member.name)

    def test_all_can_be_read_by_everybody_and_only_programs_can_be_run(self):
        examples = "./usr/share/doc/mgr/examples/"
        for member in self.members():
            runs = member.isdir() or re.match(r"\./usr/(s?bin|libexec/mgr)/", member.name)
            if not member.name.startswith(examples):
                self.assertEqual(0o755 if runs else 0o644, member.mode, member.name)

    def test_it_has_the_folders_that_mgr_wants_of_etc(self):
        folders = {member.name for member in self.members() if member.isdir()}
        self.assertLessEqual({f"./etc/mgr/{name}" for name in ("keys.d", "modules.d", "rules.d")},
                             {folder.rstrip("/") for folder in folders})

    def test_there_are_no_links(self):
        self.assertEqual([], [member.name for member in self.members() if member.issym() or member.islnk()])


class Control(PackageCase):
    def test_each_file_in_etc_is_a_conffile(self):
        conffiles = (self.control / "conffiles").read_text().splitlines()
        self.assertEqual(sorted("/" + file for file in self.files if file.startswith("etc/")), sorted(conffiles))
        shipped = {path.name for path in (SOURCES / "policy/default").rglob("*.toml")}
        self.assertEqual(set(), shipped - {pathlib.Path(file).name for file in conffiles})

    def test_the_sums_are_those_of_the_files(self):
        sums = dict(reversed(line.split("  ", 1)) for line in (self.control / "md5sums").read_text().splitlines())
        self.assertEqual(self.files, set(sums))
        for file, expected in sums.items():
            self.assertEqual(expected, hashlib.md5((self.tree / file).read_bytes()).hexdigest(), file)

    def test_each_library_that_is_linked_is_depended_on(self):
        needed = set()
        for file in self.files:
            if re.match("usr/(s?bin|libexec)/", file):
                linked = re.findall(r"\(NEEDED\).*\[(.*)\]", output_of("readelf", "--dynamic", "--wide", self.tree / file))
                self.assertEqual(file == "usr/libexec/mgr/mgr-job", not linked, file)
                needed |= set(linked)
        depended_on = names_of_packages(self.field("Depends"))
        for library, packages in packages_with(needed).items():
            self.assertTrue(packages & depended_on, f"{library} is in {packages}")

    def test_what_the_scripts_run_is_depended_on(self):
        for tool in ("sysusers", "tmpfiles"):
            self.assertIn(f"systemd | systemd-standalone-{tool} | systemd-{tool}", self.field("Depends"))

    def test_the_fields_say_what_it_is(self):
        self.assertEqual("mgr", self.field("Package"))
        self.assertEqual(output_of("dpkg", "--print-architecture").strip(), self.field("Architecture"))
        self.assertEqual("admin", self.field("Section"))
        self.assertEqual("optional", self.field("Priority"))
        summary, *text = self.field("Description").splitlines()
        self.assertLess(len(summary), 80)
        self.assertGreater(len(text), 5)

    def test_version_programs_and_changelog_agree(self):
        changelog = gzip.decompress((self.tree / "usr/share/doc/mgr/changelog.gz").read_bytes()).decode()
        self.assertEqual(self.field("Version"), re.match(r"mgr \(([^)]+)\)", changelog)[1])
        for program in ("usr/sbin/mgr-helper", "usr/sbin/mgr-broker", "usr/bin/mgr-scan"):
            said = output_of(self.tree / program, "--version").split()
            self.assertEqual(self.field("Version"), said[-1], program)


class Scripts(PackageCase):
    def script(self, name):
        return (self.control / name).read_text()

    def units(self, wanted=""):
        return {unit.name for unit in self.units_folder.iterdir() if wanted in unit.read_text()}

    def test_their_syntax_is_that_of_sh_and_a_failure_ends_them(self):
        for name in MAINTAINER_SCRIPTS:
            output_of("sh", "-n", self.control / name)
            self.assertEqual(0o755, stat.S_IMODE((self.control / name).stat().st_mode), name)
            self.assertRegex(self.script(name), r"\A#!/bin/sh\n(#.*\n)*set -e\n", name)
            self.assertNotIn("@", self.script(name).replace('"$@"', ""), name)

    def test_postinst_and_purge_know_each_unit_that_is_enabled(self):
        for name in ("postinst", "postrm"):
            (listed,) = set(re.findall(r"for unit in (.*\.socket .*); do", self.script(name)))
            self.assertEqual(self.units("\n[Install]\n"), set(listed.split()), name)

    def test_remove_stops_each_unit(self):
        (stopped,) = re.findall(r"deb-systemd-invoke stop (.*?) >", self.script("prerm"))
        self.assertEqual(self.units(), set(stopped.split()))

    def test_no_script_restarts_what_the_jobs_live_in(self):
        commands = re.sub(r"#.*", "", self.script("postinst"))
        self.assertNotIn("mgr-jobs", commands)

    def test_purge_knows_each_user_and_group(self):
        lines = [line.split() for line in (SOURCES / "packaging/sysusers.d/mgr.conf").read_text().splitlines()]
        made = [(line[0], line[1]) for line in lines if line and line[0] in "ug"]
        (users,) = re.findall(r"for user in (.*); do", self.script("postrm"))
        (groups,) = re.findall(r"for group in (.*); do", self.script("postrm"))
        self.assertEqual({name for kind, name in made if kind == "u"}, set(users.split()))
        self.assertEqual({name for _, name in made}, set(groups.split()))

    def test_a_purge_leaves_what_others_have_mounted_below_mgrs_folders(self):
        """A backup, say, or a folder of /srv that the admin has bound there: it is none of mgr's."""
        root = self.folder / "purged"
        for folder in ("etc/mgr/rules.d", "var/lib/mgr/jobs/1", "var/lib/mgr/scan/backup", "var/log/mgr"):
            (root / folder).mkdir(parents=True)
            (root / folder / "file").touch()
        (root / "srv").mkdir()
        (root / "srv/precious").touch()
        (root / "var/lib/mgr/link").symlink_to(root / "srv")
        output_of("unshare", "--mount", "sh", "-ec", """
            mount -t tmpfs none "$DPKG_ROOT/srv" && touch "$DPKG_ROOT/srv/precious"
            mount --bind "$DPKG_ROOT/srv" "$DPKG_ROOT/var/lib/mgr/scan/backup"
            sh "$1" purge
            test -e "$DPKG_ROOT/srv/precious"
            """, "sh", self.control / "postrm", env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DPKG_ROOT": str(root)})
        self.assertEqual({"srv", "srv/precious", "etc", "var", "var/lib", "var/lib/mgr", "var/lib/mgr/scan",
                          "var/lib/mgr/scan/backup", "var/lib/mgr/scan/backup/file", "var/log"},
                         {str(path.relative_to(root)) for path in root.rglob("*")})


if __name__ == "__main__":
    unittest.main(verbosity=2)
