// The elements of a command as getopt(3) would read them, by a table of letters. Pure; mgrctl.
#pragma once

#include <string_view>

namespace mgr {

// "-x", "-xy", "--long", and not "-" or "--", which are operands or end the options.
[[nodiscard]] inline bool is_option(std::string_view element) {
  return element.size() > 1 && element.front() == '-' && element != "--";
}

// Whether the element is a group of short options, the last of which is one of `letters`: its value
// is the next element.
[[nodiscard]] inline bool takes_next(std::string_view element, std::string_view letters) {
  return is_option(element) && element[1] != '-' &&
         letters.find(element.back()) != std::string_view::npos;
}

// Whether a group of short options has one of `letters` at all: "-cprint(1)" and "-ec" have c.
[[nodiscard]] inline bool has_letter(std::string_view element, std::string_view letters) {
  return is_option(element) && element[1] != '-' &&
         letters.find(element[1]) != std::string_view::npos;
}

// Whether it is such a group with one of `letters` anywhere in it, as a shell reads it: "-lc".
[[nodiscard]] inline bool has_anywhere(std::string_view element, std::string_view letters) {
  return is_option(element) && element[1] != '-' &&
         element.find_first_of(letters) != std::string_view::npos;
}

}  // namespace mgr
