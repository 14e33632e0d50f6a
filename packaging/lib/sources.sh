# shellcheck shell=bash
# What belongs to the sources, and which version they are. To be sourced, after packaging/lib/build.sh.
#
#   version_of SOURCES   prints it: packages of distributions have a version of their own behind it
#   list_sources         of the current folder, separated by NUL: what is in git or could be; in an unpacked source
#                        archive, everything but what was built

# The one place that has it.
version_of() { sed -n -E 's/^project\(mgr VERSION ([0-9.]+).*/\1/p' "$1/CMakeLists.txt"; }  # SOURCES

# As the owner, since git refuses somebody else's checkout to root.
list_sources() {
  local file
  if [[ -e .git ]]; then
    as_owner git ls-files -z --cached --others --exclude-standard
  else
    find . -path ./build -prune -o -name __pycache__ -prune -o ! -type d -printf '%P\0'
  fi | while read -r -d '' file; do
    [[ ! -e $file && ! -L $file ]] || printf '%s\0' "$file"  # or it is deleted, and git has not heard of that
  done
}
