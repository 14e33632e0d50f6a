// mgrctl; data.
#include "policy/lint/programs.h"

#include <algorithm>
#include <array>

namespace mgr {
namespace {

constexpr auto interpreters = std::to_array<Interpreter>({
    {"sh", "c", "oO"},
    {"bash", "c", "oO"},
    {"dash", "c", "oO"},
    {"ash", "c", "oO"},
    {"zsh", "c", "oO"},
    {"ksh", "c", "oO"},
    {"mksh", "c", "oO"},
    {"rbash", "c", "oO"},
    {"fish", "cC", ""},
    {"csh", "c", ""},
    {"tcsh", "c", ""},
    {"pwsh", "c", ""},
    {"python", "cm", "WX"},
    {"pypy", "cm", "WX"},
    {"perl", "eEMmI", ""},
    {"ruby", "erI", "C"},
    {"php", "rBREFd", "czS"},
    {"node", "epr", "C"},
    {"nodejs", "epr", "C"},
    {"deno", "", ""},
    {"lua", "el", ""},
    {"luajit", "el", ""},
    {"awk", "efl", "vF", true},
    {"gawk", "efl", "vF", true},
    {"mawk", "efl", "vF", true},
    {"nawk", "efl", "vF", true},
    {"tclsh", "", ""},
    {"wish", "", ""},
    {"expect", "cf", ""},
    {"Rscript", "e", ""},
    {"guile", "cel", ""},
    {"java", "", ""},
    {"jshell", "", ""},
    {"gdb", "x", ""},
    {"sed", "ef", "l", true, true},
    {"R", "e", ""},
    {"julia", "eE", ""},
    {"bun", "e", ""},
    {"irb", "r", ""},
    {"ipython", "cm", ""},
});

constexpr auto runners = std::to_array<Runner>({
    {"env", "uC"},
    {"xargs", "aEIdLnPs"},
    {"busybox", ""},
    {"toybox", ""},
    {"systemd-run", "pHMtuE"},
    {"sudo", "ugpCDRTrthU"},
    {"doas", "uC"},
    {"su", "sgGw", 0, true},
    {"runuser", "ugGsw"},
    {"pkexec", ""},
    {"nsenter", "tSGW"},
    {"chroot", "", 1},
    {"unshare", "SGRw"},
    {"setpriv", ""},
    {"capsh", ""},
    {"nice", "n"},
    {"ionice", "cnp"},
    {"chrt", "TPD", 1},
    {"taskset", "", 1},
    {"timeout", "ks", 1},
    {"stdbuf", "ioe"},
    {"setsid", ""},
    {"nohup", ""},
    {"flock", "wE", 1},
    {"time", "fo"},
    {"strace", "abeEIoOpPsSuUX"},
    {"ltrace", "aDelnopsuwxX"},
    {"watch", "n", 0, true},
    {"ssh", "BbcDEeFIiJLlmOopQRSWw", 1, true},
    {"script", "cEIOBTom"},
    {"run-parts", ""},
    {"start-stop-daemon", "xpnuagkrsSRdcNPI"},
    {"parallel", "j", 0, true},
    {"fakeroot", "lsib"},
    {"proxychains", "f"},
    {"dbus-run-session", ""},
    {"sg", "", 1, true},
    {"prlimit", "p"},
    {"setarch", "", 1},
    {"linux32", ""},
    {"linux64", ""},
    {"numactl", "iNCml"},
    {"choom", "np"},
    {"cpulimit", "lpe"},
    {"systemd-inhibit", ""},
    {"systemd-cat", "tp"},
    {"systemd-nspawn", "DiMu"},
    {"bwrap", ""},
    {"firejail", ""},
    {"gosu", "", 1},
    {"su-exec", "", 1},
    {"setuidgid", "", 1},
    {"s6-setuidgid", "", 1},
    {"chpst", "uUbnePmdocpfrtl"},
    {"tini", "pe"},
    {"dumb-init", ""},
    {"sshpass", "pfdP"},
    {"torsocks", ""},
    {"cgexec", "g"},
    {"runcon", "trul"},
    {"chronic", ""},
    {"unbuffer", ""},
    {"eatmydata", ""},
    {"valgrind", ""},
    {"perf", "eoCpF", 1},
    {"entr", "", 0},
    {"ld.so", ""},
    {"ld-linux.so", ""},
    {"ld-linux-x86-64.so", ""},
    {"ld-linux-aarch64.so", ""},
});

// Programs that read commands from their standard input.
constexpr auto command_readers = std::to_array<std::string_view>(
    {"xargs",    "mysql",   "mariadb", "psql",     "sqlite", "redis-cli",
     "at",       "batch",   "crontab", "ssh",      "su",     "ftp",
     "lftp",     "sftp",    "telnet",  "parallel", "ed",     "ansible-playbook",
     "chpasswd", "newusers"});

const auto* find_in(const auto& table, std::string_view name) {
  const auto found = std::ranges::find_if(table, [&](const auto& row) { return row.name == name; });
  return found == table.end() ? nullptr : &*found;
}

}  // namespace

const Interpreter* find_interpreter(std::string_view name) { return find_in(interpreters, name); }
const Runner* find_runner(std::string_view name) { return find_in(runners, name); }

bool reads_commands(std::string_view name) {
  return std::ranges::find(command_readers, name) != command_readers.end();
}

}  // namespace mgr
