#!/usr/bin/env bash
# The part of the service test that runs inside: as root, a unit of a freshly booted Debian 12 with
# mgr installed. What www-data asks for is compared with what systemctl says. Prints each step; the
# last line is "all well" where every step held.
set -euo pipefail

# shellcheck source=tests/integration/guest_steps.sh
source /usr/local/lib/mgr-test/guest_steps.sh

mgr_service=/usr/libexec/mgr/mgr-service

# What the policy lists: a unit that logs, one that does not start, one that does not exist, and an
# instance. What it does not: other.service, an alias of talker, another instance.
install_units() {
  cat >/usr/local/bin/talker <<'TALKER'
#!/bin/bash
trap 'echo "asked to reload"' HUP
trap 'echo "asked to stop"; exit 5' TERM
for n in {1..20}; do echo "line $n"; done
printf 'escape \033[31m and <b>&amp;</b>\n'
systemd-notify --ready
while :; do read -r -t 1000 <>/run/talker.fifo || true; done
TALKER
  chmod 0755 /usr/local/bin/talker
  mkfifo /run/talker.fifo
  unit talker.service 'Description=Talks "much" \\ and <b>loud</b>: größe' \
    '[Service]' 'Type=notify' 'NotifyAccess=all' 'ExecStart=/usr/local/bin/talker' \
    "ExecReload=/bin/sh -c 'kill -HUP \${MAINPID}'" 'SuccessExitStatus=5' \
    '[Install]' 'WantedBy=multi-user.target' 'Alias=chatter.service'
  unit broken.service 'Description=Does not start' '[Service]' 'Type=oneshot' \
    "ExecStart=/bin/sh -c 'echo about to fail; exit 42'"
  unit other.service 'Description=Nobody may' '[Service]' 'ExecStart=/bin/sleep infinity'
  unit worker@.service 'Description=Worker %i' '[Service]' 'ExecStart=/bin/sleep infinity'
  unit tick.timer 'Description=Ticks' '[Timer]' 'OnCalendar=2100-01-01' 'Unit=broken.service'
  systemctl daemon-reload
  systemctl --quiet enable talker.service
}
unit() {  # NAME LINE…
  local name=$1
  shift
  printf '%s\n' '[Unit]' "$@" >"/etc/systemd/system/$name"
}

install_policy() {
  cat >>/etc/mgr/policy.toml <<'TOML'
[[allow]]
who    = "web"
module = "service"
action = "*"
where  = { unit = ["talker.service", "broken.service", "missing.service", "worker@1.service", "tick.timer"] }
TOML
  mgrctl reload || fail "no reload"
}

