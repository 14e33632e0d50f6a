// All modules of this build and of modules.d, in one list. Built by the helper at start and
// anew by a reload; nothing is loaded at run time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "modules/mgr_module.h"
#include "modules/module.h"

namespace mgr {

class Registry {
 public:
  // Fails with file:line where modules.d says of a built-in module what it cannot take.
  static Result<std::unique_ptr<Registry>> build(const std::vector<DeclaredModule>& declared,
                                                 ReadyAnswers answers);

  struct Entry {
    const Module* module = nullptr;
    const Action* action = nullptr;
  };
  // The action of that module (by name or alias, to the letter); unknown_action otherwise.
  [[nodiscard]] Result<Entry> find(std::string_view module, std::string_view action) const;

  [[nodiscard]] const std::vector<std::unique_ptr<Module>>& modules() const { return modules_; }

 private:
  Registry() = default;
  void add(std::unique_ptr<Module> module);

  std::vector<std::unique_ptr<Module>> modules_;
  std::unordered_map<std::string, const Module*> by_name_;
};

}  // namespace mgr
