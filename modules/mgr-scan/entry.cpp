// mgr-scan · user mgr-scan, or root for --accept · distrusts the words of a proposed baseline.
#include "modules/mgr-scan/entry.h"

#include <array>

namespace mgr_scan {
namespace {

constexpr std::array kRows = {
    KindRow{Kind::kFile, "file", Detail::kHash, ""},
    KindRow{Kind::kFileUnhashed, "file-unhashed", Detail::kTimes,
            "too large or nearly all holes: compared by size and times only"},
    KindRow{Kind::kFileUnreadable, "file-unreadable", Detail::kNone, "cannot be read"},
    KindRow{Kind::kFileUnsettled, "file-unsettled", Detail::kNone,
            "kept changing while it was read"},
    KindRow{Kind::kDirectory, "directory", Detail::kNone, ""},
    KindRow{Kind::kDirectoryUnreadable, "directory-unreadable", Detail::kNone, "cannot be listed"},
    KindRow{Kind::kDirectoryDeep, "directory-deep", Detail::kNone,
            "nested too deeply: nothing below it is scanned"},
    KindRow{Kind::kLink, "link", Detail::kTarget, ""},
    KindRow{Kind::kFifo, "fifo", Detail::kNone, ""},
    KindRow{Kind::kSocket, "socket", Detail::kNone, ""},
    KindRow{Kind::kCharDevice, "char-device", Detail::kDevice, ""},
    KindRow{Kind::kBlockDevice, "block-device", Detail::kDevice, ""},
    KindRow{Kind::kMount, "mount", Detail::kNone,
            "another file system is mounted here: it is not entered"},
    KindRow{Kind::kUnknown, "unknown", Detail::kNone, "cannot be looked at"},
};

constexpr bool rows_are_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].kind) != i) return false;
  }
  return kRows.size() == static_cast<std::size_t>(Kind::kUnknown) + 1;
}
static_assert(rows_are_in_order());

}  // namespace

const KindRow& row_of(Kind kind) { return kRows[static_cast<std::size_t>(kind)]; }

std::optional<Kind> kind_from_word(std::string_view word) {
  for (const KindRow& row : kRows) {
    if (row.word == word) return row.kind;
  }
  return std::nullopt;
}

bool is_file(Kind kind) {
  return kind == Kind::kFile || kind == Kind::kFileUnhashed || kind == Kind::kFileUnreadable ||
         kind == Kind::kFileUnsettled;
}

}  // namespace mgr_scan
