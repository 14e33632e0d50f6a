# shellcheck shell=bash
# A helper and a broker of their own below a scratch root, beside whatever the machine itself runs:
# made, started, ended. To be sourced, with `repository` set to the checkout. Everything as root.
#
#   create_users                  the users of sysusers.d, where they are missing
#   make_scratch_root ROOT BUILD  installs BUILD (the release preset's) and the folders of tmpfiles.d
#                                 below ROOT, with the shipped configuration
#   start_instance ROOT           starts helper and broker; returns when they answer
#   stop_instance ROOT            ends both and every job; nothing is left but files
#
# A running instance is known by what lies in ROOT/run/scratch: the pids of its two processes, and
# the cgroup that its jobs live in.
: "${repository:?the folder of the checkout}"

create_users() {
  local file=$repository/packaging/sysusers.d/mgr.conf type name
  if command -v systemd-sysusers >/dev/null; then
    systemd-sysusers "$file"
    return
  fi
  while read -r type name _; do
    case $type in
      u) getent passwd "$name" >/dev/null ||
           useradd --system --user-group --no-create-home --home-dir / --shell /usr/sbin/nologin "$name" ;;
      g) getent group "$name" >/dev/null || groupadd --system "$name" ;;
    esac
  done <"$file"
}

make_scratch_root() {  # ROOT BUILD
  local root=$1 build=$2 type path mode user group
  install --directory --owner=root --group=root --mode=0755 "$root"
  DESTDIR=$root cmake --install "$build" --prefix /usr >/dev/null
  while read -r type path mode user group _; do
    [[ $type != d ]] ||
      install --directory --mode="$mode" --owner="$user" --group="$group" "$root$path"
  done <"$repository/packaging/tmpfiles.d/mgr.conf"
}

# Where cgroup v2 is mounted: /sys/fs/cgroup, or beside version 1 at a place of its own.
cgroup2_mount() {
  local mount
  mount=$(findmnt --noheadings --first-only --types cgroup2 --output TARGET) ||
    { echo "jobs need cgroup v2, and none is mounted" >&2; return 1; }
  echo "$mount"
}

# within SECONDS COMMAND…: until it succeeds.
within() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.05
  done
}

# Runs a program in a session of its own, so that it outlives this script and its terminal.
start_program() {  # ROOT NAME COMMAND…
  local root=$1 name=$2
  shift 2
  setsid "$@" </dev/null >"$root/var/log/mgr/$name.log" 2>&1 &
  echo $! >"$root/run/scratch/$name.pid"
}

instance_answers() {  # ROOT
  "$1/usr/bin/mgrctl" --root "$1" --timeout 2 --quiet ping 2>/dev/null
}

start_instance() {  # ROOT
  local root=$1 cgroup
  cgroup=$(cgroup2_mount)/mgr-$(basename "$root")-$$
  install --directory --mode=0755 "$root/run/scratch"
  mkdir "$cgroup"
  echo "$cgroup" >"$root/run/scratch/cgroup"
  # Port 0: whichever is free, so that instances do not meet. And jobs live in a cgroup of their own,
  # since there is no mgr-jobs.service.
  sed -i -E -e 's|^#? *listen *=.*|listen = "127.0.0.1:0"|' -e "s|^#? *cgroup *=.*|cgroup = \"$cgroup\"|" \
    "$root/etc/mgr/mgr.toml"
  start_program "$root" mgr-helper \
    "$root/usr/sbin/mgr-helper" --root "$root" --libexec "$root/usr/libexec/mgr"
  start_program "$root" mgr-broker \
    setpriv --reuid=mgr-broker --regid=mgr-broker --clear-groups -- \
    "$root/usr/sbin/mgr-broker" --root "$root"
  within 10 instance_answers "$root" || {
    echo "no answer from mgr; what its programs said:" >&2
    tail -n 20 "$root"/var/log/mgr/*.log >&2
    return 1
  }
}

# Only what start_program started: a pid alone could be another's by now.
program_runs() {  # ROOT NAME
  local pid
  pid=$(cat "$1/run/scratch/$2.pid" 2>/dev/null) || return 1
  [[ $(readlink "/proc/$pid/exe") == "$(realpath "$1/usr/sbin/$2")"* ]]
}
program_is_gone() { ! program_runs "$@"; }

end_program() {  # ROOT NAME
  program_runs "$1" "$2" || return 0
  kill -TERM "$(cat "$1/run/scratch/$2.pid")"
  within 10 program_is_gone "$1" "$2" || kill -KILL "$(cat "$1/run/scratch/$2.pid")"
}

cgroup_is_empty() { grep -qx 'populated 0' "$1/cgroup.events"; }

# Ends every process in it, daemons that left their parents included, and removes it.
remove_cgroup() {  # CGROUP
  [[ -d $1 ]] || return 0
  echo 1 >"$1/cgroup.kill"
  within 10 cgroup_is_empty "$1" || { echo "processes are left in $1" >&2; return 1; }
  find "$1" -depth -type d -exec rmdir {} +
}

stop_instance() {  # ROOT
  local cgroup
  end_program "$1" mgr-broker
  end_program "$1" mgr-helper
  ! cgroup=$(cat "$1/run/scratch/cgroup" 2>/dev/null) || remove_cgroup "$cgroup"
  rm -rf "$1/run/scratch"
}
