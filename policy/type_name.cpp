// mgr-configure and mgrctl; pure.
#include <array>

#include "policy/argument.h"

namespace mgr {
namespace {

// In the order of TypeKind.
constexpr std::array<std::string_view, 15> names{"int",  "bool",     "enum", "string", "hostname",
                                                 "ip",   "cidr",     "port", "mac",    "username",
                                                 "unit", "duration", "path", "secret", "blob"};
static_assert(names.size() == static_cast<std::size_t>(TypeKind::last_value) + 1);

}  // namespace

std::string type_name(const ArgumentType& type) {
  return (type.is_list ? "list of " : "") +
         std::string(names.at(static_cast<std::size_t>(type.kind)));
}

}  // namespace mgr
