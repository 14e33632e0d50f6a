"""Tests. Runs PHP code with mgr.php, by client_php_driver.php, and gives what it returns or throws."""

import json
import os
import pathlib
import subprocess
import unittest

from client_fake_server import success

HERE = pathlib.Path(__file__).resolve().parent
REPO = HERE.parents[1]
MGR_PHP = REPO / "client/php/mgr.php"
# As php-fpm is often run: nothing that starts a process, and what is not core may be away.
STRICT = ("-d", "error_reporting=-1", "-d", "display_errors=stderr", "-d", "zend.assertions=1", "-d", "memory_limit=128M",
          "-d", "disable_functions=exec,shell_exec,system,passthru,proc_open,popen,pcntl_fork,pcntl_exec,posix_kill")
LIMIT = 60  # seconds; reaching it is a failure, never an expectation


def echo(fields):
    """A FakeServer's answer: what it was asked."""
    return success(fields["action"], fields)


class Raised(Exception):
    """What PHP threw, as the driver tells it."""

    def __init__(self, told):
        super().__init__("%(class)s: %(message)s" % told)
        self.told = told

    def __getitem__(self, name):
        return self.told[name]


def run_php(code, user=None, settings=(), **environment):
    """The value that the code returns, from JSON. `environment`: beside the socket, MGR_… and the like."""
    words = ["php", *STRICT, *settings, HERE / "client_php_driver.php"]
    if user is not None:
        words = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--", *words]
    environment = {"PATH": os.environ["PATH"], "MGR_PHP": str(MGR_PHP), "MGR_KEY": "", **environment}
    done = subprocess.run(words, input=code, env=environment, capture_output=True, text=True, timeout=LIMIT)
    if done.returncode != 0 or done.stderr:
        raise AssertionError(f"php: {done.returncode}: {done.stdout}{done.stderr}")
    said = json.loads(done.stdout)
    if said["handlers"] != 1:
        raise AssertionError("an error handler was left behind")
    if "raised" in said:
        raise Raised(said["raised"])
    return said["returned"]


def ask(server, code, **how):
    """The same, of code that has a client of that server in $mgr."""
    return run_php("$mgr = new Mgr\\Client(); " + code, MGR_SOCKET=server.path, **how)


class PhpTestCase(unittest.TestCase):
    def raises(self, name, code, **how):
        with self.assertRaises(Raised) as raised:
            run_php(code, **how)
        self.assertEqual(raised.exception["class"], name.replace("/", "\\"), raised.exception)
        return raised.exception
