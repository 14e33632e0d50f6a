# shellcheck shell=bash
# A Debian 12 of its own with a build of mgr installed, booted in systemd-nspawn. To be sourced; root.
#
#   guest_make BUILD_DIR PACKAGE…   makes $guest, a folder below $scratch, which goes with the shell
#   guest_copy PACKAGE…             the same of a system with these packages alone, without mgr
#   guest_test SCRIPT UNIT_LINE…    has the guest run SCRIPT as root when it has booted; what that
#                                   prints is in $guest/test.out. The lines are of [Unit]:
#                                   SuccessAction= and FailureAction= say how the guest ends
#   guest_passes SECONDS STATUS WORD…  boots it, shows what SCRIPT printed, and fails unless that says
#                                   `all well` and systemd-nspawn(1) ends with STATUS: $guest_poweroff
#                                   or $guest_reboot
#   guest_failure WORD…             the console's end and the journal of mgr's units, then fails
#
# One guest at a time (RESOURCE_LOCK guest): guests that are booted from one cgroup share its names, and
# each would find the other's processes among those of its own units.
#
# The system comes from debootstrap once, from the mirror that this machine's apt uses, and is kept
# below /var/cache/mgr-boot; every test boots a copy of it.

guest_here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
guest_suite=bookworm
guest_init=(systemd systemd-sysv dbus)
# What the installed programs link.
guest_libraries=(libuv1 libsodium23 libseccomp2 libcap-ng0 libre2-9 libsystemd0
                 libspdlog1.10 libfmt9 libtomlplusplus3)
# What systemd-nspawn ends with. Who tells the two apart gives failures of the script another status (7).
# shellcheck disable=SC2034 # for those who source this file
guest_poweroff=0 guest_reboot=133
guest_cache=/var/cache/mgr-boot
guest_units=(mgr.socket mgr-helper.service mgr-broker.service mgr-helper.socket mgr-jobs.service
             mgr-test.service)

say() { printf '== %s\n' "$*"; }

# Nothing where apt knows none: debootstrap then has its own default.
apt_mirror() {
  # shellcheck disable=SC2016 # apt-get expands these
  apt-get indextargets --format '$(REPO_URI)' \
    'Created-By: Packages' "Release: $guest_suite" 'Component: main' 2>/dev/null |
    grep -m 1 '/debian/*$' || true
}

download_system() {  # FOLDER PACKAGE…
  local proxy='' mirror folder=$1
  shift
  eval "$(apt-config shell proxy Acquire::http::Proxy)"
  mirror=$(apt_mirror)
  [[ -z $proxy || $proxy == DIRECT ]] || export http_proxy=$proxy
  debootstrap --variant=minbase --include="$(IFS=,; echo "$*")" \
    "$guest_suite" "$folder" ${mirror:+"$mirror"} >"$folder.log" 2>&1 ||
    { tail -n 20 "$folder.log"; return 1; }
  rm -f "$folder.log" "$folder"/var/cache/apt/archives/*.deb
}

# Prints the folder of the system, made first where it is missing. It appears whole or not at all.
cached_system() {  # PACKAGE…
  local name system partial
  name=$guest_suite-$(printf '%s\n' "$@" | sha256sum | cut -c 1-12)
  system=$guest_cache/$name
  if [[ ! -d $system ]]; then
    mkdir -p "$guest_cache"
    exec 9>"$guest_cache/lock"
    flock 9
    say "debootstrap of $guest_suite into $system (once)" >&2
    partial=$guest_cache/.partial-$name
    rm -rf "$partial"
    [[ -d $system ]] || { download_system "$partial" "$@" >&2 && mv -T "$partial" "$system"; }
    exec 9>&-
  fi
  echo "$system"
}

install_build() {  # BUILD_DIR
  DESTDIR=$guest cmake --install "$1" >"$scratch/install.log" ||
    { cat "$scratch/install.log"; return 1; }
  fail_if_libraries_are_missing
}

fail_if_libraries_are_missing() {
  local programs missing
  programs=$(cd "$guest" && echo usr/sbin/mgr-* usr/bin/mgr* usr/libexec/mgr/*)
  # ldd complains of what is linked statically, which is well.
  # shellcheck disable=SC2086 # a list
  missing=$(chroot "$guest" ldd $programs 2>/dev/null | grep 'not found' || true)
  [[ -z $missing ]] || { echo "the system lacks a package: $missing"; return 1; }
}

guest_copy() {  # PACKAGE…
  local system
  umask 022
  scratch=$(mktemp -d /var/tmp/mgr-guest.XXXXXX)
  trap 'rm -rf "$scratch"' EXIT
  guest=$scratch/guest
  system=$(cached_system "$@")
  say "copy $system"
  cp --archive --reflink=auto "$system" "$guest"
  mkdir -p "$guest/var/log/journal"  # so that the journal can be read from outside
}

guest_make() {  # BUILD_DIR PACKAGE…
  local build
  build=$(realpath "$1")
  shift
  guest_copy "${guest_init[@]}" "${guest_libraries[@]}" "$@"
  say "install $build"
  install_build "$build"
  systemctl --root="$guest" --quiet enable "${guest_units[@]:0:3}"
}

guest_test() {  # SCRIPT UNIT_LINE…
  install -m 0755 "$1" "$guest/usr/local/sbin/mgr-test"
  install -D -m 0644 "$guest_here/guest_steps.sh" "$guest/usr/local/lib/mgr-test/guest_steps.sh"
  shift
  cat >"$guest/etc/systemd/system/mgr-test.service" <<UNIT
[Unit]
Description=mgr: a test
$(printf '%s\n' "$@")

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/mgr-test
StandardOutput=append:/test.out
StandardError=append:/test.out

[Install]
WantedBy=multi-user.target
UNIT
  systemctl --root="$guest" --quiet enable mgr-test.service
}

# nspawn's own list of system calls is older than Landlock, which the broker's cage is made with.
guest_boot() {  # SECONDS
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 timeout --kill-after=10 "$1" \
    systemd-nspawn --register=no --keep-unit --private-network --directory="$guest" --boot \
    --system-call-filter='landlock_create_ruleset landlock_add_rule landlock_restrict_self' \
    </dev/null >"$scratch/console.log" 2>&1
}

guest_passes() {  # SECONDS STATUS WORD…: the words say what the end stands for
  local seconds=$1 wanted=$2 status=0
  shift 2
  say "boot: $*, to be seen from outside ($wanted)"
  rm -f "$guest/test.out"
  guest_boot "$seconds" || status=$?
  cat "$guest/test.out" || true
  grep -qx 'all well' "$guest/test.out" || guest_failure "not all is well"
  [[ $status -eq $wanted ]] || guest_failure "systemd-nspawn ended with $status"
  say "systemd-nspawn ended with $status"
}

guest_failure() {  # WORD…
  say "the console's last lines"
  tail -n 20 "$scratch/console.log"
  say "the journal of the units"
  journalctl --directory="$guest/var/log/journal" --no-pager --output=short-precise \
    "${guest_units[@]/#/--unit=}" --lines=60 || true
  echo "FAILED: $*"
  return 1
}
