// mgr-configure, root. Reads as the helper does: no link is followed, nothing is read whole that is
// too long.
#include "helper/configure/job_folders.h"

#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "helper/jobs/job_files.h"
#include "helper/jobs/record_file.h"
#include "protocol/descriptor.h"

namespace mgr {
namespace {

bool holds_spec(const std::string& folder, std::uint64_t id) {
  const Descriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!opened) return false;
  const auto bytes = read_record(opened.get(), "spec");
  const auto spec = bytes && *bytes ? decode_job_spec(**bytes) : std::nullopt;
  return spec && spec->id == id;
}

}  // namespace

std::vector<std::string> damaged_job_folders(const std::string& jobs_folder) {
  std::vector<std::uint64_t> damaged;
  std::error_code error;
  std::filesystem::directory_iterator entry(jobs_folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const auto id = parse_job_id(entry->path().filename().string());
    if (id && !holds_spec(entry->path().string(), *id)) damaged.push_back(*id);
  }
  std::ranges::sort(damaged);
  std::vector<std::string> lines;
  for (const std::uint64_t id : damaged) {
    lines.push_back("job " + std::to_string(id) + ": its spec does not decode; set aside");
  }
  return lines;
}

}  // namespace mgr
