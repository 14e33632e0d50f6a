// From the text of the four kinds of file to a Configuration. No file is opened here, and names
// are looked up in the database that is passed in, so tests need no files and no root.
// mgr-configure (root); reads what root wrote, and distrusts the typing.
#pragma once

#include <string>
#include <string_view>

#include "policy/configuration.h"
#include "policy/users.h"
#include "protocol/error.h"

namespace mgr {

// One file: its text, and its path as messages name it.
struct SourceText {
  std::string file;
  std::string_view text;
};

// Each adds what its file says, and its warnings, to `into`. Fails with the first error found, as
// "file:line: reason"; then `into` is to be thrown away.

// policy.toml or a file of rules.d. A file may use the principals of those before it, and declares
// none of the same name; its rules come after theirs. A user or group that the database does not
// know is a warning and matches nobody, and so is a key that is none of `into`'s.
[[nodiscard]] Result<void> parse_policy(const SourceText& source, UserDatabase& users,
                                        Configuration& into);

// A file of modules.d. Files may share a module, but no action. An action whose user or group the
// database does not know is a warning, and keeps uid -1.
[[nodiscard]] Result<void> parse_modules(const SourceText& source, UserDatabase& users,
                                         Configuration& into);

// A file of keys.d, about the key of that id. Errors name other keys that are there already.
[[nodiscard]] Result<void> parse_key(const SourceText& source, const std::string& id,
                                     Configuration& into);

// mgr.toml.
[[nodiscard]] Result<void> parse_settings(const SourceText& source, Configuration& into);

}  // namespace mgr
