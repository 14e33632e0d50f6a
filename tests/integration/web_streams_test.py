"""Server-sent events through web servers: they come while the job runs, they keep nobody waiting, and who goes away
frees what answered them. Of nginx, lighttpd and Apache as shipped, with as many workers as are shipped.

Usage: web_streams_test.py BINARIES [unittest arguments]; as root, inside a pid namespace of its own.
"""
import json
import re
import select
import sys
import time
import unittest

from instance import DEADLINE
from web_servers import SHIPPED
from web_support import USERS, Site, SiteCase, for_each_server, small_send_buffers

SiteCase.binaries = sys.argv.pop(1)
small_send_buffers()


def shipped_number(name, pattern):
    (number,) = re.findall(pattern, (SHIPPED / name).read_text())
    return int(number)


STREAMS = shipped_number("nginx.conf", r"limit_conn mgr_streams (\d+);")
STREAMS_OF_USER = shipped_number("nginx.conf", r"limit_conn mgr_streams_of_user (\d+);")
REQUESTS_OF_USER = shipped_number("nginx.conf", r"limit_conn mgr_requests_of_user (\d+);")
STREAM_WORKERS = shipped_number("mgr-web-stream.service", r"fcgiwrap -c (\d+)")
WORKERS = shipped_number("mgr-web.service", r"fcgiwrap -c (\d+)")


