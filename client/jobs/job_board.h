// mgrctl, with the caller's own uid. The jobs of `jobs --watch`: a list, and the changes to it.
// Distrusts both.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/jobs/job.h"
#include "client/jobs/job_command.h"
#include "client/jobs/job_table.h"

namespace mgr::client {

// Which jobs are wanted: the changes that the daemon sends are those of all jobs.
struct JobFilter {
  std::optional<std::vector<std::string>> states;
  std::optional<std::string> module;
  std::optional<std::uint64_t> uid;
  [[nodiscard]] bool wants(const Job& job) const;
};

// What the arguments of a `list` ask for.
[[nodiscard]] JobFilter filter_of(const Request& list);

class JobBoard {
 public:
  explicit JobBoard(JobFilter filter) : filter_(std::move(filter)) {}

  // Takes a job as it is now. True where it is, or was, on the board.
  bool take(const Job& job);

  // The table, with at most so many lines: where there are more jobs, those with the highest ids.
  [[nodiscard]] std::string render(const JobStyle& style, std::size_t lines) const;

 private:
  JobFilter filter_;
  std::map<std::uint64_t, Job> jobs_;  // by id; the oldest ended one leaves when there are many
};

}  // namespace mgr::client
