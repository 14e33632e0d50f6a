// Programs that do more with what they are given than their name says: what lists of such escapes
// (GTFOBins, LOLBAS, the man pages' own) teach. Data; mgrctl.
#pragma once

#include <string_view>

namespace mgr {

// Runs code that it is given by option, or as its first operand, or else a script.
struct Interpreter {
  std::string_view name;           // without a version
  std::string_view code_letters;   // short options whose value is code, or a file of it
  std::string_view value_letters;  // short options that have some other value
  bool code_first = false;         // the first operand is code, as of awk
  bool framed = false;             // a narrow value inside of fixed code cannot leave its place
};

// Runs another program, which stands behind its options and so many operands of its own.
struct Runner {
  std::string_view name;
  std::string_view value_letters;
  std::size_t operands = 0;
  bool through_shell = false;  // what stands behind is put together and given to a shell
};

// Acts upon what it reads in its options or its operands.
struct EscapeProgram {
  std::string_view name;
  std::string_view options;   // what an option of its can do; "" for nothing to fear
  std::string_view operands;  // what an operand can do that is no option; "" likewise
  // Where any word will do: behind which of its commands, "*" for everywhere. What has commands
  // has one as its first operand.
  std::string_view commands = "";
};

// By program_name(); nullptr where the program is none of these.
[[nodiscard]] const Interpreter* find_interpreter(std::string_view name);
[[nodiscard]] const Runner* find_runner(std::string_view name);
[[nodiscard]] const EscapeProgram* find_escape_program(std::string_view name);

// Whether what it reads from its standard input is carried out. Interpreters without a script do so
// too.
[[nodiscard]] bool reads_commands(std::string_view name);

}  // namespace mgr
