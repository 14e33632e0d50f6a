// mgrctl, pure.
#include "policy/lint/element.h"

#include <algorithm>
#include <array>
#include <string>

namespace mgr {
namespace {

// Each with a word on both sides, since a pattern may want one; short and long.
bool lets_more_through(const Pattern& pattern) {
  static constexpr std::string_view signs = ";|&$`\"'\\<>(){}!";
  return std::ranges::any_of(signs, [&](char sign) {
    const std::string once(1, sign);
    const std::string word(8, 'a');
    const std::array samples{once, "a" + once + "a", "a" + once, once + "a", word + once + word};
    return std::ranges::any_of(samples, [&](const auto& text) { return pattern.matches(text); });
  });
}

// What a pattern begins with, up to where it leaves a choice: "/srv/www/" of "/srv/www/[a-z]+".
std::string_view fixed_front(std::string_view pattern) {
  return pattern.substr(0, pattern.find_first_of("\\[](){}.*+?|^$"));
}

// With `front`, what stands before it in its element, and `behind`.
bool may_be_any_file(const Pattern& pattern, std::string_view front, std::string_view behind) {
  if (pattern.empty()) return true;
  static constexpr std::array<std::string_view, 4> first{"/aa", "/aa/aa", "/aaa/aaa.aaa", "/a"};
  static constexpr std::array<std::string_view, 4> upward{"../aa", "aa/../aa", "aa/../../aa",
                                                          "../../aa/aa"};
  const auto matches = [&](std::string_view text) { return pattern.matches(text); };
  const std::string start(fixed_front(pattern.text()));
  const auto goes_on = [&](std::string_view text) {
    return pattern.matches(text) || pattern.matches(start + std::string(text));
  };
  const bool begins = front.empty() || front.front() == '-' || front.ends_with('=') ||
                      front.ends_with(':') || front.ends_with('@');
  if (begins && std::ranges::any_of(first, matches)) return true;
  if (front.ends_with('/') && (behind.empty() || behind.front() == '/') && matches("..")) {
    return true;
  }
  return std::ranges::any_of(upward, goes_on);
}

template <typename Test>
const Argument* find_in(const DeclaredAction& action, std::string_view element, Test test) {
  for (const Argument& argument : action.arguments) {
    const std::string opened = '{' + argument.name;
    const bool stands_here =
        element.find(opened + '}') != std::string_view::npos || element == opened + "...}";
    if (stands_here && test(argument.type)) return &argument;
  }
  return nullptr;
}

// A number, a choice, an address: of a form that is neither code, nor a file's name, nor an option,
// whatever it is given to.
bool is_tame(const ArgumentType& type) {
  switch (type.kind) {
    case TypeKind::integer:
    case TypeKind::boolean:
    case TypeKind::enumeration:
    case TypeKind::ip:
    case TypeKind::cidr:
    case TypeKind::port:
    case TypeKind::mac:
    case TypeKind::duration:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool is_free(const ArgumentType& type) {
  if (type.kind != TypeKind::string) return false;
  return type.pattern.empty() || lets_more_through(type.pattern);
}

const Argument* find_untamed(const DeclaredAction& action, std::string_view element) {
  return find_in(action, element, [](const ArgumentType& type) { return !is_tame(type); });
}

const Argument* find_free(const DeclaredAction& action, std::string_view element) {
  return find_in(action, element, is_free);
}

const Argument* find_file_name(const DeclaredAction& action, std::string_view element) {
  for (const Argument& argument : action.arguments) {
    if (argument.type.kind != TypeKind::string) continue;
    const auto begin = element.find('{' + argument.name);
    if (begin == std::string_view::npos) continue;
    std::string_view behind = element.substr(begin + 1 + argument.name.size());
    if (behind.starts_with("...")) behind.remove_prefix(3);
    if (!behind.starts_with('}')) continue;
    if (may_be_any_file(argument.type.pattern, element.substr(0, begin), behind.substr(1))) {
      return &argument;
    }
  }
  return nullptr;
}

const Argument* find_input(const DeclaredAction& action) {
  const auto found = std::ranges::find_if(action.arguments, [](const Argument& argument) {
    return argument.type.kind == TypeKind::blob || argument.type.kind == TypeKind::secret;
  });
  return found == action.arguments.end() ? nullptr : &*found;
}

bool is_standard_input(std::string_view element) {
  return element == "-" || element == "/dev/stdin" || element == "/dev/fd/0" ||
         element == "/proc/self/fd/0";
}

bool is_of_the_system(std::string_view path) {
  if (program_name(path).starts_with("ld-linux")) return true;
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos || path.substr(0, slash).ends_with("bin");
}

std::string_view program_name(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  const auto last = path.find_last_not_of("0123456789.");
  return last == std::string_view::npos ? path : path.substr(0, last + 1);
}

}  // namespace mgr
