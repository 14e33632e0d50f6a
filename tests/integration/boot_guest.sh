#!/usr/bin/env bash
# The part of the boot test that runs inside: as root, a unit of a freshly booted Debian 12 with mgr
# installed, once for each of two boots. Prints each step; the last line is "all well" where every step
# held.
set -euo pipefail

# shellcheck source=tests/integration/guest_steps.sh
source /usr/local/lib/mgr-test/guest_steps.sh

# The newest job of a scan task, as one line of JSON.
status_of() { as_web mgrctl --json scan status "$1"; }
field_of() { member "$2" "$(status_of "$1")"; }  # TASK MEMBER
state_is() { [[ $(field_of "$1" state) == "$2" ]]; }

processes_of_scans() {
  local folder
  for folder in /proc/[0-9]*; do
    [[ $(stat --format=%U "$folder" 2>/dev/null) != mgr-scan ]] || basename "$folder"
  done
}
# Task 1's own, and not what it waits with.
process_of_task_1() {
  local pid
  for pid in $(processes_of_scans); do
    [[ $(cat "/proc/$pid/comm" 2>/dev/null) != long-scan ]] || echo "$pid"
  done
}
no_scan_runs() { [[ -z $(processes_of_scans) ]]; }

install_long_scan() {
  write_long_scan
  cat >/etc/mgr/modules.d/scan.toml <<'TOML'
[module.scan.action.start]
command    = ["/usr/local/bin/long-scan", "{task_id}"]
user       = "mgr-scan"
stop_grace = "1s"
TOML
}

units=(mgr.socket mgr-helper.socket mgr-jobs.service mgr-helper.service mgr-broker.service)

units_came_up() {
  step "sysusers, tmpfiles and the units"
  local user
  for user in mgr-broker mgr-job mgr-scan; do id "$user" >/dev/null || fail "no user $user"; done
  getent group mgr-admin >/dev/null || fail "no group mgr-admin"
  [[ $(stat --format='%a %U' /var/lib/mgr/jobs) == "700 root" ]] || fail "/var/lib/mgr/jobs"
  local unit
  for unit in "${units[@]}"; do
    within 10 active "$unit" || fail "$unit is not active"
  done
  [[ $(stat --format='%a %U' /run/mgr.sock) == "666 root" ]] || fail "/run/mgr.sock"
  [[ $(stat --format='%a %U %G' /run/mgr/helper.sock) == "660 root mgr-broker" ]] || fail "helper.sock"
  ! systemd-analyze verify --man=no "${units[@]}" 2>&1 | grep . || fail "a unit is not well-formed"
  [[ $(ps_user mgr-broker.service) == mgr-broker ]] || fail "the broker's user"
}
ps_user() { stat --format=%U "/proc/$(main_pid "$1")"; }

web_may_ping() {
  step "www-data: mgrctl ping"
  within 10 ping_answers || fail "no answer"
  as_web mgrctl ping
}

restart_helper() {  # with the policy and the modules as they are now
  systemctl restart mgr-helper.service || fail "the helper did not restart"
  within 10 ping_answers || fail "no answer after a restart of the helper"
}

helper_restart_touches_no_job() {
  step "www-data starts task 1; systemctl restart mgr-helper while it runs"
  as_web mgrctl scan start 1
  within 10 state_is 1 running || fail "not running: $(status_of 1)"
  local id pid helper broker
  id=$(field_of 1 id) pid=$(process_of_task_1)
  [[ -d /proc/$pid ]] || fail "not one process: $pid"
  helper=$(main_pid mgr-helper.service) broker=$(main_pid mgr-broker.service)
  restart_helper
  [[ $(main_pid mgr-helper.service) != "$helper" ]] || fail "the helper is the same process"
  [[ $(main_pid mgr-broker.service) == "$broker" ]] || fail "the broker was ended too"
  [[ $(field_of 1 id) == "$id" ]] || fail "another job: $(status_of 1)"
  state_is 1 running || fail "not running: $(status_of 1)"
  [[ $(process_of_task_1) == "$pid" ]] || fail "process $pid of the scan is gone"
  step "its end is known"
  touch /run/scan-may-end
  within 10 state_is 1 failed || fail "not ended: $(status_of 1)"
  [[ $(field_of 1 exit_status) == 7 ]] || fail "not its exit status: $(status_of 1)"
}

# Requests of www-data, one after the other, until told to end: what each was answered.
ask_on_and_on() {
  until [[ -e /run/asked-enough ]]; do
    as_web mgrctl --timeout 10 ping 2>&1 || true
  done >/run/answers
}
answers() { grep -c "^$1" /run/answers || true; }
more_than() { (($(answers "$2") > $1)); }  # COUNT ANSWER

