# shellcheck shell=bash
# Builds a preset of CMakePresets.json. To be sourced, with `repository` set to the checkout.
: "${repository:?the folder of the checkout}"

# Runs a command as the owner of the checkout, so that a build under sudo leaves no files of root's
# in somebody's folder.
as_owner() {
  local owner
  owner=$(stat --format=%U "$repository")
  if [[ $(id --user --name) == "$owner" ]]; then
    "$@"
  else
    runuser --user "$owner" -- env HOME="$(getent passwd "$owner" | cut -d : -f 6)" "$@"
  fi
}

# Only warnings of the configuration are shown, and the progress of the build.
build_preset() {  # PRESET FOLDER [CMAKE_OPTION…]
  local preset=$1 folder=$2
  shift 2
  (
    cd "$repository" || exit
    as_owner cmake --preset "$preset" -B "$folder" --log-level=WARNING "$@" >/dev/null
    as_owner cmake --build "$folder"
  )
}

# The same of one target alone, in the preset's own folder.
build_target() {  # PRESET TARGET
  (
    cd "$repository" || exit
    as_owner cmake --preset "$1" --log-level=WARNING >/dev/null
    as_owner cmake --build "build/$1" --target "$2"
  )
}
