// mgrctl, with the caller's own uid; distrusts the file.
#include "client/import/sudo_action.h"

#include <fnmatch.h>

#include <algorithm>

#include "client/display.h"
#include "protocol/text.h"

namespace mgr::client {
namespace {

constexpr std::size_t longest_summary = 120;

// Matching takes time with the power of the number of '*': so many are looked into, and of more it
// is assumed that they match.
constexpr std::ptrdiff_t most_stars = 2;

bool may_match(const std::string& pattern, const std::string& text) {
  return std::ranges::count(pattern, '*') > most_stars ||
         ::fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// /bin and /usr/bin are one folder on most machines.
std::string without_usr(const std::string& path) {
  return path.starts_with("/usr/") ? path.substr(4) : path;
}

// Whether a denial of `word` may mean the program. sudo goes by the file that is there, so a
// program of that name in another folder may be the same; and an alias that is nowhere may be in a
// file that was not named.
bool may_mean(const SudoWord& word, const std::string& program) {
  const std::string& pattern = word.text;
  if (word.is_regex || is_alias_name(pattern)) return true;
  if (word.has_wildcard && word.has_escaped_wildcard) return true;  // not looked into
  if (pattern.ends_with('/')) {
    return without_usr(pattern) + std::string(base_name(program)) == without_usr(program);
  }
  if (!word.has_wildcard) return base_name(pattern) == base_name(program);
  return may_match(pattern, program) || may_match(without_usr(pattern), without_usr(program));
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (&word == words.data() ? "" : " ") + word;
  return text;
}

// Why no action at all comes of it.
std::string why_none(const SudoCommand& command) {
  const std::string& program = command.program.text;
  if (program == "ALL") {
    return "ALL commands are never taken over: as root that is all of the machine; declare the "
           "actions that are really needed";
  }
  if (command.program.is_regex || command.program.has_wildcard) {
    return "its program is a pattern: declare an action for each program that is meant";
  }
  if (program.starts_with("sudoedit")) {
    return "sudoedit has no like here: declare an action that checks and installs the file, which "
           "it takes as a blob";
  }
  if (!program.starts_with('/')) return "is neither an absolute path nor an alias";
  if (program.ends_with('/')) {
    return "is every program of a folder: declare an action for each that is meant";
  }
  const auto is_regex = [](const SudoWord& word) { return word.is_regex; };
  if (std::ranges::any_of(command.words, is_regex)) {
    return "its arguments are a regular expression: declare each as an argument of its own type";
  }
  return "";
}

class ActionBuilder {
 public:
  ActionBuilder(const SudoCommand& command, const SudoTerms& terms, const std::string& user)
      : command_(command), terms_(terms) {
    action_.user = user;
    action_.mode = "output";
    action_.timeout = "1h";
    action_.confirm = terms.password.value_or(true);
    action_.summary = shortened(command.text, longest_summary);
  }

  ImportedAction build(const ProgramExists& exists) {
    action_.command = {command_.program.text};
    for (const SudoWord& word : command_.words) add(word);
    if (command_.arguments == SudoCommand::Arguments::any) {
      need(action_.remarks,
           "sudo lets any arguments follow; this runs it with none: declare those that are meant");
    }
    if (command_.has_digest) {
      sketch(
          "sudo checked the program's digest, which mgr does not: nobody but root may be able to "
          "write " +
          command_.program.text + ", nor the folders above it");
    }
    for (const auto& [name, value] : terms_.options) take_option(name, value);
    if (terms_.noexec) {
      need(action_.remarks, "NOEXEC kept it from starting other programs, which nothing here does");
    }
    if (terms_.setenv) {
      action_.remarks.notes.emplace_back("SETENV: a caller's variables never reach an action.");
    }
    check_command(action_, exists);
    return std::move(action_);
  }

 private:
  void add(const SudoWord& word) {
    if (word.has_quote) sketch("sudo takes the quotes in `" + word.text + "` to the letter");
    if (!word.has_wildcard) return action_.command.push_back(word.text);
    sketch("the wildcard in `" + word.text +
           "` also matches spaces, slashes and further arguments; say what the argument may be");
    const std::string name = "arg" + std::to_string(action_.arguments.size() + 1);
    const std::string_view program = base_name(command_.program.text);
    if (program == "systemctl" || program == "service") {
      action_.arguments.push_back({name, "unit", "", {}, 0});
    } else {
      action_.arguments.push_back({name, "enum", "", {"this", "that"}, 0});
    }
    action_.command.push_back('{' + name + '}');
  }

  void take_option(const std::string& name, const std::string& value) {
    if (name == "CWD" && value.starts_with('/') && is_value(value) &&
        value.find_first_of("*~") == value.npos) {
      action_.cwd = value;
    } else if (name == "TIMEOUT" && is_seconds(value)) {
      action_.timeout = value + "s";
    } else {
      sketch(name + '=' + value + " has no like here");
    }
  }

  static bool is_seconds(const std::string& value) {
    return !value.empty() && value.size() <= 6 && value.front() != '0' &&
           value.find_first_not_of("0123456789") == value.npos;
  }

  void sketch(std::string why) {
    need(action_.remarks, std::move(why));
    action_.is_sketch = true;
  }

  const SudoCommand& command_;
  const SudoTerms& terms_;
  ImportedAction action_;
};

}  // namespace

tl::expected<ImportedAction, std::string> sudo_action(const SudoCommand& command,
                                                      const SudoTerms& terms,
                                                      const std::string& user,
                                                      const ProgramExists& exists) {
  if (std::string why = why_none(command); !why.empty()) return tl::unexpected(std::move(why));
  ImportedAction action = ActionBuilder(command, terms, user).build(exists);
  if (action.command.empty()) return tl::unexpected(action.remarks.needs.front());
  return action;
}

std::string action_words(const ImportedAction& action) {
  std::string text(base_name(action.command.front()));
  for (auto word = action.command.begin() + 1; word != action.command.end(); ++word) {
    text += ' ' + *word;
  }
  return text;
}

bool covers(const SudoCommand& command, const ImportedAction& action) {
  const bool is_program = may_mean(command.program, action.command.front());
  if (!is_program || command.arguments == SudoCommand::Arguments::any) return is_program;
  std::vector<std::string> wanted;
  bool is_pattern = false, is_open = false;
  for (const SudoWord& word : command.words) {
    if (word.is_regex) return true;  // not looked into
    wanted.push_back(word.text);
    is_pattern = is_pattern || word.has_wildcard;
    is_open = is_open || word.has_escaped_wildcard;
  }
  if (is_pattern && is_open) return true;  // nor is this
  const std::string given = joined({action.command.begin() + 1, action.command.end()});
  return is_pattern ? may_match(joined(wanted), given) : joined(wanted) == given;
}

}  // namespace mgr::client
