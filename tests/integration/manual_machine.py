"""A machine for the examples of the manual: mgr where it is installed, under the paths that the pages name.

For a process in namespaces of its own (mount, net, pid): /etc, /usr, /var and others are overlays that end with it, so that an
example runs as it stands in the page, with users, hosts and files of its own, and this machine has none of it.
"""
import contextlib
import os
import pathlib
import pwd
import subprocess
import time

from instance import DEADLINE, REPO, cgroup2_mount

LAYERS = pathlib.Path("/mnt")
PLACES = {"mgr-helper": "/usr/sbin", "mgr-broker": "/usr/sbin", "mgrctl": "/usr/bin", "mgr-scan": "/usr/bin",
          "mgr-job": "/usr/libexec/mgr", "mgr-configure": "/usr/libexec/mgr", "mgr-mail": "/usr/libexec/mgr",
          "mgr-service": "/usr/libexec/mgr", "mgr-shutdown": "/usr/libexec/mgr", "mgr.cgi": "/usr/libexec/mgr"}
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"


def run(*words, **options):
    return subprocess.run(words, check=True, **options)


class Installed:
    """A machine with mgr installed and running, such as one that systemd has booted."""

    def __init__(self):
        self.later = []  # commands for when it runs, each with who types it
        if subprocess.run(["id", "alice"], capture_output=True).returncode != 0:
            run("useradd", "--create-home", "--groups", "mgr-admin", "alice")
        pathlib.Path("/var/www").mkdir(exist_ok=True)

    def start(self):
        self.wait_ready(lambda: True)

    def wait_ready(self, lives):
        until = time.monotonic() + DEADLINE
        ping = ["mgrctl", "-q", "--timeout", "2", "ping"]
        while subprocess.run(ping, capture_output=True, env=self.environment("root")).returncode != 0:
            if not lives() or time.monotonic() > until:
                raise RuntimeError("mgr does not run: " + self.said())
            time.sleep(0.05)
        for user, script in self.later:
            self.shell(user, script)

    def end(self):
        pass

    def said(self):
        return ""

    # ---- its users

    @staticmethod
    def environment(user):
        return {"PATH": PATH, "HOME": pwd.getpwnam(user).pw_dir, "USER": user, "LANG": "C.UTF-8", "SHELL": "/bin/bash"}

    def as_user(self, user, words, **options):
        entry = pwd.getpwnam(user)
        before = [] if user == "root" else ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--init-groups", "--"]
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run([*before, *words], env=self.environment(user), cwd=entry.pw_dir, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=3 * DEADLINE, start_new_session=True, **options)

    def shell(self, user, script):
        """What must succeed before a page's examples make sense."""
        done = self.as_user(user, ["bash", "-euo", "pipefail", "-c", script])
        if done.returncode != 0:
            raise RuntimeError(f"{script}: {done.stdout}")
        return done.stdout


class Machine(Installed):
    """One that is made of this one, with the programs of a build."""

    def __init__(self, binaries):
        self.binaries = pathlib.Path(binaries).resolve()
        self.cgroup = pathlib.Path(cgroup2_mount()) / f"mgr-test-manual-{os.environ['MGR_MANUAL']}"
        self.logs = LAYERS / "logs"
        self.lay_over()
        self.install()
        super().__init__()

    def lay_over(self):
        run("mount", "--make-rprivate", "/")
        run("mount", "-t", "tmpfs", "tmpfs", str(LAYERS))
        self.logs.mkdir()
        for folder in ("/etc", "/usr", "/var", "/root", "/home", "/srv", "/media"):
            upper, work = (LAYERS / f"{kind}{folder}" for kind in ("upper", "work"))
            for layer in (upper, work):
                layer.mkdir(parents=True)
            run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={folder},upperdir={upper},workdir={work}", folder)
        run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
        run("ip", "link", "set", "lo", "up")

    def install(self):
        for program, folder in PLACES.items():
            place = pathlib.Path(folder) / program
            place.parent.mkdir(parents=True, exist_ok=True)
            place.unlink(missing_ok=True)
            place.touch(0o755)
            run("mount", "--bind", str(self.binaries / program), str(place))
        # Where a build that is for here, and no package, looks for them.
        pathlib.Path("/usr/local/libexec").mkdir(exist_ok=True)
        pathlib.Path("/usr/local/libexec/mgr").mkdir()
        run("mount", "--rbind", "/usr/libexec/mgr", "/usr/local/libexec/mgr")
        # No example ends the machine that it is tried on, whatever the namespaces hold.
        run("rm", "-f", *(f"/usr/sbin/{name}" for name in ("shutdown", "poweroff", "reboot", "halt", "telinit")))
        run("rm", "-rf", "/etc/mgr", "/var/lib/mgr", "/var/log/mgr")
        run("cp", "-r", "--no-preserve=ownership", str(REPO / "policy/default"), "/etc/mgr")
        run("chmod", "-R", "u=rwX,go=rX", "/etc/mgr")
        for folder in ("rules.d", "keys.d", "scan.d"):
            pathlib.Path("/etc/mgr", folder).mkdir()
        settings = pathlib.Path("/etc/mgr/mgr.toml")
        settings.write_text(settings.read_text().replace('#cgroup = ""', f'cgroup = "{self.cgroup}"'))
        run("systemd-sysusers", str(REPO / "packaging/sysusers.d/mgr.conf"))
        run("systemd-tmpfiles", "--create", str(REPO / "packaging/tmpfiles.d/mgr.conf"))

    # ---- the daemons

    def start(self):
        self.helper = self.daemon("helper", ["/usr/sbin/mgr-helper"])
        user = pwd.getpwnam("mgr-broker")
        self.broker = self.daemon("broker", ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups",
                                             "--", "/usr/sbin/mgr-broker"])
        self.wait_ready(lambda: self.helper.poll() is None and self.broker.poll() is None)

    def daemon(self, name, words):
        with open(self.logs / name, "a") as log:
            return subprocess.Popen(words, stderr=log, stdin=subprocess.DEVNULL, env={"PATH": PATH})

    def said(self):
        return "".join(path.read_text() for path in sorted(self.logs.iterdir()))

    def end(self):
        for process in (self.broker, self.helper):
            process.terminate()
            process.wait(DEADLINE)


def remove_cgroup(tag):
    """From outside, when the machine is gone."""
    for folder, _, _ in os.walk(pathlib.Path(cgroup2_mount()) / f"mgr-test-manual-{tag}", topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(folder)
