"""Who is asking is proven, never claimed."""
import os
import socket

import attack
from attack import DENIED, INVALID, MALFORMED


class Claimed(attack.AttackTestCase):
    def test_a_uid_that_a_client_writes_is_no_identity(self):
        """polkit CVE-2018-1116: the caller said which uid it was."""
        for field in ("uid:0", "auth-uid:0", "mgr-uid:0", "caller:0", "pid:1"):
            with self.subTest(field=field):
                self.assert_refused(self.mgr.ask(f"module:scan\naction:start\ntask_ids:1\n{field}\n\n", user="daemon"),
                                    DENIED, INVALID, MALFORMED)

    def test_a_uid_above_2_to_31_is_an_ordinary_user(self):
        """polkit CVE-2018-19788: a uid above INT_MAX was allowed everything."""
        with socket.socket(socket.AF_UNIX) as client:
            os.setegid(4000000000)
            os.seteuid(4000000000)
            try:
                client.connect(str(self.mgr.dir / "run/mgr.sock"))
            finally:
                os.seteuid(0)
                os.setegid(0)
            client.sendall(b"module:scan\naction:start\ntask_ids:1\n\n")
            self.assert_refused(attack.reply_of(client), DENIED)
        self.assertEqual(len(self.refusals(uid=4000000000)), 1)


if __name__ == "__main__":
    attack.main()
