"""The units as they are installed: systemd-analyze(1) finds nothing to complain of, the broker's cage is as tight as
is promised, and every manual page that they name is there. Prints the exposure of each service.

Looks at a folder with what packaging/ installs and with the machine's own units, so systemd need not run.
Usage: units.py BUILD_FOLDER
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from source_tree import ROOT, finish

WEB_SERVICES = ["mgr-web.service", "mgr-web-stream.service"]
MOST = {"mgr-broker.service": 1.0} | {name: 1.0 for name in WEB_SERVICES}
# Examples, which an admin installs.
WEB_UNITS = [*WEB_SERVICES, "mgr-web.socket", "mgr-web-stream.socket"]
UNITS = ["mgr.socket", "mgr-helper.socket", "mgr-helper.service", "mgr-broker.service", "mgr-jobs.service"]
build = pathlib.Path(sys.argv[1]).resolve()
findings = []


def run(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, **more)


def install(root):
    script = build / "packaging/cmake_install.cmake"
    run("cmake", "-P", script, check=True, env={**os.environ, "DESTDIR": str(root)})
    own = pathlib.Path(run("pkg-config", "--variable=systemdsystemunitdir", "systemd", check=True).stdout.strip())
    shutil.copytree(own, root / own.relative_to("/"), symlinks=True, dirs_exist_ok=True)
    for name in WEB_UNITS:
        shutil.copy(ROOT / "packaging/examples/web" / name, root / own.relative_to("/"))
    found = {name: path for name in UNITS for path in root.rglob(name)}
    return found | {name: root / own.relative_to("/") / name for name in WEB_UNITS}


def install_programs(root, text):
    for path in re.findall(r"^Exec\w+=(/\S+)", text, re.M):
        made = root / path[1:]
        made.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path if path.startswith(("/bin/", "/usr/sbin/fcgiwrap")) else build / "bin" / made.name, made)


def check_pages(root, name, text):
    pages = re.findall(r"man:([\w.-]+)\((\d)\)", text)
    if not pages:
        findings.append(f"{name}: names no manual page")
    for page, section in pages:
        if not list(root.rglob(f"man{section}/{page}.{section}")):
            findings.append(f"{name}: there is no {page}({section})")


def check_exposure(root, name):
    done = run("systemd-analyze", "security", "--offline=true", "--no-pager", f"--root={root}", name)
    found = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    if not found:
        findings.append(f"{name}: systemd-analyze security says {done.stdout + done.stderr}")
        return
    most = MOST.get(name)
    print(f"{name}: exposure {found[1]} of 10" + (f", at most {most}" if most else ""))
    if most and float(found[1]) > most:
        findings.append(f"{name}: exposure {found[1]} is over {most}")


with tempfile.TemporaryDirectory() as folder:
    installed = install(pathlib.Path(folder))
    for unit in set(UNITS) - installed.keys():
        findings.append(f"{unit}: is not installed")
    for unit, file in installed.items():
        install_programs(pathlib.Path(folder), file.read_text())
        check_pages(pathlib.Path(folder), unit, file.read_text())
    verified = run("systemd-analyze", "verify", "--man=no", f"--root={folder}", *installed)
    findings += [f"systemd-analyze verify: {line}" for line in (verified.stdout + verified.stderr).splitlines()]
    if verified.returncode != 0:
        findings.append(f"systemd-analyze verify ends with {verified.returncode}")
    for unit in installed:
        if unit.endswith(".service"):
            check_exposure(folder, unit)
finish("units", findings)
