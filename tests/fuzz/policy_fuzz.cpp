// Fuzz target: the files under /etc/mgr. Takes the bytes as each of the four kinds; decides under
// a policy that parses, and sends a configuration that parses through the helper's format and back.

#include "policy/compiled.h"
#include "policy/decide.h"
#include "policy/parse.h"
#include "protocol/text.h"
#include "tests/fuzz/property.h"

namespace {

// Knows every name that is not too long, and gives it a number.
class Users final : public mgr::UserDatabase {
 public:
  mgr::Result<std::optional<User>> user(const std::string& name) override {
    if (name.size() > 8) return std::nullopt;
    return User{static_cast<uid_t>(name.size()), 1};
  }
  mgr::Result<std::optional<gid_t>> group(const std::string& name) override {
    if (name.size() > 8) return std::nullopt;
    return static_cast<gid_t>(name.size());
  }
  mgr::Result<std::vector<gid_t>> groups_of(const std::string&, gid_t primary) override {
    return std::vector<gid_t>{primary};
  }
  mgr::Result<std::vector<uid_t>> members_of(const std::string&) override {
    return std::vector<uid_t>{7};
  }
};

void check_policy(const mgr::Policy& policy) {
  for (const mgr::Principal& principal : policy.principals) {
    require(principal.is_anyone == (&principal == &policy.principals.front()));
  }
  const mgr::Decider decider(policy);
  for (const mgr::Rule& rule : policy.rules) {
    require((rule.rate.count == 0) == (rule.rate.seconds == 0) && rule.rate.count <= 1000000);
    require(!rule.who.empty() && !rule.modules.empty() && !rule.actions.empty() && rule.line > 0);
    for (const uid_t uid : {0U, 7U, 65534U}) {
      const auto decision = decider.decide({uid, {uid}}, rule.modules[0], rule.actions[0], {});
      require(!decision || decision->rule().allow);
    }
  }
}

void check_round_trip(mgr::Policy policy, std::vector<mgr::DeclaredModule> modules) {
  mgr::CompiledConfiguration compiled;
  compiled.policy = std::move(policy);
  compiled.modules = std::move(modules);
  const std::string bytes = mgr::encode(compiled);
  const auto decoded = mgr::decode_configuration(bytes);
  require(decoded.has_value() && mgr::encode(*decoded) == bytes);
}

void check_key(const mgr::DeclaredKey& key) {
  const mgr::KeyRecord& record = key.record;
  require(record.not_before >= 0 && record.not_before < record.not_after);
  const bool is_public = record.type == mgr::KeyType::ed25519;
  require(record.public_key.size() == (is_public ? 32 : 0) && mgr::is_value(key.comment));
  require(key.line > 0);
}

// The same as a further file: it cannot declare its principals again, and only adds rules.
void check_further_file(const mgr::SourceText& source, Users& users, mgr::Configuration twice) {
  const std::size_t rules = twice.policy.rules.size();
  const std::size_t principals = twice.policy.principals.size();
  const auto again = mgr::parse_policy(source, users, twice);
  require(again.has_value() == (principals == 1));
  if (!again) return;
  require(twice.policy.rules.size() == 2 * rules && twice.policy.principals.size() == 1);
  check_policy(twice.policy);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const mgr::SourceText source{"file", {reinterpret_cast<const char*>(data), size}};
  Users users;
  mgr::Configuration as_policy, as_modules, as_settings, as_key;
  if (mgr::parse_policy(source, users, as_policy)) {
    check_policy(as_policy.policy);
    check_round_trip(as_policy.policy, {});
    check_further_file(source, users, as_policy);
  }
  if (mgr::parse_modules(source, users, as_modules)) {
    check_round_trip({{{mgr::anyone_principal, {}, {}, {}, true}}, {}}, as_modules.modules);
  }
  if (mgr::parse_key(source, "alice", as_key)) {
    check_key(as_key.keys.front());
    // The same key under another name.
    const bool is_secret = as_key.keys.front().record.public_key.empty();
    require(mgr::parse_key(source, "bob", as_key).has_value() == is_secret);
  }
  if (mgr::parse_settings(source, as_settings)) {
    require(as_settings.settings.limits.kept_places < as_settings.settings.limits.connections);
  }
  return 0;
}
