// mgr-configure: root for a helper, else the caller; reads what the loader let through.
#include "helper/configure/compile.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>

#include "helper/configure/audit_key.h"
#include "helper/configure/first_start.h"
#include "helper/configure/highest_job_id.h"
#include "helper/configure/host.h"
#include "helper/configure/job_folders.h"
#include "helper/configure/machine.h"
#include "helper/configure/name_warnings.h"
#include "helper/configure/policy_parts.h"
#include "helper/configure/prepare.h"
#include "helper/configure/root_key.h"
#include "helper/configure/roots.h"
#include "helper/configure/rule_identity.h"
#include "helper/jobs/cgroup_path.h"
#include "modules/schema.h"
#include "modules/told_json.h"
#include "policy/configuration.h"
#include "policy/policy_review.h"

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

std::optional<gid_t> find_gid(const std::string& name) {
  const group* entry = getgrnam(name.c_str());
  return entry == nullptr ? std::nullopt : std::optional(entry->gr_gid);
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
  compiled.admin_gid = find_gid(settings.admin_group);
  return {};
}

// A command of the same user may signal, stop and imitate them: one that is mgr-broker's is a
// broker to the helper, one that is mgr-job's ends any job's supervisor.
Result<void> refuse_own_users(const Settings& settings, const CompiledConfiguration& compiled) {
  for (const DeclaredModule& module : compiled.modules) {
    for (const DeclaredAction& action : module.actions) {
      const bool is_brokers = action.run.uid == compiled.broker_uid;
      if (!is_brokers && action.run.uid != compiled.job_uid) continue;
      return fail(ErrorCode::failed, action.file + ":" + std::to_string(action.line) +
                                         ": action '" + action.name + "' of module '" +
                                         module.name + "' would run as " +
                                         (is_brokers ? settings.broker_user : settings.job_user) +
                                         ", whose processes are mgr's own: give it another user");
    }
  }
  return {};
}

void take_limits(const Settings& settings, CompiledConfiguration& compiled) {
  compiled.max_running = settings.max_running;
  compiled.keep_for = settings.keep_for;
  compiled.keep_jobs = settings.keep_jobs;
  compiled.keep_bytes = settings.keep_bytes;
  compiled.max_connections = settings.limits.connections;
  compiled.kept_places = settings.limits.kept_places;
  compiled.audit_rotate_size = settings.audit_rotate_size;
  compiled.audit_keep = settings.audit_keep;
  compiled.audit_journal = settings.audit_journal;
}

// A key that is revoked is as unknown as one that never was.
void take_keys(const std::vector<DeclaredKey>& declared, CompiledConfiguration& compiled) {
  for (const DeclaredKey& key : declared) {
    if (!key.revoked) compiled.keys.push_back(key.record);
  }
}

// What callers are told of it, so that the helper need not put it into words.
void tell(CompiledConfiguration& compiled) {
  for (Rule& rule : compiled.policy.rules) rule.where_json = where_json(rule);
  for (DeclaredModule& module : compiled.modules) {
    for (DeclaredAction& action : module.actions) action.run_json = run_json(action.run);
  }
}

// Makes the jobs' tree, if so told, and then sees whether the jobs get what they are promised.
Result<void> prepare_machine(const CompileOrder& order, const Settings& settings,
                             const CompiledConfiguration& compiled) {
  if (order.prepare) {
    const bool systemds = settings.cgroup.empty();
    if (auto made = systemds ? Result<void>() : make_job_tree(compiled.cgroup); !made) return made;
  }
  return check_machine(compiled.modules, look_at_machine(compiled.cgroup));
}

// Where people look at a configuration before the first start, there is none.
Result<void> find_host_id(const CompileOrder& order, CompiledConfiguration& compiled) {
  auto id = read_host_id(order.paths);
  if (!id) return tl::unexpected(id.error());
  if (id->empty() && (order.prepare || order.reload)) {
    return fail(ErrorCode::failed, order.paths.host_id_file() + ": is gone; restart mgr-helper");
  }
  compiled.host_id = std::move(*id);
  return {};
}

// What it takes to be in force on this machine.
Result<void> fit_to_machine(const CompileOrder& order, const Settings& settings,
                            CompiledConfiguration& compiled) {
  if (auto found = find_ids(settings, compiled); !found) return found;
  if (auto others = refuse_own_users(settings, compiled); !others) return others;
  if (auto known = find_host_id(order, compiled); !known) return known;
  auto tree = job_tree_folder(settings.cgroup);
  if (!tree) return tl::unexpected(tree.error());
  compiled.cgroup = std::move(*tree);
  // No user is looked up after this: a trial of namespaces may cut this process off.
  if (auto ready = prepare_machine(order, settings, compiled); !ready) return ready;
  if (access((order.paths.jobs_folder() + "/next-id").c_str(), F_OK) != 0) {
    compiled.highest_job_id = highest_job_id(order.paths.log_folder());
  }
  return {};
}

// So that it is told whole, and fits a line of the audit log: it may quote a file.
std::string shortened(std::string error) {
  constexpr std::size_t most_bytes = 4 << 10;
  if (error.size() <= most_bytes) return error;
  error.resize(most_bytes);
  return error + "…";
}