class StreamsCase(SiteCase):
    @classmethod
    def setUpClass(cls):
        # So many that the workers would not do for the half of them, if what is slow held any.
        others = [f"user{number}" for number in range(2 * (WORKERS // (REQUESTS_OF_USER - 1) + 1))]
        cls.site = Site(cls.binaries, cls.kind, USERS | {name: "password" for name in others})
        cls.addClassCleanup(cls.site.stop)
        cls.others = others

    def watch(self, user):
        stream = self.site.stream(self.site.token(user), user, module="job", action="watch")
        self.addCleanup(stream.close)
        return stream

    def open_streams(self):
        """As many as are let in, each of which has said a first word."""
        streams = [self.watch(user) for user in ("alice", "bob") for _ in range(STREAMS // 2)]
        for stream in streams:
            self.assertEqual(200, stream.status)
            self.assertEqual("message", stream.event()[0])
        return streams

    def wait_for_cgis(self, number, meanwhile=lambda: None):
        until = time.monotonic() + DEADLINE
        while (running := self.site.server.running_cgis()) != number:
            self.assertLess(time.monotonic(), until, f"{running} mgr.cgi run, not {number}")
            meanwhile()
            time.sleep(0.02)

    def change_a_job(self):
        answer = self.site.ask(module="scan", action="start", task_ids="999")
        self.assertEqual(200, answer.status, answer.body)

    def slow_upload(self, user, token):
        """A post that has come as far as its body, which does not come."""
        connection = self.site.connection("/mgr/api", "", token=token, user=user, length=1000, more="Expect: 100-continue\r\n")
        self.addCleanup(connection.close)
        self.assertIn(b" 100 ", connection.recv(100))
        connection.sendall(b'{"module"')
        return connection

    def slow_reader(self, user, token):
        """An answer of a megabyte that has begun, and of which nobody takes more."""
        request = json.dumps({"module": "box", "action": "put", "mgr-body": "eHh4" * 250_000})
        connection = self.site.connection("/mgr/api", request, token=token, user=user, receive_buffer=4096)
        self.addCleanup(connection.close)
        self.assertEqual(b"HTTP/1.1 200 OK", connection.recv(15))


class Streams:
    def test_events_come_while_the_job_runs(self):
        job, task = self.site.start_long_task()
        stream = self.site.stream(self.site.token(), module="job", action="follow", id=str(job))
        self.addCleanup(stream.close)
        self.assertEqual((200, "text/event-stream"), (stream.status, stream.response.getheader("Content-Type").split(";")[0]))
        self.assertEqual("first\n", stream.text())
        self.assertEqual("running", self.site.instance.job(str(task))["state"])
        self.site.instance.open_gate(f"{task}-a")
        self.assertEqual("second\n", stream.text())
        self.site.instance.open_gate(f"{task}-b")
        self.assertEqual("third\n", stream.text())
        name, data = stream.event()
        self.assertEqual(("end", "succeeded"), (name, data["data"]["jobs"][0]["state"]))
        self.assertEqual(b"", stream.response.read())

    def test_a_refusal_is_an_ordinary_answer(self):
        answer = self.site.ask(path="/mgr/api/stream", module="job", action="follow", id="999999")
        self.assertEqual((404, 12), (answer.status, answer.reply["msg"]["err_code"]))

    def test_streams_are_asked_for_at_their_own_place(self):
        answer = self.site.ask(module="job", action="watch")
        self.assertEqual(400, answer.status)
        self.assertIn("stream", answer.reply["detail"])

    def test_whoever_goes_away_frees_what_answered(self):
        """Three times as many as there may be at once, and at the end all are there and none besides."""
        for _ in range(3):
            streams = self.open_streams()
            for stream in streams:
                stream.close()
            self.wait_for_cgis(0, self.change_a_job)
        self.open_streams()
        self.wait_for_cgis(STREAMS)

    def test_streams_slow_uploads_and_slow_readers_keep_nobody_waiting(self):
        tokens = {user: self.site.token(user) for user in self.site.users}
        streams = self.open_streams()
        half = len(self.others) // 2
        uploads = [self.slow_upload(user, tokens[user]) for user in self.others[:half] * (REQUESTS_OF_USER - 1)]
        for user in self.others[half:] * (REQUESTS_OF_USER - 1):
            self.slow_reader(user, tokens[user])
        for user in self.site.users:
            answer = self.site.ask(user=user, token=tokens[user], module="mgr", action="whoami")
            self.assertEqual((200, True), (answer.status, answer.reply["success"]), user)
        self.change_a_job()
        for stream in streams:  # which are open still
            self.assertEqual("message", stream.event()[0])
        if self.kind != "apache":  # whose processes take in what is uploaded, and give away what is read
            self.wait_for_cgis(STREAMS)
            self.assertEqual([], select.select(uploads, [], [], 0)[0])


class NginxLimits(StreamsCase):
    """What is more than there are workers for is refused at once."""
    kind = "nginx"

    def test_there_are_workers_for_all_streams_that_are_let_in_and_for_some_that_are_left(self):
        self.assertLess(STREAMS, STREAM_WORKERS)
        self.assertGreaterEqual(STREAMS, 2 * STREAMS_OF_USER)
        self.assertGreaterEqual(WORKERS, 2 * REQUESTS_OF_USER)

    def test_more_streams(self):
        self.open_streams()
        for user in ("alice", "bob", self.others[0]):
            self.assertEqual(429, self.watch(user).status, user)
        self.assertEqual(200, self.site.ask(module="mgr", action="whoami").status)

    def test_one_user_does_not_hold_all_that_answers(self):
        token, (other, *_) = self.site.token(), self.others
        for _ in range(REQUESTS_OF_USER):
            self.slow_upload("alice", token)
        self.assertEqual(429, self.site.ask(token=token, module="mgr", action="whoami").status)
        self.assertEqual(200, self.site.ask(user=other, module="mgr", action="whoami").status)

    def test_who_has_not_logged_in_takes_no_place_of_whom_he_names(self):
        token = self.site.token()
        for path, places in (("/mgr/api", REQUESTS_OF_USER), ("/mgr/api/stream", STREAMS)):
            for _ in range(places):  # refused, and open still: nginx takes in, and throws away, what was announced
                guess = self.site.connection(path, "{", token=token, password="guessed", length=1000)
                self.addCleanup(guess.close)
                self.assertEqual(b"HTTP/1.1 401", guess.recv(12))
        self.assertEqual(200, self.site.ask(token=token, module="mgr", action="whoami").status)
        self.assertEqual(200, self.watch("alice").status)

    def test_nobody_gets_in_where_only_those_are_who_logged_in(self):
        for user in ("alice", None):
            for place in ("request", "stream"):
                self.assert_refused(self.site.curl(f"/mgr/let-in/{place}", user=user, data="{}"), 404)


for_each_server(globals(), Streams, base=StreamsCase)
del StreamsCase

if __name__ == "__main__":
    unittest.main(verbosity=2)
