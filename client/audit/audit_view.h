// Lines of the audit log for people, and which of them are asked for. mgrctl, with the caller's own
// uid; distrusts every line: what is shown passes harmless().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "client/failure.h"
#include "client/options.h"

namespace mgr::client {

// On one line, ended by a line feed: "42 2026-01-31T12:00:00.000001Z refused uid=33 module=scan …".
// `json`: as it stands, where that is nothing but printable ASCII.
[[nodiscard]] std::string audit_text(std::string_view line, bool json);

// What all of must hold of a line.
struct AuditQuery {
  std::optional<std::uint64_t> uid;                       // --caller
  std::optional<std::string> key, module, action, event;  // --key, …
  std::optional<std::uint64_t> job;                       // --job: what names it
  std::string since, until;                               // as lines have it; "" for none
  std::uint64_t first = 0, last = UINT64_MAX;             // --seq N or N-M

  // Fails with invalid_request for what is no user, time, or number.
  static Outcome<AuditQuery> of(const Options& options);
  // Of a line that is none of the log's, false.
  [[nodiscard]] bool fits(std::string_view line) const;
};

}  // namespace mgr::client
