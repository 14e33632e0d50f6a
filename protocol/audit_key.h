// The key of the audit log's MACs. Each line is vouched for under a key of its own, and the key of
// the next is made of it by a hash: whoever reads the key that is there now cannot go back to an
// earlier one. Helper and mgr-configure (root), and mgrctl.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/error.h"

namespace mgr {

inline constexpr std::size_t audit_key_length = 32;
// Numbers of lines are exact in every reader of JSON.
inline constexpr std::uint64_t last_audit_seq = (std::uint64_t{1} << 53) - 1;
// "mgr-audit-key-v1 SEQ KEY CHECK" and a line feed: the number of the line that it is for, in 20
// digits, so that a later one takes exactly the place of an earlier; the key in hex; and 16 hex
// digits of BLAKE2b-256 of what stands before them, so that half a key is none.
inline constexpr std::size_t audit_key_text_length = 16 + 1 + 20 + 1 + 64 + 1 + 16 + 1;
using AuditKeyText = std::array<char, audit_key_text_length>;

// Wiped when it goes. Copied by those who verify alone.
class AuditKey {
 public:
  AuditKey(std::uint64_t seq, const unsigned char* bytes);
  AuditKey(const AuditKey&) = default;
  AuditKey& operator=(const AuditKey&) = default;
  ~AuditKey();
  // A new one, for the line of that number.
  [[nodiscard]] static AuditKey random(std::uint64_t seq);
  // Of its text, with the line feed or without; nothing for anything else.
  [[nodiscard]] static std::optional<AuditKey> parse(std::string_view text);
  // Of the file at `path`: a regular one of the caller's own, mode 0600, and no link. Failures are
  // "path: reason" and tell nothing of what is in it.
  [[nodiscard]] static Result<AuditKey> load(const std::string& path);

  // The number of the line that it is for.
  [[nodiscard]] std::uint64_t seq() const { return seq_; }
  // Keyed BLAKE2b-256 of `text`, in hex.
  [[nodiscard]] std::string mac(std::string_view text) const;
  // What vouches for a loss: lines from this key's on are missing or torn, and what stands before
  // them has the hash `prev`. Only who had the key before the loss can say so.
  [[nodiscard]] std::string loss_proof(std::string_view prev) const;
  // Becomes the key of the next line: BLAKE2b-256 of itself, personalised. Of itself there is
  // nothing left.
  void advance();
  void write(AuditKeyText& text) const;

 private:
  std::uint64_t seq_;
  std::array<unsigned char, audit_key_length> bytes_;
};

// How far a key is taken forward at a time, some seconds' work: what is further away is believed to
// be no number of this log.
inline constexpr std::uint64_t most_audit_key_steps = 20'000'000;

// BLAKE2b-256 in hex: what `prev` holds of the line before.
inline constexpr std::size_t audit_hash_length = 64;
[[nodiscard]] std::string audit_hash(std::string_view text);

}  // namespace mgr
