// mgrctl, with the caller's own uid. From a command to a request: what is wrong with it is told
// here, before anything is sent. Distrusts the schema.
#pragma once

#include <string>

#include "client/catalogue.h"
#include "client/client.h"
#include "client/command.h"

namespace mgr::client {

// An action of a catalogue, which must outlive it.
struct ChosenAction {
  const ModuleHelp* module = nullptr;
  const ActionHelp* action = nullptr;
  [[nodiscard]] std::string name() const { return module->name + " " + action->name; }
};

// Fails with invalid_request, and says what there is instead.
[[nodiscard]] Outcome<ChosenAction> choose_action(const Command& command,
                                                  const Catalogue& catalogue);

// The request with the arguments of the command line, each checked against its type. A word
// name=value goes to that argument; the others to those that are left, in the order of
// ActionHelp::positionals(), and the last of them, where it is a list, takes all that remain. Fails
// with invalid_request for an unknown or a missing argument, one given twice, a word too many, a
// value not of its type, and a secret or a body among the words.
[[nodiscard]] Outcome<Request> bind_values(const Command& command, const ChosenAction& chosen);

// The request without a schema, for callers who may not read it: every value must be name=value,
// and what is wrong with them is left to the daemon.
[[nodiscard]] Outcome<Request> bind_without_schema(const Command& command);

// A longer pattern is not compiled here: the daemon has the last word anyway.
inline constexpr std::size_t max_pattern_length = 1024;

// Fails with invalid_request where the value is known not to be of the argument's type; `action` is
// "MODULE ACTION". The value is not repeated.
[[nodiscard]] Outcome<void> check_argument(const std::string& action, const ArgumentHelp& argument,
                                           const std::string& value);

// "ZONE [VIEW] [HOSTS…] --body FILE": what stands behind the action.
[[nodiscard]] std::string argument_usage(const ActionHelp& action);

}  // namespace mgr::client
