// What a caller's values can do in the command that they are put into. Pure; mgrctl.
#pragma once

#include <vector>

#include "policy/lint/finding.h"
#include "policy/run_settings.h"

namespace mgr {

// An interpreter, or a program that starts others, that a value reaches; and programs known to act
// upon what they are given. A value never begins with '-' unless it is a number, so it is an option
// only where it is glued to one.
void lint_command(const DeclaredAction& action, std::vector<Finding>& findings);

// The program that a command starts in the end, behind env, nice, timeout and the like: the index
// of its element. The first where it names none.
[[nodiscard]] std::size_t program_index(const std::vector<std::string>& argv);

// The index of the script that an interpreter at `argv[program]` is to run; 0 for none.
[[nodiscard]] std::size_t script_index(const std::vector<std::string>& argv, std::size_t program);

}  // namespace mgr
