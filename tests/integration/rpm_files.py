#!/usr/bin/env python3
"""Compares the files of the rpm with those of the deb: paths, kinds, modes, owners, and which are configuration.
What differs on purpose is listed here, with its reason.

Usage: rpm_files.py RPM DEB TMPFILES
"""
import io
import re
import subprocess
import sys
import tarfile

# A distribution has its own papers, each in its own place; rpm links each program by its build id, and removes no
# folder that no package owns, as zsh's is where zsh is not.
RPM_ALONE = [r"/usr/share/licenses/mgr(-[0-9.]+)?(/LICENSE)?", r"/usr/lib/\.build-id(/.*)?",
             r"/usr/share/zsh/site-functions"]
DEB_ALONE = [
    r"/usr/share/doc/mgr/(copyright|changelog\.gz)",
    r"/usr/share/lintian/overrides/mgr",
    r"/etc/needrestart/conf\.d/mgr\.conf",  # Debian's needrestart would end the jobs; dnf restarts nothing by itself
]
# bookworm's /lib is a link to usr/lib, and its units are packaged as below the link. For zsh Debian has another folder.
DEB_PLACES = {"/lib/systemd/": "/usr/lib/systemd/",
              "/usr/share/zsh/vendor-completions/": "/usr/share/zsh/site-functions/"}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True).stdout


def kind_and_mode(mode):
    kinds = {0o100000: "file", 0o040000: "folder", 0o120000: "link"}
    return f"{kinds[mode & 0o170000]} {mode & 0o7777:04o}"


def rpm_files(package):
    """{path: "kind mode owner:group"}, and the paths of configuration files."""
    form = "[%{FILENAMES}\t%{FILEMODES}\t%{FILEUSERNAME}:%{FILEGROUPNAME}\t%{FILEFLAGS:fflags}\n]"
    files, configuration = {}, set()
    for line in output("rpm", "--query", "--package", "--queryformat", form, package).decode().splitlines():
        path, mode, owner, flags = line.split("\t")
        files[path] = f"{kind_and_mode(int(mode) & 0xFFFF)} {owner}"
        if "c" in flags:
            if "n" not in flags:
                sys.exit(f"{path} would be overwritten by an upgrade: it is not config(noreplace)")
            configuration.add(path)
    return files, configuration


def deb_files(package):
    files = {}
    archive = tarfile.open(fileobj=io.BytesIO(output("dpkg-deb", "--fsys-tarfile", package)))
    for member in archive:
        path = member.name.removeprefix(".")
        for place, other in DEB_PLACES.items():
            path = other + path.removeprefix(place) if path.startswith(place) else path
        kind = "folder" if member.isdir() else "link" if member.issym() else "file"
        files[path] = f"{kind} {member.mode:04o} {member.uname}:{member.gname}"
    return files, set(output("dpkg-deb", "--info", package, "conffiles").decode().split())


def tmpfiles(path):
    """The folders that are made where the package does not hold them."""
    folders = {}
    for line in open(path, encoding="utf-8"):
        words = line.split()
        if words and words[0] == "d":
            folders[words[1]] = f"folder {words[2]} {words[3]}:{words[4]}"
    return folders


def of_mgr(path):
    """An rpm owns no folder of the distribution's; a deb lists them all."""
    return re.search(r"/mgr", path) is not None


def without(files, patterns):
    return {path: what for path, what in files.items()
            if not any(re.fullmatch(pattern, path) for pattern in patterns)}


def differences(ours, theirs):
    for path in sorted(ours.keys() | theirs.keys()):
        if ours.get(path) != theirs.get(path):
            yield f"{path}: rpm {ours.get(path, 'has none')}, deb {theirs.get(path, 'has none')}"


def main():
    rpm, deb, folders = sys.argv[1:]
    ours, our_configuration = rpm_files(rpm)
    theirs, their_configuration = deb_files(deb)
    ours = without(ours, RPM_ALONE)
    theirs = without({path: what for path, what in theirs.items()
                      if not what.startswith("folder") or of_mgr(path)}, DEB_ALONE)
    theirs = tmpfiles(folders) | theirs  # the deb's maintainer script makes those
    found = list(differences(ours, theirs))
    found += [f"{path}: configuration in one of them alone" for path in sorted(
        our_configuration ^ {path for path in their_configuration if path in theirs})]
    print("\n".join(found) or f"   {len(ours)} files and folders")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
