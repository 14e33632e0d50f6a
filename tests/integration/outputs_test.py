"""Actions of mode output and stream, with real daemons: what is answered, what is shared, and that
nothing is left.

Usage: outputs_test.py BINARIES [unittest arguments]; as root, in a pid namespace of its own.
"""
import base64
import json
import subprocess
import unittest

from instance import DEADLINE, uid_of
from jobs_support import BINARIES
from outputs_support import OutputsTestCase


class Output(OutputsTestCase):
    def test_the_answer_is_the_exit_and_what_was_printed(self):
        data = self.said("both", "größe")
        self.assertEqual(data, {"job": data["job"], "exit": 0, "stdout": "to größe\n", "stderr": "no größe\n"})

    def test_another_status_of_success_is_told(self):
        self.assertEqual(self.said("exit", "4")["exit"], 4)

    def test_a_failure_has_its_output_too(self):
        reply = self.refuses(self.ask("exit", "3"), 2)
        self.assertEqual((reply["error"], reply["detail"]), ("failed", "exit status 3"))
        self.assertEqual((reply["data"]["exit"], reply["data"]["stdout"]), (3, "so far\n"))
        self.assertGreater(reply["audit"], 0)
        reply = self.refuses(self.ask("signal"), 2)
        self.assertEqual((reply["detail"], reply["data"]["signal"]), ("signal 9", 9))
        self.assertNotIn("exit", reply["data"])

    def test_one_that_cannot_be_started_says_why(self):
        reply = self.refuses(self.mgr.request("say", "missing"), 2)
        self.assertIn("No such file", reply["detail"])
        self.assertNotIn("exit", reply["data"])

    def test_bytes_that_are_no_text_come_in_base64(self):
        data = self.said("bytes")
        self.assertEqual(base64.b64decode(data["stdout_base64"]), b"\xff\xfe\0")
        self.assertEqual(data["stderr"], "café")
        self.assertNotIn("stdout", data)

    def test_five_megabytes_are_cut_to_what_a_reply_holds(self):
        whole = "".join(f"line {number}\n" for number in range(1, 500001))
        line = self.mgr.send("module:say\naction:much\ntoken:t\n\n")
        self.assertLessEqual(len(line), 1 << 20)
        data = json.loads(line)["data"]
        self.assertGreater(len(data["stdout"]), 500000)
        self.assertTrue(whole.startswith(data["stdout"]))
        self.assertEqual(data["left_out"], len(whole) + len("end\n") - len(data["stdout"]) - len(data["stderr"]))

    def test_what_the_files_do_not_keep_is_counted(self):
        data = self.said("most")
        whole = 500000 * len("line \n") + sum(len(str(number)) for number in range(1, 500001))
        self.assertEqual(data["left_out"] + len(data["stdout"]) + len(data["stderr"]), whole + len("end\n"))
        self.assertEqual(data["stderr"], "end\n")

    def test_a_timeout_is_told_with_what_there_was(self):
        reply = self.refuses(self.ask("slow"), 13)
        self.assertEqual(reply["detail"], "the command was stopped at its timeout")
        self.assertEqual(reply["data"]["stdout"], "begun\n")

    def test_a_stop_is_told(self):
        self.make_gate("g")
        with self.later("gated", "g") as asked:
            job = self.until_listed("running")[0]
            self.assertEqual(self.job("stop", ids=job)["jobs"][0]["state"], "stopped")
            reply = self.refuses(asked.next(), 2)
            self.assertEqual((reply["detail"], reply["data"]["job"]), ("stopped", job))

    def test_wait_means_nothing_more(self):
        self.assertEqual(self.said("both", mgr__wait="yes")["stdout"], "to t\n")


