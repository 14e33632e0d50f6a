#!/usr/bin/env bash
# Installs the package by apt into a Debian 12 that is entered by chroot(8): once into one without systemd,
# as a container's image is made, and once into one that has systemd and does not run it, as an installer
# makes a machine. Nothing is started, nothing complains, all that it needs is there, and purge leaves
# nothing. Root. Usage: install_without_systemd_test.sh BUILD_DIR
set -euo pipefail

here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/integration/guest.sh
source "$here/guest.sh"
# shellcheck source=tests/integration/install_packages.sh
source "$here/install_packages.sh"
# shellcheck source=tests/integration/guest_steps.sh
source "$here/guest_steps.sh"

# In a pid namespace of its own: what is started there is seen, and ends with it.
enter() {  # COMMAND…
  unshare --mount --pid --fork --kill-child --mount-proc="$guest/proc" chroot "$guest" \
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}

apt_get() { enter apt-get --yes --quiet --option Dpkg::Use-Pty=0 "$@" || fail "apt-get $*"; }

# What apt itself says of a bare system is no complaint about ours.
complaints() {
  grep -iE 'warning|error|fail|not found|cannot|no such' "$1" |
    grep -v 'apt-utils is not installed\|^dpkg: warning: while removing .* not empty' || true
}

# Paths, modes and owners; without what apt and dpkg keep of any package.
system_now() {
  (cd "$guest" && find . \( -path ./proc -o -path ./srv -o -path ./var/cache -o -path ./var/lib/apt -o \
    -path ./var/lib/dpkg -o -path ./var/log -o -path ./etc/ld.so.cache -o -path './etc/*-' \
    -o -path ./etc/.pwd.lock \) -prune -o -printf '%p %M %U %G\n' | LC_ALL=C sort)
  LC_ALL=C sort "$guest/etc/passwd" "$guest/etc/group"
}

install_it() {
  step "apt-get install mgr"
  apt_get update -qq
  # shellcheck disable=SC2016 # the shell in there expands it
  enter sh -c 'apt-get --yes --quiet --option Dpkg::Use-Pty=0 install mgr &&
    for folder in /proc/[0-9]*; do readlink $folder/exe; done |
    sed "s/^/runs: /"' >"$scratch/apt.out" 2>&1 || { cat "$scratch/apt.out"; fail "apt-get install mgr"; }
  grep -v '^runs: \|^Get:\|^Selecting\|^Preparing\|^Unpacking' "$scratch/apt.out"
  [[ -z $(complaints "$scratch/apt.out") ]] || fail "complaints: $(complaints "$scratch/apt.out")"
  ! grep '^runs: .*/mgr' "$scratch/apt.out" || fail "something was started"
  local pages
  pages=$(grep -o '/usr/share/doc/mgr/[^ ]*' "$scratch/apt.out") || fail "it does not say how to start mgr here"
  [[ -f $guest$pages ]] || fail "what it names is not there: $pages"
}

all_is_there() {
  step "users, folders, and a configuration that the helper takes"
  local type path mode user group
  while read -r type path mode user group _; do
    # /run is made by who boots the machine.
    [[ $type == d && $path != /run/* ]] || continue
    [[ 0$(enter stat --format='%a %U %G' "$path") == "$mode $user $group" ]] ||
      fail "$path is $(enter stat --format='%a %U %G' "$path"), not $mode $user $group"
    echo "$path $mode $user $group"
  done <"$here/../../packaging/tmpfiles.d/mgr.conf"
  enter mgrctl policy check --files /etc/mgr || fail "the shipped files"
}

purge_it() {
  step "apt-get purge mgr, and autoremove"
  apt_get purge mgr >"$scratch/apt.out" 2>&1 || { cat "$scratch/apt.out"; exit 1; }
  [[ -z $(complaints "$scratch/apt.out") ]] || fail "complaints: $(complaints "$scratch/apt.out")"
  apt_get --purge autoremove >/dev/null
  system_now | diff "$scratch/before" - || fail "that is not as it was"
}

try() {  # PACKAGE…: of the system
  say "a Debian 12 with $*, entered by chroot"
  guest_copy "$@"
  offer_dependencies "$package"
  offer_package "$package"
  system_now >"$scratch/before"
  install_it
  all_is_there
  purge_it
  rm -rf "$scratch"
}

package_of "${1:?usage: install_without_systemd_test.sh BUILD_DIR}"
try systemd-standalone-sysusers systemd-standalone-tmpfiles
try "${guest_init[@]}" procps python3
say "all well"
