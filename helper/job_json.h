// Jobs as clients see them. Helper, root; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "helper/jobs/jobs.h"
#include "protocol/json.h"

namespace mgr {

// A job in a reply; `is_new` tells a start's caller whether it was started by this request.
struct JobNote {
  std::uint64_t id = 0;
  std::optional<bool> is_new{};
};

// {"jobs":[{"id":7,"key":"scan:1",…}]}, and "left_out":N where the N oldest did not fit. What has
// been removed meanwhile is not there. One that runs alone has "waits_for":[…] while it waits for
// others, the 1,000 oldest, and "waits_for_left_out":N where there are more; one with a delay has
// "due" from its start to its end. With `repeated`, "repeated":true.
[[nodiscard]] std::string jobs_object(const Jobs& jobs, const std::vector<JobNote>& notes,
                                      bool repeated = false);
// {"jobs":[{"id":7,"state":"running","new":true},…]}, 4 KiB at most: what the audit needs.
[[nodiscard]] std::string outcome_object(const Jobs& jobs, const std::vector<JobNote>& notes);
// As jobs_object(), with all that is known of each; and of one job or none.
[[nodiscard]] std::string detailed_object(const Jobs& jobs, const std::vector<JobNote>& notes);
[[nodiscard]] std::string job_object(const Job* job);

// A further member: a list.
void append_list(JsonWriter& json, std::string_view name, const auto& list) {
  json.key(name).open_array();
  for (const auto& element : list) json.value(element);
  json.close_array();
}

}  // namespace mgr
