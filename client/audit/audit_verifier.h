// Whether the audit log is what mgr-helper wrote: fed with its lines, one by one and in order.
// mgrctl, with the caller's own uid; distrusts every byte of them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/audit_key.h"
#include "protocol/audit_line.h"

namespace mgr::client {

// A file, by its place among those that are read, and a line of it, from 1 on.
struct AuditPlace {
  std::uint32_t file = 0;
  std::uint64_t line = 0;
};

enum class AuditFault {
  torn,         // a note: the machine went down in mid-write, and the line after it says so
  given_up,     // a note: lines that could not be written, and the line after them says so
  removed,      // a note: the front of the log, and a line says so
  damaged,      // no line of the log
  edited,       // not the one that the next line, or its own MAC, vouches for
  missing,      // lines
  doubled,      // the line before, once more
  moved,        // a line that belongs before those that were read
  without_mac,  // one that must have a MAC
  gap,          // the helper has found at a start that the log ends before its key, or lost the key
  cut_off,      // the log ends before the head that was noted, or in mid-line
  other_head,   // the line of that number has another hash than was noted
  head_gone,    // the log begins behind the line that was noted: nothing compares with it
  begins_late,  // and nothing says that what was before has been removed
  too_far,      // a number to which no key is taken forward
};

struct AuditFinding {
  AuditFault fault = AuditFault::damaged;
  AuditPlace place;
  std::string detail;
  [[nodiscard]] bool is_note() const { return fault <= AuditFault::removed; }
};
using AuditFindings = std::vector<AuditFinding>;

// A line's number and its hash, as `mgrctl audit head` prints them: "42:0f3a…".
struct AuditHead {
  std::uint64_t seq = 0;
  std::string hash;
  [[nodiscard]] static std::optional<AuditHead> parse(std::string_view text);
};

struct AuditSummary {
  std::uint64_t lines = 0, first = 0, last = 0;
  std::string first_time, last_time;
  std::string head_hash;                         // of the last line
  std::uint64_t with_mac = 0, macs_checked = 0;  // lines
};

// Copies go on from where the one was: a test tries every change of a log from its place on.
class AuditVerifier {
 public:
  // `keys`: each counts for its line and those that follow, until the next one's. `whole`: it is
  // fed with all of a log, so that what is not at its front must have been removed by mgr.
  AuditVerifier(std::vector<AuditKey> keys, std::optional<AuditHead> head, bool whole);

  // A line without its line feed; what is wrong with it, or shows with it, is added.
  void take(std::string_view line, AuditPlace place, AuditFindings& findings);
  // After the last one. `open_line`: that had no line feed.
  void finish(bool open_line, AuditFindings& findings);

  [[nodiscard]] const AuditSummary& summary() const { return summary_; }

 private:
  void put_aside(std::string_view text, AuditPlace place);
  void refuse_earlier(const AuditLine& line, std::string_view text, AuditPlace place,
                      AuditFindings& findings);
  [[nodiscard]] bool is_front_torn(const AuditLine& line) const;
  [[nodiscard]] bool follows(const AuditLine& line) const;
  // The number that it is taken for.
  [[nodiscard]] std::uint64_t judge(const AuditLine& line, AuditPlace place,
                                    AuditFindings& findings);
  // Whether who wrote it had the key of line `first`, from which on it says that lines are lost.
  [[nodiscard]] bool proves_loss(const AuditLine& line, std::uint64_t first, AuditPlace place,
                                 AuditFindings& findings);
  void judge_torn(bool is_vouched, AuditFindings& findings);
  [[nodiscard]] bool take_key_to(std::uint64_t seq, AuditPlace place, AuditFindings& findings);
  [[nodiscard]] bool has_good_mac(const AuditLine& line, std::uint64_t seq, AuditPlace place,
                                  AuditFindings& findings);
  void take_over(const AuditLine& line, std::uint64_t seq, std::string_view text, AuditPlace place);

  std::shared_ptr<const std::vector<AuditKey>> keys_;  // by number
  std::shared_ptr<const AuditHead> head_;
  bool whole_;
  std::optional<AuditKey> key_;  // for the next line, where there is one for it
  std::uint64_t key_from_ = 0;   // the number that it began with
  std::uint64_t front_ = 0;      // the number of the first, torn ones included
  std::uint64_t last_seq_ = 0;   // of the last whole line; 0 before there is one
  std::string since_;            // that line, and what has followed it since
  AuditPlace last_place_, torn_place_;
  std::uint64_t torn_ = 0;    // lines that follow it and are none
  bool last_is_bad_ = false;  // it has a finding already
  bool head_seen_ = false;
  std::optional<AuditPlace> front_removed_at_;  // where the log says so
  AuditSummary summary_;
};

// The words for people: "missing: 4 to 6".
[[nodiscard]] std::string_view fault_name(AuditFault fault);

}  // namespace mgr::client
