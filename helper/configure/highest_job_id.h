// The highest job id that the audit log names: where the counter of ids is gone, they go on above
// it and stay unique. mgr-configure, root; the log is the helper's own.
#pragma once

#include <cstdint>
#include <string>

namespace mgr {

// Reads all its files, a piece at a time; 0 where there is none.
[[nodiscard]] std::uint64_t highest_job_id(const std::string& log_folder);

}  // namespace mgr