// So that they fit a reply, whatever becomes of their characters in JSON.
void shorten(std::vector<std::string>& warnings) {
  constexpr std::size_t most_bytes = 128 << 10;
  std::size_t bytes = 0;
  const auto first_too_many = std::ranges::find_if(warnings, [&](const std::string& warning) {
    bytes += warning.size();
    return bytes > most_bytes;
  });
  const auto left_out = warnings.end() - first_too_many;
  warnings.erase(first_too_many, warnings.end());
  if (left_out > 0) warnings.push_back("and " + std::to_string(left_out) + " more warnings");
}

void append(std::vector<std::string>& all, const std::vector<std::string>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

std::string review_of(Configuration loaded, const Registry& registry) {
  return encode(PolicyReview{review_format, std::move(loaded.policy), std::move(loaded.modules),
                             known_modules(registry), std::move(loaded.keys)});
}

Result<void> compile_for_helper(const CompileOrder& order, Configuration loaded,
                                const Registry& registry, CompileOutcome& outcome) {
  CompiledConfiguration compiled;
  compiled.policy = loaded.policy;
  number_rules(compiled.policy);
  compiled.modules = loaded.modules;
  tell(compiled);
  take_limits(loaded.settings, compiled);
  take_keys(loaded.keys, compiled);
  if (auto fits = fit_to_machine(order, loaded.settings, compiled); !fits) return fits;
  compiled.broker_settings = encode(SettingsMessage{loaded.settings.limits, broker_schema(registry),
                                                    compiled.host_id, compiled.keys});
  if (compiled.broker_settings.size() > max_settings_length) {
    return fail(ErrorCode::failed, "modules.d and keys.d hold more than the broker can be told");
  }
  outcome.configuration = encode(compiled);
  if (outcome.configuration.size() > max_compiled_length) {
    return fail(ErrorCode::failed, "the configuration is over 16 MiB");
  }
  outcome.schema_json = schema_json(registry);
  outcome.policy_parts = policy_parts(review_of(std::move(loaded), registry));
  if (outcome.policy_parts.size() > most_policy_parts) {
    return fail(ErrorCode::failed, "the configuration is longer than clients can be told");
  }
  return {};
}

// What root's mgrctl signs is root's no more where the policy is older than the key.
bool has_new_key_of_nobody(const Configuration& loaded) {
  const auto has_it = [](const Principal& each) {
    return std::ranges::find(each.keys, root_key_id) != each.keys.end();
  };
  return find_key(loaded.keys, root_key_id) != nullptr &&
         std::ranges::none_of(loaded.policy.principals, has_it);
}

// For a helper that starts, the host and root's key first: they are to count from the start on.
Result<Configuration> prepare_and_load(const CompileOrder& order,
                                       std::vector<std::string>& warnings) {
  const auto made = make_folders(order.paths)
                        .and_then([&] { return prepare_audit_key(order.paths, warnings); })
                        .and_then([&] { return prepare_host(order.paths, warnings); });
  if (!made) return tl::unexpected(made.error());
  // Before the policy is looked at: with a mistake in it the next start is not the first any more.
  if (*made == HostIs::made_now) tell_first_start(order.paths);
  auto loaded = load_configuration(order.paths);
  if (loaded && *made == HostIs::made_now && has_new_key_of_nobody(*loaded)) {
    warnings.push_back(order.paths.root_key_file() +
                       ": mgrctl signs with it for root, and no "
                       "principal has key = \"root\": give it to root's, or remove the file");
  }
  return loaded;
}

Result<Configuration> load(const CompileOrder& order, std::vector<std::string>& warnings) {
  if (!order.folder.empty()) return load_for_review(order.folder);
  return order.prepare ? prepare_and_load(order, warnings) : load_configuration(order.paths);
}

Result<void> compile_into(const CompileOrder& order, CompileOutcome& outcome) {
  auto loaded = load(order, outcome.warnings);
  if (!loaded) return tl::unexpected(loaded.error());
  append(outcome.warnings, loaded->warnings);
  if (order.check) {  // a helper that starts says so itself
    append(outcome.warnings, damaged_job_folders(order.paths.jobs_folder()));
  }
  if (order.reload && loaded->policy.rules.empty()) {
    return fail(
        ErrorCode::failed,
        order.paths.policy_file() + ": there is no rule; to deny everything, restart mgr-helper");
  }
  const auto registry = Registry::build(loaded->modules, {});
  if (!registry) return tl::unexpected(registry.error());
  const auto warnings = warn_of_names(loaded->policy, **registry);
  if (!warnings) return tl::unexpected(warnings.error());
  append(outcome.warnings, *warnings);
  append(outcome.warnings, loose_roots(loaded->modules));

  if (order.review) {
    outcome.admin_gid = find_gid(loaded->settings.admin_group);
    outcome.review = review_of(std::move(*loaded), **registry);
    return {};
  }
  return compile_for_helper(order, std::move(*loaded), **registry, outcome);
}

}  // namespace

CompileOutcome compile(const CompileOrder& order) {
  CompileOutcome outcome;
  auto compiled = compile_into(order, outcome);
  shorten(outcome.warnings);
  if (!compiled) {
    CompileOutcome failure;
    failure.error = shortened(std::move(compiled.error().detail));
    failure.warnings = std::move(outcome.warnings);
    return failure;
  }
  return outcome;
}

}  // namespace mgr
