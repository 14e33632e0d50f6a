#!/usr/bin/env bash
# Takes the package of a release build and makes a second one, as the next release may be; boots a Debian
# 12 in systemd-nspawn three times, and lets install_guest.sh install, use, upgrade and purge mgr there, by
# apt. The guest has no network. How it goes down is seen from outside, by what systemd-nspawn(1) ends with.
# Root. Usage: install_test.sh BUILD_DIR
set -euo pipefail

here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/integration/guest.sh
source "$here/guest.sh"
# shellcheck source=tests/integration/install_packages.sh
source "$here/install_packages.sh"

package_of "${1:?usage: install_test.sh BUILD_DIR}"
guest_copy "${guest_init[@]}" procps python3
guest_test "$here/install_guest.sh" FailureAction=exit-force FailureActionExitStatus=7
install -D -m 0644 "$here"/install_guest_*.sh "$here/install_load.py" \
  --target-directory="$guest/usr/local/lib/mgr-test"
build_next_package
offer_dependencies "$package" "$next_package"
offer_package "$package"

guest_passes 240 "$guest_reboot" "a reboot that an admin asked mgr for"
offer_package "$next_package"
guest_passes 240 "$guest_poweroff" "a poweroff that an admin asked mgr for"
guest_passes 240 "$guest_poweroff" "a poweroff, when mgr has been purged"
