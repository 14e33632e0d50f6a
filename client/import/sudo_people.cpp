// mgrctl, with the caller's own uid; distrusts the file.
#include "client/import/sudo_people.h"

#include <algorithm>
#include <optional>

#include "client/import/program_words.h"

namespace mgr::client {
namespace {

// Of "#1000"; not nobody's.
std::optional<std::int64_t> uid_of(const std::string& text) {
  const std::string digits = text.substr(1);
  if (digits.empty() || digits.size() > 10) return std::nullopt;
  if (digits.find_first_not_of("0123456789") != digits.npos) return std::nullopt;
  const std::int64_t uid = std::stoll(digits);
  if (uid == 65534 || uid >= 4294967295) return std::nullopt;
  return uid;
}

std::string why_no_member(const std::string& text) {
  if (text == "ALL") return "ALL is everybody; say who is really meant";
  if (text.starts_with('+')) return "'" + text + "' is a netgroup, which no principal can name";
  if (text.starts_with("%:") || text.starts_with("%#")) {
    return "'" + text + "': a principal names its groups as the machine's group database does";
  }
  if (is_alias_name(text)) return "'" + text + "' is an alias of another file, or a user: say who";
  return "'" + text + "' can be no user or group of a policy";
}

constexpr std::size_t most_members = 1000;

// The runas members with their aliases in place, to a depth and a number that no real file has:
// beyond them, somebody may be left out.
void flatten(const Sudoers& sudoers, const SudoMembers& members, bool negated, int depth,
             SudoMembers& into) {
  for (const SudoMember& member : members) {
    const auto alias = sudoers.runas.find(member.text);
    const bool is_negated = negated != member.negated;
    if (into.size() > most_members) return into.push_back({"more", true});
    if (alias == sudoers.runas.end() || depth == 0) {
      into.push_back({member.text, is_negated});
    } else {
      flatten(sudoers, alias->second.members, is_negated, depth - 1, into);
    }
  }
}

}  // namespace

void SudoPeople::add_member(const std::string& text, ImportedPrincipal& principal, SudoWho& who) {
  const bool is_group = text.starts_with('%') && !text.starts_with("%:") && !text.starts_with("%#");
  const auto uid = text.starts_with('#') ? uid_of(text) : std::nullopt;
  if (uid) {
    principal.uids.push_back(*uid);
  } else if (is_group && is_account_name(text.substr(1))) {
    principal.groups.push_back(text.substr(1));
  } else if (!is_alias_name(text) && text.find_first_of("+%#\\") != 0 && is_account_name(text)) {
    principal.users.push_back(text);
  } else {
    who.needs.push_back(why_no_member(text));
  }
}

void SudoPeople::leave_out(const SudoMember& member, SudoWho& who) {
  who.leaves_somebody_out = true;
  if (!is_alias_name(member.text) || member.text == "ALL") return;
  who.needs.push_back("'!" + member.text + "' is whomever that alias leaves out itself");
}

void SudoPeople::add_alias(const std::string& alias, ImportedPrincipal& principal, SudoWho& who,
                           std::set<std::string>& open) {
  if (!open.insert(alias).second) return;  // in a circle, or in it already
  for (const SudoMember& member : sudoers_.users.at(alias).members) {
    if (member.negated) {
      leave_out(member, who);
    } else if (sudoers_.users.contains(member.text)) {
      add_alias(member.text, principal, who, open);
    } else {
      add_member(member.text, principal, who);
    }
  }
}

SudoWho SudoPeople::who(const SudoMembers& members, const Source& source) {
  SudoWho who;
  for (const SudoMember& member : members) {
    if (member.negated) {
      leave_out(member, who);
      continue;
    }
    ImportedPrincipal principal{source, "", {}, {}, {}, {}};
    std::set<std::string> open;
    if (sudoers_.users.contains(member.text)) {
      principal.source = sudoers_.users.at(member.text).source;
      add_alias(member.text, principal, who, open);
    } else {
      add_member(member.text, principal, who);
    }
    if (principal.users.empty() && principal.groups.empty() && principal.uids.empty()) continue;
    const std::string plain = member.text.starts_with('%')   ? "group-" + member.text.substr(1)
                              : member.text.starts_with('#') ? "uid-" + member.text.substr(1)
                                                             : member.text;
    principal.name = names_.name_of(member.text, "sudo-" + plain);
    who.names.push_back(principal.name);
    if (std::ranges::find(principals_, principal.name, &ImportedPrincipal::name) ==
        principals_.end()) {
      principals_.push_back(std::move(principal));
    }
  }
  return who;
}

std::string default_runas(const Sudoers& sudoers) {
  std::string user = "root";
  for (const SudoDefault& entry : sudoers.defaults) {
    if (entry.name == "runas_default" && entry.scope.empty() && !entry.value.empty()) {
      user = entry.value;
    }
  }
  return user;
}

namespace {

bool has_default_for_some(const Sudoers& sudoers) {
  return std::ranges::any_of(sudoers.defaults, [](const SudoDefault& entry) {
    return entry.name == "runas_default" && !entry.scope.empty();
  });
}

}  // namespace

SudoRunasUsers runas_users(const Sudoers& sudoers, const SudoTerms& terms) {
  const std::string otherwise = default_runas(sudoers);
  SudoMembers members{{"ALL"}};
  bool has_choice = false;
  if (terms.runas) {
    if (terms.runas->users.empty()) {
      return {{}, "", "runs as its caller, with another group at most: mgr names a user"};
    }
    members.clear();
    has_choice = !terms.runas->groups.empty();
    flatten(sudoers, terms.runas->users, false, 16, members);
  }
  SudoRunasUsers result;
  for (const SudoMember& member : members) {
    std::string user = member.text == "#0" ? "root" : member.text;
    if (member.negated) return {{}, "", "its runas list leaves somebody out (!" + user + ")"};
    if (user == "ALL") {
      if (has_default_for_some(sudoers)) {
        return {{}, "", "Defaults set runas_default for some only, so as whom it runs is open"};
      }
      user = otherwise;
      has_choice = has_choice || terms.runas;
    }
    const bool is_name =
        user == "nobody" || (is_account_name(user) && user.find_first_of("%+#") != 0);
    if (!is_name) return {{}, "", "cannot run as '" + user + "': mgr names a user"};
    if (std::ranges::find(result.users, user) == result.users.end()) result.users.push_back(user);
  }
  if (has_choice) {
    result.note = "sudo's -u or -g could choose as whom it runs; here it is the default.";
  }
  return result;
}

}  // namespace mgr::client
