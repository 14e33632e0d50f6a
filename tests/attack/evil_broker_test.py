"""A broker that was taken over gains what the policy grants to who is connected at that moment, and nothing else."""
import json
import os
import random
import socket
import struct
import subprocess
import unittest.mock

import attack
import evil_broker
from attack import CONFLICT, DENIED, STALE, UNAUTHENTICATED, descriptors_of, memory_of
from evil_broker import CLOSED, CONNECTION, REPLY, START, Evil, frame
from evil_broker_case import RELOAD, WHOAMI, EvilBrokerTestCase
from instance import DEADLINE, acting_as, uid_of


class Numbers(EvilBrokerTestCase):
    def test_a_forged_connection_number_is_nobody(self):
        """polkit CVE-2021-3560: a lookup that failed was read as uid 0."""
        last = max(number for _, number in self.evil.held.values())
        for number in (last + 1, last + 2, 1 << 31, (1 << 32) - 1, 1 << 63, (1 << 64) - 1):
            self.assert_refused(self.evil.ask(START, number), UNAUTHENTICATED)
        self.assert_refused(self.evil.ask(START, 0, origin=b"uid 0"), UNAUTHENTICATED)
        self.assertEqual([line for line in self.refusals() if "uid" in line], [])

    def test_another_clients_connection_has_that_clients_rights_alone(self):
        """A request of www-data's is put into the mouth of who may not, and is refused as theirs."""
        self.assert_refused(self.evil.ask(START, self.evil.of("daemon")), DENIED)
        self.assert_refused(self.evil.ask(RELOAD, self.evil.of("www-data")), DENIED)
        self.assertEqual([line["uid"] for line in self.refusals()],
                         [uid_of("daemon").pw_uid, uid_of("www-data").pw_uid])

    def test_after_its_client_has_gone_nothing_is_asked_in_its_name(self):
        """What the broker keeps of an admin's connection outlives the admin."""
        client, number = self.evil.held.pop("games")
        client.close()
        # Who sends and closes at once is served, for a second; what is asked of the helper then has no effect.
        self.until(lambda: not self.evil.ask(WHOAMI, number)["success"], "its client stays")
        for _ in range(3):
            self.assert_refused(self.evil.ask(RELOAD, number), UNAUTHENTICATED)
        self.assert_refused(self.evil.ask(self.signed(RELOAD), number), UNAUTHENTICATED)

    def test_a_connection_that_was_closed_is_nobodys_and_its_number_is_not_given_again(self):
        """Numbers that are reused: the next client would answer for the one before."""
        old = self.evil.of("games")
        self.evil.socket.sendall(frame(CLOSED, 0, struct.pack("<Q", old)))
        self.evil.held.pop("games")[0].close()
        for user in ("games", "daemon", "www-data"):
            self.evil.hold(user)
            self.assertGreater(self.evil.of(user), old)
        self.assert_refused(self.evil.ask(RELOAD, old), UNAUTHENTICATED)

    def test_numbers_of_a_broker_before_are_nobodys(self):
        """A link is lost and its numbers are kept: whoever comes next would inherit an admin."""
        old = [number for _, number in self.evil.held.values()]
        self.evil.close()
        self.evil = self.take_over()
        self.assertFalse(set(old) & {number for _, number in self.evil.held.values()})
        for number in old:
            self.assert_refused(self.evil.ask(START, number), UNAUTHENTICATED)

    def test_a_stream_of_an_admins_carries_nothing_else(self):
        """An admin watches jobs; the broker asks for more on the same connection."""
        admin = self.evil.of("games")
        self.evil.socket.sendall(self.evil.asking([("module", "job"), ("action", "watch")], admin))
        self.evil.wait_for(REPLY)
        for fields in (RELOAD, START, self.signed(WHOAMI)):
            self.assert_refused(self.evil.ask(fields, admin), CONFLICT)


