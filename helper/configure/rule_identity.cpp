// mgr-configure; pure.
#include "helper/configure/rule_identity.h"

#include <sodium.h>

#include <array>
#include <string>
#include <vector>

#include "protocol/archive.h"

namespace mgr {
namespace {

std::string terms_of(const Policy& policy, const Rule& rule) {
  std::vector<std::string> who;
  for (const std::size_t index : rule.who) who.push_back(policy.principals[index].name);
  Encoder terms;
  terms(rule.allow, who, rule.modules, rule.actions, rule.where, rule.jobs, rule.rate);
  return terms.take();
}

}  // namespace

void number_rules(Policy& policy) {
  for (Rule& rule : policy.rules) {
    const std::string terms = terms_of(policy, rule);
    // The plain hash takes no less than 16 bytes.
    std::array<std::uint64_t, crypto_generichash_BYTES_MIN / sizeof(std::uint64_t)> hash{};
    crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), sizeof hash,
                       reinterpret_cast<const unsigned char*>(terms.data()), terms.size(), nullptr,
                       0);
    rule.identity = hash.front();
  }
}

}  // namespace mgr
