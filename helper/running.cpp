// mgr-helper, root. Trusts root's configuration.
#include "helper/running.h"

#include <utility>

#include "helper/startup.h"

namespace mgr {

Result<std::unique_ptr<Running>> build_running(LoadedConfiguration loaded, const Paths& paths) {
  CompiledConfiguration& compiled = loaded.compiled;
  auto registry = Registry::build(compiled.modules, std::move(loaded.answers));
  if (!registry) return tl::unexpected(registry.error());
  auto signers = Signers::load(compiled.keys, paths.keys_folder());
  if (!signers) return tl::unexpected(signers.error());
  compiled.modules.clear();
  compiled.max_connections =
      static_cast<std::uint32_t>(connections_that_fit(compiled.max_connections));
  Policy policy = std::move(compiled.policy);
  return std::unique_ptr<Running>(new Running{std::move(compiled), Decider(std::move(policy)),
                                              std::move(*registry), std::move(*signers)});
}

AuditLimits audit_limits(const CompiledConfiguration& configuration) {
  return {configuration.audit_rotate_size, configuration.audit_keep, configuration.audit_journal};
}

std::vector<std::string> keep_until_restart(const CompiledConfiguration& now,
                                            CompiledConfiguration& next) {
  std::vector<std::string> other;
  const auto keep = [&](const char* setting, auto member) {
    if (next.*member == now.*member) return;
    next.*member = now.*member;
    if (other.empty() || other.back() != setting) other.emplace_back(setting);
  };
  keep("helper.broker_user", &CompiledConfiguration::broker_uid);
  keep("helper.broker_user", &CompiledConfiguration::broker_gid);
  keep("helper.job_user", &CompiledConfiguration::job_uid);
  keep("helper.job_user", &CompiledConfiguration::job_gid);
  keep("jobs.cgroup", &CompiledConfiguration::cgroup);
  return other;
}

}  // namespace mgr
