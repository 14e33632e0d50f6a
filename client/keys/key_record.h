// mgrctl, with the caller's own uid. A key's record as a file of keys.d (POLICY.md, "keys.d").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "client/failure.h"
#include "protocol/key.h"

namespace mgr::client {

struct NewRecord {
  KeyType type = KeyType::ed25519;
  std::string public_text;                            // base64; of Ed25519 alone
  std::optional<std::int64_t> not_before, not_after;  // Unix seconds
  std::string comment;
};

// Unix seconds of "2027-01-31", which is its first moment in UTC, or of RFC 3339 without a
// fraction, as in "2027-01-31T12:00:00+01:00".
[[nodiscard]] std::optional<std::int64_t> parse_validity(std::string_view text);

// The same as keys.d has it: RFC 3339 in UTC, to the second.
[[nodiscard]] std::string validity_text(std::int64_t seconds);

// The text of keys.d/ID.toml.
[[nodiscard]] std::string record_text(const NewRecord& record);

// The same text with `revoked = true`, and all the rest as it was.
[[nodiscard]] std::string revoked_text(std::string_view text);

}  // namespace mgr::client
