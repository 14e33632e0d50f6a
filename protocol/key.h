// A key that requests are signed with, as broker and helper know it. No secret is part of it.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace mgr {

// How requests are signed. It is the key's, and never a message's to choose (CVE-2015-9235).
enum class KeyType : std::uint8_t { ed25519, hmac_sha256, last_value = hmac_sha256 };
inline constexpr std::array<std::string_view, 2> key_type_words{"ed25519", "hmac-sha256"};

// One that may be used from `not_before` on and before `not_after`, in Unix seconds. `id` is a name
// (is_name, text.h), the value of auth-key. `public_key` is Ed25519's (RFC 8032), 32 bytes, and
// empty for HMAC, whose secret mgr-helper alone holds.
struct KeyRecord {
  std::string id;
  KeyType type = KeyType::ed25519;
  std::string public_key;
  std::int64_t not_before = 0;
  std::int64_t not_after = std::numeric_limits<std::int64_t>::max();

  [[nodiscard]] bool is_valid_at(std::int64_t now_s) const {
    return now_s >= not_before && now_s < not_after;
  }
  friend bool operator==(const KeyRecord&, const KeyRecord&) = default;
  static void members(auto& archive, auto& record) {
    archive(record.id, record.type, record.public_key, record.not_before, record.not_after);
  }
};

}  // namespace mgr
