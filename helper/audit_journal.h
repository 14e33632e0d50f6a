// A copy of each line of the audit log for journald, in its native protocol
// (https://systemd.io/JOURNAL_NATIVE_PROTOCOL). sd_journal_send(3) and syslog(3) wait for a
// journald that hangs, and with them every caller of mgr; this does not. Helper, root.
#pragma once

#include <sys/un.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/descriptor.h"

namespace mgr {

class AuditJournal {
 public:
  // Sends nothing while it is off, or nothing is at `socket_path`.
  explicit AuditJournal(const std::string& socket_path);
  void turn(bool on) { is_on_ = on; }

  // A line without its line feed. Never waits: what is not taken is counted.
  void send(std::string_view line);
  // The same, of lines that each have their line feed.
  void send_all(std::string_view lines);
  [[nodiscard]] std::uint64_t missed() const { return missed_; }
  std::uint64_t take_missed() { return std::exchange(missed_, 0); }

 private:
  Descriptor socket_;
  sockaddr_un address_{};
  bool is_on_ = true;
  std::uint64_t missed_ = 0;
};

}  // namespace mgr
