#!/usr/bin/env bash
# Boots a Debian 12 with a build of mgr installed, and lets service_guest.sh try the module service
# on units there. Root. Usage: service_test.sh BUILD_DIR
set -euo pipefail

here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/integration/guest.sh
source "$here/guest.sh"

guest_make "${1:?usage: service_test.sh BUILD_DIR}"
guest_test "$here/service_guest.sh" SuccessAction=poweroff FailureAction=poweroff
guest_passes 120 "$guest_poweroff" "a poweroff when it has passed"
