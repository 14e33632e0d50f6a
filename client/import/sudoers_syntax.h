// mgrctl, with the caller's own uid. A sudoers file (sudoers(5)) as a tree: aliases are not looked
// up yet, since one may stand behind its use. Distrusts the text. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/import/imported.h"

namespace mgr::client {

// One of a list of users, hosts or runas users: "alice", "%wheel", "#0", "+net", "ALL", an alias.
struct SudoMember {
  std::string text;  // unescaped, with its prefix
  bool negated = false;
};
using SudoMembers = std::vector<SudoMember>;

struct SudoWord {
  std::string text;  // unescaped
  bool has_wildcard = false;
  bool has_escaped_wildcard = false;  // or backslash: in `text` it looks like a wildcard
  bool is_regex = false;
  bool has_quote = false;
};

struct SudoCommand {
  enum class Arguments { any, none, these };
  bool negated = false;
  bool has_digest = false;
  SudoWord program;  // a path, "ALL", "sudoedit", an alias
  Arguments arguments = Arguments::any;
  std::vector<SudoWord> words;  // of `these`
  std::string text;             // as it stands there, for people
  unsigned line = 0;
};

struct SudoRunas {
  SudoMembers users, groups;
};

// What stands before a command, and holds for those after it too.
struct SudoTerms {
  std::optional<SudoRunas> runas;
  std::map<std::string, std::string> options;  // "CWD", "TIMEOUT", …
  std::optional<bool> password;                // PASSWD, NOPASSWD
  bool noexec = false;                         // NOEXEC, INTERCEPT
  bool setenv = false;
};

struct SudoGrant {
  SudoTerms terms;
  SudoCommand command;
};

struct SudoSpec {
  Source source;
  SudoMembers users, hosts;
  std::vector<SudoGrant> grants;
};

struct SudoDefault {
  Source source;
  std::string scope;  // "" for everybody, else as it stands there: ":alice"
  std::string name, value;
  bool negated = false;
};

template <typename T>
struct SudoAlias {
  Source source;
  T members;
};
template <typename T>
using SudoAliases = std::map<std::string, SudoAlias<T>>;

struct Sudoers {
  SudoAliases<SudoMembers> users, runas, hosts;
  SudoAliases<std::vector<SudoCommand>> commands;
  std::vector<SudoSpec> specs;
  std::vector<SudoDefault> defaults;
  struct Include {
    Source source;
    std::string path;
    bool is_folder = false;
  };
  std::vector<Include> includes;
  std::vector<Aside> mistakes;  // lines that are not of the grammar
  std::size_t good_lines = 0;
};

// Whether it can be an alias, or ALL: capitals, digits and '_'.
[[nodiscard]] bool is_alias_name(std::string_view text);

// Adds what the file says.
void parse_sudoers(const SourceFile& file, Sudoers& into);

}  // namespace mgr::client
