"""What a command finds in its environment is a fixed list, and nothing of a client's or of the daemons'."""
import contextlib
import os
import re
import subprocess

import attack
from attack import INVALID, MALFORMED
from instance import policy_of_www_data

FIXED = ["HOME=/", "LANG=C.UTF-8", "LOGNAME=mgr-scan", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "SHELL=/bin/false",
         "USER=mgr-scan"]
# What programs, loaders and interpreters act on. The library is missing, which the loader says on standard error.
EVIL = {"LD_PRELOAD": "/nonexistent/evil.so", "LD_LIBRARY_PATH": "/tmp/evil", "LD_AUDIT": "/nonexistent/audit.so",
        "LD_DEBUG_OUTPUT": "/tmp/x",
        "BASH_FUNC_echo%%": "() { /bin/touch @; }", "BASH_FUNC_cat%%": "() { /bin/touch @; }",
        "SHELLSHOCK": "() { :; }; /bin/touch @",
        "BASH_ENV": "@.sh", "ENV": "@.sh", "SHELLOPTS": "xtrace", "PS4": "$(/bin/touch @)", "IFS": "/",
        "PATH": "/tmp/evil:/usr/bin:/bin",
        "HTTP_PROXY": "http://192.0.2.1:1", "http_proxy": "http://192.0.2.1:1", "HTTPS_PROXY": "http://192.0.2.1:1",
        "PYTHONPATH": "/tmp/evil", "PERL5OPT": "-Mevil", "GCONV_PATH": "/tmp/evil", "MALLOC_TRACE": "@",
        "TZ": ":/tmp/evil", "TMPDIR": "/tmp/evil",
        "LOCPATH": "/tmp/evil", "NLSPATH": "/tmp/evil", "RES_OPTIONS": "debug", "HOSTALIASES": "/tmp/evil",
        "RESOLV_HOST_CONF": "/etc/shadow",
        "MGR_PROGRESS_FD": "1", "MGR_KEY": "/tmp/evil", "SUDO_USER": "root", "NOTIFY_SOCKET": "",
        "SYSTEMD_PAGER": "/tmp/evil", "EDITOR": "evil"}
MODULE = """
[module.env.action.show]
command = ["/usr/bin/env"]
user    = "mgr-scan"
mode    = "output"
[module.env.action.shell]
command = ["@DIR@/bin/shell", "{text}"]
user    = "mgr-scan"
mode    = "output"
arg.text = { type = "string" }
"""


class Environment(attack.AttackTestCase):
    def files(self):
        self.canary = str(self.mgr.dir / "seen/canary")
        self.mgr.write("etc/mgr/policy.toml", policy_of_www_data("env", "job"))
        self.mgr.write("etc/mgr/modules.d/env.toml", MODULE)
        self.mgr.write("bin/shell", '#!/bin/bash\necho "$1"\ncat /dev/null\n', 0o755)
        with open(self.canary + ".sh", "w") as script:
            script.write(f"/bin/touch {self.canary}\n")

    def ask(self, action, **fields):
        return self.mgr.ask(f"module:env\naction:{action}\n" + "".join(f"{name}:{value}\n" for name,
                                                                       value in fields.items()) + "\n")

    @contextlib.contextmanager
    def evil_environment(self):
        before = dict(os.environ)
        os.environ.update({name: value.replace("@", self.canary) for name, value in EVIL.items()})
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    def restart_in_evil_environment(self, *tracer):
        self.mgr.kill_broker()
        self.mgr.kill_helper()
        with self.evil_environment():
            self.mgr.helper = subprocess.Popen([*tracer, self.mgr.binaries / "mgr-helper", "--root", self.mgr.dir,
                                                "--libexec",
                                                self.mgr.libexec], stderr=self.mgr.open_log("helper"))
            self.mgr.start_broker()
            self.mgr.wait_ready()
        self.helper = self.mgr.helper.pid

    def assert_fixed(self):
        reply = self.ask("show")
        self.assertEqual(sorted(reply["data"]["stdout"].splitlines()), FIXED)
        self.assertEqual(reply["data"]["stderr"], "")
        planned = self.ask("show", **{"mgr-dry-run": "yes"})["data"]["run"]["environment"]
        self.assertEqual(sorted(planned), FIXED)

    def test_no_field_of_a_request_becomes_a_variable(self):
        """httpoxy CVE-2016-5385, Shellshock CVE-2014-6271: a header of a request stood in a program's environment."""
        for name, value in EVIL.items():
            value = value.replace("@", self.canary)
            for field in (name, name.lower().replace("_", "-"), "env." + name, "http_" + name.lower()):
                self.assert_refused(self.ask("show", **{field: value}), INVALID, MALFORMED)
        for claim in ("() { :; }; /bin/touch " + self.canary, "http_proxy=http://192.0.2.1:1",
                      "LD_PRELOAD=/nonexistent/evil.so"):
            reply = self.ask("show", **{"mgr-on-behalf-of": claim})
            self.assertEqual(sorted(reply["data"]["stdout"].splitlines()), FIXED)
            self.assertEqual(self.ask("shell", text=claim)["data"]["stdout"],
                             claim + "\n")  # an argument, and no function
        self.assertFalse(os.path.exists(self.canary))

    def test_nothing_of_the_daemons_own_environment_reaches_a_command(self):
        """CVE-2014-6271 and the loader's variables: what a daemon was started with was handed on to what it started."""
        self.restart_in_evil_environment()
        self.assert_fixed()
        said = self.ask("shell", text="hello")["data"]
        self.assertEqual((said["stdout"], said["stderr"]), ("hello\n", ""))
        self.assertFalse(os.path.exists(self.canary))

    def test_each_program_of_mgrs_is_started_without_it(self):
        """The same for mgr-configure and mgr-job, which run as root: they get no variable of anybody's."""
        trace = self.mgr.dir / "trace"
        self.restart_in_evil_environment("strace", "-D", "-f", "-qq", "-v", "-s", "4096", "-e", "trace=execve", "-o",
                                         trace)
        self.assert_fixed()
        self.mgr.end(self.mgr.helper)
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.helper = self.mgr.helper.pid
        started = re.findall(r'execve\("([^"]+)", \[.*?\], \[(.*?)\](?: /\*.*?\*/)?\) += 0', trace.read_text())
        programs = [(os.path.basename(program), variables) for program, variables in started]
        self.assertEqual({name for name, _ in programs}, {"mgr-helper", "mgr-configure", "mgr-job", "env"})
        self.assertIn("nonexistent", dict(programs)["mgr-helper"], "nothing evil was there")
        for name, variables in programs:
            if name in ("mgr-configure", "mgr-job"):
                self.assertEqual(variables, "", name)


if __name__ == "__main__":
    attack.main()
