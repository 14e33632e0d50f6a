// Broker (uid mgr-broker); distrusts the request.
#include "broker/schema.h"

#include <algorithm>

#include "protocol/field.h"

namespace mgr::broker {
namespace {

bool has_argument(const ActionSchema& action, std::string_view name) {
  return std::any_of(action.arguments.begin(), action.arguments.end(),
                     [&](const ArgumentSchema& argument) { return argument.name == name; });
}

Result<void> check_names(const ActionSchema& action, const RequestBlock& block) {
  for (std::size_t i = 0; i < block.size(); ++i) {
    const std::string_view name = block[i].name;
    if (is_reserved_name(name)) {
      // Passing over what a client relies on would be worse than refusing.
      if (name == "mgr-request-id" && !is_request_id(block[i].value)) {
        return fail(ErrorCode::invalid_argument, not_a_request_id);
      }
      if (is_known_reserved_name(name)) continue;
      return fail(ErrorCode::invalid_argument, std::string(name) + " is not supported");
    }
    if (!has_argument(action, name)) {
      return fail(ErrorCode::invalid_argument,
                  action.name + " takes no argument " + std::string(name) +
                      (action.takes_body ? "; what it reads is the body (mgr-body)" : ""));
    }
  }
  return {};
}

Result<void> check_required(const ActionSchema& action, const RequestBlock& block) {
  for (const ArgumentSchema& argument : action.arguments) {
    if (argument.required && !block.find(argument.name)) {
      return fail(ErrorCode::invalid_argument,
                  action.name + " needs the argument " + argument.name);
    }
  }
  return {};
}

Result<void> check_body(const ActionSchema& action, const RequestBlock& block) {
  const bool announced = block.find("mgr-body").has_value();
  if (announced && !action.takes_body) {
    return fail(ErrorCode::invalid_argument, action.name + " takes no body");
  }
  if (!announced && action.needs_body) {
    return fail(ErrorCode::invalid_argument, action.name + " needs a body (mgr-body)");
  }
  return {};
}

}  // namespace

Schema::Schema(const SettingsMessage& settings) {
  for (const ModuleSchema& module : settings.modules) {
    auto actions = std::make_shared<Actions>();
    for (const ActionSchema& action : module.actions) actions->emplace(action.name, action);
    modules_.emplace(module.name, actions);
    for (const std::string& alias : module.aliases) modules_.emplace(alias, actions);
  }
}

Result<KnownRequest> Schema::check(const RequestBlock& block) const {
  const auto module = block.find("module");
  const auto action_name = block.find("action");
  if (!module) return fail(ErrorCode::malformed, "the field module is missing");
  if (!action_name) return fail(ErrorCode::malformed, "the field action is missing");
  const auto action = find_action(*module, *action_name);
  if (!action) return tl::unexpected(action.error());
  if (auto known = check_names(**action, block); !known) return tl::unexpected(known.error());
  if (auto whole = check_required(**action, block); !whole) return tl::unexpected(whole.error());
  if (auto body = check_body(**action, block); !body) return tl::unexpected(body.error());
  return KnownRequest(block);
}

Result<const ActionSchema*> Schema::find_action(std::string_view module,
                                                std::string_view action) const {
  const auto actions = modules_.find(module);
  if (actions == modules_.end()) return fail(ErrorCode::unknown_action, "no such module");
  const auto found = actions->second->find(action);
  if (found == actions->second->end()) {
    return fail(ErrorCode::unknown_action, "the module has no such action");
  }
  return &found->second;
}

}  // namespace mgr::broker
