// mgr-configure and mgrctl; pure.
#include "policy/type_name.h"

#include <array>

namespace mgr {
namespace {

// `words` stand in the order of the enumeration, and none is left out.
template <typename Enum, std::size_t count>
std::string_view word_in(const std::array<std::string_view, count>& words, Enum value) {
  static_assert(count == static_cast<std::size_t>(Enum::last_value) + 1);
  return words.at(static_cast<std::size_t>(value));
}

constexpr std::array<std::string_view, 15> types{"int",  "bool",     "enum", "string", "hostname",
                                                 "ip",   "cidr",     "port", "mac",    "username",
                                                 "unit", "duration", "path", "secret", "blob"};
constexpr std::array<std::string_view, 3> path_kinds{"file", "folder", "any"};
constexpr std::array<std::string_view, 3> scopes{"own", "claimed", "all"};

}  // namespace

std::string_view word_of(TypeKind kind) { return word_in(types, kind); }
std::string_view word_of(PathKind kind) { return word_in(path_kinds, kind); }
std::string_view word_of(RunMode mode) { return word_in(run_mode_words, mode); }
std::string_view word_of(Proof proof) { return word_in(proof_words, proof); }
std::string_view word_of(JobScope scope) { return word_in(scopes, scope); }
std::string_view word_of(KeyType type) { return word_in(key_type_words, type); }

std::string type_name(const ArgumentType& type) {
  return (type.is_list ? "list of " : "") + std::string(word_of(type.kind));
}

}  // namespace mgr
