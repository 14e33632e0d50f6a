"""mgr.php with a key: what it sends, and what it believes of what comes back."""

import base64
import hashlib
import json
import re
import time
import unittest

import signing
from client_fake_server import FakeServer, more, refusal, success
from client_php_signing import HOST, KEYS, KNOWN_HOST, VECTORS, Signing, host, host_signs
from client_php_support import run_php


class WhatIsSent(Signing):
    def test_is_signed_as_the_vectors_are(self):
        for request in VECTORS["requests"]:
            fields = json.dumps(dict(request["fields"]))
            said = run_php(f"""
                $signer = Mgr\\Signer::find('{self.key(request["key"])}', '{KNOWN_HOST}', 'local', '');
                $text = (new ReflectionMethod($signer, 'signedText'))->invoke(null, json_decode({fields!r}, true));
                $sign = (new ReflectionProperty($signer, 'sign'))->getValue($signer);
                return [hash('sha256', $text), base64_encode($sign($text))];""")
            self.assertEqual(said, [request["text_sha256"], request["signature"]])

    def test_every_way_of_asking_signs(self):
        many = "array_map(fn ($n) => new Mgr\\Request('scan', 'start', ['n' => $n]), range(1, 40))"
        with host() as server:
            for name in KEYS:
                self.run_with_key(server, "$mgr->call('Scan', 'start', ['Task_IDs' => '  1  ', 'signature' => 'x'], "
                                          "onBehalfOf: 'zoë', confirm: true, requestId: 'r1'); "
                                          "$mgr->call('scan', 'start', body: \"hello\\n\");"
                                          "iterator_to_array($mgr->stream('scan', 'start'));"
                                          f"return count($mgr->pipeline({many}));", name)
            self.assertEqual(len(server.blocks), 2 * 43)
            nonces = set()
            for block in server.blocks:
                lines = block.decode().removeprefix("mgr:keep-alive\n").splitlines()[:-1]
                fields = [tuple(given.split(":", 1)) for given in lines]
                by_name = dict(fields)
                self.assertEqual(len(by_name), len(fields))
                key = KEYS[by_name["auth-key"]]
                key = signing.Key(key["id"], key["type"] == "hmac-sha256", bytes.fromhex(key.get("secret") or key["seed"]))
                trimmed = [(name, value.strip(" ")) for name, value in fields]
                self.assertEqual(base64.b64decode(by_name["signature"]), key.signature_of(signing.signed_text(trimmed)))
                self.assertEqual(by_name["auth-to"], HOST["id"])
                self.assertLess(abs(int(by_name["auth-time"]) - time.time()), 60)
                self.assertEqual(by_name.get("auth-body"),
                                 hashlib.sha256(b"hello\n").hexdigest() if "mgr-body" in by_name else None)
                nonces.add(by_name["auth-nonce"])
            self.assertEqual(len(nonces), len(server.blocks))

    def test_asking_again_signs_anew(self):
        answers = [None, refusal(8, "unavailable")]
        with FakeServer(lambda f: answers.pop() if answers else host_signs(success("a"), f["auth-nonce"])) as server:
            self.run_with_key(server, "return $mgr->call('m', 'a', requestId: 'r1');")
            nonces = {re.search(rb"auth-nonce:(.*)\n", block)[1] for block in server.blocks}
            self.assertEqual((len(server.blocks), len(nonces)), (3, 3))

    def test_what_signing_makes_too_large_is_not_sent(self):
        with host() as server:
            for count in (59, 58):
                told = self.run_with_key(server, "return raised(fn () => $mgr->call('m', 'a', array_fill_keys("
                                                 f"array_map(fn ($n) => \"a$n\", range(1, {count})), '')));")
                self.assertEqual(told["class"], "InvalidArgumentException")
            told = self.run_with_key(server, "return $mgr->call('m', 'a', array_fill_keys("
                                             "array_map(fn ($n) => \"a$n\", range(1, 57)), ''));")
            self.assertEqual(len(server.blocks), 1)

    def test_a_key_shows_in_no_dump(self):
        code = ("ob_start(); var_dump($mgr); print_r($mgr); var_export($mgr); "
                "return [bin2hex(ob_get_clean()), raised(fn () => serialize($mgr))];")
        for name, key in KEYS.items():
            with host() as server:
                said, refused = self.run_with_key(server, code, name)
            secret = bytes.fromhex(key.get("secret") or key["seed"])
            self.assertIn(name.encode().hex(), said)
            self.assertNotIn(secret[:8].hex(), said)
            self.assertIn("Serialization", refused["message"])


