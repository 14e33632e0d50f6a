// mgrctl, with the caller's own uid. An explanation, for people and as JSON. Distrusts the policy:
// its texts come from a daemon or from anybody's files.
#pragma once

#include <string>

#include "policy/explain.h"

namespace mgr::client {

// What was asked, as it is told to people: "www-data", "scan start task_ids=1,2".
struct Asked {
  std::string caller, request;
};

// The decision in the first line; then the rule, why, the terms, and the lines that would grant it.
// Harmless on a terminal, each line ended by a line feed.
[[nodiscard]] std::string explanation_text(const Explanation& explanation, const Asked& asked);

// The same as an object on one line, in ASCII; man page, "JSON".
[[nodiscard]] std::string explanation_json(const Explanation& explanation, const Asked& asked);

// "scan start task_ids=1,2"
[[nodiscard]] std::string request_words(const Question& question);

}  // namespace mgr::client
