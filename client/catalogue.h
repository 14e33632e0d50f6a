// mgrctl, with the caller's own uid. Distrusts the schema: whoever took the broker over may send
// module names like `$(cmd)`, so a name is a name (is_name) or the whole schema is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/argument_type.h"
#include "client/failure.h"
#include "policy/policy.h"

namespace mgr::client {

// What the daemon says can be asked for: the data of `mgr modules`. Names and limits are checked;
// summaries, types and helps are free text and pass harmless() before they are shown.
struct ArgumentHelp {
  std::string name, type, help;
  bool required = false;
  bool is_list = false;
  std::optional<ArgumentType> limits{};  // nothing for a type that is not known here
  std::string pattern{};                 // of the type, which `limits` does not hold; RE2

  [[nodiscard]] bool is(TypeKind kind) const { return limits && limits->kind == kind; }
  // A secret or the body, which never stand on the command line.
  [[nodiscard]] bool is_input() const { return is(TypeKind::secret) || is(TypeKind::blob); }
};

// How an action is answered; unknown where a later version has another way.
enum class ActionMode { unknown, reply, job, output, stream };

struct ActionHelp {
  std::string name, summary;
  std::vector<ArgumentHelp> arguments;
  ActionMode mode = ActionMode::unknown;
  bool confirm = false;  // wants mgr-confirm:yes
  Proof min_proof = Proof::none;

  [[nodiscard]] const ArgumentHelp* find(std::string_view argument) const;
  // The argument whose value is the body; nullptr where there is none.
  [[nodiscard]] const ArgumentHelp* body() const;
  // Those whose values may stand without a name, in the order in which they do: the required ones,
  // then the optional ones, as declared.
  [[nodiscard]] std::vector<const ArgumentHelp*> positionals() const;
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
// the grammar, an argument has a reserved name, or a limit of its type is none. Members that it
// does not know it passes over.
[[nodiscard]] Outcome<Catalogue> parse_catalogue(std::string_view data_json);

}  // namespace mgr::client
