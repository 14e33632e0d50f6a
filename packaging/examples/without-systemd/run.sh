#!/bin/sh
# mgr without systemd: makes its folders, starts mgr-helper and mgr-broker, and starts again what of them
# ends. SIGHUP reloads; SIGTERM or SIGINT ends both, then every job, and leaves nothing running. What
# they log goes to standard error. README.md beside it says what has to be there, and how runit, s6
# and OpenRC do the same.
# shellcheck disable=SC2317 # a trap reaches what seems unreachable
set -eu

root=${MGR_ROOT:-} # below which all but the programs is looked up; "" is /
programs=${MGR_PROGRAMS:-/usr/sbin}
libexec=${MGR_LIBEXEC:-/usr/libexec/mgr}
folders=${MGR_FOLDERS:-/usr/lib/tmpfiles.d/mgr.conf}
stop_timeout=600 # tenths of a second that jobs have to end, as in mgr-jobs.service

say() { echo "mgr: $*" >&2; }

make_folders() {
  while read -r type path mode user group _; do
    [ "$type" != d ] || install -d -m "$mode" -o "$user" -g "$group" "$root$path"
  done <"$folders"
}

# The folder that [jobs] cgroup of mgr.toml names, with or without the mount point before it.
find_cgroup() {
  mount=$(sed -n 's|^[^ ]* \([^ ]*\) cgroup2 .*|\1|p' /proc/self/mounts | head -n 1)
  setting=$(sed -n 's|^ *cgroup *= *"\(..*\)".*|\1|p' "$root/etc/mgr/mgr.toml")
  [ -n "$mount" ] || { say "cgroup v2 is not mounted"; exit 1; }
  [ -n "$setting" ] || { say "[jobs] cgroup of mgr.toml must name a cgroup for the jobs"; exit 1; }
  cgroup=$mount${setting#"$mount"}
}

# A background process of its own: runs a program, again a second after it ended, until SIGTERM, which
# ends both.
supervise() { # NAME COMMAND…
  name=$1 child='' ending=''
  shift
  trap 'ending=yes; [ -z "$child" ] || kill "$child" || :' TERM
  trap '[ -z "$child" ] || kill -HUP "$child" || :' HUP
  while [ -z "$ending" ]; do
    "$@" &
    child=$!
    [ -z "$ending" ] || kill "$child"
    status=0
    # A signal cuts a wait short.
    while wait "$child" || status=$?; kill -0 "$child" 2>/dev/null; do :; done
    child=''
    [ -z "$ending" ] || break
    say "$name has ended with status $status"
    sleep 1
  done
}

end_supervised() {
  kill "$1" || :
  wait "$1" || :
}

is_populated() { grep -qx 'populated 1' "$cgroup/cgroup.events"; }

# As `systemctl stop mgr-jobs.service` does: each mgr-job ends its job, whose processes have the
# action's stop_grace, and records the end.
stop_jobs() {
  [ -d "$cgroup/supervisors" ] || return 0
  while read -r pid; do kill "$pid" || :; done <"$cgroup/supervisors/cgroup.procs"
  while is_populated && [ "$stop_timeout" -gt 0 ]; do
    stop_timeout=$((stop_timeout - 1))
    sleep 0.1
  done
  echo 1 >"$cgroup/cgroup.kill"
  while is_populated; do sleep 0.1; done
  find "$cgroup" -depth -type d -exec rmdir {} \;
}

stop_all() {
  trap '' TERM INT HUP
  end_supervised "$broker"
  end_supervised "$helper"
  stop_jobs
  exit 0
}

umask 022
find_cgroup
make_folders
supervise mgr-helper "$programs/mgr-helper" --foreground ${root:+--root "$root"} --libexec "$libexec" &
helper=$!
supervise mgr-broker setpriv --reuid=mgr-broker --regid=mgr-broker --clear-groups --inh-caps=-all \
  --no-new-privs -- \
  "$programs/mgr-broker" --foreground ${root:+--root "$root"} &
broker=$!
trap stop_all TERM INT
trap 'kill -HUP "$helper"' HUP
while kill -0 "$helper" 2>/dev/null; do wait "$helper" || :; done
say "the supervising process is gone"
exit 1
