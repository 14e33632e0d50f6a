"""The example appliance, action by action, as www-data, with the real programs.

Usage: appliance_test.py BINARIES [TEST…]; as root, in a pid namespace of its own.
"""
import contextlib
import grp
import json
import os
import pathlib
import re
import secrets
import shlex
import socket
import struct
import subprocess
import sys
import threading
import time
import tomllib
import unittest

from instance import DEADLINE, REPO, Instance

BINARIES = sys.argv.pop(1) if len(sys.argv) > 1 else "build/dev/bin"
EXAMPLE = REPO / "packaging/examples/appliance"
USER = f"mgr-example-{secrets.token_hex(4)}"
DENIED, INVALID, BUSY = 4, 6, 7
MGRCTL = pathlib.Path(BINARIES).resolve() / "mgrctl"

SETTINGS = """
dns_pid_file=@DIR@/run-dns/pid
dns_servers=@DIR@/dns-servers
certificates=@DIR@/certificates
users_group=@GROUP@
backups=@DIR@/backups
backup_config="@DIR@/saved"
backup_logs="@DIR@/logs"
apt_options="-o Dir=@DIR@/apt -o Dir::State::status=@DIR@/apt/var/lib/dpkg/status"
case "$0" in
  */upgrade-packages) [ ! -p "@DIR@/gates/upgrade" ] || read -r word < "@DIR@/gates/upgrade" ;;
  */backup) [ ! -p "@DIR@/gates/backup" ] || read -r word < "@DIR@/gates/backup" ;;
esac
"""

POLICY = """
[[principal]]
name = "nobody-in-particular"
uid = 1

[[allow]]
who = "anyone"
module = "mgr"
action = "ping"
"""


class Appliance(Instance):
    """The example as it is installed, but for its folders, which are the scratch root's."""

    def __init__(self):
        super().__init__(BINARIES, start=False)
        try:
            self.install()
            self.start()
        except Exception:
            self.stop()
            raise

    def install(self):
        for folder in ("commands", "certificates", "backups", "saved", "logs", "etc/mgr/rules.d", "run-dns", "page"):
            (self.dir / folder).mkdir()
            os.chmod(self.dir / folder, 0o755)
        self.write("etc/mgr/policy.toml", POLICY)
        for rules in (EXAMPLE / "rules.d").iterdir():
            self.write(f"etc/mgr/rules.d/{rules.name}", rules.read_text())
        for module in (EXAMPLE / "modules.d").iterdir():
            self.write(f"etc/mgr/modules.d/{module.name}", self.moved(module.read_text()))
        for command in (EXAMPLE / "bin").iterdir():
            self.write(f"commands/{command.name}", self.moved(command.read_text()), 0o755)
        self.write("commands/settings", SETTINGS.replace("@GROUP@", USER))
        for client in (EXAMPLE / "page.php", REPO / "client/php/mgr.php", REPO / "client/python/mgr.py"):
            self.write(f"page/{client.name}", client.read_text().replace("/usr/share/mgr/php/mgr.php", "mgr.php"))
        os.mkfifo(self.dir / "gates/upgrade")
        os.mkfifo(self.dir / "gates/backup")
        for part in ("etc/apt/sources.list.d", "etc/apt/preferences.d", "etc/apt/apt.conf.d",
                     "var/lib/apt/lists/partial", "var/cache/apt/archives/partial", "var/lib/dpkg"):
            (self.dir / "apt" / part).mkdir(parents=True)
        (self.dir / "apt/var/lib/dpkg/status").touch()

    def moved(self, text):
        text = text.replace("/usr/lib/mgr-appliance", str(self.dir / "commands"))
        text = text.replace('roots = ["/var/log"]', f'roots = ["{self.dir}/logs"]')
        # The machine's own packet filter is left alone: the rules go into a network of the job's own.
        return text.replace('lock    = "firewall"', 'lock    = "firewall"\nprivate_network = true')

    def block(self, module, action, body=None, **fields):
        lines = [f"module:{module}", f"action:{action}"]
        lines += [f"{name.replace('__', '-')}:{value}" for name, value in fields.items()]
        if body is not None:
            lines.append(f"mgr-body:{len(body)}")
        return ("\n".join(lines) + "\n\n").encode() + (body or b"")

    def request(self, module, action, body=None, client="www-data", **fields):
        return self.ask(self.block(module, action, body, **fields), client)

    def lines(self, module, action, **fields):
        """The lines of a stream, as they come."""
        with self.client() as connection, connection.makefile("rb") as answer:
            connection.sendall(self.block(module, action, **fields))
            for line in answer:
                yield json.loads(line)

    def wait_gone(self, job):
        """Until the job's process tree is gone, and its cgroup with it."""
        until = time.monotonic() + DEADLINE
        while (self.cgroup / f"job-{job}").exists():
            if time.monotonic() > until:
                raise AssertionError(f"job {job} does not end")
            time.sleep(0.02)

    def printed(self, lines, stream="stdout"):
        return "".join(record.get("text", "") for line in lines if line["success"] and line.get("more")
                       for record in line["data"]["records"] if record["stream"] == stream)


