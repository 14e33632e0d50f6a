#!/usr/bin/env bash
# Boots a Debian 12 with a build of mgr installed, and lets service_guest.sh try the module service
# on units there. Root. Usage: service_test.sh BUILD_DIR
set -euo pipefail

here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/integration/guest.sh
source "$here/guest.sh"

guest_make "${1:?usage: service_test.sh BUILD_DIR}"
guest_test "$here/service_guest.sh" SuccessAction=poweroff FailureAction=poweroff
say "boot"
status=0
guest_boot 120 || status=$?
cat "$guest/test.out" || true
[[ $status -eq 0 ]] || guest_failure "systemd-nspawn ended with $status"
grep -qx 'all well' "$guest/test.out" || guest_failure "not all is well"
