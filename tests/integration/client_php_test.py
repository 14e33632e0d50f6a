"""mgr.php: which requests it writes, which it refuses to, where they go, and what their failures are called."""

import re
import unittest

from client_fake_server import FakeServer, more, refusal, success
from client_php_support import MGR_PHP, PhpTestCase, ask, echo, run_php


class Grammar(PhpTestCase):
    """Each is refused before a byte is sent: there is nobody to send it to, which would be Unavailable."""

    def refuses(self, arguments, more_of_it=""):
        code = f"return (new Mgr\\Client('/nonexistent'))->call('scan', 'start', {arguments}{more_of_it});"
        return self.raises("InvalidArgumentException", code)

    def test_line_breaks_and_control_characters_in_values(self):
        self.assertIn("line break", str(self.refuses(r"""['task_ids' => "1\n\nmodule:shutdown"]""")))
        for text in (r"\r", r"\t", r"\0", r"\e[m", r"\x7f", r"\u{9b}", r"\u{85}"):
            self.refuses(f"['a' => \"x{text}\"]")
            self.refuses(f"['a' => ['1', \"x{text}\"]]")
            self.refuses("[]", f', onBehalfOf: "alice{text}"')
            for call in (f"call(\"scan{text}\", 'start')", f"call('scan', \"start{text}\")"):
                self.raises("InvalidArgumentException", f"return (new Mgr\\Client('/nonexistent'))->{call};")

    def test_what_is_no_name(self):
        for name in ("''", "'1a'", "7", "'a b'", r'"a\n"', "'a:b'", r'"\u{212a}elvin"', "str_repeat('a', 33)", r'"a\0"'):
            self.refuses(f"[{name} => '1']")

    def test_names_that_fold_to_the_same(self):
        for given in ("['Task_IDs' => '1', 'task_ids' => '2']", "['MODULE' => 'shutdown']", "['Action' => 'stop']"):
            self.assertIn("stands twice", str(self.refuses(given)))

    def test_a_visitors_form_cannot_say_what_is_mgrs_own(self):
        for name in ("mgr", "mgr-on-behalf-of", "MGR-Confirm", "mgr-wait", "mgr-request-id", "mgr-body", "mgr-new",
                     "auth-key", "Auth-Time"):
            self.assertIn("is no argument", str(self.refuses(f"['{name}' => 'yes']")))

    def test_other_types_and_bytes_that_are_no_text(self):
        for value in ("null", "1.5", "[null]", "[['1']]", "['x' => '1']", "new stdClass", r'"\xff"', r'"\xed\xa0\x80"',
                      r'"\xc0\x80"', r'"\xf4\x90\x80\x80"', "['1,2']", "fopen('php://memory', 'r')"):
            self.refuses(f"['a' => {value}]")

    def test_what_is_over_a_limit(self):
        for given in ("['a' => str_repeat('x', 4097)]", r"['a' => str_repeat(" '"\\u{e9}"' ", 2049)]",
                      "array_fill_keys(array_map(fn ($n) => \"a$n\", range(1, 63)), '')",
                      "array_fill_keys(['a', 'b', 'c', 'd'], str_repeat('x', 4096))"):
            self.refuses(given)
        self.refuses("[]", ", body: str_repeat('x', (1 << 20) + 1)")
        self.raises("Mgr/Unavailable", "return (new Mgr\\Client('/nonexistent'))->call('scan', 'start', "
                    "array_fill_keys(array_map(fn ($n) => \"a$n\", range(1, 62)), ''));")
        # A block of 16,384 bytes, the empty line at its end among them, is one; and one byte more is none.
        lengths = "'a' => str_repeat('x', 4096), 'b' => str_repeat('x', 4096), 'c' => str_repeat('x', 4096)"
        rest = 16384 - len("module:scan\naction:start\n\n") - 3 * (4096 + 3) - 3
        self.raises("Mgr/Unavailable", "return (new Mgr\\Client('/nonexistent'))->call('scan', 'start', "
                    f"[{lengths}, 'd' => str_repeat('x', {rest})]);")
        self.refuses(f"[{lengths}, 'd' => str_repeat('x', {rest + 1})]")

    def test_request_ids_outside_their_grammar(self):
        for bad in ("''", "'a b'", "str_repeat('x', 65)", r'"a\nb:c"', r'"r\n"', r'"\u{fc}"'):
            self.refuses("[]", f", requestId: {bad}")

    def test_timeouts_that_are_none(self):
        for timeout in ("0", "-1", "NAN", "-INF", "1e9"):
            self.raises("InvalidArgumentException", f"new Mgr\\Client(timeout: {timeout});")
            self.refuses("[]", f", timeout: {timeout}")
        self.raises("InvalidArgumentException", "(new Mgr\\Client('/x'))->stream('job', 'watch', heartbeat: 0);")

    def test_places_that_are_none(self):
        for place in ("host: 'box'", "host: 'box:0'", "host: 'box:65536'", "host: 'box:080'", "host: 'a b:1'",
                      "host: '-o:1'", r'host: "box:1\n"', "host: '::1:6667'", "host: 'user@box:1'", "host: 'box/x:1'",
                      "socket: ''", r'socket: "\0abstract"', "socket: '/' . str_repeat('x', 107)"):
            self.raises("InvalidArgumentException", f"new Mgr\\Client({place});")
        self.raises("InvalidArgumentException", "new Mgr\\Client();", MGR_HOST="box")


