// Says by itself, without the code under test and its libraries, which texts are of a type: each
// grammar of policy/POLICY.md read once more, character by character.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/argument.h"

namespace mgr {

// The elements of a value, where all are of the type and the value may be taken.
[[nodiscard]] std::optional<std::vector<std::string>> elements_of(const ArgumentType& type,
                                                                  const std::string& value);

// The pieces of a text between those bytes: one more than there are.
[[nodiscard]] std::vector<std::string> split(const std::string& text, char separator);

}  // namespace mgr
