// mgr-configure, root; distrusts who else can write above a root.
#include "helper/configure/roots.h"

#include <algorithm>

#include "policy/open.h"

namespace mgr {
namespace {

void look_at(const DeclaredAction& action, const Argument& argument, const std::string& root,
             std::vector<std::string>& warnings) {
  const auto above =
      TrustedFolder::open("", root.substr(0, std::max<std::size_t>(root.rfind('/'), 1)));
  if (above) return;
  warnings.push_back(action.file + ":" + std::to_string(action.line) + ": 'roots' of '" +
                     argument.name + "' holds " + root +
                     ", which others can replace: " + above.error().detail);
}

}  // namespace

std::vector<std::string> loose_roots(const std::vector<DeclaredModule>& modules) {
  std::vector<std::string> warnings;
  for (const DeclaredModule& module : modules) {
    for (const DeclaredAction& action : module.actions) {
      for (const Argument& argument : action.arguments) {
        for (const std::string& root : argument.type.roots) {
          look_at(action, argument, root, warnings);
        }
      }
    }
  }
  return warnings;
}

}  // namespace mgr
