// mgr-configure: reads /etc/mgr, checks it whole, and hands mgr-helper the outcome. uid 0, started
// by the helper for each load and gone after it: the parser of text and the user database stay out
// of the root process that lives. Trusts a file only once nobody but root can write it.
#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "helper/configure/highest_job_id.h"
#include "helper/configure/job_folders.h"
#include "helper/configure/lint.h"
#include "helper/configure/machine.h"
#include "helper/configure/prepare.h"
#include "helper/configure/roots.h"
#include "helper/jobs/cgroup_path.h"
#include "mgr_version.h"
#include "modules/schema.h"
#include "policy/compiled.h"
#include "policy/configuration.h"

namespace mgr {
namespace {

struct UserIds {
  uid_t uid;
  gid_t gid;
};

Result<UserIds> find_service_user(const std::string& name) {
  const passwd* entry = getpwnam(name.c_str());
  if (entry == nullptr) {
    return fail(ErrorCode::failed, "no user " + name + ": make it with systemd-sysusers");
  }
  if (entry->pw_uid == 0) return fail(ErrorCode::failed, "the user " + name + " must not be root");
  return UserIds{entry->pw_uid, entry->pw_gid};
}

// Makes what has to be there, if so told, and then sees whether the jobs get what they are
// promised.
Result<void> prepare_machine(const Paths& paths, const Settings& settings, bool prepare,
                             const CompiledConfiguration& compiled) {
  if (prepare) {
    if (auto made = make_folders(paths); !made) return made;
    const bool systemds = settings.cgroup.empty();
    if (auto made = systemds ? Result<void>() : make_job_tree(compiled.cgroup); !made) return made;
  }
  return check_machine(compiled.modules, look_at_machine(compiled.cgroup));
}

void warn(const std::string& warning) {
  std::fprintf(stderr, "mgr-configure: warning: %s\n", warning.c_str());
}

// By name, into `compiled`.
Result<void> find_ids(const Settings& settings, CompiledConfiguration& compiled) {
  const auto broker = find_service_user(settings.broker_user);
  if (!broker) return tl::unexpected(broker.error());
  const auto jobs = find_service_user(settings.job_user);
  if (!jobs) return tl::unexpected(jobs.error());
  compiled.broker_uid = broker->uid;
  compiled.broker_gid = broker->gid;
  compiled.job_uid = jobs->uid;
  compiled.job_gid = jobs->gid;
  if (const group* admins = getgrnam(settings.admin_group.c_str())) {
    compiled.admin_gid = admins->gr_gid;
  }
  return {};
}

void take_limits(const Settings& settings, CompiledConfiguration& compiled) {
  compiled.max_running = settings.max_running;
  compiled.keep_for = settings.keep_for;
  compiled.keep_jobs = settings.keep_jobs;
  compiled.keep_bytes = settings.keep_bytes;
  compiled.max_connections = settings.limits.connections;
}

Result<CompiledConfiguration> compile(const Paths& paths, bool prepare) {
  auto loaded = load_configuration(paths);
  if (!loaded) return tl::unexpected(loaded.error());
  for (const std::string& warning : loaded->warnings) warn(warning);
  if (!prepare) {  // a helper that starts says so itself
    for (const std::string& line : damaged_job_folders(paths.jobs_folder())) warn(line);
  }
  const auto registry = Registry::build(loaded->modules, "");
  if (!registry) return tl::unexpected(registry.error());
  const auto warnings = lint_policy(loaded->policy, **registry);
  if (!warnings) return tl::unexpected(warnings.error());
  for (const std::string& warning : *warnings) warn(warning);
  for (const std::string& warning : loose_roots(loaded->modules)) warn(warning);
  const Settings& settings = loaded->settings;

  CompiledConfiguration compiled;
  if (auto found = find_ids(settings, compiled); !found) return tl::unexpected(found.error());
  take_limits(settings, compiled);
  compiled.policy = std::move(loaded->policy);
  compiled.modules = std::move(loaded->modules);
  const auto tree = job_tree_folder(settings.cgroup);
  if (!tree) return tl::unexpected(tree.error());
  compiled.cgroup = *tree;
  // No user is looked up after this: a trial of namespaces may cut this process off.
  const auto ready = prepare_machine(paths, settings, prepare, compiled);
  if (!ready) return tl::unexpected(ready.error());
  compiled.broker_settings = encode(SettingsMessage{settings.limits, broker_schema(**registry)});
  compiled.schema_json = schema_json(**registry);
  if (access((paths.jobs_folder() + "/next-id").c_str(), F_OK) != 0) {
    compiled.highest_job_id = highest_job_id(paths.audit_file());
  }
  if (compiled.broker_settings.size() > max_settings_length) {
    return fail(ErrorCode::failed, "modules.d declares more than the broker can be told");
  }
  return compiled;
}

bool write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace
}  // namespace mgr

int main(int argc, char** argv) {
  static constexpr option known[] = {{"root", required_argument, nullptr, 'r'},
                                     {"prepare", no_argument, nullptr, 'p'},
                                     {"version", no_argument, nullptr, 'v'},
                                     {nullptr, 0, nullptr, 0}};
  if (argc < 1) return EXIT_FAILURE;
  mgr::Paths paths;
  bool prepare = false;
  for (int found = 0; (found = getopt_long(argc, argv, "", known, nullptr)) != -1;) {
    if (found == 'r') paths = mgr::Paths(optarg);
    if (found == 'p') prepare = true;
    if (found == 'v') return std::puts("mgr-configure " MGR_VERSION) < 0;
    if (found == '?') return 2;
  }
  if (isatty(STDOUT_FILENO) != 0) {
    std::fputs("mgr-configure: for mgr-helper to run; try mgr-helper --check\n", stderr);
    return 2;
  }
  const auto compiled = mgr::compile(paths, prepare);
  if (!compiled) {
    std::fprintf(stderr, "mgr-configure: %s\n", compiled.error().detail.c_str());
    return EXIT_FAILURE;
  }
  return mgr::write_all(mgr::encode(*compiled)) ? EXIT_SUCCESS : EXIT_FAILURE;
}
