// The audit log on disk: /var/log/mgr/audit.jsonl and the files before it, numbered lines of JSON
// (protocol/audit_line.h), each of which vouches for the one before it and is vouched for under a
// key that is gone when the next line is made. Helper, root; distrusts the text that it is given,
// which JsonWriter has made harmless, and what a crash has left.
//
// The key of the next line is in /var/lib/mgr/audit/key, so that a helper that starts can go on. It
// is written over in place, so that an earlier one is in no file, and only once the lines that it
// has passed are on disk: so it may be behind the log, and is taken forward, but is never ahead of
// it, unless somebody has cut the log.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "helper/audit_journal.h"
#include "protocol/audit_key.h"
#include "protocol/descriptor.h"
#include "protocol/error.h"
#include "protocol/paths.h"

namespace mgr {

struct AuditLimits {
  std::uint64_t rotate_size = 64 << 20;  // a file that has so many bytes gets a successor
  std::uint32_t keep = 16;               // files, without the one that is written
  bool journal = true;                   // each line goes to journald too
};

class AuditLog {
 public:
  // Opens the file to append, making it (0600) where there is none, and takes up the chain where it
  // ends, and the key, which mgr-configure has made. What follows the last whole line (the machine
  // went down in mid-write) stays, and the next line says so. So it does where the key is ahead:
  // lines are missing, and their numbers are not given away again.
  static Result<AuditLog> open(const Paths& paths, const AuditLimits& limits = {});

  // Adds a line to what the next flush writes and gives its sequence number. `members` is a JSON
  // object; the line holds seq, time (UTC, RFC 3339), event, the members, prev and mac.
  std::uint64_t append(std::string_view event, std::string_view members);

  // Whether there is room on the disk for what must be written when it is full otherwise: the lines
  // of stops and prunings, and the ends of jobs. Sets it aside (fallocate(2)), so it costs a call
  // only now and then.
  [[nodiscard]] bool has_reserve();

  // Writes what was appended; `durable`: and waits until it is on disk (fdatasync), and puts the
  // key after it. What could not be written is kept for the next flush, up to a limit; beyond it
  // lines are given up, which the next one says. The failure is returned. A file that is long
  // enough then gets its successor.
  Result<void> flush(bool durable);

  // Puts the key on disk where it is in a file only.
  void sync_key();

  void set_limits(const AuditLimits& limits);
  // How many lines journald did not take since they were last taken.
  [[nodiscard]] std::uint64_t missed_copies() const { return journal_.missed(); }
  std::uint64_t take_missed_copies() { return journal_.take_missed(); }

 private:
  struct FreeKey {
    void operator()(AuditKey* key) const;
  };
  AuditLog(const Paths& paths, const AuditLimits& limits);
  Result<void> open_file();
  Result<void> take_up_chain();
  Result<void> take_up_key(std::uint64_t torn);
  void append_recovered(const std::string& proof);
  Result<void> write_pending();
  Result<void> sync();
  void keep_key();
  void give_up();
  void rotate();
  Result<void> begin_next_file();
  void remove_oldest();

  std::string folder_;
  AuditLimits limits_;
  Descriptor file_;
  Descriptor key_file_;
  // In locked memory: for the line behind last_seq_, and for the first that is not written yet.
  std::unique_ptr<AuditKey, FreeKey> key_, unwritten_key_;
  std::uint64_t last_seq_ = 0;
  std::string last_hash_;  // hex
  std::string pending_;
  std::size_t written_ = 0;  // of that, into the file already
  bool is_on_disk_ = true;   // what the file holds
  bool is_key_on_disk_ = true;
  off_t size_ = 0, reserved_to_ = 0;
  std::uint64_t first_seq_ = 0;  // of the file
  std::uint64_t rotate_at_ = 0;
  AuditJournal journal_;
};

}  // namespace mgr
