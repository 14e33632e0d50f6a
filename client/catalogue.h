// mgrctl, with the caller's own uid. Distrusts the schema: whoever took the broker over may send
// module names like `$(cmd)`, so a name is a name (is_name) or the whole schema is refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/failure.h"

namespace mgr::client {

// What the daemon says can be asked for: the data of `mgr modules`. Names are checked; summaries,
// types and helps are free text and pass harmless() before they are shown.
struct ArgumentHelp {
  std::string name, type, help;
  bool required = false;
};

struct ActionHelp {
  std::string name, summary;
  std::vector<ArgumentHelp> arguments;
  [[nodiscard]] const ArgumentHelp* find(std::string_view argument) const;
};

struct ModuleHelp {
  std::string name, summary;
  std::vector<std::string> aliases;  // names too, but for A-Z in them
  std::vector<ActionHelp> actions;
  [[nodiscard]] const ActionHelp* find(std::string_view action) const;
};

struct Catalogue {
  std::vector<ModuleHelp> modules;
  // By name or alias, whatever the case; nullptr where there is none.
  [[nodiscard]] const ModuleHelp* find(std::string_view module) const;
};

// Fails with bad_reply where the shape is not that of PROTOCOL.md ("The schema"), a name is outside
// the grammar, or an argument has a reserved name.
[[nodiscard]] Outcome<Catalogue> parse_catalogue(std::string_view data_json);

}  // namespace mgr::client
