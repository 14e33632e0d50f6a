// mgr-scan · user mgr-scan, or root for --accept · the proposed side of a comparison is hostile.
#include "modules/mgr-scan/compare.h"

#include <array>
#include <cstdio>

namespace mgr_scan {
namespace {

std::string octal(std::uint32_t mode) {
  std::array<char, 16> text{};
  const int length = std::snprintf(text.data(), text.size(), "%04o", mode);
  return std::string(text.data(), static_cast<std::size_t>(length));
}

std::string_view field_of(Detail detail) {
  switch (detail) {
    case Detail::kHash:
      return "content";
    case Detail::kTimes:
      return "times";
    case Detail::kTarget:
      return "target";
    case Detail::kDevice:
      return "device";
    case Detail::kNone:
      break;
  }
  return "detail";
}

std::vector<Change> changes_between(const Entry& before, const Entry& after) {
  std::vector<Change> changes;
  const auto note = [&](std::string_view field, std::string old_value, std::string new_value) {
    if (old_value != new_value) {
      changes.push_back({field, std::move(old_value), std::move(new_value)});
    }
  };
  note("kind", std::string(row_of(before.kind).word), std::string(row_of(after.kind).word));
  note("mode", octal(before.mode), octal(after.mode));
  note("owner", std::to_string(before.uid), std::to_string(after.uid));
  note("group", std::to_string(before.gid), std::to_string(after.gid));
  if (is_file(before.kind) && is_file(after.kind)) {
    note("size", std::to_string(before.size), std::to_string(after.size));
  }
  if (before.kind == after.kind) {
    note(field_of(row_of(after.kind).detail), before.detail, after.detail);
  }
  return changes;
}

}  // namespace

std::vector<Difference> compare(const Snapshot& before, const Snapshot& after) {
  std::vector<Difference> differences;
  auto old_entry = before.entries.begin();
  auto new_entry = after.entries.begin();
  while (old_entry != before.entries.end() || new_entry != after.entries.end()) {
    const bool only_old = new_entry == after.entries.end() ||
                          (old_entry != before.entries.end() && old_entry->path < new_entry->path);
    const bool only_new =
        !only_old && (old_entry == before.entries.end() || new_entry->path < old_entry->path);
    if (only_old) {
      differences.push_back({Difference::Type::kRemoved, (old_entry++)->path, {}});
    } else if (only_new) {
      differences.push_back({Difference::Type::kAdded, (new_entry++)->path, {}});
    } else {
      auto changes = changes_between(*old_entry++, *new_entry);
      if (!changes.empty()) {
        differences.push_back({Difference::Type::kChanged, new_entry->path, std::move(changes)});
      }
      ++new_entry;
    }
  }
  return differences;
}

}  // namespace mgr_scan
