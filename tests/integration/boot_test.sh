#!/usr/bin/env bash
# Installs a build into a Debian 12 of its own, boots that in systemd-nspawn, and lets boot_guest.sh
# try the units there; then once more, to see what a shutdown left. Root. Usage: boot_test.sh BUILD_DIR
set -euo pipefail

here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/integration/guest.sh
source "$here/guest.sh"

guest_make "${1:?usage: boot_test.sh BUILD_DIR}"
guest_test "$here/boot_guest.sh" SuccessAction=poweroff FailureAction=poweroff
for turn in first second; do
  say "the $turn boot"
  rm -f "$guest/test.out"
  status=0
  guest_boot 90 || status=$?
  cat "$guest/test.out" || true
  [[ $status -eq 0 ]] || guest_failure "systemd-nspawn ended with $status"
  grep -qx 'all well' "$guest/test.out" || guest_failure "not all is well"
done
