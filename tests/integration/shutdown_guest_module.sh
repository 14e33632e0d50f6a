# shellcheck shell=bash
# The module `shutdown` in a guest, asked by mgrctl. To be sourced.

as_alice() { runuser --user alice -- "$@"; }

# One member of an answer of mgrctl --json: a number, a list, or a string.
member() { sed -nE "s/.*\"$1\":(\[[^]]*\]|[0-9]+|\"[^\"]*\").*/\1/p" <<<"$2" | tr -d '"'; }

status_of_shutdown() { as_alice mgrctl --json shutdown status; }
shutdown_job_is() { [[ $(member state "$(as_alice mgrctl --json job "$1")") =~ ^($2)$ ]]; }
scan_runs() { [[ $(member state "$(as_alice mgrctl --json scan status "$1")") == running ]]; }

# The id of the job.
asked_by_alice() {  # ACTION NAME=VALUE…
  local answer
  answer=$(as_alice mgrctl --json shutdown "$@") || fail "$answer"
  echo "$answer" >&2
  member id "$answer"
}

# It fails, and the answer says so.
refused() {  # ERROR COMMAND…
  local answer error=$1
  shift
  answer=$("$@" 2>&1) && fail "it is not refused: $answer"
  echo "$answer"
  grep -qE -- "$error" <<<"$answer" || fail "not $error"
}

# What is shipped wants a signature; the machine's owner may have it as here.
make_admin_and_scan() {
  step "alice is an admin; poweroff, reboot and halt take the kernel's word for her"
  useradd --create-home --groups mgr-admin alice
  sed -i 's/^min_proof *= *"signed"/min_proof = "kernel"/' /etc/mgr/modules.d/shutdown.toml
  cat >/usr/local/bin/long-scan <<'SCAN'
#!/bin/bash
# Task 1 waits until the test has ended, the others are never done.
read -r test </run/test.pid
while [[ $1 != 1 || -d /proc/$test ]]; do sleep 0.1; done
SCAN
  chmod 0755 /usr/local/bin/long-scan
  echo $$ >/run/test.pid
  cat >/etc/mgr/modules.d/scan.toml <<'TOML'
[module.scan.action.start]
command    = ["/usr/local/bin/long-scan", "{task_id}"]
user       = "mgr-scan"
stop_grace = "1s"
TOML
  mgrctl reload || fail "no reload"
}

alice_logs_in() {
  step "alice logs in on a terminal"
  mkfifo /run/alice.in
  script --quiet --flush --command 'login -f alice' /run/alice.tty </run/alice.in >/dev/null 2>&1 &
  exec 8>/run/alice.in  # until the test ends
  within 10 alice_is_logged_in || fail "who(1) does not know her"
  who
}
alice_is_logged_in() { who | grep -q '^alice '; }
alice_reads() { grep -q -- "$1" /run/alice.tty; }

web_is_denied() {
  step "www-data without a rule"
  refused denied as_web mgrctl --json shutdown poweroff
  refused denied as_web mgrctl --json shutdown cancel
  nothing_is_scheduled || fail "scheduled: $(scheduled)"
}

shutdown_is_scheduled() {
  step "alice: mgrctl shutdown poweroff delay=10m message='Back at noon'"
  id=$(asked_by_alice poweroff delay=10m message='Back at noon')
  within 10 scheduled_is poweroff || fail "the login manager has: $(scheduled)"
  step "mgr, the login manager and its file agree"
  local status due at
  status=$(status_of_shutdown)
  echo "$status"
  as_alice mgrctl shutdown status
  due=$(date --date "$(member due "$status")" +%s)
  at=$(($(scheduled | cut -d ' ' -f 2) / 1000000))
  cat "${calendar:?}"
  grep -qx "USEC=$(scheduled | cut -d ' ' -f 2)" "$calendar" || fail "the file has another time"
  grep -qx MODE=poweroff "$calendar" || fail "the file has another type"
  ((at - due < 60 && due - at < 60)) || fail "due $due, scheduled $at"
  step "the user who is logged in is told"
  within 10 alice_reads 'Back at noon' || fail "$(cat /run/alice.tty)"
  alice_reads 'The system will power off at' || fail "$(cat /run/alice.tty)"
  tail -n 5 /run/alice.tty
}

