// mgrctl, pure; distrusts whoever may ask for the action.
#include "policy/lint/commands.h"

#include <algorithm>
#include <array>

#include "policy/lint/element.h"
#include "policy/lint/escapes.h"
#include "policy/lint/option.h"
#include "policy/lint/programs.h"
#include "policy/lint/settings.h"

namespace mgr {
namespace {

// Long options whose value is code.
bool is_code_word(std::string_view element) {
  return element == "--command" || element == "--eval" || element == "--print" ||
         element == "--require" || element == "--import" || element == "--source" ||
         element == "--file" || element == "--run" || element == "--session-command";
}

bool is_assignment(std::string_view element) {
  return element.find('=') != std::string_view::npos && element.front() != '/';
}

class CommandLint {
 public:
  CommandLint(const DeclaredAction& action, std::vector<Finding>& findings)
      : action_(action), argv_(action.run.argv), findings_(findings) {}

  void look_from(std::size_t program) {
    const std::string_view name = program_name(argv_[program]);
    const bool systems = is_of_the_system(argv_[program]);
    if (systems && reads_commands(name)) look_at_input(program);
    if (const Interpreter* interpreter = find_interpreter(name)) {
      look_at_interpreter(*interpreter, program);
    } else if (const Runner* runner = systems ? find_runner(name) : nullptr) {
      look_at_runner(*runner, program);
    } else if (const auto* escape = systems ? find_escape_program(name) : nullptr) {
      lint_escapes(action_, *escape, program, findings_);
      if (name == "find") look_at_find(program);
    }
  }

 private:
  void look_at_interpreter(const Interpreter& interpreter, std::size_t program) {
    const bool shell = is_shell(program);
    bool has_code = false, code_comes = false;  // as the next operand: of a shell's -c
    for (std::size_t i = program + 1; i < argv_.size(); ++i) {
      const std::string_view element = argv_[i];
      if (is_option(element)) {
        if (report_code(element, interpreter, program)) return;
        if (shell && has_anywhere(element, "s")) return look_at_input(program);
        if (shell && has_anywhere(element, "c")) {
          code_comes = true;
        } else if (takes_next(element, interpreter.code_letters) || is_code_word(element)) {
          has_code = true;
          if (++i < argv_.size() && report_code(argv_[i], interpreter, program)) return;
        } else if (takes_next(element, interpreter.value_letters)) {
          ++i;
        } else if (has_letter(element, interpreter.code_letters)) {
          has_code = true;
        }
        continue;
      }
      if (element == "--") continue;
      if (has_code) return look_at_arguments_of_code(i, program);
      if (code_comes) {
        if (report_code(element, interpreter, program)) return;
        has_code = true;
        continue;
      }
      if (is_standard_input(element)) break;
      if (interpreter.code_first) {
        report_code(element, interpreter, program);
      } else if (const Argument* argument = find_untamed(action_, element)) {
        add("interpreter-script", quoted(*argument) + " names the script that " + argv_[program] +
                                      " runs: whoever can put a file anywhere has it run as " +
                                      action_.run.user);
      }
      return;
    }
    if (!has_code) look_at_input(program);
  }

  bool is_shell(std::size_t program) const { return program_name(argv_[program]).ends_with("sh"); }

  // What follows is the code's to read. That of a shell splits and expands what it does not quote.
  void look_at_arguments_of_code(std::size_t first, std::size_t program) {
    if (!is_shell(program)) return;
    for (std::size_t i = first; i < argv_.size(); ++i) {
      const Argument* argument = find_free(action_, argv_[i]);
      if (argument == nullptr) continue;
      return add("interpreter-argument",
                 quoted(*argument) + " is a free text, and an argument of code that " +
                     argv_[program] + " runs: one $1 without quotes takes it apart");
    }
  }

  void look_at_input(std::size_t program) {
    const Argument* input = find_input(action_);
    if (input == nullptr) return;
    add("interpreter-code", quoted(*input) + " is the standard input, from which " +
                                argv_[program] + " reads what it is to do, as " + action_.run.user);
  }

  bool report_code(std::string_view element, const Interpreter& interpreter, std::size_t program) {
    const bool inside = interpreter.framed && !(element.starts_with('{') && element.ends_with('}'));
    return report_code(inside ? find_free(action_, element) : find_untamed(action_, element),
                       program);
  }

  bool report_code(std::string_view element, std::size_t program) {
    return report_code(find_untamed(action_, element), program);
  }

  bool report_code(const Argument* argument, std::size_t program) {
    if (argument == nullptr) return false;
    add("interpreter-code", quoted(*argument) + " is read by " + argv_[program] +
                                " as code, or as a part of it: its caller runs anything as " +
                                action_.run.user);
    return true;
  }

