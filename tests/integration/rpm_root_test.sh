#!/usr/bin/env bash
# The rpm, installed by rpm into the files of a Debian 12 of its own, where its scriptlets run; compared with the
# deb of package_deb.sh; upgraded, and erased. Nothing of that system runs: rpm_boot_test.sh has one that does. Root.
# Usage: rpm_root_test.sh BUILD_DIR
set -euo pipefail

here=$(dirname "$(realpath "$0")")
repository=$(dirname "$(dirname "$here")")
# shellcheck source=tests/integration/guest.sh
source "$here/guest.sh"
# shellcheck source=tests/integration/rpm_support.sh
source "$here/rpm_support.sh"

# Debian's rpm would rather not install anything.
rpm_in_root() { rpm --force-debian --root="$root" --dbpath=/var/lib/rpm "$@"; }
in_root() { chroot "$root" "$@"; }

# With what a scriptlet and mgr-helper --check look at, and nothing of it to be written.
make_root() {
  guest_copy "${guest_init[@]}" "${guest_libraries[@]}"
  root=$guest
  trap clean_up EXIT
  mkdir -p "$root/usr/share/licenses"  # as in every distribution that has rpms
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sysfs "$root/sys"
  mount -t cgroup2 -o ro cgroup2 "$root/sys/fs/cgroup"
}

clean_up() {
  umount --quiet "$root/sys/fs/cgroup" "$root/sys" "$root/proc" || true
  rm -rf --one-file-system "$scratch"
}

# Everything but what rpm and the user database keep for themselves.
list_root() {
  (cd "$root" && find . -xdev -path ./var/lib/rpm -prune -o \
    -regex '\./etc/\(passwd\|group\|shadow\|gshadow\|subuid\|subgid\)-?' -o -printf '%y %m %U:%G %p\n' | sort -k 4)
}

users_are_there() {
  local type name
  while read -r type name _; do
    case $type in
      u) in_root getent passwd "$name" ;;
      g) in_root getent group "$name" ;;
    esac >/dev/null || { echo "$name is missing"; return 1; }
  done <"$repository/packaging/sysusers.d/mgr.conf"
}

units_are() {  # STATE UNIT…
  local state=$1 unit found
  shift
  for unit in "$@"; do
    found=$(systemctl --root="$root" is-enabled "$unit" || true)
    [[ $found == "$state" ]] || { echo "$unit is $found"; return 1; }
  done
}

# The helper's own word on whether it would start with what was installed: owners, modes, users.
configuration_is_accepted() { in_root /usr/sbin/mgr-helper --check; }

release_is() {  # RELEASE
  [[ $(rpm_in_root --query mgr) == "mgr-$version-$1."* && $(in_root mgrctl --version) == "mgrctl $version" ]]
}

verify_says() {  # LINES
  local found
  found=$(rpm_in_root --verify --nodeps mgr || true)
  [[ $found == "$1" ]] || { printf 'rpm --verify says:\n%s\n' "$found"; return 1; }
}

line_is_in() { grep -qxF "$1" "$2"; }  # LINE FILE
line_is_not_in() { ! line_is_in "$@"; }

install_first() {
  say "install $(basename "$first")"
  rpm_in_root --install --nodeps "$first"
  expect "the users of sysusers.d are there" users_are_there
  expect "the units are enabled" units_are enabled mgr.socket mgr-helper.service mgr-broker.service
  expect "every file is as the package has it (rpm --verify)" verify_says ''
  expect "mgr-helper accepts owners, modes and users" configuration_is_accepted
  expect "it is release 1 of version $version, and runs" release_is 1
}

compare_with_deb() {
  say "the files of the deb"
  expect "the same paths, modes, owners and configuration files" \
    "$here/rpm_files.py" "$first" "$build/packages/mgr_${version}_"*.deb \
    "$repository/packaging/tmpfiles.d/mgr.conf"
}

# What an admin does between two versions: a rule of his own, and a unit that he does not want.
edit_as_admin() {
  echo '# mine' >>"$root/etc/mgr/policy.toml"
  systemctl --root="$root" --quiet disable mgr-broker.service
}

upgrade() {
  local etc=$root/etc/mgr
  say "an admin edits policy.toml and disables the broker; then upgrade to $(basename "$next")"
  edit_as_admin
  rpm_in_root --upgrade --nodeps "$next"
  expect "it is release 2" release_is 2
  expect "the edited file is the admin's" line_is_in '# mine' "$etc/policy.toml"
  expect "nothing of it is the new release's" line_is_not_in "$next_mark" "$etc/policy.toml"
  expect "the new release's lies beside it" line_is_in "$next_mark" "$etc/policy.toml.rpmnew"
  expect "a file that nobody edited is the new release's" line_is_in "$next_mark" "$etc/mgr.toml"
  expect "what was enabled is enabled" units_are enabled mgr.socket mgr-helper.service
  expect "what the admin disabled is disabled" units_are disabled mgr-broker.service
  expect "rpm --verify names the edited file alone" verify_says 'S.5....T.  c /etc/mgr/policy.toml'
  expect "mgr-helper does not mind the file beside it" configuration_is_accepted
}

erase() {
  local left
  say "erase, where a log was written"
  echo '{}' >"$root/var/log/mgr/audit.jsonl"
  rpm_in_root --erase --nodeps mgr
  left=$(list_root | diff - "$scratch/before" | sed -n 's/^[<>] . [0-9]* [0-9:]* //p' || true)
  [[ -z $left ]] || printf '   %s\n' "left: ${left//$'\n'/ }"
  expect "nothing is left but what mgr and the admin wrote" test "$left" == "./etc/mgr
./etc/mgr/policy.toml.rpmnew
./etc/mgr/policy.toml.rpmsave
./var/log/mgr
./var/log/mgr/audit.jsonl"
}

umask 022
build=${1:?usage: rpm_root_test.sh BUILD_DIR}
made_packages "$build"
make_root
list_root >"$scratch/before"
install_first
compare_with_deb
upgrade
erase
say "all well"
