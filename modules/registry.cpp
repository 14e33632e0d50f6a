// Helper (root), pure; what it is built from is root's configuration.
#include "modules/registry.h"

#include <optional>

#include "modules/declared.h"
#include "modules/job_module.h"
#include "modules/mail.h"
#include "modules/scan.h"
#include "modules/service.h"
#include "modules/shutdown.h"

namespace mgr {
namespace {

// Modules written in C++, and what is wrong with what modules.d says of them.
class BuiltIn {
 public:
  explicit BuiltIn(const std::vector<DeclaredModule>& declared) : declared_(declared) {}

  // A module whose commands modules.d names.
  template <typename OfModule>
  void add(std::string_view name) {
    const auto commands = BuiltInCommands::take(declared_, name, OfModule::slots());
    if (!commands) return fail(commands.error());
    modules_.push_back(std::make_unique<OfModule>(*commands));
  }
  // One that is whole as it is.
  void add(std::unique_ptr<Module> module) {
    const auto none = BuiltInCommands::take(declared_, module->name(), {});
    if (!none) return fail(none.error());
    modules_.push_back(std::move(module));
  }

  [[nodiscard]] Result<std::vector<std::unique_ptr<Module>>> take() {
    if (error_) return tl::unexpected(*error_);
    return std::move(modules_);
  }

 private:
  void fail(const Error& error) {
    if (!error_) error_ = error;
  }

  const std::vector<DeclaredModule>& declared_;
  std::vector<std::unique_ptr<Module>> modules_;
  std::optional<Error> error_;
};

// The one list.
Result<std::vector<std::unique_ptr<Module>>> built_in(const std::vector<DeclaredModule>& declared,
                                                      ReadyAnswers answers) {
  BuiltIn list(declared);
  list.add<ScanModule>("scan");
  list.add<ShutdownModule>("shutdown");
  list.add<ServiceModule>("service");
  list.add<MailModule>("mail");
  list.add(std::make_unique<JobModule>());
  list.add(std::make_unique<MgrModule>(std::move(answers)));
  return list.take();
}

}  // namespace

Result<std::unique_ptr<Registry>> Registry::build(const std::vector<DeclaredModule>& declared,
                                                  ReadyAnswers answers) {
  auto modules = built_in(declared, std::move(answers));
  if (!modules) return tl::unexpected(modules.error());
  std::unique_ptr<Registry> registry(new Registry);
  for (auto& module : *modules) registry->add(std::move(module));
  for (const DeclaredModule& module : declared) {
    if (registry->by_name_.contains(module.name)) continue;
    registry->add(std::make_unique<DeclaredJobs>(module));
  }
  return registry;
}

void Registry::add(std::unique_ptr<Module> module) {
  by_name_[module->name()] = module.get();
  for (const std::string& alias : module->aliases()) by_name_[alias] = module.get();
  modules_.push_back(std::move(module));
}

Result<Registry::Entry> Registry::find(std::string_view module, std::string_view action) const {
  const auto found = by_name_.find(std::string(module));
  const Action* row = found == by_name_.end() ? nullptr : found->second->find(action);
  if (row == nullptr) return fail(ErrorCode::unknown_action, "no such module or action");
  return Entry{found->second, row};
}

}  // namespace mgr
