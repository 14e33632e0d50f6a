// mgr-scan · user mgr-scan · distrusts the owner of every file that it reads.
#include "modules/mgr-scan/file_reader.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sodium.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <optional>

namespace mgr_scan {
namespace {

constexpr std::size_t kHashBytes = 32;
constexpr std::uint64_t kNeverSparse = 64U << 10U;  // smaller files are read, holes or not
constexpr std::uint64_t kStoredShare = 16;
constexpr int kReadTries = 2;

// Stops counting stored bytes when there are enough, so a file costs no more than its own disk use.
bool is_nearly_all_holes(int fd, std::uint64_t size) {
  if (size <= kNeverSparse) return false;
  std::uint64_t stored = 0;
  off_t at = 0;
  while (stored < size / kStoredShare) {
    const off_t data = ::lseek(fd, at, SEEK_DATA);
    if (data < 0) return errno == ENXIO;  // ENXIO: nothing but a hole follows
    const off_t hole = ::lseek(fd, data, SEEK_HOLE);
    if (hole <= data) return false;
    stored += static_cast<std::uint64_t>(hole - data);
    at = hole;
  }
  return false;
}

bool out_of_resources(int error_number) {
  return error_number == EMFILE || error_number == ENFILE || error_number == ENOMEM;
}

bool same_time(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

std::string time_text(const timespec& time) {
  std::array<char, 48> text{};
  const int length = std::snprintf(text.data(), text.size(), "%lld.%09ld",
                                   static_cast<long long>(time.tv_sec), time.tv_nsec);
  return std::string(text.data(), static_cast<std::size_t>(length));
}

}  // namespace

Stamp Stamp::of(const struct stat& info) { return {info.st_size, info.st_mtim, info.st_ctim}; }

bool Stamp::operator==(const Stamp& other) const {
  return size == other.size && same_time(modified, other.modified) &&
         same_time(changed, other.changed);
}

std::string Stamp::times() const { return time_text(modified) + ":" + time_text(changed); }

Result<FileReader> FileReader::create(std::uint64_t max_file_size, Progress& progress) {
  if (sodium_init() < 0) return failure("libsodium does not start");
  Descriptor proc(::open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC));
  struct statfs info {};
  if (proc.get() < 0 || ::fstatfs(proc.get(), &info) != 0) {
    return system_failure("/proc/self/fd", errno);
  }
  if (info.f_type != PROC_SUPER_MAGIC) return failure("/proc/self/fd: not the proc file system");
  return FileReader(std::move(proc), max_file_size, progress);
}

Result<void> FileReader::record(int path_fd, const struct stat& seen, Entry& entry) {
  const std::pair inode{seen.st_dev, seen.st_ino};
  const auto known = linked_.find(inode);
  const bool reusable =
      known != linked_.end() && (known->second.kind == Kind::kFileUnsettled ||
                                 Stamp::of(known->second.info) == Stamp::of(seen));
  Reading reading;
  if (reusable) {
    reading = known->second;
  } else {
    Result<Reading> fresh = read(path_fd, seen);
    if (!fresh) return tl::unexpected<Error>(fresh.error());
    reading = std::move(*fresh);
    if (seen.st_nlink > 1) linked_.insert_or_assign(inode, reading);
  }
  entry.kind = reading.kind;
  entry.detail = std::move(reading.detail);
  entry.size = static_cast<std::uint64_t>(reading.info.st_size);
  entry.mode = reading.info.st_mode & 07777U;
  entry.uid = reading.info.st_uid;
  entry.gid = reading.info.st_gid;
  return {};
}

Result<FileReader::Reading> FileReader::read(int path_fd, const struct stat& seen) {
  if (static_cast<std::uint64_t>(seen.st_size) > max_file_size_) {
    return Reading{Kind::kFileUnhashed, Stamp::of(seen).times(), seen};
  }
  const Descriptor file(::openat(proc_.get(), std::to_string(path_fd).c_str(),
                                 O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (file.get() < 0) {
    if (out_of_resources(errno)) return system_failure("open", errno);
    return Reading{Kind::kFileUnreadable, "", seen};
  }
  return read_settled(file.get(), seen);
}

FileReader::Reading FileReader::read_settled(int fd, struct stat info) {
  for (int attempt = 0; attempt < kReadTries; ++attempt) {
    if (::fstat(fd, &info) != 0) return {Kind::kFileUnreadable, "", info};
    const Stamp before = Stamp::of(info);
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (size > max_file_size_ || is_nearly_all_holes(fd, size)) {
      return {Kind::kFileUnhashed, before.times(), info};
    }
    std::string hex;
    if (!hash(fd, size, hex) || ::fstat(fd, &info) != 0) return {Kind::kFileUnreadable, "", info};
    if (before == Stamp::of(info)) return {Kind::kFile, std::move(hex), info};
  }
  return {Kind::kFileUnsettled, "", info};
}

// False on a read error. Fewer than `size` bytes are hashed when the file became shorter, which
// its stamp then tells.
bool FileReader::hash(int fd, std::uint64_t size, std::string& hex) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, kHashBytes);
  std::array<unsigned char, 128U << 10U> buffer{};
  std::uint64_t at = 0;
  while (at < size) {
    const std::size_t want = std::min<std::uint64_t>(buffer.size(), size - at);
    const ssize_t got = ::pread(fd, buffer.data(), want, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    crypto_generichash_update(&state, buffer.data(), static_cast<std::size_t>(got));
    at += static_cast<std::uint64_t>(got);
    bytes_read_ += static_cast<std::uint64_t>(got);
    progress_->count_bytes(static_cast<std::uint64_t>(got));
  }
  std::array<unsigned char, kHashBytes> digest{};
  crypto_generichash_final(&state, digest.data(), digest.size());
  std::array<char, kHashBytes * 2 + 1> text{};
  sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
  hex.assign(text.data());
  return true;
}

}  // namespace mgr_scan
