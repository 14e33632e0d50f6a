// mgr-scan · user mgr-scan · distrusts nothing; who reads the progress may go away at any time.
#include "modules/mgr-scan/progress.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace mgr_scan {
namespace {

// Three a second at the most, which leaves room for the last line within four.
constexpr std::chrono::milliseconds kInterval{340};
constexpr int kLastLineWaitMs = 1000;

}  // namespace

Progress Progress::from_environment() {
  const char* value = std::getenv("MGR_PROGRESS_FD");
  if (value == nullptr) return Progress(-1);
  const std::string_view text = value;
  int fd = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), fd);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  const bool open = whole && fd >= 0 && ::fcntl(fd, F_GETFD) != -1;
  return Progress(open ? fd : -1);
}

void Progress::advance(double share) {
  done_ += share;
  tell();
}

void Progress::count_bytes(std::uint64_t bytes) {
  bytes_ += bytes;
  tell();
}

void Progress::finish(const std::string& text) { write_line(100, text, kLastLineWaitMs); }

void Progress::tell() {
  if (fd_ < 0) return;
  const Clock::time_point now = Clock::now();
  if (now - last_ < kInterval) return;
  last_ = now;
  const int percent = std::clamp(static_cast<int>(done_ * 100), 0, 99);
  const std::string files = std::to_string(files_) + " files, ";
  write_line(percent, files + std::to_string(bytes_ >> 20U) + " MiB read", 0);
}

void Progress::write_line(int percent, const std::string& text, int wait_ms) const {
  if (fd_ < 0) return;
  pollfd room{fd_, POLLOUT, 0};
  if (::poll(&room, 1, wait_ms) != 1 || (room.revents & POLLOUT) == 0) return;
  const std::string line = std::to_string(percent) + " " + text + "\n";
  [[maybe_unused]] const ssize_t ignored = ::write(fd_, line.data(), line.size());
}

}  // namespace mgr_scan
