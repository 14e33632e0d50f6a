#!/usr/bin/env bash
# Makes the rpm of this checkout, and from its source archive a later release, for the tests that install them. Root.
# Usage: rpm_build_test.sh BUILD_DIR
set -euo pipefail

repository=$(dirname "$(dirname "$(dirname "$(realpath "$0")")")")
# shellcheck source=tests/integration/rpm_support.sh
source "$repository/tests/integration/rpm_support.sh"

# What is in a folder, packed as packaging/build packs it.
archive_is() {  # FILE SOURCES
  # shellcheck disable=SC2016 # for the shell that is started
  repository=$2 packages=$scratch bash -euo pipefail -c '
    source "$repository/packaging/lib/build.sh"
    source "$repository/packaging/lib/rpm.sh"
    cd "$repository"
    SOURCE_DATE_EPOCH=$(source_time) pack_sources "$(basename "$repository")"' | cmp - "$1"
}

# The package, and not the source package or that of debug information.
keep_package() {  # SOURCES FILE
  install -m 0644 "$1/build/packages/mgr-$(version_of "$1")"-*."$(rpm --eval '%{_arch}')".rpm "$2"
}

raise_release() {  # SOURCES
  sed -i -E -e 's/^(Release: +)1%/\12%/' \
    -e "s/^(\\* .* - $version)-1\$/\1-2\n- The next release.\n\n&/" "$1/packaging/rpm/mgr.spec"
  find "$1/policy/default" -name '*.toml' -exec sed -i "\$a $next_mark" {} +
}

build_next() {
  local archive=$repository/build/packages/mgr-$version.tar.gz sources=$scratch/mgr-$version
  tar --extract --gzip --directory="$scratch" --file="$archive"
  expect "the archive of what is in the source archive is the same" archive_is "$archive" "$sources"
  raise_release "$sources"
  "$sources/packaging/build" rpm
  keep_package "$sources" "$next"
}

umask 022
made_packages "${1:?usage: rpm_build_test.sh BUILD_DIR}"
scratch=$(mktemp -d /var/tmp/mgr-rpm.XXXXXX)
trap 'rm -rf "$scratch"' EXIT
rm -rf "$made"
mkdir -p "$made"
"$repository/packaging/build" rpm
keep_package "$repository" "$first"
build_next
expect "both packages are there" test -s "$first" -a -s "$next"
