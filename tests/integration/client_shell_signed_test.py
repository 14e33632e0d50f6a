"""mgr.sh with a key: what it sends, and what it believes. Usage: client_shell_signed_test.py SHELL [TEST …]"""
import base64
import json
import os

import client_shell_support as support
from client_fake_server import FakeServer, more, refusal, success
from client_shell_support import HOST, KEYS, KNOWN_HOST, VECTORS, ShellCase, host_signs, key_text, main
from signing import Key, signed_text

TIME = 1767323045


def at(nonce):
    """As if it were then, and this nonce had been drawn."""
    return (f'date() {{ echo {TIME}; }}\n'
            f'od() {{ case "$*" in *urandom) echo {nonce} ;; *) command od "$@" ;; esac; }}\n')


class Signed(ShellCase):
    def server(self, line=None, printed="", nonce=None, key=None):
        """Answers as a host does; `line`, `nonce` and `key`: other ones than those of the request."""
        def answer(fields):
            said = line if line is not None else success(fields["action"])
            return host_signs(said, nonce or fields["auth-nonce"], printed, key or fields["auth-key"])
        return FakeServer(answer)

    def asks(self, server, *words, key="panel", **more_options):
        with server:
            return self.call(server, "--key", self.key(key), *(words or ("scan", "start")), **more_options)


class WhatIsSent(Signed):
    def test_is_signed_as_the_vectors_are(self):
        for request in VECTORS["requests"]:
            given = dict(request["fields"])
            words = ["--key", self.key(request["key"])]
            if "mgr-on-behalf-of" in given:
                words += ["--on-behalf-of", given["mgr-on-behalf-of"]]
            if "mgr-body" in given:
                words += ["--body", self.file("body", "hello\n")]
            words += [given["module"], given["action"]]
            words += [f"{name}={value}" for name, value in request["fields"][2:] if not name.startswith(("auth-", "mgr-"))]
            with self.server() as server:
                code, _, errors = self.script(at(given["auth-nonce"]) + 'mgr_call "$@"', words, MGR_SOCKET=server.path)
                sent = dict(text.split(":", 1) for text in server.blocks[0].decode().splitlines()[:-1])
            self.assertEqual((code, errors), (0, ""))
            self.assertEqual(sent, dict(request["fields"], signature=request["signature"]))

    def test_each_function_signs_and_each_time_anew(self):
        script = (f'mgr_call --key {self.key()} a b; mgr_wait --key {self.key()} 7; mgr_follow --key {self.key()} 7; mgr_open; '
                  f'for n in 1 2; do mgr_call --key {self.key()} --body - a b n=$n; done; mgr_close')

        def answer(fields):
            return host_signs(success("x"), fields["auth-nonce"]) if "auth-nonce" in fields else success("ping")
        with FakeServer(answer) as server:
            self.assertEqual(self.script(script, MGR_SOCKET=server.path)[0], 0)
            requests = [dict(text.split(":", 1) for text in block.decode().splitlines()[:-1]) for block in server.blocks
                        if b"auth-" in block]
            key = Key("panel", hmac=True, secret=bytes.fromhex(KEYS["panel"]["secret"]))
            for fields in requests:
                self.assertEqual(fields["signature"], base64.b64encode(key.signature_of(signed_text(fields.items()))).decode())
            self.assertEqual((len(requests), len({fields["auth-nonce"] for fields in requests})), (5, 5))

    def test_asking_again_signs_anew(self):
        answers = [None, refusal(8, "unavailable")]
        with FakeServer(lambda f: answers.pop() if answers else host_signs(success("start"), f["auth-nonce"])) as server:
            self.assertEqual(self.call(server, "--key", self.key(), "--request-id", "r", "scan", "start")[0], 0)
            nonces = {text for block in server.blocks for text in block.splitlines() if text.startswith(b"auth-nonce")}
            self.assertEqual((len(server.blocks), len(nonces)), (3, 3))

    def test_a_secret_is_on_no_command_line(self):
        """Every program that is run writes down what it was started with."""
        if support.SHELL == "busybox":
            programs = self.folder / "programs"
        else:
            programs = self.folder / "spied"
            programs.mkdir()
        log = self.folder / "temporary" / "log"
        for name in ("openssl", "awk", "sed", "sort", "grep", "od", "head", "tail", "tr", "cut", "cat", "wc", "timeout", "dd", "cp"):
            path = programs / name
            real = path.resolve() if path.exists() else next(
                each for each in (f"/usr/bin/{name}", f"/bin/{name}") if os.path.exists(each))
            path.unlink(missing_ok=True)
            applet = name if str(real).endswith("busybox") else ""
            path.write_text(f'#!/bin/sh\necho "{name} $*" >> {log}\nexec {real} {applet} "$@"\n')
            path.chmod(0o755)
        environment = {"PATH": f"{programs}:{self.environment['PATH']}"}
        for key in ("panel", "alice"):
            code = self.asks(self.server(), "account", "password", "password=hunter2", key=key, **environment)[0]
            self.assertEqual(code, 0)
        said = log.read_text()
        log.unlink()
        self.assertIn("openssl dgst", said)
        self.assertNotIn("hunter2", said)
        for size in range(8, 65, 8):
            self.assertNotIn(KEYS["panel"]["secret"][:size], said)
        self.assertNotIn(KEYS["alice"]["seed"][:8], said)

    def test_a_trace_shows_no_secret(self):
        with self.server() as server:
            code, _, errors = self.call(server, "--key", self.key(), "scan", "start", options="-eux")
        self.assertEqual(code, 0)
        self.assertNotIn(KEYS["panel"]["secret"], errors)

    def test_what_cannot_be_signed_is_not_sent(self):
        self.sends_nothing("--key", self.key(), "m", "a", "auth-key=other")
        self.sends_nothing("--key", self.key(), "m", "a", *[f"a{n}=" for n in range(58)])
        with self.server() as server:
            self.assertEqual(self.call(server, "--key", self.key(), "m", "a", "signature=constant")[0], 0)
            self.assertEqual(server.blocks[0].count(b"signature:"), 1)


