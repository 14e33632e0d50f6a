# shellcheck shell=bash
# The Debian package. To be sourced, after packaging/lib/build.sh.
#
#   build_deb [--from BUILD]  builds it, or packs what was built; has lintian look at it
#   pack_deb BUILD FOLDER     packs a release build into FOLDER
#   lint_deb FILE             has lintian look at it: 0 if it finds nothing but what is overridden
: "${repository:?the folder of the checkout}" "${packages:?where packages are left}"

build_deb() {  # [--from BUILD]
  local build=$repository/build/deb deb
  case "$#:${1:-}" in
    0:)
      title "Build (preset release, in $build)"
      build_preset release "$build" -DMGR_TESTS=OFF -DMGR_BENCH=OFF ;;
    2:--from) build=$(realpath "$2") ;;
    *) usage >&2; return 2 ;;
  esac
  title "Package"
  deb=$(pack_deb "$build" "$packages")
  dpkg-deb --info "$deb"
  title "lintian"
  lint_deb "$deb"
  title "$deb"
}

# Prints its name. Equal files make equal packages: their times are the changelog's.
# In a shell of its own, for the umask.
pack_deb() (  # BUILD FOLDER
  local build=$1 folder=$2 name said
  umask 022
  SOURCE_DATE_EPOCH=$(dpkg-parsechangelog --file "$repository/packaging/debian/changelog" --show-field Timestamp)
  export SOURCE_DATE_EPOCH
  as_owner rm -rf "$build/cpack"
  said=$(as_owner cpack --config "$build/CPackConfig.cmake" -G DEB -B "$build/cpack" 2>&1) ||
    { echo "$said" >&2; return 1; }
  name=$(cd "$build/cpack" && echo mgr_*.deb)
  as_owner mkdir -p "$folder"
  as_owner mv "$build/cpack/$name" "$folder/$name"
  echo "$folder/$name"
)

# An override that nothing is found for is a finding too, so the list of them is what is overridden. (With
# --show-overrides lintian would fail for those.) Words that are misspelt it looks for in text, not in what the
# compiler makes of text: pieces, of which some look like words.
lint_deb() {  # FILE
  cat "$repository/packaging/debian/mgr.lintian-overrides"
  as_owner lintian --allow-root --no-cfg --display-info --pedantic \
    --suppress-tags spelling-error-in-binary --fail-on error,warning,info,pedantic "$1"
  echo "lintian finds nothing else"
}
