#!/usr/bin/env bash
# Boots a Debian 12 with a build of mgr and with Postfix, and lets mail_guest.sh send mail there. Root.
# Usage: mail_test.sh BUILD_DIR
set -euo pipefail

here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/integration/guest.sh
source "$here/guest.sh"

guest_make "${1:?usage: mail_test.sh BUILD_DIR}" postfix
guest_test "$here/mail_guest.sh" After=postfix@-.service SuccessAction=poweroff FailureAction=poweroff
guest_passes 120 "$guest_poweroff" "a poweroff when it has passed"
