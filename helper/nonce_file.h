// The bytes of /var/lib/mgr/nonces, the journal of nonces: a head, then a record for each signed
// request that was accepted, in that order. Helper and mgr-configure, root; pure. The decoder
// distrusts every byte: what is not as it was written is noticed, not repaired.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mgr {

// The 32 hex digits of auth-nonce.
using Nonce = std::pair<std::uint64_t, std::uint64_t>;
[[nodiscard]] Nonce nonce_of(std::string_view hex);

// Real time is in Unix seconds, boot time in seconds since the machine started (CLOCK_BOOTTIME).
inline constexpr std::size_t boot_id_length = 36;
struct NonceHead {
  std::uint32_t format = 1;
  bool closed = false;  // by a helper that ended in order: nothing is missing
  // Of who wrote it (random(4)). A head is written over in place, and so has one length.
  std::string boot_id = std::string(boot_id_length, '-');
  std::int64_t latest = 0;    // the highest real time at which a nonce was recorded
  std::int64_t floor = 0;     // no request of this real time or before is accepted
  std::int64_t lost_at = -1;  // the boot time at which records were found missing; -1: never
  friend bool operator==(const NonceHead&, const NonceHead&) = default;
  static void members(auto& archive, auto& record) {
    archive(record.format, record.closed, record.boot_id, record.latest, record.floor,
            record.lost_at);
  }
};

struct NonceRecord {
  std::string key;  // the id
  Nonce nonce;
  std::int64_t time = 0;  // auth-time
  std::int64_t at = 0;    // the real time at which it was recorded
  friend bool operator==(const NonceRecord&, const NonceRecord&) = default;
  static void members(auto& archive, auto& record) {
    archive(record.key, record.nonce, record.time, record.at);
  }
};

// Each as it stands in the file: its length, itself, its checksum.
[[nodiscard]] std::string to_bytes(const NonceHead& head);
[[nodiscard]] std::string to_bytes(const NonceRecord& record);

struct NonceFile {
  std::optional<NonceHead> head;     // none: no such file, or not one of this format
  std::vector<NonceRecord> records;  // as far as they can be read
  bool whole = false;                // nothing is torn or damaged
};
[[nodiscard]] NonceFile read_nonce_file(std::string_view bytes);

// For a host whose id has just been made: nobody can have signed for it yet.
[[nodiscard]] std::string empty_nonce_file();

}  // namespace mgr