class WhatIsBelieved(Signing):
    def prove(self, key, asked):
        code = (f"$s = Mgr\\Signer::find('{self.key(key)}', '{KNOWN_HOST}', 'local', ''); $all = [];"
                "foreach (json_decode('%s', true) as [$line, $nonce]) { try { $r = $s->prove(base64_decode($line), $nonce); "
                "$all[] = [$r->members, $r->isProven]; } catch (Mgr\\Unproven $e) { $all[] = null; } } return $all;")
        return run_php(code % json.dumps([[base64.b64encode(line).decode(), nonce] for line, nonce in asked]))

    def test_the_vectors_verify_and_nothing_beside_them(self):
        for reply in VECTORS["replies"]:
            line, nonce = reply["line"].encode()[:-1], reply["nonce"]
            said = json.loads(line)
            said.pop("signature"), said.pop("signed", None)
            places = [*range(0, len(reply["signed_line"]) - 3, 7), len(line) - 20]
            altered = [line[:place] + bytes([line[place] ^ 1]) + line[place + 1:] for place in places]
            answers = self.prove(reply["key"], [(line, nonce), (line, nonce[::-1]), *((one, nonce) for one in altered)])
            self.assertEqual(answers, [[said, True], None, *[None] * len(altered)])
            other = next(key for key in KEYS if key != reply["key"])
            self.assertEqual(self.prove(other, [(line, nonce)]), [None])

    def test_a_success_without_the_hosts_signature_is_not_believed(self):
        said = success("start")
        for reply in (said, said[:-2] + b',"signature":""}\n', said[:-2] + b',"signature":"AAAA"}\n',
                      host_signs(said, "0" * 32), host_signs(said, "0" * 32, '"stdout":""'),
                      said[:-2] + b',"signed":99999,"signature":"AAAA"}\n',
                      said[:-2] + b',"signature":"' + b"A" * 1000000 + b'"}\n'):
            told = self.ask(FakeServer(lambda _, reply=reply: reply))
            self.assertEqual(told["class"], "Mgr\\Unproven")
            self.assertIn("may have been carried out", told["message"])
        self.assertEqual(self.ask(host(key="mallory"))["class"], "Mgr\\Unproven")
        self.assertEqual(self.ask(host()), "believed")

    def test_a_refusal_says_whether_it_is_the_hosts(self):
        refused = refusal(4, "denied", "no")
        for server, name, is_proven in ((host(refused), "Denied", True), (FakeServer(lambda _: refused), "Denied", False),
                                        (host(refused, nonce="0" * 32), "Unproven", False),
                                        (host(refused, key="mallory"), "Unproven", False)):
            told = self.ask(server)
            self.assertEqual((told["class"], told["isProven"]), (f"Mgr\\{name}", is_proven))

    def test_of_what_the_broker_adds_only_output_is_taken(self):
        said = success("start", {"job": 7, "exit": 1})
        printed = '"exit":0,"job":8,"cached":true,"stdout":"\\",\\"signature\\":\\"x\\"}","stderr":"e","left_out":3'
        with host(said, printed) as server:
            members = self.run_with_key(server, "return $mgr->request('scan', 'start')->members;")
        self.assertEqual(members, {"success": True, "msg": "start ok", "data": {
            "job": 7, "exit": 1, "stdout": '","signature":"x"}', "stderr": "e", "left_out": 3}})
        told = self.ask(host(refusal(2, "failed", "exit status 3", data={"job": 7, "exit": 3}), '"stdout":"","exit":0'))
        self.assertEqual((told["data"], told["isProven"]), ({"job": 7, "exit": 3, "stdout": ""}, True))

    def test_a_stream_is_proven_by_its_end(self):
        end = success("follow", {"jobs": []})
        code = ("$n = 0; $told = raised(function () use ($mgr, &$n) { foreach ($mgr->follow(7) as $line) { $n++; } }); "
                "return [$n, $told['class'] ?? null];")
        for last, expected in ((lambda _: end, [1, "Mgr\\Unproven"]), (lambda _: b"", [1, "Mgr\\NoAnswer"]),
                               (lambda _: host_signs(end, "0" * 32), [1, "Mgr\\Unproven"]),
                               (lambda f: host_signs(end, f["auth-nonce"]), [2, None])):
            with FakeServer(lambda f, last=last: [more("follow", {"n": 1}), last(f)]) as server:
                self.assertEqual(self.run_with_key(server, code), expected)
        self.assertEqual(self.ask(FakeServer(lambda _: more("start", {})))["class"], "Mgr\\NoAnswer")


if __name__ == "__main__":
    unittest.main()
