#!/usr/bin/env bash
# Packs a release build twice, into BUILD_DIR/packages, and has lintian look at it: what that finds is
# printed, and nothing but what is overridden may be found. Usage: package_deb.sh BUILD_DIR
set -euo pipefail

repository=$(realpath "$(dirname "$0")/../..")
build=$(realpath "${1:?usage: package_deb.sh BUILD_DIR}")
packages=$build/packages
# shellcheck source=packaging/lib/build.sh
source "$repository/packaging/lib/build.sh"
# shellcheck source=packaging/lib/deb.sh
source "$repository/packaging/lib/deb.sh"

rm -rf "$packages"/mgr_*.deb "$packages/again"
deb=$(pack_deb "$build" "$packages")
again=$(umask 077 && pack_deb "$build" "$packages/again")
cmp "$deb" "$again"
rm -rf "$packages/again"
printf '== %s\n' "$deb"
dpkg-deb --info "$deb"
echo "== lintian, with what is overridden"
lint_deb "$deb"