  void look_at_runner(const Runner& runner, std::size_t program) {
    std::size_t operands = runner.operands;
    bool may_have_value = false;  // a long option, whose value may be the next element
    for (std::size_t i = program + 1; i < argv_.size(); ++i) {
      const std::string_view element = argv_[i];
      const bool option = is_option(element);
      const bool code = option && (element == "-c" || is_code_word(element));
      if (option && takes_next(element, code ? "c" : runner.value_letters)) {
        if (report_choice(element, program) || ++i == argv_.size()) return;
        if (code ? report_code(argv_[i], program) : report_choice(argv_[i], program)) return;
        continue;
      }
      if (option ? report_choice(element, program) : false) return;
      may_have_value |= option && element.find('=') == std::string_view::npos && element[1] == '-';
      if (option || element == "--") continue;
      if (is_assignment(element) && element.front() != '{') {  // NAME=value of env
        const bool loads = loads_code(element.substr(0, element.find('=')));
        if (loads && report_choice(element, program)) return;
        continue;
      }
      if (runner.through_shell && operands == 0) return look_at_shell_words(i, program);
      if (report_choice(element, program)) return;
      if (may_have_value && !is_known(element)) {
        may_have_value = false;
      } else if (operands-- == 0) {
        return look_from(i);
      }
    }
  }

  static bool is_known(std::string_view program) {
    const std::string_view name = program_name(program);
    return program.starts_with('/') || find_interpreter(name) != nullptr ||
           find_runner(name) != nullptr || find_escape_program(name) != nullptr;
  }

  void look_at_shell_words(std::size_t first, std::size_t program) {
    for (std::size_t i = first; i < argv_.size(); ++i) {
      if (report_code(argv_[i], program)) return;
    }
  }

  bool report_choice(std::string_view element, std::size_t program) {
    const Argument* argument = find_untamed(action_, element);
    if (argument == nullptr) return false;
    add("runner-argument", quoted(*argument) + " stands where " + argv_[program] +
                               " is told what to run, or as whom: that is its caller's to say");
    return true;
  }

  // What find(1) starts.
  void look_at_find(std::size_t program) {
    static constexpr std::array<std::string_view, 4> starting{"-exec", "-execdir", "-ok", "-okdir"};
    const auto begin = argv_.begin() + static_cast<std::ptrdiff_t>(program);
    const auto found = std::find_first_of(begin, argv_.end(), starting.begin(), starting.end());
    const auto next = static_cast<std::size_t>(found - argv_.begin()) + 1;
    if (next < argv_.size() && !report_choice(argv_[next], program)) look_from(next);
  }

  static std::string quoted(const Argument& argument) { return "'" + argument.name + "'"; }

  void add(const char* code, std::string text) {
    findings_.push_back({code, action_.file, action_.line, std::move(text)});
  }

  const DeclaredAction& action_;
  const std::vector<std::string>& argv_;
  std::vector<Finding>& findings_;
};

// The element behind a program's options, and behind so many operands; 0 where it cannot be told.
std::size_t operand_index(const std::vector<std::string>& argv, std::size_t program,
                          std::string_view value_letters, std::size_t operands) {
  for (std::size_t i = program + 1; i < argv.size(); ++i) {
    if (argv[i].starts_with("--") && argv[i].size() > 2 && argv[i].find('=') == std::string::npos) {
      return 0;  // its value may follow
    }
    if (takes_next(argv[i], value_letters)) {
      ++i;
    } else if (!is_option(argv[i]) && argv[i] != "--" && !is_assignment(argv[i])) {
      if (operands == 0) return i;
      --operands;
    }
  }
  return 0;
}

}  // namespace

void lint_command(const DeclaredAction& action, std::vector<Finding>& findings) {
  if (action.run.argv.empty()) return;
  CommandLint(action, findings).look_from(0);
}

std::size_t program_index(const std::vector<std::string>& argv) {
  std::size_t program = 0;
  while (program < argv.size()) {
    const Runner* runner = find_runner(program_name(argv[program]));
    if (runner == nullptr || runner->through_shell || !is_of_the_system(argv[program])) break;
    const auto next = operand_index(argv, program, runner->value_letters, runner->operands);
    if (next == 0) break;
    program = next;
  }
  return program;
}

std::size_t script_index(const std::vector<std::string>& argv, std::size_t program) {
  const Interpreter* interpreter = find_interpreter(program_name(argv[program]));
  if (interpreter == nullptr) return 0;
  const bool shell = program_name(argv[program]).ends_with("sh");
  const auto has_code = [&](const std::string& element) {
    return (shell && has_anywhere(element, "cs")) ||
           has_letter(element, interpreter->code_letters) || is_code_word(element);
  };
  const auto index = operand_index(argv, program, interpreter->value_letters, 0);
  if (index == 0 || interpreter->code_first) return 0;
  const auto begin = argv.begin() + static_cast<std::ptrdiff_t>(program) + 1;
  return std::any_of(begin, argv.begin() + static_cast<std::ptrdiff_t>(index), has_code) ? 0
                                                                                         : index;
}

}  // namespace mgr
