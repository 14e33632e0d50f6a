#!/usr/bin/env python3
"""The page in a browser: real Chromium, nginx, fcgiwrap, mgr.cgi and daemons.

    page_test.py BINARIES NODE_MODULES_FOLDER TEST.mjs [SCREENS_FOLDER]

Runs a file of tests for node's test runner against a site of its own.
"""
import json
import os
import pathlib
import subprocess
import sys

from page_site import PageSite


def main(binaries, modules, tests, screens="."):
    site = PageSite(binaries)
    try:
        environment = os.environ | {"MGR_SITE": json.dumps(site.words), "MGR_NODE_MODULES": os.path.abspath(modules),
                                    "MGR_SCREENS": os.path.abspath(screens)}
        status = subprocess.run(["node", "--test", pathlib.Path(__file__).parent / tests], env=environment).returncode
        if status != 0:
            print(site.server.log(), site.mgr.log("helper"), site.mgr.log("broker"), sep="\n", file=sys.stderr)
        return status
    finally:
        site.stop()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
