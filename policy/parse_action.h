// The parts of an action in modules.d; parse_modules.cpp puts them together.
// mgr-configure (root).
#pragma once

#include <vector>

#include "policy/run_settings.h"
#include "policy/table_reader.h"
#include "policy/type_name.h"
#include "policy/users.h"

namespace mgr {

// The value of a key that has one of the words of an enumeration; another word is an error.
template <typename Enum>
[[nodiscard]] Enum read_word(TableReader& table, std::string_view key, Enum otherwise) {
  const auto found = find_word<Enum>(table.text(key, std::string(word_of(otherwise))));
  if (!found) table.error(key, "must be " + all_words<Enum>());
  return found.value_or(otherwise);
}

// [module.X.action.Y.arg.NAME], each a member of `tables`, in order. What is wrong goes to
// `findings`.
[[nodiscard]] std::vector<Argument> read_arguments(std::span<const TomlValue> tables,
                                                   Findings& findings);

// The keys of [module.X.action.Y] that say how its command is run. Where the action declares
// arguments, each `{…}` of the command must name one of them; else what fills them is the module's
// to know. A user or group that is unknown here is a warning, and uid stays -1.
[[nodiscard]] RunSettings read_run_settings(TableReader& table,
                                            const std::vector<Argument>& arguments,
                                            UserDatabase& users);

// Of those keys, what a job may use and what it may do and see, into `run`.
void read_confinement(TableReader& table, RunSettings& run);

}  // namespace mgr
