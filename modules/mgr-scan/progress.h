// mgr-scan · user mgr-scan · distrusts nothing; who reads the progress may go away at any time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace mgr_scan {

// Writes "NN text" lines to the descriptor that MGR_PROGRESS_FD names: never more than four a
// second, never going back, and 100 last. It neither fails nor blocks: a line that would, is left
// out. Whoever uses it ignores SIGPIPE. It does not own the descriptor.
class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Progress(int fd) : fd_(fd) {}  // -1: writes nothing
  [[nodiscard]] static Progress from_environment();

  // `share` of the whole walk, 0 to 1, has been done; the shares of one walk add up to 1.
  void advance(double share);
  void count_file() { ++files_; }
  void count_bytes(std::uint64_t bytes);

  // The last line. The reader gets up to a second to make room for it.
  void finish(const std::string& text);

 private:
  void tell();
  void write_line(int percent, const std::string& text, int wait_ms) const;

  int fd_;
  double done_ = 0;
  std::uint64_t files_ = 0;
  std::uint64_t bytes_ = 0;
  Clock::time_point last_{};
};

}  // namespace mgr_scan
