#!/usr/bin/env bash
# Boots a Debian 12 with a build of mgr installed, and has manual_guest.sh run the examples of those pages of the
# manual that want systemd. Root. Usage: manual_systemd_test.sh BUILD_DIR
set -euo pipefail

here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/integration/guest.sh
source "$here/guest.sh"

guest_make "${1:?usage: manual_systemd_test.sh BUILD_DIR}" python3 iproute2 netcat-openbsd nginx-light
# The sources that the examples and their runner read, below a folder laid out as the project is.
for folder in tests/integration packaging/man packaging/examples; do
  mkdir -p "$guest/opt/mgr/$folder"
  cp -r "$here/../../$folder/." "$guest/opt/mgr/$folder"
done
guest_test "$here/manual_guest.sh" SuccessAction=poweroff FailureAction=poweroff
guest_passes 120 "$guest_poweroff" "a poweroff when it has passed"