# systemd holds both sockets: clients wait, and at worst lose a request that was under way.
restarts_refuse_nobody() {
  step "systemctl restart mgr-helper, five times, under a loop of requests"
  local broker asker count
  broker=$(main_pid mgr-broker.service)
  : >/run/answers  # there before it is first counted
  ask_on_and_on &
  asker=$!
  for _ in 1 2 3 4 5; do
    count=$(answers 'ping ok')
    within 10 more_than "$count" 'ping ok' || fail "no answers: $(tail -n 3 /run/answers)"
    systemctl restart mgr-helper.service || fail "the helper did not restart"
    count=$(answers 'ping ok')
    within 10 more_than "$count" 'ping ok' || fail "no answers: $(tail -n 3 /run/answers)"
  done
  touch /run/asked-enough
  wait "$asker"
  sort /run/answers | uniq --count
  ! grep -Ev '^(ping ok|mgrctl: unavailable: )' /run/answers || fail "not all were answered"
  ! grep 'cannot connect' /run/answers || fail "one was refused"
  [[ $(main_pid mgr-broker.service) == "$broker" ]] || fail "the broker is another process"
  ! journal_of mgr-broker.service | grep 'connect to' || fail "the broker was refused"
}
journal_of() { journalctl --boot --unit="$1" --output=cat --no-pager; }

reload_takes_a_change_over() {
  step "systemctl reload mgr-helper takes a change over, and keeps the process"
  local helper
  helper=$(main_pid mgr-helper.service)
  cat >/etc/mgr/modules.d/boot.toml <<'TOML'
[module.boot.action.say]
command = ["/bin/echo", "reloaded"]
user    = "mgr-scan"
mode    = "output"
TOML
  install --directory --mode=755 /etc/mgr/rules.d
  printf '[[principal]]\nname = "boot"\nuser = "www-data"\n[[allow]]\nwho = "boot"\nmodule = "boot"\naction = "say"\n' \
    >/etc/mgr/rules.d/90-boot.toml
  systemctl reload mgr-helper.service || fail "no reload"
  within 10 boot_says_reloaded || fail "not in force"
  [[ $(main_pid mgr-helper.service) == "$helper" ]] || fail "the helper is another process"
  step "a mistake keeps it in force; mgrctl reload says which"
  echo nonsense >>/etc/mgr/rules.d/90-boot.toml
  systemctl reload mgr-helper.service || fail "no reload"
  mgrctl reload && fail "a mistake was not found"
  boot_says_reloaded || fail "not in force any more"
  rm /etc/mgr/rules.d/90-boot.toml /etc/mgr/modules.d/boot.toml
  mgrctl reload || fail "no reload"
}
boot_says_reloaded() { [[ $(as_web mgrctl boot say 2>/dev/null) == reloaded ]]; }

broker_comes_back() {
  step "SIGKILL of the broker"
  local broker
  broker=$(main_pid mgr-broker.service)
  systemctl kill --kill-whom=main --signal=KILL mgr-broker.service
  within 10 ping_answers || fail "no answer"
  [[ $(main_pid mgr-broker.service) != "$broker" ]] || fail "the broker is the same process"
}

stopping_the_jobs_ends_all() {
  step "www-data starts tasks 2 and 3; systemctl stop mgr-jobs.service"
  as_web mgrctl scan start 2,3
  within 10 state_is 2 running || fail "not running: $(status_of 2)"
  within 10 state_is 3 running || fail "not running: $(status_of 3)"
  systemctl stop mgr-jobs.service
  no_scan_runs || fail "processes are left: $(processes_of_scans | tr '\n' ' ')"
  local task
  for task in 2 3; do
    within 10 eval "state_is $task stopped || state_is $task lost" || fail "$(status_of "$task")"
    echo "task $task: $(field_of "$task" state)"
  done
  active mgr-helper.service mgr-broker.service || fail "helper or broker ended with the jobs"
}

# Its one process may end by itself, too.
the_jobs_unit_comes_back() {
  step "SIGTERM of the process that holds the jobs' cgroup"
  local holder
  holder=$(main_pid mgr-jobs.service)
  systemctl kill --kill-whom=main --signal=TERM mgr-jobs.service
  within 10 another_holds_the_jobs "$holder" || fail "mgr-jobs.service is not back"
}
another_holds_the_jobs() { active mgr-jobs.service && [[ $(main_pid mgr-jobs.service) != "$1" ]]; }

