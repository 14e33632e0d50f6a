#!/usr/bin/env bash
# Packs a release build twice, into BUILD_DIR/packages, and has lintian look at it: what that finds is
# printed, and nothing but what is overridden may be found. Usage: package_deb.sh BUILD_DIR
set -euo pipefail

repository=$(realpath "$(dirname "$0")/../..")
built=$(realpath "${1:?usage: package_deb.sh BUILD_DIR}")
packages=$built/packages
# shellcheck source=packaging/lib/build.sh
source "$repository/packaging/lib/build.sh"
# shellcheck source=packaging/lib/deb.sh
source "$repository/packaging/lib/deb.sh"

rm -rf "$packages"/mgr_*.deb "$packages/again"
deb=$(pack_deb "$built" "$packages")
again=$(umask 077 && pack_deb "$built" "$packages/again")
cmp "$deb" "$again"
rm -rf "$packages/again"
printf '== %s\n' "$deb"
dpkg-deb --info "$deb"
echo "== lintian; it is to find what is overridden here, and nothing else"
lint_deb "$deb"
