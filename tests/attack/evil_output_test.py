"""A hostile job's output and progress: they fill nothing, and hold no job."""
import array
import os
import socket

import attack
from evil_job_support import EVIL, PROGRESS, EvilJobTestCase, child_of, records


class Output(EvilJobTestCase):
    def assert_helper_grew_little(self, before):
        if not attack.is_sanitized("mgr-helper"):
            self.assertLess(attack.memory_of(self.mgr.helper), before + 2048)

    def test_a_flood_of_output_fills_no_disk_and_no_memory(self):
        """Of 64 MiB the limit is kept, beginning and end; another job's output is whole."""
        other = self.start("other", "flood", 1)
        before = attack.memory_of(self.mgr.helper)
        job = self.start("run", "flood", 64 << 20)
        self.assertEqual(self.wait(job)["state"], "succeeded")
        self.assert_helper_grew_little(before)
        self.assertLessEqual(sum(os.stat(file).st_size for file in self.folder(job).glob("output.*")), 64 << 10)
        kept = b"".join(data for _, _, data in records(self.folder(job)))
        self.assertTrue(kept.startswith(b"xxx") and kept.endswith(b"\nthe end\n"))
        self.wait(other)
        self.assertEqual(b"".join(data for _, _, data in records(self.folder(other))), b"x" * (1 << 16) + b"\nthe end\n")

    def test_a_flood_of_progress_is_four_lines_a_second(self):
        for kind, turns in (("lines", 300), ("endless", 300), ("binary", 100)):
            with self.subTest(kind=kind):
                before = attack.memory_of(self.mgr.helper)
                job = self.start("run", "progress", kind, turns)
                ended = self.wait(job)
                self.assertEqual((ended["state"], ended["progress"]), ("succeeded", 42))
                self.assert_helper_grew_little(before)
                told = [record for record in records(self.folder(job)) if record[1] == PROGRESS]
                # The last one is what was newest at the end, however soon.
                times = [when for when, _, _ in told[:-1]]
                self.assertTrue(all(later - earlier > 200_000 for earlier, later in zip(times, times[1:])), times)
                self.assertTrue(all(len(line) < 1024 and line[:2].isdigit() for _, _, line in told), told)
                self.assertEqual(told[-1][2], b"42 the end")

    def test_a_command_that_closes_all_its_descriptors_lives_on_and_its_end_is_told(self):
        job = self.start_ready("run", "close-output")
        ended = self.wait(job)
        self.assertEqual((ended["state"], ended["exit_status"]), ("failed", 5))

    def test_an_output_that_is_held_open_outside_holds_no_job(self):
        """A writer outside of the cgroup keeps the pipe: the job ends all the same, and its exit is told."""
        def keep(done):
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(str(self.own / "keeper"))
                listener.listen()
                done()
                peer, _ = listener.accept()
                _, ancillary, _, _ = peer.recvmsg(1, socket.CMSG_SPACE(8))
                given = array.array("i", ancillary[0][2])
                os.write(given[0], b"kept outside\n")
                peer.send(b"x")
                keeper.extend(given)
        keeper = []
        with child_of(EVIL, keep) as pid:
            job = self.start("run", "give-output", self.own / "keeper")
            ended = self.wait(job)
            self.assertEqual((ended["state"], ended["exit_status"]), ("failed", 3))
            pipes = [os.readlink(f"/proc/{pid}/fd/{name}") for name in os.listdir(f"/proc/{pid}/fd")]
            self.assertGreaterEqual(sum(target.startswith("pipe:") for target in pipes), 2, "it holds them still")

    def test_a_pipe_that_is_turned_around_holds_no_job(self):
        """Its own output read back, made larger, written in packets."""
        ended = self.wait(self.start("run", "read-own-output"))
        self.assertEqual((ended["state"], ended["exit_status"]), ("failed", 6))


if __name__ == "__main__":
    attack.main()
