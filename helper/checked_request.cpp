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
    } else if (field.name == "mgr-wait" || field.name == "mgr-confirm") {
      if (field.value != "yes" && field.value != "no") {
        return fail(ErrorCode::invalid_argument, std::string(field.name) + " is yes or no");
      }
      (field.name == "mgr-wait" ? request.wait_ : request.confirmed_) = field.value == "yes";
    } else if (!is_reserved_name(field.name)) {
      request.arguments_.push_back(field);
    } else if (!is_known_reserved_name(field.name)) {
      return fail(ErrorCode::invalid_argument, std::string(field.name) + " is not supported");
    }
  }
  if (request.module_.empty() || request.action_.empty()) {
    return fail(ErrorCode::malformed, "no module or no action");
  }
  return request;
}

}  // namespace mgr
