// The child of mgr-job, root.
#include "helper/jobs/mgr-job/process_limits.h"

#include <sys/resource.h>

namespace mgr {
namespace {

constexpr rlim_t seconds_from_warning_to_kill = 1;

// 0 stands for no limit of its own.
bool set(__rlimit_resource resource, rlim_t soft, rlim_t hard) {
  const rlimit limit{soft, hard};
  return soft == 0 || setrlimit(resource, &limit) == 0;
}

}  // namespace

const char* set_process_limits(const RunSettings& run) {
  if (!set(RLIMIT_CPU, run.cpu_seconds, run.cpu_seconds + seconds_from_warning_to_kill)) {
    return "cpu_time";
  }
  if (!set(RLIMIT_NOFILE, run.open_files, run.open_files)) return "open_files";
  if (!set(RLIMIT_FSIZE, run.file_size, run.file_size)) return "file_size";
  return nullptr;
}

}  // namespace mgr
