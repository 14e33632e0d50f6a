#!/usr/bin/env bash
# The part of the books' test that runs inside: makes the machine that a reader has, and reads. The last line
# is "all well" where all went as the books say.
set -euo pipefail

# For this machine alone, as there is no other.
configure_postfix() {
  postconf -e myhostname=box.example.org myorigin=box.example.org mydestination=box.example.org,localhost \
    inet_interfaces=loopback-only inet_protocols=ipv4 alias_maps= alias_database= mailbox_command=
  systemctl restart postfix@-.service
}

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
useradd --create-home --shell /bin/bash alice
configure_postfix
python3 -B /usr/local/lib/mgr-books/run_books.py /usr/local/lib/mgr-books/{README,COOKBOOK}.md
