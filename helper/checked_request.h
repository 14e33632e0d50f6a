// A request whose every field is inside the grammar: checked again here, since the broker that
// checked it first may not be ours any more. Helper, root.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "policy/argument.h"
#include "protocol/root_language.h"

namespace mgr {

// Only check() makes one. Its views point into the message.
class CheckedRequest {
 public:
  // Fails with malformed (a name or value outside the grammar, a name twice, no module or action, a
  // body that is not the one which mgr-body announces) or invalid_argument (a reserved name that
  // this version does not carry out).
  [[nodiscard]] static Result<CheckedRequest> check(const RunMessage& message);

  [[nodiscard]] std::string_view module() const { return module_; }
  [[nodiscard]] std::string_view action() const { return action_; }
  [[nodiscard]] std::string_view on_behalf_of() const { return on_behalf_of_; }
  // mgr-wait: what it starts is answered when it has ended.
  [[nodiscard]] bool wait() const { return wait_; }
  // mgr-confirm: its sender means it.
  [[nodiscard]] bool confirmed() const { return confirmed_; }
  // mgr-dry-run: what would be done is told, and not done.
  [[nodiscard]] bool dry_run() const { return dry_run_; }
  // mgr-request-id: a repetition of it starts nothing. "" for none.
  [[nodiscard]] std::string_view request_id() const { return request_id_; }
  [[nodiscard]] const std::vector<FieldView>& arguments() const { return arguments_; }
  [[nodiscard]] std::optional<std::string_view> body() const { return body_; }

  // Whether its body and its secrets may come to an action that declares these: a body where one of
  // them is a blob, and only there, and no secret over the network. invalid_argument otherwise.
  [[nodiscard]] Result<void> check_input(const std::vector<Argument>& declared,
                                         bool from_network) const;

 private:
  CheckedRequest() = default;
  [[nodiscard]] bool* flag_of(std::string_view name);  // nullptr where it is no yes or no
  std::string_view module_, action_, on_behalf_of_, request_id_;
  std::optional<std::string_view> body_;
  bool wait_ = false, confirmed_ = false, dry_run_ = false;
  std::vector<FieldView> arguments_;
};

}  // namespace mgr