helper_restart_leaves_it() {
  step "systemctl restart mgr-helper"
  local before
  before=$(scheduled)
  systemctl restart mgr-helper.service || fail "the helper did not restart"
  within 10 ping_answers || fail "no answer"
  [[ $(scheduled) == "$before" ]] || fail "scheduled: $(scheduled)"
  [[ $(member id "$(status_of_shutdown)") == "$id" ]] || fail "$(status_of_shutdown)"
  shutdown_job_is "$id" running || fail "$(status_of_shutdown)"
}

second_is_a_conflict() {
  step "another one while that is scheduled"
  refused conflict as_alice mgrctl --json shutdown reboot delay=5m
  refused conflict as_alice mgrctl --json shutdown reboot force=yes
  scheduled_is poweroff || fail "scheduled: $(scheduled)"
}

cancel_calls_it_off() {
  step "mgrctl shutdown cancel"
  as_alice mgrctl shutdown cancel
  nothing_is_scheduled || fail "scheduled: $(scheduled)"
  shutdown_job_is "$id" stopped || fail "$(as_alice mgrctl --json job "$id")"
  as_alice mgrctl output "$id"
  step "cancel with nothing scheduled"
  refused not_found as_alice mgrctl --json shutdown cancel
}

somebody_else_calls_it_off() {
  step "shutdown -c of another admin"
  id=$(asked_by_alice reboot delay=10m)
  within 10 scheduled_is reboot || fail "scheduled: $(scheduled)"
  shutdown -c
  within 30 shutdown_job_is "$id" failed || fail "$(as_alice mgrctl --json job "$id")"
  as_alice mgrctl output "$id" 2>&1 | tee /run/output
  grep -q 'called off by somebody else' /run/output || fail "it does not say so"
}

hostile_values_schedule_nothing() {
  step "delays and messages that are none"
  local value
  for value in -1 -1s 1000000000000 1000000000000s 31d 'now; id' now ''; do
    refused 'invalid_argument|malformed|delay' as_alice mgrctl --json shutdown poweroff "delay=$value"
  done
  refused 'invalid_argument|malformed|message' as_alice mgrctl --json shutdown poweroff \
    delay=10m message=$'\e]0;owned\a'
  nothing_is_scheduled || fail "scheduled: $(scheduled)"
}

scan_blocks_it() {
  step "a scan that runs is a conflict, which names it"
  as_alice mgrctl scan start 1
  within 10 scan_runs 1 || fail "no scan"
  scan=$(member id "$(as_alice mgrctl --json scan status 1)")
  refused "conflict.*\\b$scan\\b" as_alice mgrctl --json shutdown reboot
  nothing_is_scheduled || fail "scheduled: $(scheduled)"
}

it_waits_for_the_scan() {
  step "wait_for_jobs=yes waits for it, and lets no new job start"
  remember_job "$(asked_by_alice reboot wait_for_jobs=yes)"
  local status
  status=$(status_of_shutdown)
  [[ $(member waits_for "$status") == "[$scan]" ]] || fail "$status"
  refused 'conflict|busy' as_alice mgrctl --json scan start 3
  nothing_is_scheduled || fail "scheduled: $(scheduled)"
}

remember_job() { echo "$1" >"${notes:?}/job"; }

job_of_last_boot_is() {
  local last next
  last=$(cat "${notes:?}/job")
  step "after the boot: the job before is known to have ended ($1), nothing is scheduled"
  as_alice mgrctl --json job "$last"
  shutdown_job_is "$last" "$1" || fail "another state"
  nothing_is_scheduled || fail "scheduled: $(scheduled)"
  refused not_found as_alice mgrctl --json shutdown cancel
  step "ids go on"
  next=$(asked_by_alice poweroff delay=10m)
  ((next > last)) || fail "job $next after $last"
  as_alice mgrctl shutdown cancel
}

use_backend() {
  sed -i "s/--backend=[a-z]*/--backend=$1/" /etc/mgr/modules.d/shutdown.toml
  mgrctl reload || fail "no reload"
}
