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

const Argument* find_input(const DeclaredAction& action) {
  const auto found = std::ranges::find_if(action.arguments, [](const Argument& argument) {
    return argument.type.kind == TypeKind::blob || argument.type.kind == TypeKind::secret;
  });
  return found == action.arguments.end() ? nullptr : &*found;
}

bool is_of_the_system(std::string_view path) {
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
