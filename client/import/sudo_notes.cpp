// mgrctl, with the caller's own uid; distrusts the file.
#include "client/import/sudo_notes.h"

#include <strings.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace mgr::client {
namespace {

using Named = std::pair<std::string_view, std::string_view>;

// What mgr does instead.
constexpr std::array<Named, 7> instead{{
    {"env_keep", "no variable of a caller reaches an action; give it those that it needs in `env`"},
    {"env_check", "no variable of a caller reaches an action"},
    {"env_reset", "an action has mgr's own environment, always"},
    {"setenv", "no variable of a caller reaches an action"},
    {"secure_path", "the PATH of an action is /usr/sbin:/usr/bin:/sbin:/bin; `env` sets another"},
    {"umask", "the umask of an action is 077; `umask` sets another"},
    {"runas_default", "taken over as the `user` of what names none"},
}};

// What kept somebody from something, and is not kept here.
constexpr std::array<Named, 3> lost{{
    {"noexec", "nothing here keeps a command from starting others"},
    {"requiretty", "nothing here wants a terminal"},
    {"runas_default", "it is for some only: what names no user is left out"},
}};

const Named* find(const auto& table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &Named::first);
  return found == table.end() ? nullptr : &*found;
}

void note_default(const SudoDefault& entry, std::vector<Aside>& asides) {
  const std::string title = "Defaults" + entry.scope + " " + entry.name + ": ";
  const Named* same = find(instead, entry.name);
  const Named* less = entry.negated ? nullptr : find(lost, entry.name);
  const bool is_taken_over = entry.name == "runas_default" && entry.scope.empty();
  if (less != nullptr && !is_taken_over) {
    asides.push_back({entry.source, title + std::string(less->second)});
  } else if (same != nullptr) {
    asides.push_back({entry.source, title + std::string(same->second), false});
  }
}

bool is_among(const Sudoers::Include& include, const std::vector<SourceFile>& files) {
  return std::ranges::any_of(files, [&](const SourceFile& file) {
    return include.is_folder ? file.name.starts_with(include.path + "/")
                             : file.name == include.path;
  });
}

struct HostsView {
  bool has_this = false, is_open = false;
  std::set<std::string> seen;  // aliases: each is looked into once
};

std::string first_label(const std::string& host) { return host.substr(0, host.find('.')); }

// A netgroup, an address, a pattern, an alias of another file, or this host by another name.
bool may_be(const std::string& text, const std::string& host) {
  return text.empty() || is_alias_name(text) || text.find_first_of("+*?[/:\\") != text.npos ||
         text.find_first_not_of("0123456789.") == text.npos ||
         ::strcasecmp(first_label(text).c_str(), first_label(host).c_str()) == 0;
}

void look(const Sudoers& sudoers, const SudoMembers& hosts, const std::string& host,
          HostsView& view) {
  for (const SudoMember& member : hosts) {
    view.is_open = view.is_open || member.negated;
    const auto alias = sudoers.hosts.find(member.text);
    if (alias == sudoers.hosts.end()) {
      const bool is_this =
          member.text == "ALL" || member.text == host || member.text == first_label(host);
      view.has_this = view.has_this || is_this;
      view.is_open = view.is_open || (!is_this && may_be(member.text, host));
    } else if (view.seen.insert(alias->first).second) {
      look(sudoers, alias->second.members, host, view);
    }
  }
}

}  // namespace

std::vector<Aside> notes_on(const Sudoers& sudoers, const std::vector<SourceFile>& files) {
  std::vector<Aside> asides = sudoers.mistakes;
  for (const Sudoers::Include& include : sudoers.includes) {
    if (is_among(include, files)) continue;
    asides.push_back({include.source,
                      "includes " + include.path + ", which is not looked into: name " +
                          (include.is_folder ? "its files" : "it") + " on the command line too"});
  }
  for (const SudoDefault& entry : sudoers.defaults) note_default(entry, asides);
  return asides;
}

HostFit fit_host(const Sudoers& sudoers, const SudoMembers& hosts, const std::string& host) {
  HostsView view;
  look(sudoers, hosts, host, view);
  if (view.is_open) return HostFit::perhaps;
  return view.has_this ? HostFit::yes : HostFit::no;
}

std::string text_of(const SudoMembers& members) {
  std::string text;
  for (const SudoMember& member : members) {
    text += (text.empty() ? "" : ", ") + std::string(member.negated ? "!" : "") + member.text;
  }
  return text;
}

bool is_password_off(const Sudoers& sudoers) {
  bool off = false;
  for (const SudoDefault& entry : sudoers.defaults) {
    if (entry.name == "authenticate" && entry.scope.empty()) off = entry.negated;
  }
  return off;
}

}  // namespace mgr::client
