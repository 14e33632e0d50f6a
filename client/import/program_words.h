// mgrctl, with the caller's own uid. What every import checks of a command and of a name, so that
// what is written loads. Distrusts the texts.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "client/import/imported.h"

namespace mgr::client {

// Whether a program is on this machine.
using ProgramExists = std::function<bool(const std::string& path)>;

// Makes a sketch of an action whose command mgr would refuse, or takes the command away where it
// cannot be written at all, and says why; notes a program that this machine lacks.
void check_command(ImportedAction& action, const ProgramExists& exists);

// Whether `name` can be the name of a user or group in a policy. Nobody's are none: whoever the
// kernel cannot name has their number.
[[nodiscard]] bool is_account_name(std::string_view name);

// "file:line"
[[nodiscard]] std::string place(const Source& source);

// Says why a human is needed, once.
void need(Remarks& remarks, std::string reason);

// How many of the things above need a human, and how many actions are written to be in force.
struct ImportCount {
  std::size_t actions = 0, rules = 0, humans = 0;
};
[[nodiscard]] ImportCount count_of(const Imported& imported);

}  // namespace mgr::client
