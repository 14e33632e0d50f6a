#!/usr/bin/env bash
# The part of the test of the manual that runs inside: as root, a unit of a freshly booted Debian 12 with mgr installed.
# The pages share the machine, in this order. The last line is "all well" where every example did what its page says.
set -euo pipefail

# shellcheck source=tests/integration/guest_steps.sh
source /usr/local/lib/mgr-test/guest_steps.sh

the_page() {  # PAGE
  step "$1"
  python3 -B /opt/mgr/tests/integration/manual_page.py installed "$1" || fail "the examples of $1"
}

within 20 ping_answers || fail "mgr does not answer"
the_page mgr-service.8
the_page mgr-audit.5
the_page mgr-broker.8
the_page mgr-helper.8  # the last: after --accept-clock nothing signed is taken for a while
echo "all well"
