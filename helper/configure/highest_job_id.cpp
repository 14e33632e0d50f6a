// mgr-configure, root. What clients wrote stands in quotes in the log: a bare number is the
// helper's.
#include "helper/configure/highest_job_id.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string_view>

#include "protocol/audit_files.h"

namespace mgr {
namespace {

constexpr std::string_view key = "\"id\":";
constexpr std::size_t longest_mention = 32;

std::uint64_t highest_in_file(const std::string& audit_file) {
  std::ifstream log(audit_file, std::ios::binary);
  std::uint64_t highest = 0;
  std::string piece(1 << 20, '\0'), carried;
  while (log.read(piece.data(), static_cast<std::streamsize>(piece.size())) || log.gcount() > 0) {
    carried.append(piece, 0, static_cast<std::size_t>(log.gcount()));
    for (std::size_t at = carried.find(key); at != std::string::npos;
         at = carried.find(key, at + 1)) {
      std::uint64_t number = 0;
      std::from_chars(carried.data() + at + key.size(), carried.data() + carried.size(), number);
      highest = std::max(highest, number);
    }
    carried.erase(0, carried.size() - std::min(carried.size(), longest_mention));
  }
  return highest;
}

}  // namespace

std::uint64_t highest_job_id(const std::string& log_folder) {
  std::uint64_t highest = highest_in_file(log_folder + '/' + audit_file_name);
  for (const std::string& name : rotated_audit_names(log_folder)) {
    highest = std::max(highest, highest_in_file(log_folder + '/' + name));
  }
  return highest;
}

}  // namespace mgr
