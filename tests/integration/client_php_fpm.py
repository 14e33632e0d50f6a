"""Tests. A php-fpm of the test's own, whose pages run as www-data, and requests to it as a web server makes them."""

import contextlib
import glob
import os
import select
import shutil
import socket
import subprocess

from client_php_support import REPO
from instance import DEADLINE

# What a hardened pool looks like; what leaks into a page shows in it.
POOL = """
[global]
error_log = /proc/self/fd/2
daemonize = no
[pages]
user = www-data
group = www-data
listen = @DIR@/fpm.sock
pm = static
pm.max_children = 2
catch_workers_output = yes
php_admin_value[disable_functions] = exec,shell_exec,system,passthru,proc_open,popen,pcntl_fork,pcntl_exec
php_admin_value[error_reporting] = -1
php_admin_value[open_basedir] = @DIR@/pages:@DIR@/seen:@DIR@/run:/tmp
php_admin_value[session.save_path] = @DIR@/seen
php_admin_value[upload_tmp_dir] = @DIR@/seen
php_admin_flag[display_errors] = on
php_admin_flag[html_errors] = off
"""


class Fpm:
    """Serves mgr.php's examples, and what page() writes, from a folder of that Instance's."""

    def __init__(self, mgr):
        self.mgr, self.folder = mgr, mgr.dir / "pages"
        self.folder.mkdir()
        self.folder.chmod(0o755)
        shutil.copy(REPO / "client/php/mgr.php", self.folder)
        for example in (REPO / "client/php/examples").glob("*.php"):
            self.page(example.name, example.read_text())
        mgr.write("fpm.conf", POOL)
        (program,) = glob.glob("/usr/sbin/php-fpm*")
        self.log = open(mgr.dir / "fpm.log", "w+")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:  # as systemd is told of it: sd_notify(3)
            told.bind(str(mgr.dir / "ready"))
            told.settimeout(DEADLINE)
            self.process = subprocess.Popen(
                [program, "--fpm-config", mgr.dir / "fpm.conf", "--nodaemonize"], stdout=self.log, stderr=self.log,
                stdin=subprocess.DEVNULL, env={**os.environ, "NOTIFY_SOCKET": str(mgr.dir / "ready")})
            while b"READY=1" not in told.recv(4096):
                pass

    def page(self, name, text):
        """Written as it is, but for where mgr.php is installed."""
        assert "/usr/share/mgr/php/mgr.php" in text or "page.php" in text, name
        (self.folder / name).write_text(text.replace("/usr/share/mgr/php/mgr.php", str(self.folder / "mgr.php")))

    def stop(self):
        self.mgr.end(self.process)
        self.log.close()

    def start(self, page, user="zoë", body=b"", query="", **variables):
        """cgi-fcgi with that request, whose answer comes by its standard output."""
        environment = {
            "PATH": os.environ["PATH"], "SCRIPT_FILENAME": str(self.folder / page), "SCRIPT_NAME": f"/{page}",
            "REQUEST_METHOD": "POST" if body else "GET", "QUERY_STRING": query, "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": "application/x-www-form-urlencoded", "REMOTE_USER": user,
            "MGR_SOCKET": str(self.mgr.dir / "run/mgr.sock"), **variables}
        asking = subprocess.Popen(["cgi-fcgi", "-bind", "-connect", self.mgr.dir / "fpm.sock"], env=environment,
                                  bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        with contextlib.suppress(BrokenPipeError):
            asking.stdin.write(body)
            asking.stdin.close()
        asking.stdin = None
        return asking

    @staticmethod
    def line_of(asking):
        """The next line of its answer, which has to come."""
        assert select.select([asking.stdout], [], [], DEADLINE)[0], "nothing more comes"
        line = asking.stdout.readline()
        assert line, "the answer has ended"
        return line

    def ask(self, page, *given, **how):
        """The header as a dict, "Status" always among it, and the body."""
        asking = self.start(page, *given, **how)
        head, _, body = asking.communicate(timeout=DEADLINE)[0].decode().partition("\r\n\r\n")
        header = {"Status": "200 OK", **dict(line.split(": ", 1) for line in head.split("\r\n"))}
        return header, body
