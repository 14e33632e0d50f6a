# shellcheck shell=bash
# Restarts, an upgrade and the way back, each while clients ask without end and a job runs. To be
# sourced by install_guest.sh.
: "${library:?the folder of these scripts}"

load=/run/load

# What an admin has added: actions whose jobs are counted, and one whose job is a tree that ends when it may.
allow_load() {
  cat >/usr/local/bin/load <<'LOAD'
#!/bin/bash
until_it_may_end() { until [[ -e /run/load/long-may-end ]]; do sleep 0.1; done; }
case $1 in
  run)
    echo "$2" >>/run/load/started
    exit $(($2 % 100))
    ;;
  long)
    (trap '' TERM; exec 0<&- 1>&- 2>&-; setsid bash -c "$(declare -f until_it_may_end); until_it_may_end" &)
    until_it_may_end
    exit 7
    ;;
esac
LOAD
  chmod 0755 /usr/local/bin/load
  cat >/etc/mgr/modules.d/load.toml <<'TOML'
[module.load.action.run]
command = ["/usr/local/bin/load", "run", "{number}"]
user    = "mgr-scan"
[module.load.action.run.arg.number]
type = "int"

[module.load.action.long]
command = ["/usr/local/bin/load", "long"]
user    = "mgr-scan"
stop_grace = "1s"
TOML
  install --directory --mode=755 /etc/mgr/rules.d
  cat >/etc/mgr/rules.d/90-load.toml <<'TOML'
[[principal]]
name = "load"
user = "www-data"

[[allow]]
who    = "load"
module = "load"
action = ["run", "long"]
TOML
  mgrctl reload || fail "no reload"
}

state_of() { member state "$(as_web mgrctl --json job "$1")"; }
state_is() { [[ $(state_of "$1") == "$2" ]]; }

long_job_starts() {
  rm -rf $load
  install --directory --mode=755 $load
  allow_load
  job=$(member id "$(as_web mgrctl --json load long)")
  within 10 state_is "$job" running || fail "not running: $(as_web mgrctl --json job "$job")"
  within 10 tree_has 2 || fail "its processes: $(tree)"
  tree_before=$(tree)
}
# Its two shells; what they wait with comes and goes.
tree() { pgrep --uid mgr-scan --exact 'load|bash' | paste -sd ' '; }
tree_has() { [[ $(tree | wc -w) -ge $1 ]]; }

long_job_goes_on() {
  state_is "$job" running || fail "the job: $(as_web mgrctl --json job "$job")"
  [[ $(tree) == "$tree_before" ]] || fail "its processes were $tree_before, are $(tree)"
}

long_job_ends() {
  step "the job that ran meanwhile: its end is known"
  touch $load/long-may-end
  within 10 state_is "$job" failed || fail "$(as_web mgrctl --json job "$job")"
  [[ $(member exit_status "$(as_web mgrctl --json job "$job")") == 7 ]] || fail "not its exit status"
}

# Clients ask before, while and after COMMAND runs; what they were told is printed and judged.
under_load() {  # COMMAND…
  local folder clients
  folder=$(mktemp -d /run/clients.XXXXXX)
  chown www-data "$folder"
  install --owner=mgr-scan --mode=644 /dev/null $load/started
  as_web python3 -B "$library/install_load.py" "$folder" $load/started &
  clients=$!
  within 30 test -e "$folder/ready" || fail "the clients have no answer"
  "$@"
  within 20 ping_answers || fail "no answer after $*"
  touch "$folder/stop"
  wait "$clients" || fail "the clients were told wrong"
  long_job_goes_on
}

helper_restarts_under_load() {
  step "systemctl restart mgr-helper under load"
  local helper
  helper=$(main_pid mgr-helper.service)
  under_load systemctl restart mgr-helper.service
  [[ $(main_pid mgr-helper.service) != "$helper" ]] || fail "the helper is the same process"
}

installed_version() { dpkg-query --show --showformat='${Version}' mgr; }

upgrade_under_load() {
  local hold
  old_version=$(installed_version) old_programs=$(mgrctl --version)
  hold=$(main_pid mgr-jobs.service)
  step "apt-get upgrade under load, from $old_version"
  apt_get update -qq
  under_load apt_get upgrade
  [[ $(installed_version) != "$old_version" ]] || fail "it is still $old_version"
  [[ $(mgrctl --version) != "$old_programs" ]] || fail "mgrctl is still $old_programs"
  [[ $(main_pid mgr-jobs.service) == "$hold" ]] || fail "the jobs' unit was restarted"
  newest_programs_run
  step "what the admin edited is kept, what nobody edited is the new package's"
  grep -q '"alice"' /etc/mgr/policy.toml || fail "policy.toml lost its line"
  grep -q 'As the next release' /etc/mgr/policy.toml && fail "policy.toml was replaced"
  grep -q 'As the next release' /etc/mgr/policy.toml.dpkg-dist || fail "no new policy.toml to compare with"
  grep -q 'As the next release' /etc/mgr/mgr.toml || fail "mgr.toml was not renewed"
  units_run
}

# What runs is what is installed, and says so.
newest_programs_run() {
  local unit version
  for unit in mgr-helper.service mgr-broker.service; do
    [[ $(readlink "/proc/$(main_pid $unit)/exe") != *deleted* ]] || fail "$unit runs what was replaced"
  done
  version=$(mgrctl --json version)
  echo "$version"
  [[ $version == *"\"$(mgrctl --version | grep -oE '[0-9]+(\.[0-9]+)+')\""* ]] || fail "it is not what mgrctl is"
}

downgrade_under_load() {
  step "and back to $old_version under load"
  under_load apt_get --allow-downgrades install mgr="$old_version"
  [[ $(mgrctl --version) == "$old_programs" ]] || fail "mgrctl is $(mgrctl --version)"
  newest_programs_run
  units_run
}