class Requests(PhpTestCase):
    def test_are_written_as_the_language_has_them(self):
        with FakeServer(echo) as server:
            data = ask(server, "return $mgr->call('SCAN_MODULE', 'start', ['Task_IDs' => [1, 'x', false], 'b' => true, "
                               "'n' => -7, 'empty' => [], 'text' => 'a:b'], onBehalfOf: 'zoë', confirm: true, wait: true, "
                               "dryRun: true, requestId: 'r1');")
            self.assertEqual(server.blocks, [
                "module:SCAN_MODULE\naction:start\ntask_ids:1,x,no\nb:yes\nn:-7\nempty:\ntext:a:b\nmgr-on-behalf-of:zoë\n"
                "mgr-confirm:yes\nmgr-wait:yes\nmgr-dry-run:yes\nmgr-request-id:r1\n\n".encode()])
        self.assertEqual(data["task_ids"], "1,x,no")

    def test_nobody_is_acted_for_unless_the_page_says_so(self):
        claims = {name: "mallory" for name in ("MGR_USER", "REMOTE_USER", "MGR_ON_BEHALF_OF", "PHP_AUTH_USER", "USER")}
        with FakeServer(echo) as server:
            ask(server, "$_SERVER['REMOTE_USER'] = 'mallory'; return $mgr->call('mgr', 'ping');", **claims)
            self.assertEqual(server.blocks, [b"module:mgr\naction:ping\n\n"])

    def test_go_where_they_are_told(self):
        with FakeServer(echo) as server:
            for code, environment in (
                    (f"new Mgr\\Client(root: '{server.root}/')", {"MGR_SOCKET": "/nonexistent", "MGR_HOST": "192.0.2.1:1"}),
                    (f"new Mgr\\Client('{server.path}')", {"MGR_HOST": "192.0.2.1:1"}),
                    ("new Mgr\\Client()", {"MGR_SOCKET": server.path, "MGR_HOST": ""})):
                run_php(f"return ({code})->call('mgr', 'ping');", **environment)
            self.assertEqual(server.connections, 3)
        with FakeServer(echo, tcp=True) as server:
            run_php(f"return (new Mgr\\Client(host: '127.0.0.1:{server.port}'))->call('mgr', 'ping');")
            run_php("return (new Mgr\\Client())->call('mgr', 'ping');", MGR_HOST=f"localhost:{server.port}",
                    MGR_SOCKET="/nonexistent")
            self.assertEqual(server.connections, 2)

    def test_bodies_are_sent_byte_for_byte(self):
        body = bytes(range(256)) + b"\n\nmodule:shutdown\n\n"
        whole = "$body = implode('', array_map('chr', range(0, 255))) . \"\\n\\nmodule:shutdown\\n\\n\";"
        with FakeServer(echo) as server:
            ask(server, whole + "$mgr->call('cert', 'put', ['name' => 'web'], $body);"
                                "$mgr->call('cert', 'put', body: '');"
                                "$mgr->call('cert', 'put', body: str_repeat($body, 3813));")
            self.assertEqual(server.blocks[0], b"module:cert\naction:put\nname:web\nmgr-body:275\n\n")
            self.assertEqual(server.bodies, [body, b"", body * 3813])

    def test_what_failed_says_so_by_its_class(self):
        classes = {1: "UnknownAction", 2: "Failed", 3: "Unauthenticated", 4: "Denied", 5: "Malformed", 6: "InvalidArgument",
                   7: "Busy", 8: "Unavailable", 9: "Stale", 10: "TooLarge", 11: "Conflict", 12: "NotFound", 13: "Timeout",
                   99: "Failed"}
        parents = {1: "Invalid", 5: "Invalid", 6: "Invalid", 10: "Invalid", 3: "Denied", 9: "Denied", 11: "Failed",
                   12: "Failed", 13: "Failed", 7: "Unavailable"}
        with FakeServer(lambda f: refusal(int(f["n"]), "word", "why\n\x1b", audit=5, data={"exit": 3})) as server:
            for code, name in classes.items():
                told = ask(server, f"return raised(fn () => $mgr->call('scan', 'start', ['n' => {code}]));")
                between = [f"Mgr\\{parents[code]}"] if code in parents else []
                self.assertEqual(told, {
                    "class": f"Mgr\\{name}", "message": r"word: why\x0a\x1b", "code": code, "errCode": code, "error": "word",
                    "detail": "why\n\x1b", "audit": 5, "data": {"exit": 3}, "isProven": False,
                    "parents": between + ["Mgr\\Error", "RuntimeException", "Exception"]})

    def test_a_refusal_may_be_looked_at(self):
        with FakeServer(lambda _: refusal(4, "denied", "no", audit=7)) as server:
            said = ask(server, "$r = $mgr->send(new Mgr\\Request('scan', 'start')); return [$r->success, $r->errCode, "
                               "$r->error, $r->detail, $r->audit, $r->data, $r->message, $r->members['success']];")
        self.assertEqual(said, [False, 4, "denied", "no", 7, [], "", False])

    def test_numbers_keep_their_value(self):
        reply = b'{"success":true,"msg":"a ok","data":{"n":9007199254740993,"big":123456789012345678901}}\n'
        with FakeServer(lambda _: reply) as server:
            self.assertEqual(ask(server, "return $mgr->call('m', 'a');"),
                             {"n": 9007199254740993, "big": "123456789012345678901"})

    def test_a_secret_shows_in_no_dump_and_no_trace(self):
        code = ("try { (new Mgr\\Client('/nonexistent'))->call('account', 'password', ['password' => 'hunter2'], 'hunter2'); } "
                "catch (Mgr\\Unavailable $e) { return print_r($e->getTrace(), true) . $e . print_r("
                "new Mgr\\Request('account', 'password', ['password' => 'hunter2']), true); }")
        said = run_php(code, settings=("-d", "zend.exception_ignore_args=Off"))
        self.assertIn("SensitiveParameterValue", said)
        self.assertNotIn("hunter2", said)


