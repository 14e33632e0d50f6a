#!/usr/bin/env bash
# Installs a build into a Debian 12 of its own, boots that in systemd-nspawn, and lets boot_guest.sh
# try the units there; then once more, to see what a shutdown left. Root. Usage: boot_test.sh BUILD_DIR
set -euo pipefail

here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/integration/guest.sh
source "$here/guest.sh"

guest_make "${1:?usage: boot_test.sh BUILD_DIR}"
guest_test "$here/boot_guest.sh" SuccessAction=poweroff FailureAction=poweroff
guest_passes 90 "$guest_poweroff" "a poweroff while a job runs"
guest_passes 90 "$guest_poweroff" "a poweroff when that job has been found again"
