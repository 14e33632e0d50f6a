// mgrctl, pure; distrusts whoever may ask for the action.
#include "policy/lint/escapes.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "policy/lint/element.h"
#include "policy/lint/option.h"

namespace mgr {
namespace {

// What an option does with its value: runs it, opens it, or nothing that is known.
enum class Use { none, file, code };

bool ends_a_word(char c) { return c == ' ' || c == ',' || c == ';'; }

// By what the table says of it: "-z runs a program, -w writes any file".
Use use_of(std::string_view option, std::string_view text) {
  for (auto at = text.find(option); at != std::string_view::npos; at = text.find(option, at + 1)) {
    const auto behind = at + option.size();
    if (at > 0 && !ends_a_word(text[at - 1])) continue;
    if (behind < text.size() && !ends_a_word(text[behind])) continue;
    const std::string_view rest = text.substr(behind);
    const auto first_of = [&](std::initializer_list<std::string_view> words) {
      std::size_t first = std::string_view::npos;
      for (const std::string_view word : words) first = std::min(first, rest.find(word));
      return first;
    };
    return first_of({" run", "load", "make root", "give"}) < first_of({"writ", "read", "send"})
               ? Use::code
               : Use::file;
  }
  return Use::none;
}

// "--name" of "--name=x", "-x" of "-xvalue".
std::string_view glued_name(std::string_view element) {
  return element.starts_with("--") ? element.substr(0, element.find('=')) : element.substr(0, 2);
}

// Of an option whose value is the next element: "-G" of "-aG".
std::string alone_name(std::string_view element, std::string_view text) {
  if (element.starts_with("--") || use_of(element, text) != Use::none) return std::string(element);
  return {'-', element.back()};
}

class EscapeLint {
 public:
  EscapeLint(const DeclaredAction& action, const EscapeProgram& escape, std::size_t program,
             std::vector<Finding>& findings)
      : action_(action),
        argv_(action.run.argv),
        escape_(escape),
        program_(program),
        findings_(findings) {}

  void look() {
    bool guarded = false;
    for (std::size_t i = program_ + 1; i < argv_.size(); ++i) {
      if (argv_[i] == "--") guarded = true;
      if (!guarded && look_at_option(i)) return;
      if ((guarded || !is_option(argv_[i])) && look_at_operand(i, guarded)) return;
    }
  }

 private:
  const Argument* find_for(Use use, std::string_view element) const {
    if (use == Use::code) return find_untamed(action_, element);
    const Argument* argument = find_free(action_, element);
    return argument == nullptr && use == Use::file ? find_file_name(action_, element) : argument;
  }

  bool look_at_option(std::size_t i) {
    if (escape_.options.empty()) return false;
    const std::string& element = argv_[i];
    if (is_option(element)) {
      const Argument* argument = find_for(use_of(glued_name(element), escape_.options), element);
      return argument != nullptr &&
             add("option-injection", *argument,
                 "is glued to an option of " + name() + ", whose value it chooses: ",
                 escape_.options);
    }
    const std::string& before = argv_[i - 1];
    if (i == program_ + 1 || !is_option(before) || before.find('=') != std::string::npos) {
      return false;
    }
    const std::string option = alone_name(before, escape_.options);
    const Use use = use_of(option, escape_.options);
    const Argument* argument = use == Use::none ? nullptr : find_for(use, element);
    return argument != nullptr &&
           add("option-injection", *argument, "is the value of " + option + " of " + name() + ": ",
               escape_.options);
  }

  bool look_at_operand(std::size_t i, bool guarded) {
    const std::string& element = argv_[i];
    const bool any_word = is_any_word_enough();
    const bool first = !std::exchange(had_operand_, true);
    if (element.find('{') == std::string::npos) {
      if (is_command(element)) behind_command_ = true;
      return false;
    }
    if (!escape_.operands.empty()) {
      const bool chooses = first && !escape_.commands.empty() && escape_.commands != "*";
      const Argument* argument = find_for(any_word || chooses ? Use::code : Use::file, element);
      return argument != nullptr &&
             add("escape-program", *argument,
                 (chooses ? "says what " : "is an operand of ") + name() +
                     (chooses ? " is to do: " : ", which takes more than it seems: "),
                 escape_.operands);
    }
    const Argument* argument =
        guarded || escape_.options.empty() ? nullptr : find_free(action_, element);
    return argument != nullptr &&
           add("unguarded-operand", *argument,
               "is a free text among the words of " + name() +
                   ". mgr lets no value begin with '-', and that alone keeps it from an option: ",
               escape_.options);
  }

  bool is_any_word_enough() const { return behind_command_ || escape_.commands == "*"; }

  bool is_command(std::string_view word) const {
    const auto at = escape_.commands.find(word);
    if (word.empty() || at == std::string_view::npos) return false;
    const auto end = at + word.size();
    return (at == 0 || escape_.commands[at - 1] == ' ') &&
           (end == escape_.commands.size() || escape_.commands[end] == ' ');
  }

  std::string name() const { return std::string(escape_.name); }

  bool add(const char* code, const Argument& argument, const std::string& what,
           std::string_view why) {
    findings_.push_back(
        {code, action_.file, action_.line, '\'' + argument.name + "' " + what + std::string(why)});
    return true;
  }

  const DeclaredAction& action_;
  const std::vector<std::string>& argv_;
  const EscapeProgram& escape_;
  std::size_t program_;
  std::vector<Finding>& findings_;
  bool had_operand_ = false;
  bool behind_command_ = false;
};

}  // namespace

void lint_escapes(const DeclaredAction& action, const EscapeProgram& escape, std::size_t program,
                  std::vector<Finding>& findings) {
  EscapeLint(action, escape, program, findings).look();
}

}  // namespace mgr
