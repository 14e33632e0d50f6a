#!/usr/bin/env bash
# The part of the rpm's boot test that runs inside: as root, a unit of a freshly booted Debian 12 where mgr never
# was. Prints each step; the last line is "all well" where every step held. Usage: mgr-test FIRST NEXT
set -euo pipefail

# shellcheck source=tests/integration/guest_steps.sh
source /usr/local/lib/mgr-test/guest_steps.sh

first=$1 next=$2
export HOME=/root

# Debian's libraries come from no rpm, and its rpm would rather not install anything.
install_rpm() { rpm --force-debian --dbpath=/var/lib/rpm --nodeps "$@"; }
job_field() { member "$2" "$(as_web mgrctl --json scan status "$1")"; }  # TASK MEMBER
job_is() { [[ $(job_field "$1" state) == "$2" ]]; }
all_active() { active mgr.socket && active mgr-helper.service && active mgr-broker.service; }

write_scan() {
  write_long_scan
  sed -i 's|^command *=.*|command = ["/usr/local/bin/long-scan", "{task_id}"]|' /etc/mgr/modules.d/scan.toml
  mgrctl reload || fail "no reload"
}

units_of_mgr() { systemctl list-unit-files --no-legend 'mgr[.-]*' | grep -v '^mgr-test' || true; }

installation_answers() {
  step "rpm --install; www-data is answered, and nobody started anything"
  install_rpm --install "$first"
  within 10 all_active || fail "not active"
  within 10 ping_answers || fail "no answer"
  as_web mgrctl ping
}

upgrade_keeps_the_job() {
  step "www-data starts task 1; rpm --upgrade while it runs"
  write_scan
  as_web mgrctl scan start 1
  within 10 job_is 1 running || fail "not running: $(job_field 1 state)"
  local id helper broker jobs
  id=$(job_field 1 id)
  helper=$(main_pid mgr-helper.service) broker=$(main_pid mgr-broker.service) jobs=$(main_pid mgr-jobs.service)
  install_rpm --upgrade "$next"
  within 10 ping_answers || fail "no answer after the upgrade"
  [[ $(main_pid mgr-helper.service) != "$helper" ]] || fail "the helper is the old process"
  [[ $(main_pid mgr-broker.service) != "$broker" ]] || fail "the broker is the old process"
  [[ $(main_pid mgr-jobs.service) == "$jobs" ]] || fail "mgr-jobs.service was restarted"
  [[ $(job_field 1 id) == "$id" ]] || fail "another job"
  job_is 1 running || fail "the job is $(job_field 1 state)"
  step "its end is known to the new release, and the admin's command is as it was"
  touch /run/scan-may-end
  within 10 job_is 1 failed || fail "the job is $(job_field 1 state)"
  [[ $(job_field 1 exit_status) == 7 ]] || fail "its exit status is $(job_field 1 exit_status)"
  grep -q long-scan /etc/mgr/modules.d/scan.toml || fail "scan.toml was overwritten"
}

erasure_ends_all() {
  step "www-data starts task 2, a tree; rpm --erase"
  as_web mgrctl scan start 2
  within 10 job_is 2 running || fail "not running: $(job_field 2 state)"
  install_rpm --erase mgr
  local unit
  for unit in mgr.socket mgr-helper.service mgr-broker.service mgr-jobs.service; do
    ! active "$unit" || fail "$unit is active"
  done
  [[ -z $(processes_of_mgr) ]] || fail "processes are left: $(processes_of_mgr)"
  ! compgen -G '/run/mgr*' || fail "and these in /run"
  [[ -z $(units_of_mgr) ]] || fail "units are left: $(units_of_mgr)"
  [[ -s /var/log/mgr/audit.jsonl ]] || fail "the audit log is gone"
}

installation_answers
upgrade_keeps_the_job
erasure_ends_all
echo "all well"
