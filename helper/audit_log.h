// /var/log/mgr/audit.jsonl: numbered lines of JSON, each carrying the BLAKE2b-256 of the one before
// it, so that an edited, removed or re-ordered line shows. Helper, root; distrusts the text that it
// is given, which JsonWriter has made harmless.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/descriptor.h"
#include "protocol/error.h"

namespace mgr {

class AuditLog {
 public:
  // Opens the file to append, making it (0600) where there is none, and takes up the chain from its
  // last line. A last line without its line feed (the machine went down in mid-write) is ended, and
  // stays in the chain as it is. The folder must exist.
  static Result<AuditLog> open(const std::string& path);

  // Adds a line to what the next flush writes and gives its sequence number. `members` is a JSON
  // object; the line holds seq, time (UTC, RFC 3339), event, the members, and prev.
  std::uint64_t append(std::string_view event, std::string_view members);

  // Whether there is room on the disk for what must be written when it is full otherwise: the lines
  // of stops and prunings, and the ends of jobs. Sets it aside (fallocate(2)), so it costs a call
  // only now and then.
  [[nodiscard]] bool has_reserve();

  // Writes what was appended; `durable`: and waits until it is on disk (fdatasync). What could not
  // be written is kept for the next flush, up to a limit, and the failure is returned.
  Result<void> flush(bool durable);

 private:
  explicit AuditLog(Descriptor file) : file_(std::move(file)) {}
  Result<void> take_up_chain();

  Descriptor file_;
  std::uint64_t last_seq_ = 0;
  std::string last_hash_;  // hex
  std::string pending_;
  off_t size_ = 0, reserved_to_ = 0;
};

}  // namespace mgr
