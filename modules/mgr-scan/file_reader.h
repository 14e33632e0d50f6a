// mgr-scan · user mgr-scan · distrusts the owner of every file that it reads.
#pragma once

#include <sys/stat.h>

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "modules/mgr-scan/descriptor.h"
#include "modules/mgr-scan/entry.h"
#include "modules/mgr-scan/progress.h"
#include "modules/mgr-scan/result.h"

namespace mgr_scan {

// What the clock of an inode says; unequal before and after a read, the file was changed meanwhile.
// The change time cannot be set by a file's owner, which the modification time can.
struct Stamp {
  std::int64_t size = 0;
  timespec modified{};
  timespec changed{};

  [[nodiscard]] static Stamp of(const struct stat& info);
  bool operator==(const Stamp& other) const;
  // The text of Detail::kTimes.
  [[nodiscard]] std::string times() const;
};

// Reads and hashes regular files. What its owner can do to a file costs a bounded time:
//  - it is opened again from an O_PATH descriptor through /proc/self/fd, so that nothing but the
//    inode that was looked at is ever opened, with O_NONBLOCK, so that no lease is waited for;
//  - no more bytes are read than it had, and when it changed meanwhile, it is read once more;
//  - a file of which less than a sixteenth is stored (holes) is not read;
//  - an inode with several names is read once.
class FileReader {
 public:
  // Fails when /proc is not mounted. `progress` outlives the reader.
  [[nodiscard]] static Result<FileReader> create(std::uint64_t max_file_size, Progress& progress);

  // Fills kind, detail, and what stat tells of `entry`, for the regular file held by `path_fd`.
  // Fails only when the scan cannot go on: out of descriptors or memory.
  [[nodiscard]] Result<void> record(int path_fd, const struct stat& seen, Entry& entry);

  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  struct Reading {
    Kind kind = Kind::kFileUnreadable;
    std::string detail;
    struct stat info {};
  };

  FileReader(Descriptor proc, std::uint64_t max_file_size, Progress& progress)
      : proc_(std::move(proc)), max_file_size_(max_file_size), progress_(&progress) {}

  [[nodiscard]] Result<Reading> read(int path_fd, const struct stat& seen);
  [[nodiscard]] Reading read_settled(int fd, struct stat info);
  [[nodiscard]] bool hash(int fd, std::uint64_t size, std::string& hex);

  Descriptor proc_;
  std::uint64_t max_file_size_;
  Progress* progress_;
  std::uint64_t bytes_read_ = 0;
  std::map<std::pair<dev_t, ino_t>, Reading> linked_;  // inodes with several names
};

}  // namespace mgr_scan
