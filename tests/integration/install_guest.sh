#!/usr/bin/env bash
# The part of the install test that runs inside: as root, a unit of a Debian 12 whose apt knows the
# packages of mgr, once for each boot. Prints each step; the last line is "all well" where every step
# held. What is to take the machine down comes when this script has ended.
set -euo pipefail

library=/usr/local/lib/mgr-test
notes=/var/lib/mgr-test  # outlives the boots
mkdir -p "$notes"
# shellcheck source=tests/integration/guest_steps.sh
source "$library/guest_steps.sh"
for part in "$library"/install_guest_*.sh; do
  # shellcheck source=/dev/null # beside this one
  source "$part"
done

export DEBIAN_FRONTEND=noninteractive
boot=$(($(cat "$notes/boot" 2>/dev/null || echo 0) + 1))
echo "$boot" >$notes/boot

first_boot() {
  note_system
  apt_installs
  daemons_run
  audit_key_is_taken_away
  web_scans
  web_is_refused
  alice_becomes_admin
  alice_takes_it_down reboot
}

second_boot() {
  it_came_up
  long_job_starts
  helper_restarts_under_load
  upgrade_under_load
  downgrade_under_load
  long_job_ends
  audit_holds
  alice_takes_it_down poweroff
}

third_boot() {
  it_came_up
  remove_stops_all
  installed_again_it_knows_all
  purge_leaves_nothing
  nothing_starts_where_policy_forbids
  purge_leaves_nothing
  systemctl --no-block poweroff
}

case $boot in
  1) first_boot ;;
  2) second_boot ;;
  *) third_boot ;;
esac
echo "all well"
