# shellcheck shell=bash
# What the tests of the rpm share. To be sourced, with `repository` set to the checkout.
#
#   expect WHAT COMMAND…     a step, printed; ends the test where the command fails
#   made_packages BUILD_DIR  sets $first and $next, the rpms that rpm_build_test.sh left there, releases 1 and 2 of
#                            $version, and $next_mark, which in $next ends each file of /etc/mgr
: "${repository:?the folder of the checkout}"
# shellcheck source=packaging/lib/sources.sh
source "$repository/packaging/lib/sources.sh"

expect() {  # WHAT COMMAND…
  local what=$1
  shift
  "$@" || { echo "FAILED: $what"; exit 1; }
  printf '   %s\n' "$what"
}

# shellcheck disable=SC2034 # for those who source this file
made_packages() {  # BUILD_DIR
  version=$(version_of "$repository")
  next_mark='# of the next release'
  made=$(realpath --canonicalize-missing "$1")/rpm
  first=$made/mgr-$version-1.rpm
  next=$made/mgr-$version-2.rpm
}
