// mgr-job: supervises one job (run_job.h), ends what is left of one (job_leaf.h), or holds the
// cgroup of all of them (hold.h). Root at first, then user mgr-job; distrusts its arguments and
// whatever it inherited.
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string_view>

#include "helper/jobs/mgr-job/hold.h"
#include "helper/jobs/mgr-job/job_leaf.h"
#include "helper/jobs/mgr-job/run_job.h"

namespace mgr {
namespace {

// "65533": an id that is neither root nor unset.
std::optional<std::uint32_t> parse_id(std::string_view text) {
  std::uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (id == 0 || id == UINT32_MAX) return std::nullopt;
  return id;
}

std::optional<DropTo> parse_drop_to(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto uid = parse_id(text.substr(0, colon));
  const auto gid = parse_id(text.substr(colon + 1));
  if (!uid || !gid) return std::nullopt;
  return DropTo{*uid, *gid};
}

int usage() {
  static constexpr std::string_view text =
      "usage: mgr-job --drop-to UID:GID   (by mgr-helper, with descriptors 3 to 7)\n"
      "       mgr-job --sweep JOB         (by mgr-helper, with that job's cgroup as descriptor 6)\n"
      "       mgr-job --hold [--root DIR] (by mgr-jobs.service)\n";
  (void)std::fwrite(text.data(), 1, text.size(), stderr);
  return exit_usage;
}

}  // namespace
}  // namespace mgr

int main(int argc, char** argv) {
  const auto argument = [argc, argv](int i) {
    return i < argc ? std::string_view(argv[i]) : std::string_view();
  };
  if (argument(1) == "--drop-to" && argc == 3) {
    if (const auto drop_to = mgr::parse_drop_to(argument(2))) mgr::run_job(*drop_to);
  }
  // Which job, is for whoever looks at the list of processes.
  if (argument(1) == "--sweep" && argc == 3) return mgr::sweep_leaf();
  // The root folder makes no difference to a cgroup; it is taken as every program takes it.
  const bool with_root = argc == 4 && argument(2) == "--root" && argument(3).starts_with('/');
  if (argument(1) == "--hold" && (argc == 2 || with_root)) return mgr::hold_cgroup();
  return mgr::usage();
}
