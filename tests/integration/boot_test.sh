#!/usr/bin/env bash
# Installs a build into a Debian 12 of its own, boots that in systemd-nspawn, and lets boot_guest.sh
# try the units there. Root. Usage: boot_test.sh BUILD_DIR
#
# The system comes from debootstrap once, from the mirror that this machine's apt uses, and is kept
# below /var/cache/mgr-boot; every run boots a copy of it.
set -euo pipefail

build=$(realpath "${1:?usage: boot_test.sh BUILD_DIR}")
here=$(dirname "$(realpath "$0")")
suite=bookworm
# Beside systemd, what the installed programs link.
packages=(systemd systemd-sysv dbus libuv1 libsodium23 libseccomp2 libcap-ng0 libre2-9 libsystemd0
          libspdlog1.10 libfmt9 libtomlplusplus3 libre2-9)
cache=/var/cache/mgr-boot
boot_seconds=90
units=(mgr.socket mgr-helper.service mgr-broker.service mgr-jobs.service mgr-boot-test.service)

say() { printf '== %s\n' "$*"; }

# Nothing where apt knows none: debootstrap then has its own default.
apt_mirror() {
  # shellcheck disable=SC2016 # apt-get expands these
  apt-get indextargets --format '$(REPO_URI)' \
    'Created-By: Packages' "Release: $suite" 'Component: main' 2>/dev/null |
    grep -m 1 '/debian/*$' || true
}

download_system() {  # FOLDER
  local proxy='' mirror
  eval "$(apt-config shell proxy Acquire::http::Proxy)"
  mirror=$(apt_mirror)
  [[ -z $proxy || $proxy == DIRECT ]] || export http_proxy=$proxy
  debootstrap --variant=minbase --include="$(IFS=,; echo "${packages[*]}")" \
    "$suite" "$1" ${mirror:+"$mirror"} >"$1.log" 2>&1 || { tail -n 20 "$1.log"; return 1; }
  rm -f "$1.log" "$1"/var/cache/apt/archives/*.deb
}

# Prints the folder of the system, made first where it is missing. It appears whole or not at all.
cached_system() {
  local name system partial
  name=$suite-$(printf '%s\n' "${packages[@]}" | sha256sum | cut -c 1-12)
  system=$cache/$name
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock 9
  if [[ ! -d $system ]]; then
    say "debootstrap of $suite into $system (once)" >&2
    partial=$cache/.partial-$name
    rm -rf "$partial"
    download_system "$partial" >&2
    mv -T "$partial" "$system"
  fi
  exec 9>&-
  echo "$system"
}

install_build() {
  DESTDIR=$guest cmake --install "$build" >"$scratch/install.log" ||
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

install_guest_test() {
  install -m 0755 "$here/boot_guest.sh" "$guest/usr/local/sbin/mgr-boot-test"
  cat >"$guest/etc/systemd/system/mgr-boot-test.service" <<'UNIT'
[Unit]
Description=mgr: the boot test
SuccessAction=poweroff
FailureAction=poweroff

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/mgr-boot-test
StandardOutput=file:/boot-test.out
StandardError=file:/boot-test.out

[Install]
WantedBy=multi-user.target
UNIT
  systemctl --root="$guest" --quiet enable "${units[@]:0:3}" mgr-boot-test.service
  mkdir -p "$guest/var/log/journal"  # so that the journal can be read from outside
}

# nspawn's own list of system calls is older than Landlock, which the broker's cage is made with.
boot() {
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 timeout --kill-after=10 "$boot_seconds" \
    systemd-nspawn --register=no --keep-unit --private-network --directory="$guest" --boot \
    --system-call-filter='landlock_create_ruleset landlock_add_rule landlock_restrict_self' \
    </dev/null >"$scratch/console.log" 2>&1
}

show_failure() {
  say "the console's last lines"
  tail -n 20 "$scratch/console.log"
  say "the journal of the units"
  journalctl --directory="$guest/var/log/journal" --no-pager --output=short-precise \
    "${units[@]/#/--unit=}" --lines=60 || true
}

main() {
  local system status=0
  umask 022
  scratch=$(mktemp -d /var/tmp/mgr-boot-test.XXXXXX)
  trap 'rm -rf "$scratch"' EXIT
  guest=$scratch/guest
  system=$(cached_system)
  say "copy $system"
  cp --archive --reflink=auto "$system" "$guest"
  say "install $build"
  install_build
  install_guest_test
  say "boot"
  boot || status=$?
  cat "$guest/boot-test.out" || true
  if [[ $status -ne 0 ]] || ! grep -qx 'all well' "$guest/boot-test.out"; then
    show_failure
    echo "FAILED (systemd-nspawn ended with $status)"
    return 1
  fi
}

main