class WhatIsBelieved(Signed):
    def refused(self, server, *words, **options):
        code, out, errors = self.asks(server, *words, **options)
        self.assertEqual((code, out), (127, ""), errors)
        self.assertIn("unproven reply", errors)
        self.assertIn("it may have been carried out", errors)

    def test_the_vectors_verify_and_nothing_beside_them(self):
        for reply in VECTORS["replies"]:
            def asked(line, nonce=reply["nonce"], key=reply["key"]):
                with FakeServer(lambda _: line) as server:
                    return self.script(at(nonce) + f'mgr_call --key {self.key(key)} m a', MGR_SOCKET=server.path)[:2]
            line = reply["line"].encode()
            self.assertEqual(asked(line)[1].encode(), line)
            self.assertEqual(asked(line, nonce=reply["nonce"][::-1]), (127, ""))
            self.assertEqual(asked(line, key={"alice": "panel", "panel": "alice"}[reply["key"]]), (127, ""))
            signed = len(reply["signed_line"]) - 3
            for place in list(range(0, signed, 11)) + [len(line) - 20]:
                self.assertEqual(asked(line[:place] + bytes([line[place] ^ 1]) + line[place + 1:]), (127, ""))

    def test_a_success_without_the_hosts_signature_is_not_believed(self):
        said = success("start")
        for reply in (said, said[:-2] + b',"signature":""}\n', said[:-2] + b',"signature":"AAAA"}\n',
                      said[:-2] + b',"signature":1}\n', host_signs(said, "0" * 32),
                      host_signs(success("show", {"job": 7}), "0" * 32, '"stdout":""'),
                      said[:-2] + b',"signed":99999,"signature":"AAAA"}\n', said[:-2] + b',"signed":1,"signature":"AAAA"}\n'):
            self.refused(FakeServer(lambda _, reply=reply: reply))
        self.refused(self.server(key="mallory"))
        self.refused(self.server(refusal(4, "denied"), nonce="0" * 32))

    def test_a_refusal_says_whether_it_is_the_hosts(self):
        code, _, errors = self.asks(self.server(refusal(4, "denied", "no")))
        self.assertEqual((code, errors), (126, "mgr: denied: no\n"))
        code, _, errors = self.asks(FakeServer(lambda _: refusal(4, "denied", "no")))
        self.assertEqual(code, 126)
        self.assertIn("the host did not sign this refusal", errors)

    def test_of_what_the_broker_adds_only_output_is_taken(self):
        said = success("show", {"job": 7, "exit": 3})
        code, out, _ = self.asks(self.server(said, '"stdout":"\\",\\"signature\\":\\"x\\"}","stderr":"e","left_out":3'))
        self.assertEqual((code, json.loads(out)["data"]["stdout"]), (3, '","signature":"x"}'))
        for added in ('"exit":0', '"stdout":"a","stdout":"b"', '"job":8', '"jobs":[]', '"stdout":"x"},"data":{"exit":0',
                      '"stdout":"x"},"success":true,"x":{"a":1', '"cached":true'):
            code, out, _ = self.asks(self.server(said, added))
            self.assertEqual((code, out), (127, ""), added)

    def test_a_stream_is_proven_by_its_end(self):
        end = success("follow", {"jobs": []})
        for last in (end, b"", host_signs(end, "0" * 32)):
            code, out, _ = self.asks(FakeServer(lambda _, last=last: [more("follow", {"n": 1}), last]), "job", "watch",
                                     function="mgr_stream")
            self.assertEqual((code, len(out.splitlines())), (127, 1))
        server = FakeServer(lambda f: [more("follow", {}), host_signs(end, f["auth-nonce"])])
        self.assertEqual(self.asks(server, "job", "watch", function="mgr_stream")[0], 0)


