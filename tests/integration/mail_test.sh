#!/usr/bin/env bash
# Boots a Debian 12 with a build of mgr and with Postfix, and lets mail_guest.sh send mail there. Root.
# Usage: mail_test.sh BUILD_DIR
set -euo pipefail

here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/integration/guest.sh
source "$here/guest.sh"

guest_make "${1:?usage: mail_test.sh BUILD_DIR}" postfix
guest_test "$here/mail_guest.sh" After=postfix@-.service SuccessAction=poweroff FailureAction=poweroff
say "boot"
status=0
guest_boot 120 || status=$?
cat "$guest/test.out" || true
[[ $status -eq 0 ]] || guest_failure "systemd-nspawn ended with $status"
grep -qx 'all well' "$guest/test.out" || guest_failure "not all is well"
