// The files of the audit log: audit.jsonl, which is written, and those before it, each named for
// its first line. Helper and mgr-configure (root), and mgrctl; distrusts what is in them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.h"

namespace mgr {

inline constexpr const char* audit_file_name = "audit.jsonl";
// No line is longer: what is, mgr did not write. An effect upon very many jobs has the longest.
inline constexpr std::size_t longest_audit_line = 16 << 20;

// "audit-00000000000000000042.jsonl": names sort as the numbers do.
[[nodiscard]] std::string rotated_audit_name(std::uint64_t first_seq);
[[nodiscard]] std::uint64_t rotated_audit_seq(std::string_view name);  // the number in it

// The names of those that are in `folder`, the oldest first; none where there is no folder.
[[nodiscard]] std::vector<std::string> rotated_audit_names(const std::string& folder);

// Where the log ends, in whatever file that is.
struct AuditEnd {
  std::uint64_t seq = 0;  // the last number that was given away; 0: there is no line
  std::string hash;       // what the next line has as `prev`
  bool has_macs = false;
  std::uint64_t torn = 0;  // lines of what is behind the last whole one, and is none
  bool open_line = false;  // which has no line feed
};
[[nodiscard]] Result<AuditEnd> find_audit_end(const std::string& folder);

}  // namespace mgr