class Json(OutputsTestCase):
    def test_the_value_is_a_part_of_the_answer(self):
        for text in ('{"a":[1,2.50,-0,1e3,"\\u00e9",null,true],"a":{}}', " [ ]\t", '"x"', "7", "18446744073709551616",
                     "0.1000", "[" * 64 + "]" * 64):
            line = self.mgr.send(f"module:say\naction:json\ntoken:{text}\n\n".replace("\t", " "))
            data = json.loads(line)["data"]
            self.assertEqual(data["output"], json.loads(text), text)
            self.assertNotIn("stdout", data)
            self.assertEqual(line.count(b"\n"), 1)
        self.assertIn(b"18446744073709551616", self.mgr.send("module:say\naction:json\ntoken:18446744073709551616\n\n"))
        self.assertIn(b'"output":0.1000,', self.mgr.send("module:say\naction:json\ntoken:0.1000\n\n"))

    def test_what_is_not_exactly_one_value_is_a_failure(self):
        for text in ("{}{}", "{", "nul", "'a'", "{a:1}", "[1,]", "01", "+1", "NaN", '"\\ud800"', "[] //", "1 2",
                     "[" * 65 + "]" * 65):
            reply = self.refuses(self.ask("json", text), 2)
            self.assertEqual(reply["detail"], "the command's output is not JSON")
            self.assertEqual((reply["data"]["stdout"], reply["data"]["exit"]), (text, 0))

    def test_bytes_that_no_argument_can_hold(self):
        for text in (b"", b"{}\0{", b"\xef\xbb\xbf{}", b'"\xff"', b'"a\nb"', b"\n"):
            (self.mgr.dir / "seen/json").write_bytes(text)
            self.assertEqual(self.refuses(self.ask("jsonfile"), 2)["detail"], "the command's output is not JSON", text)
        (self.mgr.dir / "seen/json").write_bytes(b"[\n1,\r\n\t2\n]\n")
        self.assertEqual(self.said("jsonfile")["output"], [1, 2])

    def test_260_kilobytes_of_brackets_are_refused(self):
        reply = self.refuses(self.ask("deep"), 2)
        self.assertEqual(reply["detail"], "the command's output is not JSON")
        self.assertTrue(reply["data"]["stdout"].startswith("[[[["))
        self.assertTrue(self.mgr.ask("module:mgr\naction:ping\n\n")["success"])

    def test_what_does_not_fit_whole_is_refused(self):
        for text in ('"' + "x" * 1100000 + '"', '"' + "é" * 200000 + '"'):
            (self.mgr.dir / "seen/json").write_text(text)
            self.assertEqual(self.refuses(self.ask("jsonfile"), 2)["detail"], "the command's output is too long")

    def test_a_failed_command_need_not_print_json(self):
        reply = self.refuses(self.ask("jsonexit", "3"), 2)
        self.assertEqual((reply["detail"], reply["data"]["stdout"]), ("exit status 3", "so far\n"))


