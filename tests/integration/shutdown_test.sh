#!/usr/bin/env bash
# Boots a Debian 12 with mgr installed in systemd-nspawn three times, and lets shutdown_guest.sh have
# mgr take it down each time: what systemd-nspawn(1) ends with tells how it went down. Root.
# Usage: shutdown_test.sh BUILD_DIR
set -euo pipefail

here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/integration/guest.sh
source "$here/guest.sh"

# A status of its own, since a poweroff is how success looks.
guest_make "${1:?usage: shutdown_test.sh BUILD_DIR}"
guest_test "$here/shutdown_guest.sh" FailureAction=exit-force FailureActionExitStatus=7
install -D -m 0644 "$here"/shutdown_guest_*.sh --target-directory="$guest/usr/local/lib/mgr-test"

guest_passes 130 "$guest_reboot" "a reboot, when the jobs have ended"
guest_passes 130 "$guest_reboot" "a reboot by shutdown(8)"
guest_passes 130 "$guest_poweroff" "a poweroff while a job runs"
