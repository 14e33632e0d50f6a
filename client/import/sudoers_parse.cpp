// mgrctl, with the caller's own uid; distrusts the text.
#include <algorithm>
#include <array>

#include "client/import/sudoers_cursor.h"
#include "client/import/sudoers_lines.h"
#include "client/import/sudoers_syntax.h"

namespace mgr::client {
namespace {

constexpr std::array<std::string_view, 16> tags{
    "PASSWD",    "NOPASSWD",    "EXEC",       "NOEXEC",       "SETENV", "NOSETENV",
    "LOG_INPUT", "NOLOG_INPUT", "LOG_OUTPUT", "NOLOG_OUTPUT", "MAIL",   "NOMAIL",
    "FOLLOW",    "NOFOLLOW",    "INTERCEPT",  "NOINTERCEPT"};
constexpr std::array<std::string_view, 10> options{
    "ROLE",   "TYPE",    "PRIVS",     "LIMITPRIVS", "CWD",
    "CHROOT", "TIMEOUT", "NOTBEFORE", "NOTAFTER",   "APPARMOR_PROFILE"};

bool is_in(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// One line; every step is false where it is not of the grammar.
class LineParser {
 public:
  LineParser(const SudoersLine& line, const std::string& file, Sudoers& into)
      : cursor_(line.text), source_{file, line.line}, into_(into) {}

  bool parse(std::string_view text) {
    text.remove_prefix(text.find_first_not_of(" \t"));
    if (text.starts_with("Defaults")) return parse_defaults();
    if (text.starts_with("@include") || text.starts_with("#include")) return parse_include();
    if (is_keyword(text, "User_Alias")) return parse_aliases(into_.users);
    if (is_keyword(text, "Runas_Alias")) return parse_aliases(into_.runas);
    if (is_keyword(text, "Host_Alias")) return parse_aliases(into_.hosts);
    if (is_keyword(text, "Cmnd_Alias") || is_keyword(text, "Cmd_Alias")) {
      return parse_aliases(into_.commands);
    }
    return parse_spec();
  }

 private:
  static bool is_keyword(std::string_view text, std::string_view word) {
    return text.starts_with(word) && text.size() > word.size() &&
           (text[word.size()] == ' ' || text[word.size()] == '\t');
  }

  bool parse_include() {
    const bool is_folder = cursor_.take_name()->ends_with("includedir");
    std::string path = cursor_.take_rest();
    if (path.size() > 1 && path.starts_with('"') && path.ends_with('"')) {
      path = path.substr(1, path.size() - 2);
    }
    if (path.empty()) return false;
    into_.includes.push_back({source_, std::move(path), is_folder});
    return true;
  }

  bool parse_defaults() {
    std::string scope = cursor_.take_value().substr(std::string_view("Defaults").size());
    if (!scope.empty() && std::string_view(":@!>").find(scope.front()) == std::string_view::npos) {
      return false;
    }
    if (scope.size() == 1) scope += cursor_.take_value();
    // A list of users with spaces behind its commas.
    while (!scope.empty() && cursor_.take(',')) scope += ',' + cursor_.take_value();
    std::vector<SudoDefault> read;
    do {
      SudoDefault entry{source_, scope, "", "", cursor_.take_negation()};
      auto name = cursor_.take_name();
      if (!name) return false;
      entry.name = std::move(*name);
      if (cursor_.take('=')) entry.value = cursor_.take_value();
      if (entry.name.ends_with('+') || entry.name.ends_with('-')) entry.name.pop_back();
      // "name += value"
      if (const auto sign = cursor_.take_name(); sign) {
        if ((*sign != "+" && *sign != "-") || !cursor_.take('=')) return false;
        entry.value = cursor_.take_value();
      }
      read.push_back(std::move(entry));
    } while (cursor_.take(','));
    if (!cursor_.at_end()) return false;
    into_.defaults.insert(into_.defaults.end(), read.begin(), read.end());
    return true;
  }

  bool read_list(SudoMembers& members) {
    do {
      const bool negated = cursor_.take_negation();
      auto name = cursor_.take_name();
      if (!name) return false;
      members.push_back({std::move(*name), negated});
    } while (cursor_.take(','));
    return true;
  }

  bool read_list(std::vector<SudoCommand>& commands) {
    do {
      SudoCommand command;
      if (!read_command(command)) return false;
      commands.push_back(std::move(command));
    } while (cursor_.take(','));
    return true;
  }

  template <typename T>
  bool parse_aliases(SudoAliases<T>& aliases) {
    (void)cursor_.take_name();
    SudoAliases<T> read;
    do {
      auto name = cursor_.take_capitals_before('=');
      SudoAlias<T> alias{source_, {}};
      if (!name || *name == "ALL" || !read_list(alias.members)) return false;
      const bool is_new = !aliases.contains(*name);
      if (!is_new || !read.emplace(*name, std::move(alias)).second) return false;
    } while (cursor_.take(':'));
    if (!cursor_.at_end()) return false;
    aliases.merge(read);
    return true;
  }

  bool parse_spec() {
    SudoSpec spec{source_, {}, {}, {}};
    std::vector<SudoSpec> read;
    if (!read_list(spec.users)) return false;
    do {
      spec.hosts.clear();
      spec.grants.clear();
      if (!read_list(spec.hosts) || !cursor_.take('=') || !read_grants(spec.grants)) return false;
      read.push_back(spec);
    } while (cursor_.take(':'));
    if (!cursor_.at_end()) return false;
    into_.specs.insert(into_.specs.end(), read.begin(), read.end());
    return true;
  }

  bool read_grants(std::vector<SudoGrant>& grants) {
    SudoTerms terms;
    do {
      SudoGrant grant;
      if (!read_terms(terms) || !read_command(grant.command)) return false;
      grant.terms = terms;
      grants.push_back(std::move(grant));
    } while (cursor_.take(','));
    return true;
  }

  bool read_terms(SudoTerms& terms) {
    if (cursor_.take('(')) {
      SudoRunas runas;
      if (!cursor_.take(':') && !cursor_.take(')')) {
        if (!read_list(runas.users)) return false;
        if (cursor_.take(':') && !read_list(runas.groups)) return false;
        if (!cursor_.take(')')) return false;
      } else if (cursor_.since(cursor_.position() - 1) == ":") {
        if (!read_list(runas.groups) || !cursor_.take(')')) return false;
      }
      terms.runas = std::move(runas);
    }
    for (;;) {
      const std::string word(cursor_.peek_capitals());
      if (is_in(options, word) && cursor_.take_capitals_before('=')) {
        terms.options[word] = cursor_.take_value();
      } else if (is_in(tags, word) && cursor_.take_capitals_before(':')) {
        set_tag(word, terms);
      } else {
        return true;
      }
    }
  }

  static void set_tag(std::string_view tag, SudoTerms& terms) {
    const bool on = !tag.starts_with("NO") || tag == "NOEXEC";
    if (tag.ends_with("PASSWD")) terms.password = on;
    if (tag == "NOEXEC" || tag == "INTERCEPT") terms.noexec = true;
    if (tag == "EXEC" || tag == "NOINTERCEPT") terms.noexec = false;
    if (tag.ends_with("SETENV")) terms.setenv = on;
  }

  bool read_command(SudoCommand& command) {
    command.line = source_.line;
    while (cursor_.take_digest()) {
      command.has_digest = true;
      (void)cursor_.take(',');
    }
    command.negated = cursor_.take_negation();
    (void)cursor_.at_end();
    const std::size_t begin = cursor_.position();
    auto program = cursor_.take_command_word();
    if (!program) return false;
    command.program = std::move(*program);
    while (auto word = cursor_.take_command_word()) command.words.push_back(std::move(*word));
    const std::string_view text = cursor_.since(begin);
    command.text = text.substr(0, text.find_last_not_of(" \t") + 1);
    const bool is_none = command.words.size() == 1 && command.words.front().has_quote &&
                         command.words.front().text == "\"\"";
    if (is_none) command.words.clear();
    if (is_none) {
      command.arguments = SudoCommand::Arguments::none;
    } else if (!command.words.empty()) {
      command.arguments = SudoCommand::Arguments::these;
    }
    return true;
  }

  SudoersCursor cursor_;
  Source source_;
  Sudoers& into_;
};

}  // namespace

bool is_alias_name(std::string_view text) {
  constexpr std::string_view capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  return !text.empty() && text.front() >= 'A' && text.front() <= 'Z' &&
         text.find_first_not_of(capitals) == text.npos;
}

void parse_sudoers(const SourceFile& file, Sudoers& into) {
  for (const SudoersLine& line : join_sudoers_lines(file.text)) {
    if (LineParser(line, file.name, into).parse(line.text)) {
      ++into.good_lines;
    } else {
      into.mistakes.push_back({{file.name, line.line}, "is not understood: `" + line.text + "`"});
    }
  }
}

}  // namespace mgr::client
