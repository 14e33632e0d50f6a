#!/usr/bin/env bash
# Boots a Debian 12 with a build of mgr and three web servers installed, and lets web_guest.sh set each up by the
# commands of packaging/examples/web/README.md. Root. Usage: web_guest_test.sh BUILD_DIR
set -euo pipefail

here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/integration/guest.sh
source "$here/guest.sh"

guest_make "${1:?usage: web_guest_test.sh BUILD_DIR}" nginx fcgiwrap lighttpd apache2 curl openssl
# Each alone, since all of them want port 80.
systemctl --root="$guest" --quiet disable nginx.service lighttpd.service apache2.service fcgiwrap.socket
guest_units+=(mgr-web.service mgr-web-stream.service nginx.service lighttpd.service apache2.service)
guest_test "$here/web_guest.sh" SuccessAction=poweroff FailureAction=poweroff
guest_passes 180 "$guest_poweroff" "a poweroff when it has passed"