class WhereKeysAre(Signed):
    def key_id(self, *words, **environment):
        with self.server() as server:
            code, _, errors = self.call(server, *words, "m", "a", **environment)
            self.assertEqual(code, 0, errors)
            fields = dict(text.split(":", 1) for text in server.blocks[0].decode().splitlines()[:-1])
        return fields["auth-key"]

    def test_the_key_is_found_as_mgrctl_finds_it(self):
        named = self.key()
        del self.environment["MGR_KEY"]
        self.file("home/.config/mgr/key", key_text(dict(KEYS["panel"], id="own")))
        self.assertEqual(self.key_id(), "own")
        self.assertEqual(self.key_id(MGR_KEY=named), "panel")
        self.assertEqual(self.key_id("--key", self.key("alice"), MGR_KEY=named), "alice")
        self.assertNotIn(b"auth-", self.sends("--no-sign", "m", "a")[0])
        self.assertNotIn(b"auth-", self.sends("m", "a", MGR_KEY="")[0])
        config = str(self.folder / "config")
        self.assertNotIn(b"auth-", self.sends("m", "a", XDG_CONFIG_HOME=config)[0])

    def test_the_host_is_known_by_its_name(self):
        self.key()
        with FakeServer(lambda f: host_signs(success("x"), f["auth-nonce"]), tcp=True) as server:
            words = ("--key", self.key(), "--host", f"127.0.0.1:{server.port}", "m", "a")
            code, _, errors = self.script('mgr_call "$@"', words)
            self.assertEqual((code, server.connections), (2, 0))
            self.assertIn("is no known host", errors)
            self.file("home/.config/mgr/known_hosts", f"# more\n\n127.0.0.1:{server.port}  {KNOWN_HOST}\n", 0o644)
            self.assertEqual(self.script('mgr_call "$@"', words)[0], 0)

    def test_files_of_known_hosts_are_whole_and_nobody_elses(self):
        key = self.key()
        local = f"local {KNOWN_HOST}\n"
        for text in (local + local, local + "other\n", "other x y z\n" + local, local.replace("ed25519:", "rsa:"), "local " + HOST["id"],
                     local.replace("=\n", "\n"), local.replace("gw=", "gx="), local.replace("local 0", "local "), local[:-1] + " x\n", ""):
            self.file("home/.config/mgr/known_hosts", text, 0o644)
            self.sends_nothing("--key", key, "m", "a")
        for mode in (0o664, 0o646):
            self.file("home/.config/mgr/known_hosts", local, mode)
            self.assertIn("somebody else may write it", self.sends_nothing("--key", key, "m", "a"))

    def test_a_private_key_is_whole_and_its_users_alone(self):
        for mode in (0o640, 0o604, 0o620, 0o601):
            self.key()
            self.sends_nothing("--key", self.file("key.loose", key_text(KEYS["panel"]), mode), "m", "a")
        os.mkfifo(str(self.folder / "fifo"), 0o600)
        os.symlink(self.key(), str(self.folder / "link"))
        for name in ("fifo", "link", "none", "."):
            self.sends_nothing("--key", str(self.folder / name), "m", "a")
        panel, alice = key_text(KEYS["panel"]), key_text(KEYS["alice"])
        for text in ("", panel.replace("id:panel", "id:Panel"), panel.replace("id:", "ID:"), panel.replace("hmac-sha256", "none"),
                     "\n" + panel, panel.replace("\n", "\r\n"), panel.replace("secret:0001", "secret:"), panel.replace("secret:00", "secret:0g"),
                     panel.replace("secret:00", "secret:0"), alice.replace("ed25519", "hmac-sha256"), panel.replace("hmac-sha256", "ed25519"),
                     alice.replace("MC4C", "MC4D")):
            self.sends_nothing("--key", self.file("key.wrong", text), "m", "a")


if __name__ == "__main__":
    main()
