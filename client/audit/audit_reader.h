// The lines of the audit log, file after file. mgrctl, with the caller's own uid; never asks the
// daemon, and distrusts what is in the files. Of a file no more than a piece is in memory.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/failure.h"
#include "protocol/descriptor.h"
#include "protocol/paths.h"

namespace mgr::client {

// Lines of an open file from where it stands, without their line feeds. Of one that is longer than
// mgr writes any, the front is given, one byte longer than the longest.
class LineReader {
 public:
  explicit LineReader(int file) : file_(file) {}
  // The next one, until the next call; false at the end. What stands there without a line feed is
  // kept back, and read on with the next call.
  [[nodiscard]] bool next(std::string_view& line);
  // What was kept back at the end.
  [[nodiscard]] std::string_view rest() const { return std::string_view(buffer_).substr(begin_); }
  [[nodiscard]] bool has_failed() const { return has_failed_; }

 private:
  [[nodiscard]] bool fill();

  int file_;
  std::string buffer_;
  std::size_t begin_ = 0, searched_ = 0;
  bool has_failed_ = false;
};

// Where the last `wanted` whole lines of a file begin; how many it has not is left in `wanted`.
// Looks back from its end, a piece at a time.
[[nodiscard]] Outcome<off_t> find_last_lines(int file, std::size_t& wanted);

// Files in the order of their lines. The one that is written is open from the start: whatever is
// rotated meanwhile, none is missed, and none read twice.
class AuditFiles {
 public:
  // Those of the log below `paths`. Fails where there is none that the caller can read.
  static Outcome<AuditFiles> of_log(const Paths& paths);
  // Those that were named; "-" is standard input.
  static AuditFiles of(std::vector<std::string> names);

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] Outcome<Descriptor> open(std::size_t index);

 private:
  std::vector<std::string> names_;
  Descriptor current_;  // the last of them, of the log's own
};

// Opens to read, and nothing that would wait (open(2), O_NONBLOCK).
[[nodiscard]] Outcome<Descriptor> open_to_read(const std::string& path);

}  // namespace mgr::client
