# shellcheck shell=bash
# mgr as its package has installed it: what runs, who may what, and a machine that goes down and
# comes up. To be sourced by install_guest.sh.
: "${notes:?a folder that outlives the boots}"

as_alice() { runuser --user alice -- env HOME=/home/alice "$@"; }

# It fails, and the answer says so; that is in $answer.
refused() {  # ERROR COMMAND…
  local error=$1
  shift
  answer=$("$@" 2>&1) && fail "it is not refused: $answer"
  echo "$answer"
  grep -qE -- "$error" <<<"$answer" || fail "not $error"
}

# Asks nothing: where the admin has edited what the package renews, his stays.
apt_get() {
  apt-get --yes --quiet --option Dpkg::Use-Pty=0 --option Dpkg::Options::=--force-confold "$@" </dev/null ||
    fail "apt-get $*"
}

apt_installs() {
  step "apt-get install mgr"
  apt_get update -qq
  apt_get install mgr | tee /run/apt.out
  local command
  for command in 'mgrctl audit key' 'mgrctl setup' 'mgrctl doctor'; do
    grep -q "$command" /run/apt.out || fail "whoever installs it is not told of $command"
  done
  # What it depends on came with it, by apt; nothing was installed beforehand.
  ! ldd /usr/sbin/mgr-* /usr/bin/mgr* /usr/libexec/mgr/* 2>/dev/null | grep 'not found' || fail "a library is missing"
}

user_of() { stat --format=%U "/proc/$(main_pid "$1")"; }
status_of_process() { sed -nE "s/^$2:\s*//p" "/proc/$(main_pid "$1")/status"; }
process_has() {  # UNIT LINE VALUE
  [[ $(status_of_process "$1" "$2") == "$3" ]] || fail "$1: $2 is $(status_of_process "$1" "$2"), not $3"
}
path_is() {  # "MODE USER GROUP" PATH
  [[ $(stat --format='%a %U %G' "$2") == "$1" ]] || fail "$2 is $(stat --format='%a %U %G' "$2"), not $1"
}

daemons_run() {
  step "users, units, sockets, and who runs as what"
  users_are_locked
  units_run
  path_is "666 root root" /run/mgr.sock
  path_is "660 root mgr-broker" /run/mgr/helper.sock
  path_is "700 root root" /var/lib/mgr/jobs
  path_is "700 root root" /var/lib/mgr/audit
  path_is "750 root mgr-admin" /var/log/mgr
  [[ $(user_of mgr-helper.service) == root ]] || fail "the helper's user"
  [[ $(user_of mgr-broker.service) == mgr-broker ]] || fail "the broker's user"
  process_has mgr-helper.service CapEff 0000000000000000
  process_has mgr-broker.service CapEff 0000000000000000
  process_has mgr-broker.service CapBnd 0000000000000000
  process_has mgr-broker.service NoNewPrivs 1
  process_has mgr-broker.service Seccomp 2
  mgrctl policy check || fail "the shipped policy"
  # shellcheck disable=SC2009 # this is what is shown, not what is looked for
  ps -eo user:12,pid,args | grep '[/]mgr-'
}

users_are_locked() {
  local user
  for user in mgr-broker mgr-job mgr-mail mgr-scan mgr-service; do
    [[ $(getent passwd "$user") == *:/usr/sbin/nologin ]] || fail "no user $user, or one that may log in"
    [[ $(getent shadow "$user") =~ ^$user:[!*] ]] || fail "$user has a password"
  done
  getent group mgr-admin || fail "no group mgr-admin"
}

# Those that a start of the machine brings up.
units_run() {
  local unit
  for unit in $(cd /lib/systemd/system && echo mgr*.service mgr*.socket); do
    within 20 active "$unit" || fail "$unit is not active"
    systemctl show --property=Id,UnitFileState,SubState --value "$unit" | paste -sd ' '
  done
  for unit in mgr.socket mgr-helper.service mgr-broker.service; do
    systemctl --quiet is-enabled "$unit" || fail "$unit is not enabled"
  done
  [[ -z $(systemctl list-units --failed --no-legend 'mgr*') ]] || fail "a unit has failed"
  within 20 ping_answers || fail "no answer"
}

audit_key_is_taken_away() {
  step "mgrctl audit key, to be kept elsewhere"
  mgrctl audit key >/root/audit.key || fail "no key"
}
audit_holds() {
  step "mgrctl audit verify --key"
  mgrctl audit verify --key /root/audit.key || fail "the audit log does not verify"
}

# mgr-scan itself, as it is shipped, and what admins write for it.
web_scans() {
  step "www-data: mgrctl --wait scan start 1, its end, and what it found"
  install --directory --mode=755 /srv/site
  echo hello >/srv/site/index.html
  install --directory --mode=755 /etc/mgr/scan.d
  echo 'path = "/srv/site"' >/etc/mgr/scan.d/1.toml
  as_web mgrctl --wait scan start 1 || fail "the scan failed"
  mgr-scan --accept -t 1
  echo changed >/srv/site/index.html
  local status=0
  as_web mgrctl --wait scan start 1 || status=$?
  [[ $status -eq 1 ]] || fail "a scan that finds a change ended with $status"
  local shown
  shown=$(as_web mgrctl --json scan status 1)
  member id "$shown" >"$notes/scan"
  [[ $(member state "$shown") == succeeded || $(member state "$shown") == failed ]] || fail "$shown"
  as_web mgrctl output "$(cat "$notes/scan")" | grep 'changed .*index.html' || fail "it does not say what has changed"
}

web_is_refused() {
  step "www-data: mgrctl shutdown reboot is denied, and in the audit log under the number that it is told"
  refused '"error":"denied"' as_web mgrctl --json shutdown reboot force=yes
  local line
  line=$(mgrctl --json audit search --seq "$(member audit "$answer")")
  echo "$line"
  local word
  for word in denied '"reboot"'; do grep -q "$word" <<<"$line" || fail "no $word in that line of the audit log"; done
}

# As README says it.
alice_becomes_admin() {
  step "alice in mgr-admin: mgrctl keygen, mgrctl key add, a line in policy.toml, mgrctl reload"
  useradd --create-home --groups mgr-admin alice
  local told
  told=$(as_alice mgrctl keygen alice)
  echo "$told"
  refused 'unauthenticated|stale' as_alice mgrctl whoami
  mgrctl key add alice "$(grep -oE 'ed25519:[A-Za-z0-9+/=]+' <<<"$told")" || fail "no key added"
  sed -i '/^name *= *"admins"/a key   = ["alice"]' /etc/mgr/policy.toml
  mgrctl reload || fail "no reload"
  as_alice mgrctl whoami
  refused unauthenticated as_alice mgrctl --no-sign shutdown reboot
}

# In a moment, so that this script ends before.
alice_takes_it_down() {  # ACTION
  step "alice: mgrctl shutdown $1"
  mgrctl audit head >"$notes/head"
  answer=$(as_alice mgrctl --json shutdown "$1" delay=3s force=yes) || fail "$answer"
  echo "$answer"
  member id "$answer" >"$notes/shutdown"
}

it_came_up() {
  step "after a boot: it runs, knows the jobs from before, and its audit log goes on"
  units_run
  local shown
  shown=$(mgrctl --json job "$(cat "$notes/shutdown")")
  [[ $(member state "$shown") =~ ^(succeeded|stopped)$ ]] || fail "$shown"
  shown=$(as_web mgrctl --json scan status 1)
  [[ $(member id "$shown") == "$(cat "$notes/scan")" ]] || fail "$shown"
  mgrctl audit verify --key /root/audit.key --head "$(cat "$notes/head")" || fail "the audit log does not verify"
}