class Life(OutputsTestCase):
    def test_it_is_listed_while_it_runs_and_then_gone(self):
        self.make_gate("g")
        with self.later("gated", "g") as asked:
            job = self.until_listed("running")[0]
            self.assertEqual(self.shown(job)["action"], "gated")
            self.refuses(self.mgr.request("job", "show", "daemon", id=job), 12)
            self.mgr.open_gate("g")
            self.assertEqual(asked.next()["data"]["stdout"], "one\ntwo\n")
        self.until_gone()
        self.assertEqual(self.ids(user=None), [])
        self.refuses(self.mgr.request("job", "show", id=job), 12)
        self.mgr.restart_helper()
        self.assertEqual((self.ids(user=None), self.mgr.job_folders()), ([], []))

    def test_its_effect_its_end_and_its_outcome_are_in_the_audit(self):
        job = self.said("both", "told")["job"]
        effect = [line for line in self.lines("effect") if line["action"] == "both"][0]
        self.assertEqual(effect["arguments"], {"token": "told"})
        self.assertEqual([line["state"] for line in self.lines("job_ended") if line["id"] == job], ["succeeded"])
        outcome = [line for line in self.lines("outcome") if line["of"] == effect["seq"]][0]
        self.assertEqual((outcome["success"], outcome["data"]), (True, {"job": job, "exit": 0}))
        self.assertNotIn("to told", str(self.mgr.audit_lines()), "what it printed is not")
        reply = self.ask("exit", "3")
        outcome = [line for line in self.lines("outcome") if line["of"] == reply["audit"]][0]
        self.assertEqual((outcome["success"], outcome["detail"]), (False, "exit status 3"))
        self.mgr.check_audit_chain()

    def test_a_full_queue_is_busy_and_a_lock_is_waited_for(self):
        for gate in "ab":
            self.make_gate(gate)
        with self.later("narrow", "a") as first:
            self.until_listed("running")
            with self.later("narrow", "b") as second:
                self.until_listed("queued")
                self.refuses(self.ask("narrow", "c"), 7)
                self.mgr.open_gate("a")
                self.mgr.open_gate("b")
                for asked in (first, second):
                    self.assertEqual(asked.next()["data"]["stdout"], "one\ntwo\n")
        self.make_gate("l")
        with self.later("left", "l") as left:
            self.until_listed("running")
            with self.later("right") as right:
                self.until_listed("queued")
                self.assertEqual(self.starts("t"), 0)
                self.mgr.open_gate("l")
                self.assertTrue(left.next()["success"])
                self.assertEqual(right.next()["data"]["stdout"], "to t\n")

    def test_one_that_waits_can_be_stopped_and_never_runs(self):
        self.make_gate("a")
        with self.later("narrow", "a") as first:
            self.until_listed("running")
            with self.later("narrow", "b") as second:
                job = self.until_listed("queued")[0]
                self.job("stop", ids=job)
                self.assertEqual(self.refuses(second.next(), 2)["detail"], "stopped")
                self.assertEqual(self.starts("b"), 0)
            self.mgr.open_gate("a")
            self.assertTrue(first.next()["success"])
        self.until_gone()

    def test_it_runs_to_its_end_when_its_client_goes(self):
        self.make_gate("g")
        asked = self.later("gated", "g")
        job = self.until_listed("running")[0]
        asked.close()
        with self.ending(job, "succeeded"):
            self.mgr.open_gate("g")
        self.until_gone()

    def test_a_helper_that_is_killed_is_told_and_the_job_ends_without_a_trace(self):
        self.make_gate("g")
        with self.later("gated", "g") as asked:
            job = self.until_listed("running")[0]
            self.until_started("g")
            self.mgr.kill_helper()
            self.refuses(asked.next(), 13)
        self.mgr.start_helper()
        self.mgr.wait_ready()
        with self.ending(job, "succeeded"):
            self.mgr.open_gate("g")
        self.until_gone()
        self.assertEqual([line["state"] for line in self.lines("job_ended") if line["id"] == job], ["succeeded"])

    def test_one_that_waited_does_not_run_after_a_restart(self):
        self.make_gate("a")
        with self.later("narrow", "a"), self.later("narrow", "b"):
            self.until_started("a")
            self.until_listed("queued")
            self.mgr.restart_helper()
        running = self.ids(user=None)
        self.assertEqual(len(running), 1)
        self.mgr.open_gate("a")
        self.until_gone()
        self.assertEqual(self.starts("b"), 0)


