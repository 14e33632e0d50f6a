// mgrctl, with the caller's own uid. One section of a configd file as an action. Distrusts it.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "client/import/imported.h"
#include "client/import/ini.h"
#include "client/import/program_words.h"

namespace mgr::client {

// Without its name.
[[nodiscard]] ImportedAction configd_action(const IniSection& section, const std::string& file,
                                            const ProgramExists& exists);

// What its key allowed_groups holds, to the letter as configd has it: "a, b" is a and " b".
[[nodiscard]] std::vector<std::string> allowed_groups(const IniSection& section);

// By which names configd knows a section: [a|b.c] is a.c and b.c.
[[nodiscard]] std::vector<std::string> configd_names(const IniSection& section);

}  // namespace mgr::client
