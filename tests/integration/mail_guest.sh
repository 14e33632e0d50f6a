#!/usr/bin/env bash
# The part of the mail test that runs inside: as root, a unit of a freshly booted Debian 12 with mgr
# and Postfix installed, mail.toml as it is shipped. Prints each step; the last line is "all well"
# where every step held.
set -euo pipefail

# shellcheck source=tests/integration/guest_steps.sh
source /usr/local/lib/mgr-test/guest_steps.sh

box=/var/mail/alice
# postfix.service itself does nothing but want this one.
postfix=postfix@-.service

prepare() {
  step "a user alice, Postfix for this machine alone, a rule for the web"
  useradd alice
  postconf -e myhostname=box.example.org myorigin=box.example.org \
    mydestination=box.example.org,localhost inet_interfaces=loopback-only inet_protocols=ipv4 \
    alias_maps= alias_database= mailbox_command=
  systemctl restart "$postfix" || fail "Postfix does not start"
  install --directory --mode=755 /etc/mgr/rules.d
  cat >/etc/mgr/rules.d/50-mail.toml <<'TOML'
[[principal]]
name = "mail-senders"
user = "www-data"

[[allow]]
who    = "mail-senders"
module = "mail"
action = "send"
where  = { to = ["alice", "alice@box.example.org"] }
TOML
  systemctl restart mgr-helper.service || fail "the helper did not restart"
  within 10 ping_answers || fail "no answer"
}
queue_is_empty() { mailq | grep -q 'queue is empty'; }

# The exit status and the output of the job are mgrctl's.
send() { as_web mgrctl --wait --body "$1" mail send "${@:2}"; }
arrived() { [[ -f $box ]] && (($(grep -c '^From ' "$box") == $1)); }
in_box() { grep -qF -- "$1" "$box" || { cat "$box"; fail "not in the box: $1"; }; }

shipped_settings_reach_a_setgid_mailer() {
  step "www-data: mgrctl --wait --body … mail send alice 'Größe: 97 %'"
  [[ $(stat --format=%A:%G /usr/sbin/postdrop) == -r-xr-sr-x:postdrop ]] || fail "postdrop is not setgid"
  # From the test itself, so that what is read back is what was written.
  printf 'Grüße\n.\nFrom here\nBcc: root\n' >/run/text
  send /run/text alice 'Größe: 97 %' || fail "the job failed"
  within 30 arrived 1 || fail "no mail in $box: $(mailq)"
  in_box 'Subject: =?UTF-8?Q?Gr=C3=B6=C3=9Fe=3A_97_=25?='
  in_box 'From: '
  in_box '<mgr-mail@box.example.org>'
  in_box 'To: alice'
  in_box 'Auto-Submitted: auto-generated'
  in_box 'Gr=C3=BC=C3=9Fe'
  in_box '=2E'
  in_box 'Bcc: root'
  [[ ! -e /var/mail/root ]] || fail "a line of the text was a recipient"
}

nobody_else_is_written_to() {
  step "a recipient that is not listed stops the message"
  local to
  for to in root alice,root root@box.example.org Alice; do
    send /run/text "$to" no && fail "$to was allowed"
  done
  within 30 queue_is_empty || fail "something was sent: $(mailq)"
  arrived 1 || fail "something arrived"
}

a_message_waits_for_the_mailer() {
  step "Postfix is stopped; a message is taken, and delivered when it is back"
  systemctl stop "$postfix"
  active "$postfix" && fail "it is not stopped"
  send /run/text alice 'while it is down' || fail "the job failed"
  arrived 1 || fail "it arrived while Postfix was down"
  systemctl start "$postfix"
  within 30 arrived 2 || fail "no second mail: $(mailq)"
}

failures_are_told() {
  step "a text that is none; a mailer that is not there"
  head -c 100 /dev/zero >/run/binary
  local status=0
  send /run/binary alice no || status=$?
  [[ $status -eq 65 ]] || fail "status $status"
  mv /usr/sbin/sendmail /usr/sbin/sendmail.away
  status=0
  send /run/text alice no || status=$?
  mv /usr/sbin/sendmail.away /usr/sbin/sendmail
  [[ $status -eq 72 ]] || fail "status $status"
}

prepare
shipped_settings_reach_a_setgid_mailer
nobody_else_is_written_to
a_message_waits_for_the_mailer
failures_are_told
echo "all well"
