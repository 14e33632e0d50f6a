// mgrctl, with the caller's own uid. Writes what was imported as the files of a policy. Nothing of
// the source's text becomes anything but a string or a comment of one line.
#pragma once

#include <string>

#include "client/import/imported.h"

namespace mgr::client {

// What stands at the beginning of the comment on anything that needs a human.
inline constexpr const char* human_mark = "NEEDS A HUMAN";

// The text of modules.d/NAME.toml.
[[nodiscard]] std::string module_toml(const Imported& imported, const ImportedModule& module);

// The text of rules.d/FORMAT.toml.
[[nodiscard]] std::string rules_toml(const Imported& imported);

// `key = "text"` and a line feed, whatever is in the text.
[[nodiscard]] std::string toml_line(const std::string& key, const std::string& text);

}  // namespace mgr::client
