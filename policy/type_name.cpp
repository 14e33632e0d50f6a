// mgr-configure; pure.
#include "policy/argument.h"

namespace mgr {

std::string type_name(const ArgumentType& type) {
  std::string name = type.is_list ? "list of " : "";
  switch (type.kind) {
    case TypeKind::integer:
      return name + "int";
    case TypeKind::boolean:
      return name + "bool";
    case TypeKind::enumeration:
      return name + "enum";
    case TypeKind::string:
      break;
  }
  return name + "string";
}

}  // namespace mgr