class Signatures(EvilBrokerTestCase):
    def test_a_user_who_is_changed_after_signing_is_no_signer(self):
        """OpenSSH CVE-2015-6563: the unprivileged half renamed the user whom root had authenticated."""
        request = self.signed(WHOAMI)
        for name, value in (("auth-key", "bob"), ("auth-key", "root"), ("mgr-on-behalf-of", "root"), ("uid", "0")):
            fields = [field for field in request if field[0] != name] + [(name, value)]
            for number in (0, self.evil.of("games")):
                self.assert_refused(self.evil.ask(fields, number), UNAUTHENTICATED)
        self.assertEqual(self.evil.ask(request, 0)["data"]["key"], "alice")

    def test_another_ones_signature_over_an_admins_connection_adds_nothing(self):
        """Two people's halves of a proof: alice's signature and the admin's connection are not one admin."""
        for number in (self.evil.of("games"), self.evil.of("www-data")):
            for fields in (RELOAD, START):
                self.assert_refused(self.evil.ask(self.signed(fields), number), DENIED)
        told = self.evil.ask(self.signed(WHOAMI), self.evil.of("games"))["data"]
        self.assertEqual((told["key"], told["principals"]), ("alice", ["anyone", "signers"]))
        self.assertEqual({(line["key"], line.get("uid")) for line in self.refusals()}, {("alice", None)})

    def test_a_signed_request_counts_once_on_every_link(self):
        """OpenSSH CVE-2015-6564: what the monitor had answered could be asked again."""
        request = self.signed(WHOAMI)
        self.assertTrue(self.evil.ask(request, 0)["success"])
        for _ in range(2):
            for number in (0, self.evil.of("games"), self.evil.of("daemon")):
                self.assert_refused(self.evil.ask(request[::-1], number), STALE)
            self.evil.close()
            self.evil = self.take_over()