class Upstream(threading.Thread):
    """A name server that says 192.0.2.7 to everything, and counts."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.questions = 0

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                question, client = self.socket.recvfrom(512)
                self.questions += 1
                end = question.index(b"\0", 12) + 5
                self.socket.sendto(question[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + question[12:end] +
                                   b"\xc0\x0c\0\1\0\1" + struct.pack("!IH", 300, 4) + bytes([192, 0, 2, 7]), client)

    def close(self):
        self.socket.close()


def look_up(port, name):
    question = b"\x12\x34\1\0\0\1\0\0\0\0\0\0" + b"".join(
        bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0\0\1\0\1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(DEADLINE)
        asking.sendto(question, ("127.0.0.1", port))
        answer = asking.recv(512)
    return socket.inet_ntoa(answer[-4:]) if answer[3] & 15 == 0 and answer[7] else None


def certificate(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-subj", "/CN=appliance.test", "-keyout", folder / "key", "-out", folder / "certificate"],
                   check=True, capture_output=True)
    return (folder / "certificate").read_bytes(), (folder / "key").read_bytes()


class Actions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mgr = Appliance()
        cls.addClassCleanup(cls.mgr.stop)

    def succeed(self, *words, **fields):
        reply = self.mgr.request(*words, **fields)
        self.assertTrue(reply and reply["success"], reply)
        return reply["data"]

    def refuse(self, code, *words, **fields):
        reply = self.mgr.request(*words, **fields)
        self.assertFalse(reply["success"], reply)
        self.assertEqual(reply["msg"]["err_code"], code, reply)
        return reply

    # ---- looking

    def test_system_status(self):
        first = self.succeed("system", "status")
        self.assertEqual(first["exit"], 0)
        self.assertEqual(len(first["output"]["load"]), 3)
        self.assertGreater(first["output"]["memory_kb"], 0)
        second = self.succeed("system", "status")
        self.assertTrue(second["cached"])
        self.assertEqual(second["output"], first["output"])

    def test_net_interfaces(self):
        names = [interface["ifname"] for interface in self.succeed("net", "interfaces")["output"]]
        self.assertIn("lo", names)

    def test_net_ping(self):
        lines = list(self.mgr.lines("net", "ping", host="127.0.0.1", count=2))
        self.assertIn("2 received", self.mgr.printed(lines))
        self.assertEqual(lines[-1]["data"]["jobs"][0]["state"], "succeeded")
        for host in ("-f", "127.0.0.1;id", "a..b", "$(id)", "a b", "\u0661\u0662"):
            self.refuse(INVALID, "net", "ping", host=host, count=2)
        self.refuse(INVALID, "net", "ping", host="127.0.0.1", count=21)

    def test_net_ping_has_one_capability(self):
        leaf = self.running_leaf("net", "ping", host="127.0.0.1", count=20)
        status = pathlib.Path(f"/proc/{leaf[0]}/status").read_text()
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        cap_net_raw = 1 << 13
        self.assertEqual(int(fields["CapBnd"], 16), cap_net_raw)
        for kind in ("CapPrm", "CapEff", "CapInh", "CapAmb"):  # of which ping gives up what it can
            self.assertEqual(int(fields[kind], 16) & ~cap_net_raw, 0, kind)
        self.assertEqual(fields["NoNewPrivs"], "1")
        self.assertNotIn("0", fields["Uid"].split())

    def running_leaf(self, module, action, **fields):
        """The processes of a streaming job, which ends with this test's connection."""
        connection = self.mgr.client()
        self.addCleanup(connection.close)
        connection.sendall(self.mgr.block(module, action, **fields))
        self.assertTrue(connection.recv(1))  # it has printed
        jobs = self.succeed("job", "list", of_module=module, state="running")["jobs"]
        return self.mgr.processes_of(jobs[-1]["id"])

    def test_net_traceroute(self):
        lines = list(self.mgr.lines("net", "traceroute", host="127.0.0.1", hops=3))
        self.assertIn(" 1  127.0.0.1", self.mgr.printed(lines))

    def test_log_tail(self):
        log = self.mgr.dir / "logs/appliance.log"
        log.write_text("one\ntwo\nthree\n")
        os.chown(log, 0, grp.getgrnam("adm").gr_gid)
        os.chmod(log, 0o640)
        lines = self.mgr.lines("log", "tail", file=log, lines=2)
        text = self.mgr.printed([next(lines)])
        self.assertEqual(text, "two\nthree\n")
        with open(log, "a") as more:
            more.write("four\n")
        self.assertEqual(self.mgr.printed([next(lines)]), "four\n")
        [job] = self.succeed("job", "list", of_module="log", state="running")["jobs"]
        lines.close()  # nobody reads any more
        self.mgr.wait_gone(job["id"])

    def test_log_tail_stays_below_its_folder(self):
        for file in ("/etc/shadow", f"{self.mgr.dir}/logs/../etc/mgr/mgr.toml", "logs/x", f"{self.mgr.dir}/logs",
                     f"{self.mgr.dir}/logs//x", f"{self.mgr.dir}/logsx"):
            self.refuse(INVALID, "log", "tail", file=file, lines=1)
        link = self.mgr.dir / "logs/link"
        link.symlink_to("/etc/passwd")
        last = list(self.mgr.lines("log", "tail", file=link, lines=1))[-1]
        self.assertEqual(last["data"]["jobs"][0]["state"], "failed", last)
        self.assertIn("path", last["data"]["jobs"][0]["detail"])
        secret = self.mgr.dir / "logs/secret"
        secret.write_text("for root\n")
        os.chmod(secret, 0o600)
        lines = list(self.mgr.lines("log", "tail", file=secret, lines=1))
        self.assertEqual(self.mgr.printed(lines), "")
        self.assertEqual(lines[-1]["data"]["jobs"][0]["state"], "failed")

    # ---- doing

    def test_dns_configure_and_flush(self):
        upstream = Upstream()
        self.addCleanup(upstream.close)
        upstream.start()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        (self.mgr.dir / "dns-servers").touch()
        dnsmasq = subprocess.Popen(
            ["dnsmasq", "--keep-in-foreground", f"--port={port}", "--listen-address=127.0.0.1", "--bind-interfaces",
             "--no-resolv", "--no-hosts", "--user=nobody", "--conf-file=/dev/null", "--log-facility=-",
             f"--servers-file={self.mgr.dir}/dns-servers", f"--pid-file={self.mgr.dir}/run-dns/pid"],
            stderr=subprocess.PIPE)
        self.addCleanup(dnsmasq.stderr.close)
        self.addCleanup(dnsmasq.wait)
        self.addCleanup(dnsmasq.terminate)
        while b"started" not in dnsmasq.stderr.readline():
            pass
        self.assertIsNone(look_up(port, "www.example.test"))

        self.refuse(2, "dns", "configure", b"server=999.1.2.3\n")
        self.refuse(2, "dns", "configure", b"conf-file=/etc/shadow\n")
        # dnsmasq reads what stands behind byte 1,024 of a line as another line, and runs commands.
        marker = self.mgr.dir / "seen/marker"
        script = f"conf-script=id>{marker}".encode()
        front = b"server=/" + b"a.bc/" * 204
        self.refuse(2, "dns", "configure", front[:1024].ljust(1024, b"a") + script + b"\n")
        self.refuse(2, "dns", "configure", b"server=/a/192.0.2.1\n" + script + b"\n")
        self.refuse(2, "dns", "configure", b"server=/a/192.0.2.1\0" + script + b"\n")
        self.assertFalse(marker.exists())
        self.assertEqual((self.mgr.dir / "dns-servers").read_bytes(), b"")
        good = f"server=/example.test/127.0.0.1#{upstream.port}\n".encode()
        self.succeed("dns", "configure", good)
        self.assertEqual((self.mgr.dir / "dns-servers").read_bytes(), good)
        self.await_reload(dnsmasq)

        self.assertEqual(look_up(port, "www.example.test"), "192.0.2.7")
        self.assertEqual(look_up(port, "www.example.test"), "192.0.2.7")
        self.assertEqual(upstream.questions, 1, "remembered")
        self.succeed("dns", "flush")
        self.await_reload(dnsmasq)
        # A line of the reload before may have been what was awaited.
        until = time.monotonic() + DEADLINE
        while upstream.questions < 2 and time.monotonic() < until:
            self.assertEqual(look_up(port, "www.example.test"), "192.0.2.7")
        self.assertEqual(upstream.questions, 2, "asked anew")

    @staticmethod
    def await_reload(dnsmasq):
        while b"using nameserver" not in dnsmasq.stderr.readline():
            pass

    def test_tls_upload(self):
        work = self.mgr.dir / "seen"
        cert, key = certificate(work)
        self.assertIn("appliance.test", self.succeed("tls", "upload", cert + key, name="web")["stdout"])
        stored = self.mgr.dir / "certificates"
        self.assertEqual(os.stat(stored / "web.key").st_mode & 0o777, 0o600)
        self.assertIn(b"BEGIN CERTIFICATE", (stored / "web.pem").read_bytes())
        other, _ = certificate(work)
        self.refuse(2, "tls", "upload", other + key, name="other")
        self.refuse(2, "tls", "upload", b"\0\xff nonsense", name="other")
        self.assertFalse((stored / "other.pem").exists())
        for name in ("../web", "-x", "a/b", "WEB", "", "a" * 33):
            self.refuse(INVALID, "tls", "upload", cert + key, name=name)
        self.refuse(INVALID, "tls", "upload", name="web")
        self.assertNotIn(key, b"".join(self.files_of_mgr()))

    def files_of_mgr(self):
        for folder in ("var/lib/mgr", "var/log/mgr"):
            for path in (self.mgr.dir / folder).rglob("*"):
                if path.is_file():
                    yield path.read_bytes()

    def test_firewall_apply(self):
        rules = b"table inet appliance {\n  chain input { type filter hook input priority 0; policy accept; }\n}\n"
        self.assertIn("confirm", self.refuse(INVALID, "firewall", "apply", rules)["detail"])
        done = self.succeed("firewall", "apply", rules, mgr__confirm="yes")
        self.assertIn("table inet appliance", done["stdout"])
        failed = self.refuse(2, "firewall", "apply", b"table inet {{{", mgr__confirm="yes")
        self.assertIn("syntax error", failed["data"]["stderr"])
        self.refuse(2, "firewall", "apply", b'include "/etc/shadow"\n', mgr__confirm="yes")

    def test_backup_create(self):
        (self.mgr.dir / "saved/settings.conf").write_text("saved = true\n")
        [job] = self.succeed("backup", "create", set="config")["jobs"]
        self.mgr.open_gate("backup")
        [ended] = self.succeed("job", "wait", ids=job["id"], limit=DEADLINE)["jobs"]
        self.assertEqual((ended["state"], ended["progress"]), ("succeeded", 100), ended)
        [archive] = (self.mgr.dir / "backups").glob("config-*.tar")
        listed = subprocess.run(["tar", "tf", archive], capture_output=True, text=True, check=True).stdout
        self.assertIn("settings.conf", listed)
        self.refuse(INVALID, "backup", "create", set="config;id")

    def test_account_password(self):
        self.add_user()
        secret = "p$(id) 'x\" \u00e4"
        self.succeed("account", "password", user=USER, password=secret)
        stored = self.stored_password()
        self.assertTrue(self.matches(secret, stored), stored)
        for content in self.files_of_mgr():
            self.assertNotIn(secret.encode(), content)
            self.assertNotIn(b"p$(id)", content)
        self.refuse(2, "account", "password", user="daemon", password="x")
        subprocess.run(["usermod", "--append", "--groups", "sudo", USER], check=True)
        self.refuse(2, "account", "password", user=USER, password="x")
        self.refuse(INVALID, "account", "password", user="-R", password="x")
        self.refuse(INVALID, "account", "password", user="root:x", password="x")
        self.refuse(DENIED, "account", "password", user="admin", password="x")
        self.assertEqual(self.stored_password(), stored)

    def add_user(self):
        subprocess.run(["useradd", "--no-create-home", "--shell", "/usr/sbin/nologin", "--user-group", USER], check=True)
        self.addCleanup(subprocess.run, ["userdel", USER], check=True)

    @staticmethod
    def stored_password():
        """The hash of shadow(5)."""
        return subprocess.run(["getent", "shadow", USER], capture_output=True, text=True, check=True).stdout.split(":")[1]

    @staticmethod
    def matches(password, stored):
        """By crypt(3), which Python has left."""
        script = "use utf8; binmode STDIN, ':utf8'; chomp(my $p = <STDIN>); utf8::encode($p); print crypt($p, $ARGV[0])"
        done = subprocess.run(["perl", "-e", script, stored], input=password, capture_output=True, text=True, check=True)
        return done.stdout == stored

    def test_packages_upgrade(self):
        ask = lambda: self.mgr.request("packages", "upgrade", how="check", mgr__confirm="yes")
        [running], [waiting] = ask()["data"]["jobs"], ask()["data"]["jobs"]
        self.assertEqual(ask()["msg"]["err_code"], BUSY)
        self.assertEqual(waiting["state"], "queued")
        self.mgr.open_gate("upgrade")
        [first] = self.succeed("job", "wait", ids=running["id"], limit=DEADLINE)["jobs"]
        self.assertEqual(first["state"], "succeeded", first)
        self.mgr.open_gate("upgrade")
        [second] = self.succeed("job", "wait", ids=waiting["id"], limit=DEADLINE)["jobs"]
        self.assertEqual(second["state"], "succeeded", second)
        printed = self.mgr.printed(self.mgr.lines("job", "output", id=running["id"]))
        self.assertIn("0 upgraded", printed)

    # ---- from the page

    def as_www_data(self, *words, stdin=""):
        """What a program says as www-data, and its exit status."""
        done = subprocess.run(
            ["setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "--", *words],
            env={"MGR_SOCKET": str(self.mgr.dir / "run/mgr.sock"), "PATH": os.environ["PATH"]},
            cwd=self.mgr.dir / "page", input=stdin, capture_output=True, text=True, timeout=DEADLINE)
        return done.stdout or done.stderr, done.returncode

    def test_from_php(self):
        said, status = self.as_www_data("php", "page.php", "net", "interfaces")
        self.assertEqual(status, 0, said)
        self.assertIn("lo", [interface["ifname"] for interface in json.loads(said)["output"]])
        said = self.as_www_data("php", "page.php", "account", "password", "user=admin", "password=x")
        self.assertEqual(said, ("4 the policy does not allow it\n", 1))
        said = self.as_www_data("php", "page.php", "dns", "flush", "x=1\naction:configure")
        self.assertEqual(said, ("the value of x holds a line break or another control character\n", 2))

    def test_from_python(self):
        script = "import mgr; print([i['ifname'] for i in mgr.call('net', 'interfaces')['output']])"
        said, status = self.as_www_data("/usr/bin/python3", "-B", "-c", script)
        self.assertEqual(status, 0, said)
        self.assertIn("'lo'", said)

    # ---- from the command line

    def mgrctl(self, line, stdin=""):
        return self.as_www_data(MGRCTL, *shlex.split(line), stdin=stdin)

    def test_mgrctl_shows_an_output(self):
        said, status = self.mgrctl("system status")
        self.assertEqual(status, 0, said)
        self.assertGreater(json.loads(said)["memory_kb"], 0)
        self.assertEqual(self.mgrctl("--wait net interfaces")[1], 0)

    def test_mgrctl_shows_a_stream_and_ends_as_its_command_did(self):
        said, status = self.mgrctl("net ping 127.0.0.1 1")
        self.assertEqual(status, 0, said)
        self.assertIn("1 received", said)
        self.assertNotIn("STATE", said)
        self.assertEqual(self.mgrctl("net ping 127.0.0.1 21")[1], 125)
        secret = self.mgr.dir / "logs/for-root"
        secret.touch(0o600)
        said, status = self.mgrctl(f"log tail {secret} 1")
        self.assertEqual(status, 1, said)
        self.assertIn("Permission denied", said)
        said, status = self.mgrctl(f"log tail {secret}-not 1")  # its command never came to run
        self.assertEqual(status, 125, said)

    def test_mgrctl_sends_a_body_and_confirms(self):
        self.mgr.write("page/rules.nft", "table inet from_mgrctl {\n}\n")
        said, status = self.mgrctl("--body rules.nft firewall apply")
        self.assertEqual(status, 125, said)
        self.assertIn("--yes", said)
        said, status = self.mgrctl("--yes --body rules.nft firewall apply")
        self.assertEqual(status, 0, said)
        self.assertIn("table inet from_mgrctl", said)
        said, status = self.mgrctl("--yes --body - firewall apply", stdin="table inet {{{")
        self.assertEqual(status, 1, said)
        self.assertIn("syntax error", said)
        cert, key = certificate(self.mgr.dir / "seen")
        self.mgr.write("page/web.pem", (cert + key).decode())
        said, status = self.mgrctl("--body web.pem tls upload mgrctl")
        self.assertEqual(status, 0, said)
        self.assertIn("appliance.test", said)

    def test_mgrctl_hands_a_secret_over(self):
        self.add_user()
        said, status = self.mgrctl(f"account password {USER}", stdin="from a line\n")
        self.assertEqual(status, 0, said)
        self.assertTrue(self.matches("from a line", self.stored_password()))
        self.assertEqual(self.mgrctl("account password admin", stdin="x\n")[1], 126)

    def test_what_is_shown_of_it_exists(self):
        """Each command line of the example's README and of mgrctl's help, and each call in mgr.py and mgr.php, names an action of
        the example, or one of mgr's own. (What README and the manual show is run: books_test.py, manual_test.py.)"""
        text = (EXAMPLE / "README.md").read_text()
        lines = re.findall(r"^mgrctl ([^#|&<\n:]+)(?:[#|&<].*)?$", text, re.MULTILINE)
        lines += re.findall("ask for any action: `([^`]*)`", self.mgrctl("--help")[0])
        self.assertGreater(len(lines), 3)
        for line in lines:
            said, status = self.mgrctl(line + " --help")
            self.assertEqual(status, 0, f"{line}: {said}")
        calls = re.findall(r'mgr\.call\("(\w+)", "(\w+)"', (REPO / "client/python/mgr.py").read_text())
        self.assertTrue(calls)
        for module, action in calls:
            self.assertEqual(self.mgrctl(f"{module} {action} --help")[1], 0, f"{module} {action}")
        calls = re.findall(r"\$mgr->call\('(\w+)', '(\w+)'", (REPO / "client/php/mgr.php").read_text())
        self.assertGreater(len(calls), 4)
        for module, action in calls:
            self.assertEqual(self.mgrctl(f"{module} {action} --help")[1], 0, f"mgr.php: {module} {action}")

    # ---- who

    def test_another_user_may_do_nothing(self):
        for module, action in (("system", "status"), ("dns", "flush"), ("net", "interfaces")):
            self.refuse(DENIED, module, action, client="games")

    def test_every_action_of_the_example_is_tried(self):
        declared = {(module, action) for file in (EXAMPLE / "modules.d").iterdir()
                    for module, table in tomllib.loads(file.read_text())["module"].items()
                    for action in table["action"]}
        source = pathlib.Path(__file__).read_text()
        for module, action in declared:
            self.assertIn(f'"{module}", "{action}"', source)
        self.assertGreaterEqual(len(declared), 10)


if __name__ == "__main__":
    unittest.main(verbosity=2)
