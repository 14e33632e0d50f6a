// mgrctl, with the caller's own uid. The words of the command line, as a module, an action and
// values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/failure.h"

namespace mgr::client {

// `mgrctl MODULE ACTION VALUE…`, where a VALUE is name=value, or the value alone of the argument
// whose turn it is. `ping`, `version`, `whoami` and `modules` stand for those actions of mgr.
struct Command {
  std::string module;
  std::string action;  // empty where the command line ends before it
  std::vector<std::string> values;
  std::size_t plain_from = SIZE_MAX;  // from this value on none has a name: they stand behind `--`
  bool shorthand = false;
};

// `words` holds at least one; those from `plain_from` on stand behind `--`. Fails with
// invalid_request for a module or action that is no name.
[[nodiscard]] Outcome<Command> parse_command(const std::vector<std::string>& words,
                                             std::size_t plain_from = SIZE_MAX);

// True where the values are understood only with the schema at hand.
[[nodiscard]] bool needs_catalogue(const Command& command);

}  // namespace mgr::client
