# shellcheck shell=bash
# The packages that the tests of the label install give to apt. To be sourced after guest.sh; root.
#
#   package_of BUILD_DIR  what package_deb.sh has packed of a release build; its path in $package
#   build_next_package    one of a copy of the sources as the next release may have them: a higher
#                         version, and other defaults in two files of /etc/mgr; its path in $next_package
#   offer_dependencies DEB…   has the apt of $guest know what these depend on, and no other source.
#                         From the mirror once; then they are kept beside the cached systems
#   offer_package DEB     has it know this one too, after its next `apt-get update`
: "${guest_here:?guest.sh was sourced}" "${guest_cache:?}"
repository=$(realpath "$guest_here/../..")
# shellcheck source=packaging/lib/build.sh
source "$repository/packaging/lib/build.sh"
# shellcheck source=packaging/lib/sources.sh
source "$repository/packaging/lib/sources.sh"

offered=srv/packages  # in the guest

package_of() {  # BUILD_DIR
  package=$(echo "$1"/packages/mgr_*.deb)
  [[ -f $package ]] || { echo "no package in $1/packages: package_deb.sh makes it"; return 1; }
  say "$(basename "$package")"
}

copy_sources() {  # FOLDER
  (
    cd "$repository" || exit
    list_sources
  ) | tar --create --null --directory="$repository" --files-from=- |
    tar --extract --no-same-owner --directory="$1"
}

build_next_package() {
  local next=${scratch:?}/next
  say "the next release, built from a copy of the sources"
  mkdir "$next"
  copy_sources "$next"
  raise_version "$next"
  sed -i '1i # As the next release has it.' "$next"/policy/default/{policy,mgr}.toml
  next_package=$(
    repository=$next packages=$next/build/packages
    # shellcheck source=packaging/lib/deb.sh
    source "$next/packaging/lib/deb.sh"
    build_preset release "$next/build/deb" -DMGR_TESTS=OFF -DMGR_BENCH=OFF >"$scratch/next.log" 2>&1 ||
      { tail -n 40 "$scratch/next.log" >&2; exit 1; }
    pack_deb "$next/build/deb" "$packages"
  )
  say "$(basename "$next_package")"
  dpkg --compare-versions "$(dpkg-deb --field "$next_package" Version)" gt \
    "$(dpkg-deb --field "$package" Version)" || { echo "its version is not higher"; return 1; }
}

# 0.1.0 is followed by 0.1.1; the changelog has to say so too.
raise_version() {  # CHECKOUT
  local changelog=$1/packaging/debian/changelog now next
  now=$(version_of "$1")
  next=${now%.*}.$((${now##*.} + 1))
  sed -i -E "s/^(project\(mgr VERSION) $now/\1 $next/" "$1/CMakeLists.txt"
  { sed "1s/$now/$next/; / -- /q" "$changelog"; echo; cat "$changelog"; } >"$scratch/changelog"
  cp "$scratch/changelog" "$changelog"
}

# By the guest's own apt from the mirror that the guest came from.
download_dependencies() {  # FOLDER DEB…
  local folder=$1 proxy='' apt deb
  shift
  eval "$(apt-config shell proxy Acquire::http::Proxy)"
  apt=(chroot "$guest" env DEBIAN_FRONTEND=noninteractive apt-get --yes -qq
       --option "Acquire::http::Proxy=${proxy:-DIRECT}")
  "${apt[@]}" update
  for deb in "$@"; do
    cp "$deb" "$guest/$offered/wanted.deb"
    "${apt[@]}" install --download-only --no-install-recommends "/$offered/wanted.deb"
  done
  rm "$guest/$offered/wanted.deb"
  mkdir "$folder"
  find "$guest/var/cache/apt/archives" -name '*.deb' -exec mv --target-directory="$folder" {} +
  rm -f "$guest"/var/cache/apt/*.bin
}

# Prints the folder; as with cached_system, it is there whole or not at all.
cached_dependencies() {  # DEB…
  local name folder deb
  name=$(for deb in "$@"; do dpkg-deb --field "$deb" Pre-Depends Depends; done |
    cat - "$guest/var/lib/dpkg/status" | sha256sum | cut -c 1-12)
  folder=$guest_cache/packages-$name
  if [[ ! -d $folder ]]; then
    say "download what it depends on into $folder (once)" >&2
    exec 9>"$guest_cache/lock"
    flock 9
    rm -rf "$guest_cache/.partial-$name"
    [[ -d $folder ]] ||
      { download_dependencies "$guest_cache/.partial-$name" "$@" >&2 && mv -T "$guest_cache/.partial-$name" "$folder"; }
    exec 9>&-
  fi
  echo "$folder"
}

offer_dependencies() {  # DEB…
  local folder
  mkdir -p "$guest/$offered"
  folder=$(cached_dependencies "$@")
  find "$folder" -name '*.deb' -exec cp --target-directory="$guest/$offered" {} +
  echo "deb [trusted=yes] file:/$offered ./" >"$guest/etc/apt/sources.list"
  rm -rf "$guest"/var/lib/apt/lists/*
  list_offered
}

offer_package() {  # DEB
  cp "$1" "$guest/$offered"
  list_offered
}

list_offered() {
  (cd "$guest/$offered" && dpkg-scanpackages --multiversion . >Packages 2>"$scratch/scanpackages.log") ||
    { cat "$scratch/scanpackages.log"; return 1; }
}
