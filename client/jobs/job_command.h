// mgrctl, with the caller's own uid. Its commands for jobs: from the words of the command line to a
// request of the module `job`. What is wrong with them is told here, before anything is sent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/client.h"
#include "client/failure.h"

namespace mgr::client {

// The options that belong to these commands.
struct JobOptions {
  std::optional<std::string> state, module, caller, key;
  std::optional<std::uint32_t> limit, tail, older_than;
  bool watch = false, times = false, mine = false;
  bool wait = false;  // for any action too
};

// What becomes of the reply.
enum class JobView { list, watch, details, output, follow, wait, stop, prune };

struct JobCommand {
  JobView view = JobView::list;
  Request request;
  std::vector<std::uint64_t> ids;  // those that the words name
};

// True for `jobs`, `output`, `follow`, `wait` and `stop`, which are mgrctl's own commands whatever
// modules there are. A module of that name is meant where it is written with a capital.
[[nodiscard]] bool is_job_word(std::string_view word);

// The command that the words (one at least) mean:
//   jobs · job ID · [job] output|follow ID · [job] wait ID… · [job] stop ID… · job prune
// Nothing where they mean `MODULE ACTION name=value…`: another word, or `job` with another action
// or with a name=value. Fails with invalid_request for what is no id, an option that is not the
// command's, a user that there is not, or a choice that is missing or made twice.
[[nodiscard]] Outcome<std::optional<JobCommand>> parse_job_command(
    const std::vector<std::string>& words, const JobOptions& options);

// True where the reply is worth waiting for without a limit: it comes when jobs have ended, or goes
// on for as long as they run.
[[nodiscard]] bool is_patient(const Request& request);

}  // namespace mgr::client
