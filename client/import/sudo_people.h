// mgrctl, with the caller's own uid. Whom a sudoers file speaks of: who asks, and as whom a command
// runs. Distrusts the file. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "client/import/imported.h"
#include "client/import/names.h"
#include "client/import/sudoers_syntax.h"

namespace mgr::client {

// The principals that a list of users stands for.
struct SudoWho {
  std::vector<std::string> names;
  std::vector<std::string> needs;    // what no principal can say
  bool leaves_somebody_out = false;  // then a rule for `names` would grant more than sudo did
};

class SudoPeople {
 public:
  explicit SudoPeople(const Sudoers& sudoers) : sudoers_(sudoers) {}

  [[nodiscard]] SudoWho who(const SudoMembers& members, const Source& source);

  // All that who() named, in the order of their first mention.
  [[nodiscard]] std::vector<ImportedPrincipal> principals() && { return std::move(principals_); }

 private:
  const std::string& principal(const SudoMember& member, const Source& source);
  void add_alias(const std::string& alias, ImportedPrincipal& principal, SudoWho& who,
                 std::set<std::string>& open);
  // A negated alias that negates somebody means these.
  static void leave_out(const SudoMember& member, SudoWho& who);
  static void add_member(const std::string& text, ImportedPrincipal& principal, SudoWho& who);

  const Sudoers& sudoers_;
  NameBook names_{"sudo"};
  std::vector<ImportedPrincipal> principals_;
};

// As whom a command runs that nobody said a user for.
[[nodiscard]] std::string default_runas(const Sudoers& sudoers);

struct SudoRunasUsers {
  std::vector<std::string> users;  // empty: cannot be taken over
  std::string note;                // what was chosen, where sudo left a choice
  std::string need;                // why there is none
};

[[nodiscard]] SudoRunasUsers runas_users(const Sudoers& sudoers, const SudoTerms& terms);

}  // namespace mgr::client
