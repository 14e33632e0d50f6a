// What is expected of a policy: a table of requests and decisions, kept beside it. mgrctl; reads
// what a policy's author wrote, and distrusts the typing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/explain.h"
#include "policy/parse.h"
#include "protocol/error.h"

namespace mgr {

struct Expectation {
  std::string file;
  unsigned line = 0;
  // Who asks: one of these. A user of this machine, by name or uid; a uid, whose groups are
  // `groups`, names or numbers; the signer of a key, by its id; a principal, of which this machine
  // may know nobody; or somebody on the network, without proof.
  std::optional<std::string> as, key, principal;
  std::optional<uid_t> uid;
  std::vector<std::string> groups;
  bool network = false;

  std::string module, action;
  std::vector<Field> arguments;
  Verdict decision = Verdict::deny;
  std::string rule;  // the end of the "file:line" that decides; "" for any
  std::string note;  // for people
};

// The [[expect]]s of a file, one at least. Fails with the first error, as "file:line: reason".
[[nodiscard]] Result<std::vector<Expectation>> parse_expectations(const SourceText& source);

}  // namespace mgr
