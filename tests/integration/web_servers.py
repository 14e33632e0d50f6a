"""nginx with fcgiwrap, lighttpd and Apache, for tests: as Debian packages them, on the loopback, their workers www-data,
each with the configuration that packaging/examples/web ships for it. Nothing of that is altered but paths and the port.

What Debian's own configuration has around a site stands here, as far as a site needs it. Needs root.
"""
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from instance import DEADLINE, REPO, free_port, uid_of

SHIPPED = REPO / "packaging/examples/web"
PAGE = REPO / "client/web"
PORT = "8480"
USER = "www-data"

NGINX = """
user www-data;
daemon off;
pid @DIR@/nginx.pid;
error_log @DIR@/log/error.log;
events {}
http {
    access_log off;
    client_body_temp_path @DIR@/nginx-bodies;
    fastcgi_temp_path @DIR@/nginx-answers;
    proxy_temp_path @DIR@/nginx-unused;
    uwsgi_temp_path @DIR@/nginx-unused;
    scgi_temp_path @DIR@/nginx-unused;
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    include @SITE@;
}
"""

LIGHTTPD = """
server.modules = ( "mod_indexfile", "mod_access", "mod_alias", "mod_redirect" )
server.document-root = "/var/www/html"
server.upload-dirs = ( "@DIR@/bodies" )
server.errorlog = "@DIR@/log/error.log"
server.username = "www-data"
server.groupname = "www-data"
server.bind = "127.0.0.1"
server.port = @PORT@
server.http-parseopts = (
  "header-strict" => "enable", "host-strict" => "enable", "host-normalize" => "enable",
  "url-normalize-unreserved" => "enable", "url-normalize-required" => "enable", "url-ctrls-reject" => "enable",
  "url-path-2f-decode" => "enable", "url-path-dotseg-remove" => "enable",
)
index-file.names = ( "index.php", "index.html" )
url.access-deny = ( "~", ".inc" )
static-file.exclude-extensions = ( ".php", ".pl", ".fcgi" )
include_shell "/usr/share/lighttpd/create-mime.conf.pl"
include "@SITE@"
server.modules += ( "mod_dirlisting", "mod_staticfile" )
"""

# Those that Debian's apache2 enables, and what apache.conf says to enable.
APACHE_MODULES = ("mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_basic", "alias", "dir", "env",
                  "mime", "reqtimeout", "setenvif", "cgid", "headers", "rewrite")
APACHE = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in APACHE_MODULES) + """
ServerRoot "@DIR@"
PidFile "@DIR@/apache.pid"
ScriptSock "@DIR@/cgid.sock"
Mutex file:@DIR@ default
ErrorLog "@DIR@/log/error.log"
User www-data
Group www-data
ServerName localhost
TypesConfig /etc/mime.types
RequestReadTimeout header=20-40,minrate=500
RequestReadTimeout body=10,minrate=500
Include "@SITE@"
"""


