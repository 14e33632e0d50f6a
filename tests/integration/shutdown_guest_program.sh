# shellcheck shell=bash
# mgr-shutdown and the login manager of a guest, without mgr. To be sourced.

program=/usr/libexec/mgr/mgr-shutdown
calendar=/run/systemd/shutdown/scheduled

manager_property() {
  busctl get-property org.freedesktop.login1 /org/freedesktop/login1 \
    org.freedesktop.login1.Manager "$1"
}
# "poweroff 1764088800000000", or nothing.
scheduled() { manager_property ScheduledShutdown | sed -nE 's/^\(st\) "(.+)" ([0-9]+)$/\1 \2/p'; }
scheduled_is() { [[ $(scheduled) == "$1 "* ]]; }
nothing_is_scheduled() { [[ -z $(scheduled) && ! -e $calendar ]]; }

start_program() {  # ARGUMENT…: until it has something scheduled
  : >/run/program.out  # here: the background opens it some time later
  "$program" "$@" >>/run/program.out 2>&1 &
  program_pid=$!
  within 10 grep -q 'is scheduled for' /run/program.out || fail "$(cat /run/program.out)"
}
ends_with() {  # STATUS WORD…: the words are in what it prints
  local status=0 wanted=$1
  shift
  wait "$program_pid" || status=$?
  cat /run/program.out
  [[ $status -eq $wanted ]] || fail "it ended with $status"
  grep -q -- "$*" /run/program.out || fail "it does not say: $*"
}

signals_call_it_off() {
  step "mgr-shutdown --delay=10m poweroff, then SIGTERM"
  start_program --delay=10m --message=Maintenance poweroff
  scheduled_is poweroff || fail "the login manager has $(scheduled)"
  kill -TERM "$program_pid"
  ends_with 3 'called off'
  nothing_is_scheduled || fail "still scheduled: $(scheduled)"
}

others_than_root_are_refused() {
  step "mgr-shutdown as www-data, with each backend"
  local backend status
  for backend in login shutdown; do
    status=0
    timeout 30 runuser --user www-data -- "$program" --backend=$backend reboot || status=$?
    [[ $status -eq 1 ]] || fail "status $status"
  done
  nothing_is_scheduled || fail "scheduled: $(scheduled)"
}

another_shutdown_is_left_alone() {
  step "mgr-shutdown while shutdown(8) has one scheduled"
  shutdown -r +60 2>/dev/null
  local status=0
  "$program" --delay=10m poweroff || status=$?
  [[ $status -eq 1 ]] || fail "status $status"
  scheduled_is reboot || fail "the other is gone"
  shutdown -c
  step "shutdown(8) replaces one of mgr-shutdown"
  start_program --delay=10m poweroff
  shutdown -r +60 2>/dev/null
  ends_with 1 'replaced by somebody else at the login manager, with reboot at'
  scheduled_is reboot || fail "the other is gone"
  shutdown -c
}

blocks_are_kept() {
  step "mgr-shutdown while a program blocks shutdowns"
  systemd-inhibit --what=shutdown --mode=block --who=upgrade --why='packages are half installed' \
    sleep infinity &
  local blocker=$! status=0
  within 10 upgrade_blocks || fail "no block"
  "$program" poweroff >/run/blocked.out 2>&1 || status=$?
  cat /run/blocked.out
  [[ $status -eq 1 ]] || fail "status $status"
  grep -q 'blocked by upgrade (pid .*packages are half installed' /run/blocked.out || fail "not said"
  step "--ignore-inhibitors goes past it"
  start_program --ignore-inhibitors --delay=10m poweroff
  kill -TERM "$program_pid"
  ends_with 3 'called off'
  kill "$blocker"
  wait "$blocker" || true
}
upgrade_blocks() { systemd-inhibit --list --no-legend | grep -q '^upgrade.*block'; }

login_manager_restarts() {
  step "systemctl restart systemd-logind while a shutdown is scheduled"
  start_program --delay=10m poweroff
  systemctl restart systemd-logind
  if scheduled_is poweroff; then
    echo "the login manager has kept it"
    kill -TERM "$program_pid"
    ends_with 3 'called off'
  else
    ends_with 1 'or lost by its restart'
  fi
  nothing_is_scheduled_now || fail "still scheduled: $(scheduled)"
  step "SIGKILL of systemd-logind"
  start_program --delay=10m poweroff
  local manager
  manager=$(main_pid systemd-logind)
  systemctl kill --signal=KILL systemd-logind
  within 10 login_manager_is_another "$manager" || fail "the login manager lives"
  if within 10 scheduled_is poweroff; then
    kill -TERM "$program_pid"
    ends_with 3 'called off'
  else
    ends_with 1 'or lost by its restart'
  fi
  nothing_is_scheduled_now || fail "still scheduled: $(scheduled)"
}
login_manager_is_another() { [[ $(main_pid systemd-logind) != "$1" ]]; }
# The file of a login manager that was restarted may be left behind.
nothing_is_scheduled_now() { [[ -z $(scheduled) ]]; }

login_manager_hangs() {
  step "SIGSTOP of systemd-logind while a shutdown is scheduled, then SIGTERM of mgr-shutdown"
  start_program --delay=10m poweroff
  systemctl kill --signal=STOP systemd-logind
  kill -TERM "$program_pid"
  ends_with 1 'not called off, as far as is known'
  systemctl kill --signal=CONT systemd-logind
  [[ -z $(scheduled) ]] || shutdown -c
  nothing_is_scheduled || fail "still scheduled: $(scheduled)"
  step "SIGSTOP of systemd-logind, and mgr-shutdown waits no longer than it says"
  start_program --delay=10m poweroff
  systemctl kill --signal=STOP systemd-logind
  ends_with 1 'whether it still is scheduled is not known'
  systemctl kill --signal=CONT systemd-logind
  scheduled_is poweroff || fail "the login manager has lost it"
  shutdown -c
}

no_login_manager() {
  step "--backend=login without a login manager"
  systemctl mask --runtime --now systemd-logind 2>/dev/null
  local status=0
  timeout 60 "$program" --backend=login --delay=10m poweroff || status=$?
  [[ $status -eq 1 ]] || fail "status $status"
  step "--backend=auto is shutdown(8) then"
  start_program --delay=10m poweroff
  kill -TERM "$program_pid"
  ends_with 3 'called off'
  systemctl unmask --runtime systemd-logind 2>/dev/null
  systemctl start systemd-logind
}

program_and_login_manager() {
  signals_call_it_off
  others_than_root_are_refused
  another_shutdown_is_left_alone
  blocks_are_kept
  login_manager_restarts
  login_manager_hangs
  no_login_manager
}