jobs_can_start_again() {
  step "systemctl start mgr-jobs.service; a scan starts and stops"
  systemctl start mgr-jobs.service
  as_web mgrctl scan start 4
  within 10 state_is 4 running || fail "not running: $(status_of 4)"
  as_web mgrctl scan stop 4
  within 10 state_is 4 stopped || fail "$(status_of 4)"
  no_scan_runs || fail "processes are left: $(processes_of_scans | tr '\n' ' ')"
}

stopping_the_socket_keeps_the_helper_down() {
  # From --accept-clock on, signed requests wait for half a minute.
  step "systemctl stop mgr.socket: the helper stays down, whoever connects"
  local losses
  losses=$(links_lost)
  systemctl stop mgr.socket
  within 10 more_links_lost "$losses" || fail "the broker has not seen it"
  ! ping_answers || fail "an answer"
  mgr-helper --accept-clock || fail "a helper runs"
  ! ping_answers || fail "an answer"
  local unit
  for unit in mgr.socket mgr-helper.socket mgr-helper.service; do
    ! active "$unit" || fail "$unit is there"
  done
  active mgr-broker.service mgr-jobs.service || fail "broker or jobs have ended"
  systemctl start mgr-helper.service
  within 10 ping_answers || fail "no answer after a start"
  active "${units[@]}" || fail "not all units are back"
}
links_lost() { journal_of mgr-broker.service | grep -c 'the helper has gone' || true; }
more_links_lost() { (($(links_lost) > $1)); }

# What systemd stops at a shutdown is recorded by mgr-job, with no helper there any more.
machine_goes_down_with_a_job() {
  step "www-data starts task 5; the machine goes down"
  as_web mgrctl scan start 5
  within 10 state_is 5 running || fail "not running: $(status_of 5)"
  field_of 5 id >$note
}
it_was_stopped() {
  step "after the next boot it is known how it ended"
  within 10 ping_answers || fail "no answer"
  [[ $(field_of 5 id) == "$(cat $note)" ]] || fail "another job: $(status_of 5)"
  state_is 5 stopped || fail "not stopped: $(status_of 5)"
  as_web mgrctl scan status 5
}

doctor_finds_what_is_wrong() {
  step "mgrctl doctor finds nothing that has failed"
  mgrctl doctor || fail "something has failed"
  step "a drop-in that jobs would inherit is found, in the unit and in the process, and the remedy mends it"
  install -D -m 0644 /dev/stdin /etc/systemd/system/mgr-helper.service.d/override.conf <<'UNIT'
[Service]
NoNewPrivileges=yes
UNIT
  systemctl daemon-reload
  restart_helper
  mgrctl -q doctor >/run/doctor.out && fail "the drop-in was not found"
  cat /run/doctor.out
  grep -q 'failed  *units: mgr-helper.service has NoNewPrivileges=yes, of .*override.conf' /run/doctor.out ||
    fail "not in the unit"
  grep -q 'failed  *processes: mgr-helper runs with NoNewPrivileges' /run/doctor.out || fail "not in the process"
  eval "$(sed -n '/units: mgr-helper/{n;p}' /run/doctor.out)" >/dev/null
  restart_helper
  mgrctl -q doctor || fail "not mended"
  step "a unit that is stopped, and one that is disabled"
  systemctl stop mgr-jobs.service
  systemctl --quiet disable mgr-broker.service
  mgrctl -q doctor >/run/doctor.out && fail "a stopped unit was not found"
  grep -q 'failed  *units: mgr-jobs.service is inactive' /run/doctor.out || fail "$(cat /run/doctor.out)"
  grep -q 'warning  *units: mgr-broker.service is disabled' /run/doctor.out || fail "$(cat /run/doctor.out)"
  systemctl --quiet enable mgr-broker.service
  systemctl start mgr-jobs.service
  mgrctl -q doctor || fail "not mended"
}

note=/var/lib/mgr-test-job  # outlives the boot
if [[ -e $note ]]; then
  it_was_stopped
else
  units_came_up
  web_may_ping
  doctor_finds_what_is_wrong
  install_long_scan
  restart_helper
  helper_restart_touches_no_job
  restarts_refuse_nobody
  reload_takes_a_change_over
  broker_comes_back
  stopping_the_jobs_ends_all
  jobs_can_start_again
  the_jobs_unit_comes_back
  stopping_the_socket_keeps_the_helper_down
  machine_goes_down_with_a_job
fi
echo "all well"
