#!/usr/bin/env bash
# Adds to the tree that CPack packs what a Debian package has beyond what is installed, and writes the
# list of its conffiles: all that lies in /etc. Usage: add_debian_files.sh TREE VERSION CONFFILES
set -euo pipefail

here=$(dirname "$(realpath "$0")")
tree=$1 version=$2 conffiles=$3
documents=$tree/usr/share/doc/mgr

add() { install -D --mode=0644 "$here/$1" "$2"; }

check_version() {
  local newest
  newest=$(dpkg-parsechangelog --file "$here/changelog" --show-field Version)
  [[ $newest == "$version" ]] ||
    { echo "packaging/debian/changelog is about $newest, CMakeLists.txt about $version" >&2; return 1; }
}

# The policy manual, 12.7: with gzip -9, and without a time, so that equal files make equal packages.
compress() { find "$@" -type f -exec gzip --best --no-name --force {} +; }

# As dh_strip does.
strip_programs() {
  find "$tree"/usr/{bin,sbin,libexec} -type f -exec strip --remove-section=.comment --remove-section=.note {} +
}

list_conffiles() { (cd "$tree" && find etc -type f -printf '/%p\n' | LC_ALL=C sort); }

check_version
add copyright "$documents/copyright"
add changelog "$documents/changelog"
add mgr.lintian-overrides "$tree/usr/share/lintian/overrides/mgr"
add needrestart.conf "$tree/etc/needrestart/conf.d/mgr.conf"
compress "$documents/changelog" "$tree/usr/share/man"
strip_programs
list_conffiles >"$conffiles"
# Equal files make equal packages, whenever they were checked out (reproducible-builds.org).
find "$tree" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
