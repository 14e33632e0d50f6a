"""What must be there before a page's examples make sense: what its text takes for given."""
import pathlib


def write(path, text, mode=0o644):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def scans(*tasks):
    for task in tasks:
        write(f"/srv/site-{task}/index.html", f"site {task}\n")
        write(f"/etc/mgr/scan.d/{task}.toml", f'path = "/srv/site-{task}"\n')


def modules(machine):
    write("/root/note", "Back at noon.\n")
    write("/root/passphrase", "correct horse\n", 0o600)
    write("/var/log/dpkg.log", "".join(f"line {number}\n" for number in range(20)))


def policy(machine):
    """The mistake that the page begins with is gone before its examples: mgr would not start."""
    scans(1, 7, 12)


def protocol(machine):
    scans(1, 2, 3, 4)


SETUPS = {"mgr-modules.5": modules, "mgr-policy.5": policy, "mgr-protocol.7": protocol}
