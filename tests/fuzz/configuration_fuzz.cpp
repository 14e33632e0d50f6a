// Fuzz target: what mgr-configure hands to the helper, and the helper's part of it. What decodes
// has one encoding, and can be decided by.
#include "policy/compiled.h"
#include "policy/decide.h"
#include "tests/fuzz/property.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto outcome = mgr::decode<mgr::CompileOutcome>(bytes);
  if (outcome) require(mgr::encode(*outcome) == bytes);
  const auto configuration =
      mgr::decode_configuration(outcome ? std::string_view(outcome->configuration) : bytes);
  if (!configuration) return 0;
  require(mgr::encode(*configuration) ==
          (outcome ? std::string_view(outcome->configuration) : bytes));
  require(configuration->format == mgr::compiled_format);
  const mgr::Decider decider(configuration->policy);
  for (const mgr::Rule& rule : configuration->policy.rules) {
    for (const std::size_t who : rule.who) require(who < configuration->policy.principals.size());
    if (rule.modules.empty() || rule.actions.empty()) continue;
    for (const uid_t uid : {0U, 33U, 65534U}) {
      const auto decision = decider.decide({uid, {uid}}, rule.modules[0], rule.actions[0], {});
      require(!decision || decision->rule().allow);
    }
  }
  return 0;
}
