#!/usr/bin/env bash
# The part of the shutdown test that runs inside: as root, a unit of a Debian 12 with mgr installed,
# once for each boot. Prints each step; the last line is "all well" where every step held. What is
# to take the machine down comes when this script has ended.
set -euo pipefail

library=/usr/local/lib/mgr-test
# shellcheck source=tests/integration/guest_steps.sh
source $library/guest_steps.sh
# shellcheck source=tests/integration/shutdown_guest_program.sh
source $library/shutdown_guest_program.sh
# shellcheck source=tests/integration/shutdown_guest_module.sh
source $library/shutdown_guest_module.sh

notes=/var/lib/mgr-test  # outlives the boots
mkdir -p $notes
boot=$(($(cat $notes/boot 2>/dev/null || echo 0) + 1))
echo $boot >$notes/boot

first_boot() {
  make_admin_and_scan
  program_and_login_manager
  alice_logs_in
  web_is_denied
  shutdown_is_scheduled
  helper_restart_leaves_it
  second_is_a_conflict
  cancel_calls_it_off
  somebody_else_calls_it_off
  hostile_values_schedule_nothing
  scan_blocks_it
  it_waits_for_the_scan
}

second_boot() {
  job_of_last_boot_is succeeded
  step "mgrctl shutdown reboot by shutdown(8), a moment from now"
  use_backend shutdown
  remember_job "$(asked_by_alice reboot delay=3s)"
  nothing_is_scheduled || fail "the login manager has $(scheduled)"
}

third_boot() {
  job_of_last_boot_is 'succeeded|stopped'
  step "a poweroff with force while a scan runs"
  use_backend auto
  as_alice mgrctl scan start 2
  within 10 scan_runs 2 || fail "no scan"
  asked_by_alice poweroff force=yes delay=3s >/dev/null
}

within 20 ping_answers || fail "no answer"
case $boot in
  1) first_boot ;;
  2) second_boot ;;
  *) third_boot ;;
esac
echo "all well"
