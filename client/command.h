// mgrctl, with the caller's own uid. From the words of the command line to a request: what is wrong
// with them is told here, before anything is sent.
#pragma once

#include <string>
#include <vector>

#include "client/catalogue.h"
#include "client/client.h"

namespace mgr::client {

// `mgrctl MODULE ACTION VALUE…`, where a VALUE is name=value, or the first argument's value alone.
// `ping`, `version`, `whoami` and `modules` stand for those actions of the module mgr.
struct Command {
  std::string module;
  std::string action;  // empty where the command line ends before it
  std::vector<std::string> values;
  bool shorthand = false;
};

// `words` holds at least one. Fails with invalid_request for a module or action that is no name.
[[nodiscard]] Outcome<Command> parse_command(const std::vector<std::string>& words);

// True where the values are understood only with the schema at hand.
[[nodiscard]] bool needs_catalogue(const Command& command);

// The request, checked against the schema. Fails with invalid_request, and says what there is
// instead, for an unknown module, action or argument, one given twice, or a required one missing.
[[nodiscard]] Outcome<Request> bind_command(const Command& command, const Catalogue& catalogue);

// The request without a schema, for callers who may not read it: every value must be name=value,
// and what is wrong with them is left to the daemon.
[[nodiscard]] Outcome<Request> bind_command(const Command& command);

}  // namespace mgr::client
