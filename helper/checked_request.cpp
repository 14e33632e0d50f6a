// mgr-helper, root. Distrusts the broker.
#include "helper/checked_request.h"

#include <algorithm>

#include "protocol/text.h"

namespace mgr {
namespace {

bool stands_twice(const std::vector<FieldView>& fields, std::size_t index) {
  const auto end = fields.begin() + static_cast<std::ptrdiff_t>(index);
  return std::any_of(fields.begin(), end,
                     [&](const FieldView& field) { return field.name == fields[index].name; });
}

bool is_the_announced(std::string_view length, const std::optional<std::string_view>& body) {
  return body && parse_body_length(length) == body->size();
}

tl::unexpected<Error> fail_body() {
  return fail(ErrorCode::malformed, "a body that is not the one announced");
}

}  // namespace

Result<CheckedRequest> CheckedRequest::check(const RunMessage& message) {
  if (message.fields.size() > max_fields) return fail(ErrorCode::too_large, "over 64 fields");
  CheckedRequest request;
  for (std::size_t i = 0; i < message.fields.size(); ++i) {
    const FieldView& field = message.fields[i];
    if (!is_name(field.name) || !is_value(field.value) || stands_twice(message.fields, i)) {
      return fail(ErrorCode::malformed, "a field outside the grammar");
    }
    if (field.name == "module") {
      request.module_ = field.value;
    } else if (field.name == "action") {
      request.action_ = field.value;
    } else if (field.name == "mgr-on-behalf-of") {
      request.on_behalf_of_ = field.value;
    } else if (bool* flag = request.flag_of(field.name)) {
      if (field.value != "yes" && field.value != "no") {
        return fail(ErrorCode::invalid_argument, std::string(field.name) + " is yes or no");
      }
      *flag = field.value == "yes";
    } else if (field.name == "mgr-request-id") {
      if (!is_request_id(field.value)) return fail(ErrorCode::invalid_argument, not_a_request_id);
      request.request_id_ = field.value;
    } else if (field.name == "mgr-body") {
      if (!is_the_announced(field.value, message.body)) return fail_body();
      request.body_ = message.body;
    } else if (!is_reserved_name(field.name)) {
      request.arguments_.push_back(field);
    } else if (!is_known_reserved_name(field.name)) {
      return fail(ErrorCode::invalid_argument, std::string(field.name) + " is not supported");
    }
  }
  if (message.body && !request.body_) return fail_body();
  if (request.module_.empty() || request.action_.empty()) {
    return fail(ErrorCode::malformed, "no module or no action");
  }
  return request;
}

bool* CheckedRequest::flag_of(std::string_view name) {
  if (name == "mgr-wait") return &wait_;
  if (name == "mgr-confirm") return &confirmed_;
  return name == "mgr-dry-run" ? &dry_run_ : nullptr;
}

Result<void> CheckedRequest::check_input(const std::vector<Argument>& declared,
                                         bool from_network) const {
  bool takes_body = false;
  for (const Argument& argument : declared) {
    const bool is_given = std::ranges::any_of(
        arguments_, [&](const FieldView& field) { return field.name == argument.name; });
    if (argument.type.kind == TypeKind::blob) {
      takes_body = true;
      if (is_given || (argument.required && !body_)) {
        return fail(ErrorCode::invalid_argument, argument.name + " comes as the body (mgr-body)");
      }
    } else if (argument.type.kind == TypeKind::secret && is_given && from_network) {
      return fail(ErrorCode::invalid_argument, argument.name + " is not taken from the network");
    }
  }
  if (body_ && !takes_body) return fail(ErrorCode::invalid_argument, "it takes no body");
  return {};
}

}  // namespace mgr
