// The child of mgr-job.
#include "helper/jobs/mgr-job/job_filter.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <iterator>

namespace mgr {
namespace {

const sock_filter instructions[] = {
#include "job_filter.inc"
};

}  // namespace

bool load_job_filter() {
  const sock_fprog program{static_cast<unsigned short>(std::size(instructions)),
                           const_cast<sock_filter*>(instructions)};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

}  // namespace mgr
