"""Asks a mgr on another machine over one connection, signed, and believes what its host signed.

    over_the_network.py HOST PORT KEYFILE

KEYFILE is what `mgrctl keygen` wrote, or three lines with an HMAC secret, which wants no package here; the
machine's line of `mgrctl host HOST:PORT` stands in ~/.config/mgr/known_hosts or /etc/mgr/known_hosts.
"""
import sys
import uuid

sys.path.append("/usr/share/mgr/python")
import mgr  # noqa: E402


def main(host, port, key):
    with mgr.Client(host=host, port=int(port), key=key, timeout=20) as client:
        me = client.call("mgr", "whoami")
        print("asks as key %s: %s" % (me["key"], ", ".join(me["principals"])))
        # Where the answer is lost on its way it is asked for again, and nothing starts twice.
        started = client.call("scan", "start", task_ids=[8, 9], request_id=str(uuid.uuid4()))
        jobs = client.wait([job["id"] for job in started["jobs"]], limit=600)
        for job in jobs:
            print("%s %s" % (job["key"], job["state"]))
        for reply in client.pipeline([("scan", "status", {"task_ids": task}) for task in (8, 1000)]):
            print("ok" if reply["success"] else "%s: %s" % (reply["error"], reply["detail"]))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except mgr.CannotSign as error:
        sys.exit("not asked: %s" % error)
    except mgr.Unproven as error:
        sys.exit("somebody on the way may have made it up: %s" % error)
    except mgr.MgrError as error:
        sys.exit(str(error))
