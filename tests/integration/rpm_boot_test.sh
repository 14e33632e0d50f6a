#!/usr/bin/env bash
# The rpm in a Debian 12 that systemd-nspawn boots: rpm_guest.sh installs, upgrades and erases it there, by rpm,
# with systemd at work. Root. Usage: rpm_boot_test.sh BUILD_DIR
set -euo pipefail

here=$(dirname "$(realpath "$0")")
repository=$(dirname "$(dirname "$here")")
# shellcheck source=tests/integration/guest.sh
source "$here/guest.sh"
# shellcheck source=tests/integration/rpm_support.sh
source "$here/rpm_support.sh"

umask 022
made_packages "${1:?usage: rpm_boot_test.sh BUILD_DIR}"
guest_copy "${guest_init[@]}" "${guest_libraries[@]}" rpm
install -D -m 0644 -t "$guest/root" "$first" "$next"
guest_test "$here/rpm_guest.sh" SuccessAction=poweroff FailureAction=poweroff
sed -i "s|^ExecStart=.*|& /root/$(basename "$first") /root/$(basename "$next")|" \
  "$guest/etc/systemd/system/mgr-test.service"
guest_passes 120 "$guest_poweroff" "a poweroff when it has passed"
