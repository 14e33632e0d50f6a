// mgrctl, with the caller's own uid.
#include "client/command.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "client/client.h"
#include "protocol/text.h"

namespace mgr::client {
namespace {

constexpr std::array<std::string_view, 4> shorthands{"ping", "version", "whoami", "modules"};

tl::unexpected<Failure> invalid(std::string detail) {
  return failed(Failure::Kind::invalid_request, std::move(detail));
}

}  // namespace

Outcome<Command> parse_command(const std::vector<std::string>& words, std::size_t plain_from) {
  Command command;
  auto rest = words.begin();
  if (std::find(shorthands.begin(), shorthands.end(), *rest) != shorthands.end()) {
    command.module = "mgr";
    command.action = *rest++;
    command.shorthand = true;
  } else {
    command.module = *rest++;
    if (rest != words.end()) command.action = *rest++;
  }
  if (!is_name(folded(command.module))) return invalid("that is no module's name");
  if (!command.action.empty() && !is_name(folded(command.action))) {
    return invalid("that is no action's name");
  }
  const auto before = static_cast<std::size_t>(rest - words.begin());
  command.values.assign(rest, words.end());
  command.plain_from = plain_from > before ? plain_from - before : 0;
  return command;
}

bool needs_catalogue(const Command& command) {
  return !command.shorthand || !command.values.empty();
}

}  // namespace mgr::client
