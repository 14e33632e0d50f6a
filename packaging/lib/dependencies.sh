# shellcheck shell=bash
# The Debian packages that mgr is built and tested with, and their installation. To be sourced.

# shellcheck disable=SC2034 # for those who source this file
build_packages=(
  g++ cmake ninja-build ccache pkg-config
  libuv1-dev libsodium-dev libboost-dev libspdlog-dev nlohmann-json3-dev libtomlplusplus-dev
  libcli11-dev libexpected-dev libseccomp-dev libcap-ng-dev libsystemd-dev libre2-dev
)
# shellcheck disable=SC2034
test_packages=(
  libgtest-dev libgmock-dev libbenchmark-dev clang-format python3 python3-cryptography procps debootstrap
  strace systemd systemd-container msmtp python3-aiosmtpd python3-nacl valgrind
  mandoc groff-base jq
  shellcheck busybox dash netcat-openbsd ncat socat openssl # mgr.sh: its shells, and what carries for it
  bash-completion zsh
)
# shellcheck disable=SC2034 # what the labels fuzz and tidy of tests/run want beside those
fuzz_packages=(clang libclang-rt-14-dev llvm-14)
# shellcheck disable=SC2034
tidy_packages=(clang clang-tidy)

# shellcheck disable=SC2034 # what packaging/examples runs
example_packages=(iproute2 iputils-ping traceroute dnsmasq-base nftables openssl passwd tar
  php-cli)

# shellcheck disable=SC2034 # what mgr's page is tried with: web servers, clients, a browser. To be installed unstarted.
web_packages=(nginx fcgiwrap lighttpd apache2-bin media-types perl openssl curl chromium nodejs
  php-fpm libfcgi-bin)
command -v npm >/dev/null || web_packages+=(npm)  # nodejs of other sources has it, and no package of that name

# What packaging/build wants beside build_packages.
# shellcheck disable=SC2034
deb_packages=(dpkg-dev file lintian)
# shellcheck disable=SC2034
rpm_packages=(rpm rpmlint cpio git)

packages_missing() {  # PACKAGE…
  local package
  for package in "$@"; do
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      echo "$package"
  done
}

# Installs what is missing; asks nothing, and waits for another apt to end. Root.
install_packages() {  # PACKAGE…
  local missing
  mapfile -t missing < <(packages_missing "$@")
  ((${#missing[@]} > 0)) || return 0
  export DEBIAN_FRONTEND=noninteractive
  apt-get update --quiet
  apt-get install --quiet --yes --no-install-recommends -o DPkg::Lock::Timeout=600 "${missing[@]}"
}

packages_there() { dpkg-query --show --showformat='${db:Status-Abbrev} ${binary:Package}\n' | sed -n 's/^ii  *//p' | LC_ALL=C sort; }

# The same, of what Debian would start at once and at every boot: neither is done, now and later. Root.
install_packages_unstarted() (  # PACKAGE…
  policy=/usr/sbin/policy-rc.d
  mapfile -t missing < <(packages_missing "$@")
  ((${#missing[@]} > 0)) || return 0
  before=$(packages_there)
  if [[ ! -e $policy ]]; then
    trap 'rm -f "$policy"' EXIT
    install -m 0755 /dev/stdin "$policy" <<<$'#!/bin/sh\ncase " $* " in *" start "* | *" (start) "*) exit 101 ;; esac'
  fi
  install_packages "${missing[@]}"
  mapfile -t new < <(LC_ALL=C comm -13 <(echo "$before") <(packages_there))
  mapfile -t units < <(dpkg-query --listfiles "${new[@]}" |
    sed -nE 's,^(/usr)?/lib/systemd/system/([^/@]*\.(service|socket|timer))$,\2,p')
  ((${#units[@]} == 0)) || systemctl --quiet --no-reload disable "${units[@]}"
)
