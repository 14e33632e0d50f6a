// Fuzz target: a policy as a daemon sends it to mgrctl. One that decodes is explained: for every
// action, to somebody, to nobody and over the network, and the lines that would grant are ASCII.
#include <algorithm>

#include "policy/explain.h"
#include "protocol/archive.h"
#include "tests/fuzz/property.h"

namespace {

constexpr std::size_t most_actions = 64;  // of one input, so that none takes long

bool is_harmless(char byte) { return byte == '\n' || (byte >= 0x20 && byte < 0x7F); }

void check_explanation(const mgr::Explanation& found) {
  const bool invalid = found.verdict == mgr::Verdict::invalid;
  require(!found.reason.empty() && (!invalid || found.rule == nullptr));
  require(found.grant.has_value() == (found.no_grant.empty() && found.rule == nullptr));
  if (found.grant) require(std::ranges::all_of(found.grant->lines, is_harmless));
  if (found.verdict == mgr::Verdict::allow) require(found.rule != nullptr && found.rule->allow);
}

void explain_all(const mgr::Explainer& explainer) {
  std::size_t actions = 0;
  for (const mgr::KnownModule& module : explainer.known()) {
    for (const mgr::KnownAction& action : module.actions) {
      if (++actions > most_actions) return;
      mgr::Question question{{{}, "", false}, module.name, action.name, {}};
      for (const std::optional<uid_t> uid : {std::optional<uid_t>(), {0}, {33}, {65534}}) {
        question.caller.subject = {uid, {33}};
        check_explanation(explainer.explain(question));
      }
      for (const mgr::Argument& argument : action.arguments) {
        question.arguments.push_back({argument.name, "1"});
      }
      question.caller = {{{}, {}, "alice"}, "", false};
      check_explanation(explainer.explain(question));
      question.caller = {{33, {}}, "www-data", false};
      check_explanation(explainer.explain(question));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto review = mgr::decode_review(bytes);
  if (!review) return 0;
  require(mgr::encode(*review) == bytes);
  explain_all(mgr::Explainer(std::move(*review)));
  return 0;
}
