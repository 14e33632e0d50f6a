#!/usr/bin/env python3
"""A CGI program of a panel's: POST /scans?task=N starts scan N for the user whom the web server logged in.

It runs as the web server's user, who needs the rule; REMOTE_USER goes into the audit beside it, and grants
nothing. What mgr refuses is an HTTP status. A form from another site is refused by its Origin.
"""
import json
import os
import sys
from urllib.parse import parse_qs, urlsplit

sys.path.append("/usr/share/mgr/python")
import mgr  # noqa: E402

STATUS = {mgr.Denied: "403 Forbidden", mgr.Invalid: "400 Bad Request", mgr.Unavailable: "503 Service Unavailable"}


def answer(environment):
    """The HTTP status and what is told as JSON."""
    origin, user = environment.get("HTTP_ORIGIN"), environment.get("REMOTE_USER")
    if environment.get("REQUEST_METHOD") != "POST":
        return "405 Method Not Allowed", {"error": "POST only"}
    if not user or origin is not None and urlsplit(origin).netloc != environment.get("HTTP_HOST"):
        return "403 Forbidden", {"error": "not logged in, or a form of another site"}
    task = parse_qs(environment.get("QUERY_STRING", "")).get("task", [""])[0]
    try:
        # The value goes in as it is: mgr.py refuses what could be a second field, and mgr what is no task.
        return "200 OK", mgr.call("scan", "start", on_behalf_of=user, task_ids=task)
    except ValueError as error:
        return "400 Bad Request", {"error": str(error)}
    except mgr.MgrError as error:
        status = next((text for kind, text in STATUS.items() if isinstance(error, kind)), "502 Bad Gateway")
        return status, {"error": error.error, "detail": error.detail, "audit": error.audit}


if __name__ == "__main__":
    status, told = answer(os.environ)
    print("Status: %s\nContent-Type: application/json\nCache-Control: no-store\nX-Content-Type-Options: nosniff\n\n%s"
          % (status, json.dumps(told)))
