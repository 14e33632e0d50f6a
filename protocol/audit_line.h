// A line of the audit log as bytes: what the helper (root) writes, and mgrctl verifies. Pure;
// distrusts every byte of a line that it is given, and copies none.
//
//   {"seq":N,"time":"…","event":"…",…,"prev":"HASH","mac":"MAC"}
//
// `prev` is the hash (audit_hash) of the line before, without its line feed; sixty-four zeros in
// the first. `mac` is that of the line up to it, under the key that is for this line (audit_key.h).
// In lines of versions before there were MACs there is none. After a line that is torn or damaged,
// `prev` is the hash of all that stands since the start of the last whole line. Texts of others are
// in JSON strings, whose quotes are escaped, so nothing in them looks like the front or the end of
// a line.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mgr {

struct AuditLine {
  std::uint64_t seq = 0;
  std::string_view time, event;
  std::string_view members;  // those between event and prev, with a comma in front; may be empty
  std::string_view prev;
  std::string_view mac;      // empty where there is none
  std::string_view covered;  // what the MAC is over

  // The number that the first of the members is, where it has that name; else 0.
  [[nodiscard]] std::uint64_t first_number(std::string_view name) const;
  // AuditKey::loss_proof, the last of the members; empty where it is not.
  [[nodiscard]] std::string_view proof() const;
};

// `line` is without its line feed. Nothing where it is not of that form to the letter: what is
// between `event` and `prev` is not looked at.
[[nodiscard]] std::optional<AuditLine> parse_audit_line(std::string_view line);

// The number at the front of such a line, whatever follows the comma behind it, without which it
// may be torn; 0 where there is none.
[[nodiscard]] std::uint64_t audit_seq_at_front(std::string_view text);

// Events that speak of the log itself. The first and the third say that lines are lost, and prove
// that they did not say so afterwards (AuditLine::proof): who has the key of a line behind the loss
// could otherwise make it up.
namespace audit_event {
inline constexpr std::string_view recovered = "recovered";      // the line before was torn
inline constexpr std::string_view gap = "audit_gap";            // "log_ended": N
inline constexpr std::string_view given_up = "audit_given_up";  // "first": N, "last": M
inline constexpr std::string_view removed = "audit_removed";    // "before": N, "file": …
}  // namespace audit_event

}  // namespace mgr