status_of() { as_web mgrctl service status "$1"; }
# A member of the status of a unit: field UNIT NAME; without quotes and spaces.
field() {
  status_of "$1" | tr -d '\n' |
    grep -oP "\"$2\": *\K(\"[^\"]*\"|\{[^}]*\}|[^,}]*)" | head -n 1 | tr -d '" '
}
shows() { systemctl show --property="$2" --value "$1"; }
same() { [[ $1 == "$2" ]] || fail "$3: '$1' where '$2' is right"; }
none_active() { if active "$@"; then fail "one of them was started: $*"; fi; }
# What www-data asks for is answered with this error; what it says is printed.
refused() {  # ERROR WORD…
  local wanted=$1 said
  shift
  said=$(as_web mgrctl --json "$@" 2>&1) && fail "not refused: $*"
  [[ $said == *"\"error\":\"$wanted\""* ]] || fail "$*: $said"
  echo "$wanted: $* · $(grep -oP '"detail":"\K[^"]*' <<<"$said" || true)"
}
# The same of a client that does not look at values first, as mgrctl does: NAME:VALUE…
refused_raw() {  # ERROR ACTION FIELD…
  local wanted=$1 action=$2 said
  shift 2
  # shellcheck disable=SC2016 # Perl's
  said=$(printf '%s\n' module:service "action:$action" "$@" '' | as_web perl -MIO::Socket::UNIX -e '
    my $mgr = IO::Socket::UNIX->new("/run/mgr.sock") or die; print $mgr join("", <STDIN>); $mgr->flush; print <$mgr>')
  [[ $said == *"\"error\":\"$wanted\""* ]] || fail "$action $*: $said"
  echo "$wanted: $action $* · $(grep -oP '"detail":"\K[^"]*' <<<"$said")"
}
ends_as() {  # STATE WORD…: a job that is waited for
  local wanted=$1 said
  shift
  said=$(as_web mgrctl --json --wait service "$@" 2>&1) || true
  [[ $said == *"\"state\":\"$wanted\""* ]] || fail "$*: not $wanted: $said"
}

first_look() {
  step "status of a unit that has not run"
  status_of talker.service
  same "$(field talker.service active)" inactive active
  same "$(field talker.service enabled)" enabled enabled
  same "$(field talker.service main_pid)" null main_pid
  same "$(field talker.service exit)" null exit
}

starts() {
  step "start"
  ends_as succeeded start talker.service
  active talker.service || fail "talker does not run"
  step "status is what systemctl show says"
  status_of talker.service
  same "$(field talker.service active)" active active
  same "$(field talker.service sub)" running sub
  same "$(field talker.service main_pid)" "$(main_pid talker.service)" main_pid
  same "$(field talker.service fragment)" /etc/systemd/system/talker.service fragment
  same "$(date --date="$(field talker.service since)" +%s)" \
    "$(date --date="$(shows talker.service ActiveEnterTimestamp)" +%s)" since
  same "$(field talker.service restarts)" 0 restarts
  step "a second start has nothing to do"
  ends_as succeeded start talker.service
}

logs() {
  step "logs"
  local said
  said=$(as_web mgrctl service logs talker.service)
  echo "$said"
  [[ $said == *"line 1"*"line 20"* ]] || fail "not all lines"
  [[ $said != *$'\033'* ]] || fail "an escape sequence came through"
  step "logs, the last two lines"
  same "$(as_web mgrctl service logs talker.service 2 | wc -l)" 2 "lines"
  step "logs of a unit that has none"
  as_web mgrctl service logs missing.service || fail "no answer"
}

reloads_and_restarts() {
  step "reload: the same process, and it was told"
  local pid
  pid=$(main_pid talker.service)
  ends_as succeeded reload talker.service
  same "$(main_pid talker.service)" "$pid" "its process"
  within 10 has_logged "asked to reload" || fail "talker was not asked to reload"
  step "restart: another process"
  ends_as succeeded restart talker.service
  [[ $(main_pid talker.service) != "$pid" ]] || fail "the same process"
  same "$(field talker.service main_pid)" "$(main_pid talker.service)" main_pid
}
has_logged() { [[ $(as_web mgrctl service logs talker.service 1000) == *"$1"* ]]; }

stops() {
  step "stop; how the main process ended"
  ends_as succeeded stop talker.service
  status_of talker.service
  same "$(field talker.service active)" inactive active
  same "$(field talker.service exit)" '{code:exited,status:5}' exit
  same "$(field talker.service main_pid)" null main_pid
}

a_start_that_fails() {
  step "a start that fails: the job has failed and has what systemctl said"
  ends_as failed start broken.service
  as_web mgrctl --json service status broken.service
  same "$(field broken.service active)" failed active
  same "$(field broken.service result)" exit-code result
  same "$(field broken.service exit)" '{code:exited,status:42}' exit
  [[ $(as_web mgrctl service logs broken.service) == *"about to fail"* ]] || fail "no logs"
  step "a reload of what cannot be reloaded"
  ends_as failed reload worker@1.service
  step "a unit that does not exist"
  ends_as failed start missing.service
  same "$(field missing.service load)" not-found load
  same "$(field missing.service active)" inactive active
}

other_types() {
  step "a timer and an instance"
  ends_as succeeded start tick.timer
  status_of tick.timer
  same "$(field tick.timer sub)" waiting sub
  same "$(field tick.timer main_pid)" null main_pid
  ends_as succeeded start worker@1.service
  same "$(field worker@1.service description)" Worker1 description
}

what_is_not_listed() {
  step "units that the policy does not list"
  local action name
  for action in start stop restart reload status logs; do
    refused denied service "$action" other.service
  done
  for name in chatter.service worker@2.service Talker.service talker.service.service \
    'talker\x2e.service' dbus-org.freedesktop.login1.service mgr-helper.service; do
    refused denied service start "$name"
  done
  none_active other.service worker@2.service
  step "what is no unit's whole name, or of another type"
  for name in talker talker.service. 'talke?.service' '*.service' '[a-z]alker.service' worker@.service \
    reboot.target multi-user.target dev-sda.device dev-sda.swap home.mount system.slice init.scope \
    /dev/x /etc/systemd/system/talker.service ../talker.service 'talker.service other.service' \
    'talker.service;id' 'talker.service,other.service' --help; do
    refused_raw invalid_argument start "unit:$name"
  done
  for name in 0 1001 -1 all 1e2 ''; do refused_raw invalid_argument logs unit:talker.service "lines:$name"; done
  none_active other.service worker@2.service
}

even_where_it_is_listed() {
  step "an alias that the policy lists is told as one"
  sed -i 's/"tick.timer"\]/"tick.timer", "chatter.service", "reboot.target"]/' /etc/mgr/policy.toml
  mgrctl reload || fail "no reload"
  same "$(field chatter.service alias_of)" talker.service alias_of
  step "a target is none for this module even where a rule lists it"
  refused_raw invalid_argument start unit:reboot.target
}

the_program() {
  step "mgr-service by itself"
  runuser --user mgr-service -- "$mgr_service" status talker.service
  "$mgr_service" status 'worker@.service' && fail "a template has a status"
  [[ $("$mgr_service" status /dev/x 2>&1 >/dev/null || true) == *'is not valid'* ]] || fail "/dev/x"
  local status=0
  DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/nothing "$mgr_service" status talker.service || status=$?
  same "$status" 3 "exit status without a bus"
  step "what runs as root has one capability, which is harmless"
  systemctl stop talker.service
  cat >/usr/local/bin/talker-pre <<'PRE'
#!/bin/bash
for folder in /proc/[0-9]*; do
  [[ $(cat "$folder/comm") == systemctl ]] || continue
  grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs)' "$folder/status" >/run/systemctl-status
done 2>/dev/null
true
PRE
  chmod 0755 /usr/local/bin/talker-pre
  install --directory /etc/systemd/system/talker.service.d
  printf '[Service]\nExecStartPre=/usr/local/bin/talker-pre\n' >/etc/systemd/system/talker.service.d/pre.conf
  systemctl daemon-reload
  ends_as succeeded start talker.service
  cat /run/systemctl-status
  grep -q '^CapEff:.0000000000000400$' /run/systemctl-status || fail "systemctl's capabilities"
  grep -q '^NoNewPrivs:.1$' /run/systemctl-status || fail "systemctl's no_new_privs"
}

restarts_mgr_itself() {
  step "a restart of the helper, asked of the helper: the job outlives it and its end is known"
  sed -i 's/"reboot.target"\]/"reboot.target", "mgr-helper.service"]/' /etc/mgr/policy.toml
  mgrctl reload || fail "no reload"
  local helper said
  helper=$(main_pid mgr-helper.service)
  said=$(as_web mgrctl --json service restart mgr-helper.service) || fail "not accepted: $said"
  job=$(grep -oP '"id":\K[0-9]+' <<<"$said")
  within 20 job_has_succeeded || fail "job $job: $(as_web mgrctl --json job "$job")"
  [[ $(main_pid mgr-helper.service) != "$helper" ]] || fail "the helper is the same process"
}
job_has_succeeded() { [[ $(as_web mgrctl --json job "$job" 2>/dev/null) == *'"state":"succeeded"'* ]]; }

without_a_bus() {
  step "without a system bus units start all the same, and a status fails and says why"
  systemctl stop dbus.socket dbus.service
  ends_as succeeded restart talker.service
  local said
  said=$(as_web mgrctl --json service status talker.service) && fail "a status: $said"
  [[ $said == *'"exit":3'*'the system bus does not answer'* ]] || fail "$said"
  echo "$said"
}

within 10 ping_answers || fail "no answer"
install_units
install_policy
first_look
starts
logs
reloads_and_restarts
stops
a_start_that_fails
other_types
what_is_not_listed
even_where_it_is_listed
the_program
restarts_mgr_itself
without_a_bus
echo "all well"
