"""What tests of mgr.cgi with a real mgr behind it share."""
from cgi_support import JSON, Site
from jobs_support import BINARIES, POLICY, JobsInstance, JobsTestCase

MODULES = """
[module.box.action.take]
command = ["/usr/bin/sha256sum"]
user    = "mgr-scan"
mode    = "output"
arg.file = { type = "blob" }
[module.box.action.say]
command = ["/bin/echo", "{text}", "{words}", "{really}"]
user    = "mgr-scan"
mode    = "output"
confirm = true
arg.text   = { type = "string" }
arg.words  = { type = "list of string" }
arg.really = { type = "bool" }
"""


class CgiTestCase(JobsTestCase):
    def setUp(self):
        self.mgr = JobsInstance(start=False)
        self.addCleanup(self.mgr.stop)
        self.mgr.write("etc/mgr/policy.toml", POLICY.replace('"work", "scan"', '"work", "box", "scan"'))
        self.mgr.write("etc/mgr/modules.d/box.toml", MODULES)
        self.mgr.start()
        self.site = Site(BINARIES, self.mgr.dir, self.mgr.dir / "run/mgr.sock")

    def done(self, answer):
        self.assertEqual((answer.status, answer.code), (200, 0), answer)
        return answer.json.get("data")

    def assert_refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.code), (status, code), answer)
        self.assertEqual(answer.header["Content-Type"], JSON)
        return answer.json["detail"]

    def nothing_asked(self):
        """For a with-block after which mgr has heard of nothing: the audit log has no line more."""
        return NothingAsked(self)


class NothingAsked:
    def __init__(self, test):
        self.test = test

    def lines(self):
        """Without the sums of what root has asked while the mgr was started."""
        return [line for line in self.test.mgr.audit_lines()
                if any(count.get("uid") != 0 for count in line.get("counts", [{}]))]

    def __enter__(self):
        self.before = self.lines()

    def __exit__(self, *_):
        self.test.assertEqual(self.lines(), self.before)