class Cache(OutputsTestCase):
    def test_an_equal_request_gets_the_answer_of_the_one_before(self):
        first = self.said("cached")
        again = self.said("cached")
        self.assertEqual(again.pop("cached"), True)
        self.assertGreaterEqual(again.pop("age_ms"), 0)
        self.assertEqual((again, self.starts("t")), (first, 1))
        self.assertEqual(len([line for line in self.lines("effect") if line["action"] == "cached"]), 1)

    def test_another_argument_is_another_request(self):
        self.assertNotEqual(self.said("cached", "a")["job"], self.said("cached", "b")["job"])
        self.assertNotIn("cached", self.said("cached", "a,b"))

    def test_one_rule_shares_and_another_does_not(self):
        first = self.said("cached")["job"]
        self.assertEqual(self.said("cached", user="daemon")["job"], first, "of the same rule")
        self.assertNotEqual(self.said("cached", user=None)["job"], first)
        self.assertNotEqual(self.said("cached", user="bin")["job"], first)
        self.assertEqual(self.starts("t"), 3)

    def test_whom_one_claims_to_act_for_counts_where_the_rule_says_so(self):
        self.assertEqual(len({self.said("cached", mgr__on__behalf__of=name)["job"] for name in "xyx"}), 1)
        self.assertEqual(len({self.said("cached", user="bin", mgr__on__behalf__of=name)["job"] for name in "xyx"}), 2)

    def test_it_runs_out_and_its_folder_goes(self):
        first = self.said("brief")["job"]
        self.until_gone()
        self.assertNotEqual(self.said("brief")["job"], first)

    def test_a_failure_is_not_kept(self):
        for _ in range(2):
            self.refuses(self.ask("failing", "3"), 2)
        self.assertEqual(self.starts("3"), 2)
        self.until_gone()

    def test_what_was_pruned_runs_again(self):
        first = self.said("cached")["job"]
        self.job("prune", None)
        self.assertNotEqual(self.said("cached")["job"], first)

    def test_a_restart_forgets(self):
        first = self.said("cached")["job"]
        self.mgr.restart_helper()
        self.assertEqual(self.mgr.job_folders(), [])
        self.assertGreater(self.said("cached")["job"], first)

    def test_twenty_equal_requests_at_once_start_one_job(self):
        self.make_gate("g")
        asked = [self.later("shared", "g", user) for user in ("www-data", "daemon") * 10]
        for one in asked:
            self.addCleanup(one.close)
        self.until_listed("running")
        self.mgr.open_gate("g")
        data = [one.next()["data"] for one in asked]
        self.assertEqual({one["job"] for one in data}, {data[0]["job"]})
        self.assertEqual({one["stdout"] for one in data}, {"one\ntwo\n"})
        self.assertEqual(self.starts("g"), 1)

    def test_equal_requests_of_one_turn_start_one_job(self):
        block = "module:say\naction:cached\ntoken:t\n\n"
        with self.mgr.client() as connection, connection.makefile("rb") as file:
            connection.sendall(("mgr:keep-alive\n" + block * 20).encode())
            replies = [json.loads(file.readline()) for _ in range(20)]
        self.assertEqual({reply["data"]["stdout"] for reply in replies}, {"to t\n"})
        self.assertEqual((len(replies), self.starts("t")), (20, 1))

    def test_one_that_is_being_stopped_is_not_joined(self):
        self.make_gate("g")
        with self.later("shared", "g") as first, self.later("shared", "g") as joined:
            job = self.until_listed("running")[0]
            self.job("stop", ids=job)
            for asked in (first, joined):
                self.assertEqual(self.refuses(asked.next(), 2)["detail"], "stopped")
        with self.later("shared", "g") as again:
            self.until_listed("running")
            self.mgr.open_gate("g")
            self.assertNotEqual(again.next()["data"]["job"], job)


