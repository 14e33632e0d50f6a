// mgrctl, with the caller's own uid; distrusts what processes are called.
#include "client/doctor/subject.h"

#include <grp.h>
#include <unistd.h>

#include "client/files.h"
#include "client/review/show_plan.h"
#include "client/users.h"
#include "policy/open.h"
#include "policy/parse.h"

namespace mgr::client {
namespace {

// Of mgr.toml alone, so that a mistake in another file leaves them as they are.
Settings read_settings(const Paths& paths) {
  Configuration read;
  const auto folder = TrustedFolder::open(paths.root, "/etc/mgr");
  if (!folder || !*folder) return {};
  const auto text = (*folder)->read("mgr.toml");
  if (!text || !*text) return {};
  return parse_settings({paths.settings_file(), **text}, read) ? read.settings : Settings{};
}

// Below --root there may be programs of its own; a build folder has all of them in one.
void find_programs(Subject& subject) {
  const std::string& root = subject.paths.root;
  const bool is_given = subject.options.libexec != MGR_LIBEXEC;
  if (!is_given && !root.empty() && exists(root + MGR_LIBEXEC)) {
    subject.options.libexec = root + MGR_LIBEXEC;
  }
  subject.libexec = subject.options.libexec;
  subject.sbin = MGR_SBIN;
  if (!root.empty() && exists(root + MGR_SBIN)) subject.sbin = root + MGR_SBIN;
  if (is_given && exists(subject.libexec + "/mgr-helper")) subject.sbin = subject.libexec;
}

// Anybody can call a program mgr-helper: who runs as neither root nor the broker's user is neither.
void find_daemons(Subject& subject) {
  const auto is_of_root = [&](const Process& process) {
    return root_given_to(subject.proc + '/' + std::to_string(process.pid)) == subject.paths.root;
  };
  for (Process& process : find_processes(subject.proc, "mgr-helper")) {
    if (process.has_only(0) && is_of_root(process)) {
      subject.helpers.push_back(std::move(process));
    }
  }
  const auto uid = find_uid(subject.settings.broker_user);
  for (Process& process : find_processes(subject.proc, "mgr-broker")) {
    const bool is_brokers = uid && process.has_only(static_cast<uid_t>(*uid));
    if ((is_brokers || process.has_only(0)) && is_of_root(process)) {
      subject.brokers.push_back(std::move(process));
    }
  }
}

}  // namespace

std::string Subject::mgrctl(std::string_view words) const {
  std::string command = "mgrctl ";
  if (!paths.root.empty()) command += "--root " + shell_word(paths.root) + ' ';
  return command.append(words);
}

std::string Subject::start(std::string_view daemon) const {
  const std::string name(daemon);
  return by_systemd ? "systemctl start " + name + ".service; journalctl -u " + name + " -n 20"
                    : "start " + name;
}

std::string Subject::restart(std::string_view daemon) const {
  return by_systemd ? "systemctl restart " + std::string(daemon) + ".service"
                    : "end " + std::string(daemon) + ", where it runs, and start it again";
}

bool Subject::is_admin() const {
  const group* admins = ::getgrnam(settings.admin_group.c_str());
  return is_root || (admins != nullptr && ::group_member(admins->gr_gid) != 0);
}

Subject look_at(const Options& options, const Session& session) {
  Subject subject{};
  subject.options = options;
  subject.session = session;
  subject.paths = Paths(options.root.value_or(""));
  subject.is_root = ::geteuid() == 0;
  // sd_booted(3)
  subject.by_systemd = subject.paths.root.empty() && exists("/run/systemd/system");
  find_programs(subject);
  subject.settings = read_settings(subject.paths);
  auto loaded = load_configuration(subject.paths);
  if (loaded) {
    subject.configuration = std::move(*loaded);
  } else {
    subject.why_not = loaded.error().detail;
  }
  find_daemons(subject);
  return subject;
}

}  // namespace mgr::client
