// What the tests of modules share: plans are made as an allowed caller's are.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "modules/registry.h"

namespace mgr {

// All modules, with what modules.d says of them.
inline std::unique_ptr<Registry> registry_of(const std::vector<DeclaredModule>& declared) {
  auto registry = Registry::build(declared, {"{}", {}});
  EXPECT_TRUE(registry) << registry.error().detail;
  return std::move(*registry);
}

// Through a decision, since there is no other way to an Allowed; for www-data, connected here.
inline Result<Effect> plan(const Registry& registry, const std::string& module,
                           const std::string& action, const ArgumentValues& arguments) {
  Policy policy;
  policy.principals = {{anyone_principal, {}, {}, {}, true}};
  Rule rule;
  rule.allow = true;
  rule.who = {0};
  rule.modules = {module};
  rule.actions = {"*"};
  policy.rules = {rule};
  const Decider decider(policy);
  const auto decision = decider.decide({}, module, action, arguments);
  const auto entry = registry.find(module, action);
  if (!entry) return tl::unexpected(entry.error());
  CallerFacts caller;
  caller.transport = "unix";
  caller.subject = {33, {33, 4}};
  caller.principals = {"anyone", "web"};
  return entry->action->handler({*decision, caller, arguments});
}

}  // namespace mgr
