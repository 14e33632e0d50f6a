// What the tests of setup share: the modules as they are shipped, and one that modules.d declares.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "modules/registry.h"
#include "modules/schema.h"
#include "policy/parse.h"
#include "policy_fake_users.h"

namespace mgr {

inline std::string default_file(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(std::string(MGR_DEFAULT_POLICY) + '/' + name).rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return text.str();
}

inline constexpr const char* declared_dns = R"(
[module.dns]
summary = "The resolver"
[module.dns.action.flush]
command = ["/bin/true"]
[module.dns.action.drop]
command = ["/bin/true", "{zone}"]
[module.dns.action.drop.arg.zone]
type = "hostname"
listed = true
[module.dns.action.trust]
command = ["/bin/true"]
min_proof = "signed"
)";

// The default files, and below them "rules.d/…" of the test.
inline Configuration load_with(const std::vector<std::string>& rules) {
  Configuration loaded;
  FakeUsers users;
  const auto parse = [&](const std::string& file, const std::string& text, auto parser) {
    const auto parsed = parser({file, text}, users, loaded);
    EXPECT_TRUE(parsed) << parsed.error().detail;
  };
  parse("policy.toml", default_file("policy.toml"), parse_policy);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    parse("rules.d/" + std::to_string(i) + ".toml", rules[i], parse_policy);
  }
  for (const char* name : {"mail", "scan", "service", "shutdown"}) {
    const std::string file = std::string("modules.d/") + name + ".toml";
    parse(file, default_file(file), parse_modules);
  }
  parse("modules.d/dns.toml", declared_dns, parse_modules);
  return loaded;
}

inline std::vector<KnownModule> shipped_modules() {
  const auto registry = Registry::build(load_with({}).modules, {});
  EXPECT_TRUE(registry) << registry.error().detail;
  return known_modules(**registry);
}

}  // namespace mgr
