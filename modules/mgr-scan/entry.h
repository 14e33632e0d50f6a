// mgr-scan · user mgr-scan, or root for --accept · paths and link targets are hostile bytes.
//
// What a scan records of one name in the folder, and the limits of a whole record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mgr_scan {

// Bounds of a baseline. A folder beyond them ends the scan with an error, never with a part.
inline constexpr std::size_t kMaxEntries = 4'000'000;
inline constexpr std::size_t kMaxBaselineBytes = 512U << 20U;
// Bounds of one path: below a folder that is deeper or longer, nothing is scanned (and it says so).
inline constexpr std::size_t kMaxDepth = 256;
inline constexpr std::size_t kMaxFolderPath = 16'000;
inline constexpr std::size_t kMaxPath = kMaxFolderPath + 256;
inline constexpr std::size_t kMaxLinkTarget = 4096;

enum class Kind : std::uint8_t {
  kFile,                 // read and hashed
  kFileUnhashed,         // over max_file_size, or nearly all holes: size and times stand for it
  kFileUnreadable,       // could not be opened or read
  kFileUnsettled,        // kept changing while it was read
  kDirectory,            // listed
  kDirectoryUnreadable,  // could not be listed
  kDirectoryDeep,        // beyond kMaxDepth or kMaxFolderPath: not listed
  kLink,                 // a symbolic link: its text is recorded, and never followed
  kFifo,
  kSocket,
  kCharDevice,
  kBlockDevice,
  kMount,    // another file system is mounted here: not entered
  kUnknown,  // the name is there but could not be looked at
};

// What `Entry::detail` holds for a kind.
enum class Detail : std::uint8_t {
  kNone,    // empty
  kHash,    // BLAKE2b-256 of the content, 64 lower case hex digits
  kTimes,   // modification and inode change time: SECONDS.NANOSECONDS:SECONDS.NANOSECONDS
  kTarget,  // the link's text, raw bytes
  kDevice,  // MAJOR:MINOR
};

struct KindRow {
  Kind kind;
  std::string_view word;  // in the baseline and in reports
  Detail detail;
  std::string_view unchecked;  // why the scan cannot vouch for it; empty when it can
};

// The one table of kinds, in the order of Kind.
[[nodiscard]] const KindRow& row_of(Kind kind);
[[nodiscard]] std::optional<Kind> kind_from_word(std::string_view word);
// True for the kinds of regular files, which alone have a size.
[[nodiscard]] bool is_file(Kind kind);

struct Entry {
  std::string path;    // relative to the folder, raw bytes; the folder itself is "."
  std::string detail;  // see Detail
  std::uint64_t size = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t mode = 0;  // permission bits alone, 0 to 07777
  Kind kind = Kind::kUnknown;

  bool operator==(const Entry&) const = default;
};

// One state of a folder. Entries are sorted by the bytes of their paths; no path is there twice.
struct Snapshot {
  std::string folder;  // absolute
  std::vector<Entry> entries;

  bool operator==(const Snapshot&) const = default;
};

}  // namespace mgr_scan