class Manual(PhpTestCase):
    def test_the_lines_that_mgr_php_shows_run_as_they_stand(self):
        source = MGR_PHP.read_text()
        shown = "\n".join(re.findall(r"^ \*     (.*)$", source[:source.index("declare(strict_types=1)")], re.M))
        shown = shown.replace("require '/usr/share/mgr/php/mgr.php';", "")
        local, remote = shown.split("$mgr = new Mgr\\Client(host: ")
        refused = [refusal(4, "denied", "<no>", audit=7)]

        def answer(fields):
            if fields["action"] == "follow":
                return more("follow", {"records": [{"text": "<one>"}]}) + success("follow", {})
            if fields.get("mgr-on-behalf-of") == "refused":
                return refused.pop() if refused else success("start", {"jobs": [{"id": 7}]})
            return success(fields["action"], {"output": {}, "jobs": [{"id": 7}]})
        prepare = "file_put_contents('web.pem', 'pem'); $rules = 'rules'; $user = 'zoe'; ob_start(); "
        with FakeServer(answer) as server:
            printed = ask(server, f"chdir('{server.root}'); {prepare} {local} return ob_get_clean();")
            asked = [re.search(rb"module:(.*)\naction:(.*)", block).groups() for block in server.blocks]
            self.assertEqual((printed, server.bodies), ("&lt;one&gt;", [b"pem", b"rules"]))
            self.assertIn((b"job", b"follow"), asked)
            self.assertGreater(len(asked), 8)
            # And where it is refused: the audit's number, and no way to go on.
            again = local[local.index("try {"):local.index("// Asked again")].replace("$user", "'refused'")
            self.assertEqual(ask(server, f"ob_start(); {again} return ob_get_clean();"), "&lt;no&gt; 7")
        self.raises("Mgr/CannotSign", "$mgr = new Mgr\\Client(host: " + remote)


if __name__ == "__main__":
    unittest.main()