class Server:
    """A web server in DIR, a folder of root's that its workers may enter. Ends with stop()."""

    def __init__(self, folder, cgi, mgr_socket, users):
        self.dir = pathlib.Path(folder)
        self.port = free_port()
        self.processes = []
        for name, owner in (("run/mgr-web", USER), ("bodies", USER), ("log", USER), ("bin", "root"), ("page", "root")):
            (self.dir / name).mkdir(mode=0o755, parents=True)
            shutil.chown(self.dir / name, owner, owner)
        (self.dir / "run/mgr-web").chmod(0o700)
        self.cgi = self.dir / "bin/mgr.cgi"
        shutil.copy(cgi, self.cgi)
        shutil.copytree(PAGE, self.dir / "page", dirs_exist_ok=True)
        self.write("htpasswd", "".join(f"{name}:{encrypted(password)}\n" for name, password in users.items()))
        self.places = {
            "/usr/libexec/mgr/mgr.cgi": self.cgi, "/usr/libexec/mgr": self.dir / "bin", "/usr/share/mgr/web": self.dir / "page", "/run/mgr.sock": mgr_socket,
            "/run/mgr-web": self.dir / "run/mgr-web", "/run/mgr-web.sock": self.dir / "run/mgr-web.sock",
            "/run/mgr-web-stream.sock": self.dir / "run/mgr-web-stream.sock", "/usr/local/lib/mgr-web": self.dir / "bin",
            **{f"/etc/{server}/mgr.htpasswd": self.dir / "htpasswd" for server in ("nginx", "lighttpd", "apache2")},
        }
        try:
            self.start()
        except Exception:
            self.stop()
            raise

    def shipped(self, name):
        """The text of a shipped file, with the places of this test in it."""
        longest_first = "|".join(re.escape(place) for place in sorted(self.places, key=len, reverse=True))
        text = re.sub(f"(?:{longest_first})(?![\\w.-])", lambda found: str(self.places[found[0]]), (SHIPPED / name).read_text())
        return text.replace(PORT, str(self.port))

    def write(self, name, text, mode=0o644):
        path = self.dir / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def configuration(self):
        """Writes the site, and the frame with it; the path of the latter."""
        site = self.write("site.conf", self.shipped(self.shipped_file))
        return self.write("server.conf", framed(self.frame, self.dir, self.port, site))

    @classmethod
    def checked_as_shipped(cls):
        """What the server itself says of the file as it lies there; fails where it would not start with it."""
        with tempfile.TemporaryDirectory() as folder:
            frame = pathlib.Path(folder, "frame.conf")
            frame.write_text(framed(cls.frame, folder, free_port(), SHIPPED / cls.shipped_file))
            (frame.parent / "log").mkdir()
            return subprocess.run([*cls.check, frame], check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout

    def run(self, *command, **options):
        with open(self.dir / "stderr", "ab") as errors:
            self.processes.append(subprocess.Popen(command, start_new_session=True, stderr=errors, **options))

    def wait_ready(self):
        until = time.monotonic() + DEADLINE
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.port), DEADLINE).close()
            except ConnectionRefusedError:
                if time.monotonic() > until or self.processes[-1].poll() is not None:
                    raise RuntimeError(self.log()) from None
                time.sleep(0.02)

    def log(self):
        return "".join(path.read_text(errors="replace") for path in (self.dir / "stderr", self.dir / "log/error.log") if path.exists())

    def running_cgis(self):
        """How many mgr.cgi of this server's run."""
        def is_ours(process):
            try:
                return os.path.samefile(process / "exe", self.cgi)
            except OSError:
                return False
        return sum(is_ours(process) for process in pathlib.Path("/proc").iterdir() if process.name.isdigit())

    def stop(self):
        for process in self.processes:
            for number in (signal.SIGTERM, signal.SIGKILL):
                try:
                    os.killpg(process.pid, number)
                    process.wait(5)
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    pass
        self.processes.clear()


class Nginx(Server):
    """With two fcgiwraps, which are started by their units' word, as systemd would."""
    shipped_file = "nginx.conf"
    check = ("nginx", "-t", "-c")
    frame = NGINX

    def start(self):
        for unit in ("mgr-web", "mgr-web-stream"):
            self.start_unit(unit)
        self.run("nginx", "-c", self.configuration())
        self.wait_ready()

    def start_unit(self, name):
        listener, service = (settings(self.shipped(f"{name}.{kind}")) for kind in ("socket", "service"))
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(listener["ListenStream"])
            shutil.chown(listener["ListenStream"], listener["SocketUser"], listener["SocketGroup"])
            os.chmod(listener["ListenStream"], int(listener["SocketMode"], 8))
            listening.listen(4096)
            self.run("setpriv", f"--reuid={service['User']}", f"--regid={service['Group']}", "--clear-groups", "--",
                     *shlex.split(service["ExecStart"]), stdin=listening)


class Lighttpd(Server):
    shipped_file = "lighttpd.conf"
    check = ("lighttpd", "-tt", "-f")
    frame = LIGHTTPD

    def start(self):
        self.write("bin/cgi.sh", self.shipped("lighttpd-cgi.sh"), 0o755)
        self.run("lighttpd", "-D", "-f", self.configuration())
        self.wait_ready()


class Apache(Server):
    shipped_file = "apache.conf"
    check = ("apache2", "-t", "-f")
    frame = APACHE

    def start(self):
        self.run("apache2", "-D", "FOREGROUND", "-f", self.configuration())
        self.wait_ready()


SERVERS = {"nginx": Nginx, "lighttpd": Lighttpd, "apache": Apache}


def framed(frame, folder, port, site):
    words = {"DIR": folder, "PORT": port, "SITE": site}
    return re.sub("@(.+?)@", lambda found: str(words[found[1]]), frame)


def settings(unit):
    """The settings of a unit: each of those that are asked for here stands once."""
    return dict(line.split("=", 1) for line in unit.splitlines() if re.match(r"\w+=", line))


def encrypted(password):
    return subprocess.run(["openssl", "passwd", "-6", "-stdin"], input=password, check=True, capture_output=True,
                          text=True).stdout.strip()
