#!/usr/bin/env bash
# Boots a Debian 12 with what an appliance has (a web server, PHP, a mailer, a resolver), whose apt knows the
# package of a release build, and lets run_books.py do there what README.md and COOKBOOK.md say. Root.
# Usage: books_test.sh BUILD_DIR
set -euo pipefail

here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/integration/guest.sh
source "$here/../integration/guest.sh"
# shellcheck source=tests/integration/install_packages.sh
source "$here/../integration/install_packages.sh"

book_packages=(procps python3 php-cli nginx-light fcgiwrap curl nftables openssl postfix unbound dns-root-data jq netcat-openbsd)

# Where a reader of README.md has them: a checkout in the home of who builds.
put_package() {
  install -D -m 0644 "$package" "$guest/root/mgr/build/packages/$(basename "$package")"
  printf '%s\n' 'APT::Get::Assume-Yes "true";' 'Dpkg::Use-Pty "0";' >"$guest/etc/apt/apt.conf.d/90books"
}

package_of "${1:?usage: books_test.sh BUILD_DIR}"
guest_copy "${guest_init[@]}" "${book_packages[@]}"
guest_test "$here/books_guest.sh" SuccessAction=poweroff FailureAction=poweroff After=postfix@-.service
install -D -m 0644 "$here"/*.py "$here/not_run.toml" "$here"/../../{README,COOKBOOK}.md \
  --target-directory="$guest/usr/local/lib/mgr-books"
offer_dependencies "$package"
put_package
guest_passes 600 "$guest_poweroff" "a poweroff when the books have been read"
