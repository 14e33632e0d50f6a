// The seccomp list of jobs (seccomp(2)): what no command may do, whoever it runs as. The child of
// mgr-job.
#pragma once

namespace mgr {

// Loads the list for good, for this process and all that it starts. Makes no allocation: the
// program is a table that make_job_filter compiled with libseccomp when mgr was built. Needs
// no_new_privs or CAP_SYS_ADMIN. False with errno on failure.
[[nodiscard]] bool load_job_filter();

}  // namespace mgr