class Surroundings(EvilBrokerTestCase):
    def test_the_brokers_user_can_write_no_file_of_mgrs_and_replace_no_socket(self):
        """What it cannot say it might lay on disk: configuration, records, another socket in the helper's place."""
        with acting_as("mgr-broker"):
            writable = [path for folder, folders, files in os.walk(self.mgr.dir)
                        for path in (os.path.join(folder, name) for name in ("", *folders, *files))
                        if os.access(path, os.W_OK, effective_ids=True) and not path.endswith(("mgr.sock", "helper.sock"))]
            for name in ("run/mgr.sock", "run/mgr/helper.sock", "var/log/mgr/audit.jsonl", "etc/mgr/policy.toml"):
                with self.assertRaises(PermissionError):
                    os.rename(self.mgr.dir / name, self.mgr.dir / (name + ".old"))
        self.assertEqual([path for path in writable if "/seen" not in path], [])  # the test's own

    def test_the_brokers_user_can_neither_signal_nor_read_the_helper(self):
        """ptrace, signals and /proc of the root process."""
        pid = self.mgr.helper.pid
        broker = uid_of("mgr-broker")
        for word in (f"kill -STOP {pid}", f"kill -HUP {pid}", f"cat /proc/{pid}/mem", f"cat /proc/{pid}/environ",
                     f"ls /proc/{pid}/fd/"):
            done = subprocess.run(["/bin/sh", "-c", word], user=broker.pw_uid, group=broker.pw_gid, extra_groups=[],
                                  capture_output=True, timeout=DEADLINE)
            self.assertNotEqual(done.returncode, 0, word)
            self.assertEqual(done.stdout, b"", word)

    def test_names_that_are_commands_reach_no_shell_of_an_admins(self):
        """The broker tells mgrctl of a module named $(touch x): neither run nor shown, and nothing of the schema used."""
        touched = self.mgr.dir / "seen/touched"
        for name in (f"$(touch {touched})", f"`touch {touched}`", "a;b", "../x", "-n", "\x1b[2J", "A\nB", ""):
            for module in ({"name": name, "summary": "", "aliases": [], "actions": []},
                           {"name": "scan", "summary": "", "aliases": [name], "actions": []},
                           {"name": "scan", "summary": "", "aliases": [],
                            "actions": [{"name": name, "summary": "", "arguments": []}]}):
                done = self.lied_to({"success": True, "msg": "modules ok", "data": {"modules": [module]}}, "modules")
                self.assertNotEqual(done.returncode, 0, (module, done.stdout))
                self.assertNotIn("\x1b", done.stdout + done.stderr)
                self.assertNotIn("touch", done.stdout)
        self.assertFalse(touched.exists())

    def test_an_answer_that_the_host_has_not_signed_is_not_believed(self):
        """It keeps a signed request to itself and says "ok", or shows the host's answer to another request of root's."""
        key = self.mgr.dir / "etc/mgr/root.key"
        other = self.evil.ask(self.signed(WHOAMI), 0)
        self.assertIn("signature", other)
        lie = {"success": True, "msg": "reload ok", "data": {}}
        self.assertEqual(self.lied_to(lie, "reload").returncode, 0, "where nothing is signed a broker can lie")
        with unittest.mock.patch.dict(os.environ, MGR_KEY=str(key)):
            for reply in (lie, dict(other, msg="reload ok"), other,
                          {"success": True, "msg": "reload ok", "signature": "A" * 86 + "=="}):
                done = self.lied_to(reply, "reload")
                self.assertNotEqual(done.returncode, 0, (reply, done.stdout))
        self.assert_nothing_happened()

    def lied_to(self, reply, *words):
        """mgrctl of an admin's, to whom the broker says what it likes."""
        evil, handed = self.evil, []
        evil.take = handed.extend
        mgrctl = subprocess.Popen([f"{attack.BINARIES}/mgrctl", "--root", self.mgr.dir, *words], text=True,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        evil.wait_for(CONNECTION)
        with socket.socket(fileno=handed.pop()) as client:
            client.setblocking(True)
            client.settimeout(DEADLINE)
            while not client.recv(65536).endswith(b"\n\n"):
                pass
            client.sendall(json.dumps(reply).encode() + b"\n")
            client.shutdown(socket.SHUT_RDWR)
        stdout, stderr = mgrctl.communicate(timeout=DEADLINE)
        return subprocess.CompletedProcess(words, mgrctl.returncode, stdout, stderr)


class TenThousand(EvilBrokerTestCase):
    ATTEMPTS, WARM_UP, A_LINK = 10000, 1000, 40
    ALLOWANCE = 1024  # KiB: what a heap of other requests' sizes may keep

    def test_ten_thousand_attempts_gain_nothing_and_each_is_in_the_audit_log(self):
        """All of them by a seed: nothing runs, each is audited, descriptors and memory of the helper stay as they were."""
        seed = int(os.environ.get("MGR_SEED", "1"))
        print("seed", seed)
        self.random = random.Random(seed)
        self.expected, self.tried, self.with_a_link = self.audited(), 0, descriptors_of(self.mgr.helper)
        spent, fresh = self.signed(WHOAMI), self.signed(RELOAD)
        self.assertTrue(self.evil.ask(spent, 0)["success"])
        self.evil.spent, self.evil.fresh = [spent], [fresh]
        while self.tried < self.WARM_UP:
            self.try_a_link()
        before = self.state()
        while self.tried < self.ATTEMPTS:
            self.try_a_link()
        after = self.state()
        print(f"descriptors {before[0]} and {after[0]}, memory {before[1]} and {after[1]} KiB")
        self.assertLessEqual(after[0], before[0])
        if not attack.is_sanitized("mgr-helper"):
            self.assertLess(after[1], before[1] + self.ALLOWANCE)
        self.until(lambda: self.counted() == self.wanted(), lambda: (self.counted(), self.wanted()))
        self.assert_nothing_happened()
        self.assertEqual({line["uid"] for line in self.refusals() if "uid" in line}, {uid_of("daemon").pw_uid})

    def try_a_link(self):
        """Attempts that are answered, all in one breath, and one that ends the link."""
        evil = self.evil
        attempts = self.random.choices(evil_broker.ANSWERED, k=self.A_LINK)
        evil.socket.sendall(b"".join(attempt(evil, self.random) for attempt in attempts))
        for reply in evil.answers(self.A_LINK):
            self.assertFalse(reply["success"], reply)
            self.expected["refused " + reply["error"]] += 1
        if self.random.randrange(4) == 0:
            self.assertTrue(evil_broker.descriptors_sent_up(evil, self.random))
        else:
            evil.socket.sendall(self.random.choice(evil_broker.FATAL)(evil, self.random))
        self.assertTrue(evil.is_sent_away())
        self.expected["link_refused"] += 1
        self.tried += self.A_LINK + 1
        evil.close()
        self.evil = Evil(self.mgr, others=("daemon", "games"))
        self.evil.spent, self.evil.fresh = evil.spent, evil.fresh
        self.evil.gone = [number for _, number in evil.held.values()]

    def state(self):
        """Where the helper has let go of all of the links before this one."""
        self.until(lambda: descriptors_of(self.mgr.helper) <= self.with_a_link, lambda: descriptors_of(self.mgr.helper))
        return descriptors_of(self.mgr.helper), memory_of(self.mgr.helper)

    def counted(self):
        return self.refusals_of(self.audited())

    def wanted(self):
        return self.refusals_of(self.expected)

    @staticmethod
    def refusals_of(counts):
        return {what: count for what, count in counts.items() if what.startswith(("refused ", "link_refused"))}


if __name__ == "__main__":
    attack.main()
