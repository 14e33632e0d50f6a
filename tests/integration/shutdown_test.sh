#!/usr/bin/env bash
# Boots a Debian 12 with mgr installed in systemd-nspawn three times, and lets shutdown_guest.sh have
# mgr take it down each time: what systemd-nspawn(1) ends with tells how it went down. Root.
# Usage: shutdown_test.sh BUILD_DIR
set -euo pipefail

here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/integration/guest.sh
source "$here/guest.sh"

reboot=133 poweroff=0

# A status of its own, since a poweroff is how success looks.
guest_make "${1:?usage: shutdown_test.sh BUILD_DIR}"
guest_test "$here/shutdown_guest.sh" FailureAction=exit-force FailureActionExitStatus=7
install -D -m 0644 "$here"/shutdown_guest_*.sh --target-directory="$guest/usr/local/lib/mgr-test"

boot_ends_with() {  # STATUS WORD…: the words say what it is
  local wanted=$1 status=0
  shift
  say "boot: $* is to be seen from outside ($wanted)"
  rm -f "$guest/test.out"
  guest_boot 100 || status=$?
  cat "$guest/test.out" || true
  grep -qx 'all well' "$guest/test.out" || guest_failure "not all is well"
  [[ $status -eq $wanted ]] || guest_failure "systemd-nspawn ended with $status"
  say "systemd-nspawn ended with $status"
}

boot_ends_with $reboot "a reboot, when the jobs have ended"
boot_ends_with $reboot "a reboot by shutdown(8)"
boot_ends_with $poweroff "a poweroff while a job runs"
