// Helper (root), pure; what it is built from is root's configuration.
#include "modules/registry.h"

#include "modules/declared.h"
#include "modules/job_module.h"
#include "modules/scan.h"

namespace mgr {
namespace {

// Takes [module.scan] out of what modules.d declares: it says how scan's commands run.
Result<std::optional<DeclaredAction>> scan_start(const std::vector<DeclaredModule>& declared) {
  std::optional<DeclaredAction> start;
  for (const DeclaredModule& module : declared) {
    if (module.name != "scan") continue;
    for (const DeclaredAction& action : module.actions) {
      if (action.name != "start" || !action.arguments.empty()) {
        return fail(ErrorCode::failed, action.file + ':' + std::to_string(action.line) +
                                           ": scan runs one command, its action start's, and "
                                           "takes no arguments but its own");
      }
      if (action.run.mode != RunMode::job) {
        return fail(ErrorCode::failed, action.file + ':' + std::to_string(action.line) +
                                           ": scan's start has mode \"job\" and no other");
      }
      start = action;
    }
  }
  return start;
}

}  // namespace

Result<std::unique_ptr<Registry>> Registry::build(const std::vector<DeclaredModule>& declared,
                                                  ReadyAnswers answers) {
  auto scan = scan_start(declared);
  if (!scan) return tl::unexpected(scan.error());

  std::unique_ptr<Registry> registry(new Registry);
  registry->modules_.push_back(std::make_unique<ScanModule>(*scan));
  registry->modules_.push_back(std::make_unique<JobModule>());
  registry->modules_.push_back(std::make_unique<MgrModule>(std::move(answers)));
  for (const DeclaredModule& module : declared) {
    if (module.name == "scan") continue;
    if (module.name == "mgr" || module.name == "job") {
      return fail(ErrorCode::failed, module.file + ':' + std::to_string(module.line) +
                                         ": the module " + module.name + " is built in");
    }
    registry->modules_.push_back(std::make_unique<DeclaredJobs>(module));
  }
  for (const auto& module : registry->modules_) {
    registry->by_name_[module->name()] = module.get();
    for (const std::string& alias : module->aliases()) registry->by_name_[alias] = module.get();
  }
  return registry;
}

Result<Registry::Entry> Registry::find(std::string_view module, std::string_view action) const {
  const auto found = by_name_.find(std::string(module));
  const Action* row = found == by_name_.end() ? nullptr : found->second->find(action);
  if (row == nullptr) return fail(ErrorCode::unknown_action, "no such module or action");
  return Entry{found->second, row};
}

const Action* Module::find(std::string_view action) const {
  for (const Action& row : actions_) {
    if (row.name == action) return &row;
  }
  return nullptr;
}

}  // namespace mgr
