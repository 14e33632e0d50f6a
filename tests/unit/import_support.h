// What an import writes, read back as the helper reads a policy.
#pragma once

#include <algorithm>
#include <string>

#include "client/import/configd.h"
#include "client/import/sudoers.h"
#include "client/import/write_toml.h"
#include "policy/parse.h"

namespace mgr::client {

// Knows root alone, so that nothing depends on the machine.
class RootAlone final : public UserDatabase {
 public:
  Result<std::optional<User>> user(const std::string& name) override {
    if (name != "root") return std::nullopt;
    return User{0, 0};
  }
  Result<std::optional<gid_t>> group(const std::string&) override { return std::nullopt; }
  Result<std::vector<gid_t>> groups_of(const std::string&, gid_t primary) override {
    return std::vector<gid_t>{primary};
  }
  Result<std::vector<uid_t>> members_of(const std::string&) override {
    return std::vector<uid_t>{};
  }
};

inline bool is_everywhere(const std::string&) { return true; }

// The error where mgr would not load it.
inline Result<Configuration> load_imported(const Imported& imported) {
  RootAlone users;
  Configuration configuration;
  for (const ImportedModule& module : imported.modules) {
    const std::string text = module_toml(imported, module);
    const auto parsed = parse_modules({module.name, text}, users, configuration);
    if (!parsed) return tl::unexpected(parsed.error());
  }
  const std::string rules = rules_toml(imported);
  const auto parsed = parse_policy({"rules", rules}, users, configuration);
  if (!parsed) return tl::unexpected(parsed.error());
  return configuration;
}

// Whether what was loaded is what was imported and nothing else: each action that is no sketch,
// with its very words, and each rule.
inline bool is_same(const Imported& imported, const Configuration& loaded) {
  const ImportCount count = count_of(imported);
  std::size_t actions = 0;
  for (const DeclaredModule& module : loaded.modules) {
    const auto from = std::ranges::find(imported.modules, module.name, &ImportedModule::name);
    if (from == imported.modules.end()) return false;
    for (const DeclaredAction& action : module.actions) {
      const auto written = std::ranges::find(from->actions, action.name, &ImportedAction::name);
      if (written == from->actions.end() || written->is_sketch) return false;
      if (written->command != action.run.argv || written->user != action.run.user) return false;
      if (written->arguments.size() != action.arguments.size()) return false;
      ++actions;
    }
  }
  return actions == count.actions && loaded.policy.rules.size() == count.rules &&
         loaded.policy.principals.size() == imported.principals.size() + 1;
}

}  // namespace mgr::client