class Streams(OutputsTestCase):
    def test_lines_come_while_it_runs_and_the_last_tells_its_end(self):
        self.make_gate("g")
        with self.later("stream", "g") as stream:
            first = stream.next()
            self.assertEqual((first["msg"], first["more"], first["data"]["records"][0]["text"]), ("stream ok", True, "one\n"))
            job = self.until_listed("running")[0]
            self.mgr.open_gate("g")
            self.assertEqual(stream.next()["data"]["records"][0]["text"], "two\n")
            last = stream.next()
            self.assertNotIn("more", last)
            self.assertEqual((last["data"]["jobs"][0]["id"], last["data"]["jobs"][0]["state"]), (job, "succeeded"))
            self.assertIsNone(stream.next())
        self.until_gone()

    def test_it_is_stopped_when_its_client_closes(self):
        for action in ("stream", "silent"):
            self.make_gate(action)
            stream = self.later(action, action)
            job = self.until_listed("running")[0]
            with self.ending(job, "stopped"):
                stream.close()
            self.until_gone()

    def test_one_that_waits_does_not_run_when_its_client_has_gone(self):
        with self.later("queued", "a"):
            self.until_listed("running")
            second = self.later("queued", "b")
            job = self.until_listed("queued")[0]
            with self.ending(job, "stopped"):
                second.close()
            self.assertEqual(self.starts("b"), 0)

    def test_it_is_stopped_when_the_helper_is_killed(self):
        with self.later("silent") as stream:
            job = self.until_listed("running")[0]
            self.until_started("t")
            self.mgr.kill_helper()
            self.refuses(stream.next(), 13)
        self.mgr.start_helper()
        self.mgr.wait_ready()
        self.until_gone()
        self.assertEqual([line["state"] for line in self.lines("job_ended") if line["id"] == job], ["stopped"])

    def test_it_is_stopped_when_the_broker_is_killed(self):
        with self.later("silent") as stream:
            job = self.until_listed("running")[0]
            self.mgr.kill_broker()
            self.assertIsNone(stream.next())
        self.mgr.start_broker()
        self.mgr.wait_ready()
        self.until_gone()
        self.assertEqual([line["state"] for line in self.lines("job_ended") if line["id"] == job], ["stopped"])

    def test_a_connection_that_streams_takes_no_further_request(self):
        with self.later("stream", "g\nmgr-wait:no") as stream:
            self.make_gate("g")
            self.assertTrue(stream.next()["more"])
        self.refuses(self.ask("stream", mgr__wait="yes"), 6)

    def test_a_failed_command_is_told_in_the_last_line(self):
        with self.later("refused", "3") as stream:
            self.assertEqual(stream.next()["data"]["records"][0]["text"], "so far\n")
            last = stream.next()["data"]["jobs"][0]
            self.assertEqual((last["state"], last["exit_status"]), ("failed", 3))


class Mgrctl(OutputsTestCase):
    def mgrctl(self, *words):
        entry = uid_of("www-data")
        return subprocess.run([f"{BINARIES}/mgrctl", "--root", str(self.mgr.dir), *words], capture_output=True,
                              timeout=DEADLINE, user=entry.pw_uid, group=entry.pw_gid, extra_groups=[],
                              env={"PATH": "/usr/bin:/bin", "MGR_KEY": ""})

    def test_the_command_speaks_for_itself(self):
        done = self.mgrctl("say", "both", "token=x")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"to x\n", b"no x\n"))
        done = self.mgrctl("say", "bytes", "token=x")
        self.assertEqual((done.stdout, done.stderr), (b"\xff\xfe\0", "café".encode()))

    def test_its_exit_status_is_the_commands(self):
        for status in (3, 4, 123):
            done = self.mgrctl("say", "exit", f"token={status}")
            self.assertEqual((done.returncode, done.stdout), (status, b"so far\n"), done.stderr)
        done = self.mgrctl("say", "signal", "token=x")
        self.assertEqual((done.returncode, done.stdout), (125, b"so far\n"))
        self.assertIn(b"signal 9", done.stderr)
        self.assertEqual(self.mgrctl("say", "slow", "token=x").returncode, 124)

    def test_json_is_shown_as_json(self):
        done = self.mgrctl("say", "json", 'token={"a":[1,2.50]}')
        self.assertEqual((done.returncode, done.stdout), (0, b'{"a":[1,2.50]}\n'), done.stderr)
        done = self.mgrctl("--json", "say", "both", "token=x")
        self.assertEqual(json.loads(done.stdout)["data"]["stdout"], "to x\n")

    def test_what_is_missing_is_said(self):
        done = self.mgrctl("say", "much", "token=x")
        self.assertEqual(done.returncode, 0)
        self.assertIn("not kept …)".encode(), done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
