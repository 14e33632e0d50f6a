// What stands in an element of an action's command, and how far a caller has a say in it. Pure;
// mgrctl.
#pragma once

#include <string_view>

#include "policy/run_settings.h"

namespace mgr {

// A string without a pattern, or with one that lets through what is more than words: a quote, or a
// sign that shells and interpreters take for more than itself.
[[nodiscard]] bool is_free(const ArgumentType& type);

// The first argument in this element that is not tame (that is free); nullptr where there is none.
[[nodiscard]] const Argument* find_untamed(const DeclaredAction& action, std::string_view element);
[[nodiscard]] const Argument* find_free(const DeclaredAction& action, std::string_view element);

// The first string in this element that may be the name of any file there: "/etc/x" where it begins
// one, "../x" where it goes on with one. A type `path` is not, since it is opened beneath a root.
[[nodiscard]] const Argument* find_file_name(const DeclaredAction& action,
                                             std::string_view element);

// What the command reads from its standard input: a body or a secret; nullptr where it reads none.
[[nodiscard]] const Argument* find_input(const DeclaredAction& action);

// "-", "/dev/stdin" and other names for it.
[[nodiscard]] bool is_standard_input(std::string_view element);

// Whether it lies where the system has its programs, or is looked for there: what has the name of
// one elsewhere may be something else.
[[nodiscard]] bool is_of_the_system(std::string_view path);

// "/usr/bin/python3.11" is "python": without its folder and its version.
[[nodiscard]] std::string_view program_name(std::string_view path);

}  // namespace mgr
