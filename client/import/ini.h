// mgrctl, with the caller's own uid. The INI files that Python's configparser reads, which is what
// configd uses: sections, `key: value` or `key = value`, whole-line comments with # and ;, and
// lines that begin with a space as the rest of the value above. Distrusts the text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/failure.h"

namespace mgr::client {

struct IniEntry {
  std::string key;  // in lower case
  std::string value;
  unsigned line = 0;
};

struct IniSection {
  std::string name;
  unsigned line = 0;
  std::vector<IniEntry> entries;  // in the order of the file; a key may be there twice
};

// Fails with invalid_request and "file:line: reason" where configparser would not read the file,
// but for a section or a key that is there twice.
[[nodiscard]] Outcome<std::vector<IniSection>> parse_ini(const std::string& file,
                                                         std::string_view text);

// The value of that key, the first where there are several; null where there is none.
[[nodiscard]] const std::string* find_value(const IniSection& section, std::string_view key);

}  // namespace mgr::client
