"""A mgr behind nginx for tests of the page: what runs, who may what, and what hostile commands print.

bob logs in as the page's plain user: what mgr knows of him is that www-data asks. alice's requests are signed with a
key that the policy names as an administrator's. Alice is another account than alice, and a plain user's.
"""
import json
import os
import re
import subprocess
import sys
import pathlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from instance import REPO, Instance  # noqa: E402
from web_servers import Nginx  # noqa: E402

EXAMPLE = REPO / "packaging/examples/web"
USERS = {"alice": "correct horse", "bob": "battery staple", "Alice": "somebody else"}
POLICY = """
[[principal]]
name = "web"
user = "www-data"
[[principal]]
name = "admins"
key  = ["alice-page"]
[[allow]]
who    = "anyone"
module = "mgr"
action = "ping"
[[allow]]
who    = "web"
module = "mgr"
action = ["whoami", "modules", "can-i"]
[[allow]]
who    = "web"
module = "scan"
action = "*"
where  = { task_ids = "1..999" }
[[allow]]
who    = ["web", "admins"]
module = ["job", "scan", "try"]
action = "*"
[[allow]]
who    = "admins"
module = "shutdown"
action = "*"
"""
# Each waits for a word from the test, so nothing here sleeps.
COMMAND = """#!/bin/sh
gate() { read -r word < "@DIR@/gates/$1"; }
case "$2" in
  1) echo '10 reading /srv/media' >&"$MGR_PROGRESS_FD"; echo 'scanning /srv/media'; gate 1
     echo '60 reading /srv/backup' >&"$MGR_PROGRESS_FD"; echo 'scanning /srv/backup'; echo 'a link that leads nowhere' >&2; gate 4
     echo '100 done' >&"$MGR_PROGRESS_FD"; echo 'nothing has changed' ;;
  2) echo 'this one is stopped'; trap '' TERM; exec sleep 1000 ;;
  3) printf '<img src=x onerror="alert(1)">\\n\\033[31mred\\033[0m\\342\\200\\256 gnp.exe\\n\\377\\n'
     head -c 1048576 /dev/zero | tr '\\0' x; echo; echo 'the end' ;;
  *) exit 3 ;;
esac
"""
MODULES = """
[module.scan.action.start]
command = ["@DIR@/bin/scan-command", "-t", "{task_id}"]
user = "mgr-scan"
stop_grace = "200ms"
progress = true

[module.try]
summary = "<img src=x onerror=alert(2)> \\u202e of every kind"

[module.try.action.everything]
summary = "An argument of every type"
command = ["/bin/echo", "{number}", "{flag}", "{colour}", "{words}", "{host}", "{hosts...}", "{file}"]
mode    = "output"
confirm = true
[module.try.action.everything.arg]
number = { type = "int", min = 1, max = 20, help = "how many" }
flag   = { type = "bool", help = "whether <b>bold</b>" }
colour = { type = "enum", values = ["red", "green"] }
words  = { type = "string", pattern = "[a-z ]+", max_length = 40 }
host   = { type = "hostname" }
hosts  = { type = "list of ip" }
file   = { type = "path", roots = ["/usr/share"], required = false }

[module.try.action.upload]
summary = "Counts what it is given"
command = ["/usr/bin/wc", "-c"]
mode    = "output"
[module.try.action.upload.arg.text]
type = "blob"

[module.try.action.password]
summary = "Takes a secret"
command = ["/usr/bin/wc", "-c"]
mode    = "output"
[module.try.action.password.arg]
user  = { type = "username" }
value = { type = "secret", max_length = 64 }

[module.try.action.log]
summary = "Line by line"
command = ["/bin/echo", "a line"]
mode    = "stream"
"""


def of_readme(pattern):
    """What the example's README has in a block of its own, by a pattern for all of it."""
    (found,) = re.findall(rf"^```\w*\n({pattern})```$", (EXAMPLE / "README.md").read_text(), re.MULTILINE)
    return found


class AdminsNginx(Nginx):
    """The shipped site, with a key for alice alone, as README.md has it; and which host it is, of this test's mgr."""

    def shipped(self, name):
        text = super().shipped(name)
        if name != "nginx.conf":
            return text
        key, setting = of_readme(r"map .+\n.+\n").replace("/etc/mgr-web/alice.key", f"{self.dir}/run/alice.key").splitlines()
        known = f"fastcgi_param MGR_KNOWN_HOSTS {self.dir}/run/known_hosts;"
        comment = "# fastcgi_param MGR_KEY "
        assert text.count(comment) == 1
        return key + "\n" + text.replace(comment, f"{setting} {known} {comment}")


class PageSite:
    def __init__(self, binaries):
        self.mgr = Instance(binaries, start=False)
        self.server = None
        try:
            self.configure()
            self.mgr.start()
            self.serve()
        except Exception:
            self.stop()
            raise

    def configure(self):
        mgr = self.mgr
        mgr.write("etc/mgr/policy.toml", POLICY)
        mgr.write("etc/mgr/modules.d/scan.toml", MODULES)
        mgr.write("bin/scan-command", COMMAND, 0o755)
        (mgr.dir / "etc/mgr/rules.d").mkdir(mode=0o755)
        mgr.write("etc/mgr/rules.d/60-administrators.toml", of_readme(r"# /etc/mgr/rules\.d/60(?:.*\n)+?"))
        review = (EXAMPLE / "modules.d/review.toml").read_text()
        review = review.replace('"/usr/bin/mgrctl"', f'"{mgr.binaries / "mgrctl"}", "--root", "@DIR@", "--libexec", "{mgr.binaries}"')
        mgr.write("etc/mgr/modules.d/review.toml", review.replace('"/etc/mgr"', '"@DIR@/etc/mgr"'))
        folder = mgr.dir / "etc/mgr/keys.d"
        folder.mkdir(mode=0o755)
        made = self.mgrctl("keygen", "alice-page", "--output", mgr.dir / "alice.key")
        public = next(word for word in made.split() if word.startswith("ed25519:"))
        mgr.write("etc/mgr/keys.d/alice-page.toml", f'type = "ed25519"\npublic_key = "{public.partition(":")[2]}"\n')

    def mgrctl(self, *words):
        return subprocess.run([self.mgr.binaries / "mgrctl", *words], check=True, capture_output=True, text=True).stdout

    def serve(self):
        folder = self.mgr.dir / "web"
        folder.mkdir(mode=0o755)
        site = self

        class Site(AdminsNginx):
            def start(self):
                for name, path in (("alice.key", site.mgr.dir / "alice.key"), ("known_hosts", site.mgr.dir / "var/lib/mgr/host/known_host")):
                    target = self.write(f"run/{name}", path.read_text(), 0o600)
                    os.chown(target, 33, 33)
                super().start()
        self.server = Site(folder, os.environ.get("MGR_CGI") or self.mgr.binaries / "mgr.cgi", self.mgr.dir / "run/mgr.sock", USERS)

    @property
    def words(self):
        """What the tests in node are told."""
        return {"url": f"http://localhost:{self.server.port}/mgr/", "users": USERS, "gates": str(self.mgr.dir / "gates"),
                "audit": str(self.mgr.dir / "var/log/mgr/audit.jsonl"), "page": str(REPO / "client/web")}

    def stop(self):
        if self.server:
            self.server.stop()
        self.mgr.stop()


if __name__ == "__main__":  # to look at it by hand: page_site.py BINARIES
    here = PageSite(sys.argv[1])
    print(json.dumps(here.words), flush=True)
    try:
        sys.stdin.read()
    finally:
        here.stop()
