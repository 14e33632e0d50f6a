// Jobs as clients see them. Helper, root; pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "helper/jobs/jobs.h"

namespace mgr {

// A job in a reply; `is_new` tells a start's caller whether it was started by this request.
struct JobNote {
  const Job* job = nullptr;
  std::optional<bool> is_new;
};

// {"jobs":[{"id":7,"key":"scan:1",…}]}
[[nodiscard]] std::string jobs_object(const std::vector<JobNote>& notes);

// "7, 8"
[[nodiscard]] std::string ids_of(const std::vector<JobNote>& notes);

}  // namespace mgr
