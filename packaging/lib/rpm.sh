# shellcheck shell=bash
# packaging/build rpm: the source archive, the source package and the package, by packaging/rpm/mgr.spec. To be
# sourced by packaging/build.
#
#   build_rpm           makes them, and has rpmlint look at them
#   pack_sources NAME   prints the source archive, whose files are in a folder NAME
#   lint_rpm FILE…      has rpmlint look at specs and packages: 0 if it finds nothing but what is filtered
: "${repository:?the folder of the checkout}" "${packages:?where packages are put}"

# shellcheck source=packaging/lib/sources.sh
source "$repository/packaging/lib/sources.sh"

# When the commit was made; the files of an archive all have that time.
source_time() {
  if [[ -e .git ]]; then as_owner git log -1 --format=%ct; else stat --format=%Y CMakeLists.txt; fi
}

# The same bytes for the same files, whoever packs them and when.
pack_sources() {  # NAME
  list_sources | LC_ALL=C sort --zero-terminated |
    tar --create --null --no-recursion --files-from=- --format=gnu --transform="s,^,$1/,S" \
      --owner=0 --group=0 --numeric-owner --mode=u+rw,go+r-w,a+X --mtime="@$SOURCE_DATE_EPOCH" |
    gzip --no-name --best
}

# --nodeps, since none of Debian's packages is called what the spec requires; packaging/build has installed them.
# Everything is below TOPDIR, a database of packages that nobody asks for included. rpmbuild sets LANG, which
# ccache takes into account; and the script of Debian's rpm that compresses pages does not run in Debian's sh.
run_rpmbuild() {  # TOPDIR SPEC
  local language=${LANG+export LANG=$LANG}
  as_owner rpmbuild -ba --nodeps --clean \
    --define "_topdir $1" --define "_tmppath $1/tmp" --define "_dbpath $1/db" --define "_buildhost localhost" \
    --define "builder_language ${language:-unset LANG}" \
    --define '__brp_compress gzip --best --no-name --recursive %{buildroot}%{_mandir}' \
    --define 'clamp_mtime_to_source_date_epoch 1' --define 'use_source_date_epoch_as_buildtime 1' "$2"
}

lint_rpm() {  # FILE…
  as_owner rpmlint --strict --config "$repository/packaging/rpm/rpmlint.toml" \
    --rpmlintrc "$repository/packaging/rpm/mgr.rpmlintrc" "$@"
}

build_rpm() {
  local name top=$packages/rpm
  name=mgr-$(version_of "$repository")
  cd "$repository" || return
  SOURCE_DATE_EPOCH=$(source_time)
  export SOURCE_DATE_EPOCH
  as_owner rm -rf "$top" "$packages/$name".tar.gz "$packages/$name"-*.rpm
  as_owner mkdir -p "$top/SOURCES" "$top/tmp"
  title "$name.tar.gz"
  pack_sources "$name" | as_owner install -m 0644 /dev/stdin "$top/SOURCES/$name.tar.gz"
  as_owner install -m 0644 packaging/rpm/mgr.spec "$top/SOURCES"
  as_owner install -m 0644 packaging/sysusers.d/mgr.conf "$top/SOURCES/mgr.sysusers"
  title "rpmbuild of $name"
  run_rpmbuild "$top" "$top/SOURCES/mgr.spec"
  as_owner mv "$top/SOURCES/$name.tar.gz" "$top"/SRPMS/*.rpm "$top"/RPMS/*/*.rpm "$packages"
  title "rpmlint"
  lint_rpm "$top/SOURCES/mgr.spec" "$packages/$name"-*.rpm
}
