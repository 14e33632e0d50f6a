"""Starts a scan, shows what it prints as it comes, and ends with its exit status.

    scan_and_follow.py TASK

Whoever runs it needs a rule that allows scan start and job follow. An interrupt leaves the scan running.
"""
import sys

sys.path.append("/usr/share/mgr/python")
import mgr  # noqa: E402


def main(task):
    job = mgr.call("scan", "start", task_ids=task)["jobs"][0]
    print("job %d %s" % (job["id"], "started" if job["new"] else "runs already"))
    output = mgr.follow(job["id"])
    for line in output:
        # A command's words may try to fool a terminal: control characters are written out.
        print("%s: %s" % (line.stream, line.text if line.text.isprintable() else ascii(line.text)[1:-1]), flush=True)
    print("job %d %s" % (output.job["id"], output.job["state"]))
    return output.job.get("exit_status", 1)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except mgr.Denied as error:
        sys.exit("not allowed: %s (audit record %s)" % (error.detail, error.audit))
    except mgr.MgrError as error:
        sys.exit(str(error))
