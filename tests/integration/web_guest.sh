#!/usr/bin/env bash
# The part of the web servers' test that runs inside: as root, a unit of a freshly booted Debian 12 with mgr installed.
# Types what the README of the example says, and asks as a browser does. Prints each step; the last line is "all well"
# where every step held.
set -euo pipefail

# shellcheck source=tests/integration/guest_steps.sh
source /usr/local/lib/mgr-test/guest_steps.sh

cd /usr/share/doc/mgr/examples/web
site=http://localhost:8480
password='correct horse'

# The commands below a heading of the README, which are its blocks without a language, but for what installs packages: the
# guest has them, and no network.
commands_below() {  # HEADING
  awk -v heading="## $1" '
    /^## / { is_below = index($0, heading) == 1 }
    /^```/ { fence = fence == "" ? $0 : ""; next }
    is_below && fence == "```" && !/^apt install/' README.md
}

# Its two commands, where openssl asks for the password; of this server.
let_alice_in() {  # FOLDER
  commands_below 'Who may log in' | sed "s,/etc/nginx,$1,g; s,passwd -6,passwd -6 -stdin," >/run/commands
  bash -euo pipefail /run/commands <<<"$password"
  [[ $(stat --format='%a %U %G' "$1/mgr.htpasswd") == '640 root www-data' ]] || fail "the list of users"
}

browser() {  # PATH [WORD…]: prints what comes, and the status in a line of its own
  local path=$1
  shift
  curl --silent --show-error --max-time 20 --no-buffer --write-out '\n%{http_code}\n' \
    --header "Origin: $site" --header 'Sec-Fetch-Site: same-origin' "$@" "$site$path"
}

post() {  # PATH BODY
  browser "$1" --user "alice:$password" --header 'Content-Type: application/json' --header "X-MGR-Token: ${token:-}" \
    --data "$2"
}

asks_as_alice() {
  local token answer
  [[ $(browser /mgr/ | tail -n 1) == 401 ]] || fail "the page without a password"
  [[ $(browser /mgr/ --user alice:wrong | tail -n 1) == 401 ]] || fail "the page with a wrong password"
  answer=$(browser /mgr/ --user "alice:$password")
  [[ $answer == *$'\n200' ]] || fail "the page: $answer"
  answer=$(post /mgr/api/token '{}')
  token=$(member token "$answer")
  [[ -n $token ]] || fail "a token: $answer"
  answer=$(post /mgr/api '{"module":"scan","action":"start","task_ids":"1"}')
  [[ $answer == '{"success":true,'*$'\n200' ]] || fail "a scan: $answer"
  echo "$answer"
  tail -n 20 /var/log/mgr/audit.jsonl | grep --quiet '"on_behalf_of":"alice"' || fail "alice is not in the audit log"
  answer=$(post /mgr/api '{"module":"shutdown","action":"reboot"}')
  [[ $answer == *'"err_code":4'*$'\n403' ]] || fail "a reboot: $answer"
  # curl fails when nobody reads on: a stream has no end of its own.
  answer=$({ post /mgr/api/stream '{"module":"job","action":"watch"}' || true; } 2>/dev/null | sed -n '/^data: /{p;q}')
  [[ $answer == 'data: {"success":true,'* ]] || fail "a stream: $answer"
  echo "$answer"
  [[ $(stat --format='%a %U %G' /run/mgr-web) == '700 www-data www-data' ]] || fail "the folder of the secret"
  [[ $(stat --format='%a %U' /run/mgr-web/token.key) == '600 www-data' ]] || fail "the secret of the tokens"
}

try() {  # UNIT HEADING FOLDER
  step "$1, by the commands of README.md"
  systemctl start "$1"
  # lighttpd counts as started before it knows what to do at a signal.
  within 20 curl --silent --output /dev/null http://localhost/ || fail "$1 does not answer as Debian ships it"
  let_alice_in "$3"
  commands_below "$2" >/run/commands
  cat /run/commands
  bash -euo pipefail /run/commands || fail "the commands for $1"
  within 20 curl --silent --output /dev/null "$site/" || fail "$1 is not at $site"
  asks_as_alice
  systemctl stop "$1"
}

within 20 ping_answers || fail "mgr does not answer"
cat >/etc/mgr/rules.d/50-page.toml <<'RULES'
[[allow]]
who    = "web"
module = "job"
action = "watch"
RULES
mgrctl reload

try nginx.service nginx /etc/nginx
step "a stop of the services leaves the secret, so that what a tab holds goes on"
systemctl stop mgr-web.socket mgr-web-stream.socket mgr-web.service mgr-web-stream.service
[[ -f /run/mgr-web/token.key ]] || fail "the secret is gone"
[[ ! -e /run/mgr-web.sock && ! -e /run/mgr-web-stream.sock ]] || fail "a socket is left"
step "a key for the page"
commands_below 'A key' >/run/commands
bash -euo pipefail /run/commands &>/run/key-line || fail "the commands for a key"
[[ $(stat --format='%a %U' /etc/mgr-web/key) == '600 www-data' ]] || fail "the key"
[[ $(stat --format='%a %U' /etc/mgr-web) == '711 root' ]] || fail "the folder of keys is not root's"
step "and what is asked with it, from where the units let mgr.cgi look"
mgrctl key add web "$(grep --only-matching --max-count=1 'ed25519:.*' /run/key-line)"
cat >/etc/mgr/rules.d/51-key.toml <<'RULES'
[[principal]]
name = "signing-page"
key  = "web"

[[allow]]
who    = "signing-page"
module = "mgr"
action = "whoami"
RULES
mgrctl reload
sed -i 's,# fastcgi_param MGR_KEY ,fastcgi_param MGR_KEY ,' /etc/nginx/conf.d/mgr.conf
systemctl start mgr-web.socket nginx.service
token=$(member token "$(post /mgr/api/token '{}')")
answer=$(post /mgr/api '{"module":"mgr","action":"whoami"}')
[[ $answer == *'"key":"web"'*$'\n200' ]] || fail "a signed request: $answer"
systemctl stop nginx.service mgr-web.socket mgr-web.service
step "an administrator of the page"
commands_below 'An administrator' >/run/commands
bash -euo pipefail /run/commands || fail "the commands for an administrator"
[[ $(stat --format='%a %U' /etc/mgr-web/alice.key) == '600 www-data' ]] || fail "the administrator's key"
# shellcheck disable=SC2016 # a fence, no command
sed -n '/^# \/etc\/mgr\/rules.d\/60-/,/^```$/{/^```$/d;p}' README.md >/etc/mgr/rules.d/60-administrators.toml
mgrctl reload
answer=$(HOME=/var/www setpriv --reuid=www-data --regid=www-data --clear-groups mgrctl --key-file /etc/mgr-web/alice.key whoami)
[[ $answer == *'principals: anyone, page-administrators'* ]] || fail "the administrator's key: $answer"
try lighttpd.service lighttpd /etc/lighttpd
try apache2.service Apache /etc/apache2
echo "all well"
