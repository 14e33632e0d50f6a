# shellcheck shell=bash
# What the scripts that run inside a guest (guest.sh) have in common. To be sourced.

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
