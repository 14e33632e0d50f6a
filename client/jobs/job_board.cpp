// mgrctl, with the caller's own uid; distrusts the list and the changes.
#include "client/jobs/job_board.h"

#include <algorithm>

#include "client/users.h"

namespace mgr::client {
namespace {

// Ended jobs over this leave the board, so that it does not grow for as long as it is watched.
constexpr std::size_t many_jobs = 4096;

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts(1);
  for (const char byte : list) {
    if (byte == ',') {
      parts.emplace_back();
    } else {
      parts.back() += byte;
    }
  }
  return parts;
}

}  // namespace

bool JobFilter::wants(const Job& job) const {
  if (states && std::find(states->begin(), states->end(), job.state) == states->end()) return false;
  if (module && *module != job.module) return false;
  return !uid || uid == job.uid;
}

JobFilter filter_of(const Request& list) {
  JobFilter filter;
  for (const Field& argument : list.arguments) {
    if (argument.name == "state") filter.states = split(argument.value);
    if (argument.name == "of_module") filter.module = argument.value;
    if (argument.name == "caller") filter.uid = find_uid(argument.value);
  }
  return filter;
}

bool JobBoard::take(const Job& job) {
  const bool was_there = jobs_.erase(job.id) > 0;
  if (!filter_.wants(job)) return was_there;
  jobs_.insert_or_assign(job.id, job);
  if (jobs_.size() > many_jobs) {
    const auto ended = std::find_if(jobs_.begin(), jobs_.end(),
                                    [](const auto& entry) { return entry.second.has_ended(); });
    jobs_.erase(ended == jobs_.end() ? jobs_.begin() : ended);
  }
  return true;
}

std::string JobBoard::render(const JobStyle& style, std::size_t lines) const {
  // One for the heading, one to say that there are more.
  const std::size_t room = lines > 3 ? lines - 2 : 1;
  const std::size_t hidden = jobs_.size() > room ? jobs_.size() - room : 0;
  std::vector<Job> shown;
  for (auto job = std::next(jobs_.begin(), static_cast<std::ptrdiff_t>(hidden)); job != jobs_.end();
       ++job) {
    shown.push_back(job->second);
  }
  std::string text = render_job_table(shown, style);
  if (hidden > 0) text += "… and " + std::to_string(hidden) + " before\n";
  return text;
}

}  // namespace mgr::client
