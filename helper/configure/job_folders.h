// What lies in the jobs' folder and is no job: for `mgr-helper --check`, since a helper that starts
// sets it aside. mgr-configure, root; distrusts the files.
#pragma once

#include <string>
#include <vector>

namespace mgr {

// A line for people for each folder of a job whose spec is missing or does not decode, by number.
[[nodiscard]] std::vector<std::string> damaged_job_folders(const std::string& jobs_folder);

}  // namespace mgr
