# shellcheck shell=bash
# What is left when mgr's package has gone. To be sourced by install_guest.sh.
: "${notes:?a folder that outlives the boots}"

# Not a part of mgr's: what the admin of this test wrote elsewhere, and what the system itself keeps,
# as it runs and as packages come and go.
elsewhere=(
  /home/alice /root/audit.key /srv/packages /srv/site /usr/local /var/mail/alice
  /test.out /var/lib/mgr-test
  /etc/group- /etc/gshadow- /etc/passwd- /etc/shadow- /etc/subgid- /etc/subuid- /etc/.pwd.lock /etc/ld.so.cache
  /var/cache /var/lib/apt /var/lib/dpkg /var/lib/systemd/timers /var/lib/systemd/random-seed
  /var/lib/systemd/linger /var/lib/systemd/coredump
  /var/log/journal /var/log/apt /var/log/dpkg.log /var/log/alternatives.log
  /var/log/wtmp /var/log/btmp /var/log/lastlog /var/log/faillog /tmp /var/tmp /run /proc /sys /dev
)

# Every path of the machine, its mode and its owner; then users and groups.
system_now() {
  local pruned=() path
  for path in "${elsewhere[@]}"; do pruned+=(-path "$path" -prune -o); done
  find / "${pruned[@]}" -printf '%p %M %u %g\n' | LC_ALL=C sort
  # Alice is the admin's, and so is the group that he has put her in.
  grep -hv '^alice:\|^mgr-admin:.*:alice$' /etc/passwd /etc/group | LC_ALL=C sort
}

note_system() {
  system_now >"$notes/before"
  grep -q '^/usr/bin/apt-get ' "$notes/before" || fail "a list of the machine without its programs"
}

no_socket_is_left() { ! grep -q /mgr /proc/net/unix; }

nothing_runs() {
  [[ -z $(processes_of_mgr) ]] || fail "processes are left: $(processes_of_mgr)"
  local units
  # Which of them the machine's start wants stays known until the purge, though there is no such unit.
  units=$(systemctl list-units --all --no-legend --plain 'mgr*' |
    awk '$1 != "mgr-test.service" && $2 != "not-found"')
  [[ -z $units ]] || fail "units are left: $units"
  [[ -z $(find /sys/fs/cgroup -path '*mgr*' ! -path '*mgr-test*' -print -quit) ]] || fail "a cgroup is left"
  [[ -z $(find /run -name 'mgr*' ! -path '/run/systemd/*' -print) ]] || fail "left in /run: $(find /run -name 'mgr*')"
  # systemd closes them beside its loop, a moment after it says so.
  within 10 no_socket_is_left || fail "a socket is left: $(grep /mgr /proc/net/unix)"
}

remove_stops_all() {
  step "apt-get remove mgr while a job runs"
  long_job_starts
  apt_get remove mgr
  nothing_runs
  [[ ! -e /usr/sbin/mgr-helper ]] || fail "the programs are left"
  grep -q '"alice"' /etc/mgr/policy.toml || fail "the admin's policy is gone"
  [[ -d /var/lib/mgr/jobs/${job:?} ]] || fail "the jobs' records are gone"
}

installed_again_it_knows_all() {
  step "apt-get install mgr again: it knows the job that remove stopped, and who alice is"
  local host
  host=$(cat /var/lib/mgr/host/known_host)
  apt_get install mgr
  units_run
  [[ $(cat /var/lib/mgr/host/known_host) == "$host" ]] || fail "it is another host"
  [[ $(state_of "$job") =~ ^(stopped|lost)$ ]] || fail "the job: $(state_of "$job")"
  as_alice mgrctl whoami
  audit_holds
}

purge_leaves_nothing() {
  step "apt-get purge mgr, and autoremove: what is there that was not before mgr"
  apt_get purge mgr
  apt_get --purge autoremove
  nothing_runs
  system_now >"$notes/after"
  diff "$notes/before" "$notes/after" || fail "that is not as it was"
  echo "nothing, but for what the admin wrote and the system keeps: ${elsewhere[*]}"
}

nothing_starts_where_policy_forbids() {
  step "apt-get install mgr where /usr/sbin/policy-rc.d forbids it to start anything"
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod 0755 /usr/sbin/policy-rc.d
  apt_get install mgr
  [[ -z $(processes_of_mgr) ]] || fail "processes run: $(processes_of_mgr)"
  ! active mgr.socket mgr-helper.service mgr-broker.service mgr-jobs.service || fail "units run"
  systemctl --quiet is-enabled mgr-helper.service || fail "it will not start with the machine either"
  rm /usr/sbin/policy-rc.d
}
