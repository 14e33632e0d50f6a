# shellcheck shell=bash
# The steps of a test, and what the scripts that run inside a guest (guest.sh) look at. To be sourced.

step() { printf -- '-- %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*"; exit 1; }

# within SECONDS COMMAND…: until it succeeds.
within() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.05
  done
}

as_web() { runuser --user www-data -- "$@"; }
main_pid() { systemctl show --property=MainPID --value "$1"; }
active() { systemctl --quiet is-active "$@"; }
ping_answers() { as_web mgrctl --timeout 2 --quiet ping 2>/dev/null; }

# One member of an answer of mgrctl --json: a number, or a string.
member() { sed -nE "s/.*\"$1\":([0-9]+|\"[^\"]*\").*/\1/p" <<<"$2" | tr -d '"'; }

# What runs as one of its users, and its own programs as whomever.
processes_of_mgr() {
  local folder
  for folder in /proc/[0-9]*; do
    if [[ $(stat --format=%U "$folder" 2>/dev/null) == mgr-* || $(readlink "$folder/exe") == */mgr* ]]; then
      echo "$(basename "$folder") $(tr '\0' ' ' <"$folder/cmdline")"
    fi
  done 2>/dev/null
}

# Task 1 waits for a file and ends with status 7; every other task is a tree with a process that has
# left its parent and its session and ignores SIGTERM.
write_long_scan() {
  install -m 0755 /dev/stdin /usr/local/bin/long-scan <<'SCAN'
#!/bin/bash
if [[ $1 == 1 ]]; then
  until [[ -e /run/scan-may-end ]]; do sleep 0.1; done
  exit 7
fi
(setsid bash -c 'trap "" TERM; while :; do sleep 1; done' &)
exec sleep 1000
SCAN
}
