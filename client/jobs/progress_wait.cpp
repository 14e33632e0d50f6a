// mgrctl, with the caller's own uid; distrusts the daemon's answers.
#include "client/jobs/progress_wait.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "client/jobs/units.h"

namespace mgr::client {
namespace {

using std::chrono::milliseconds;

// The stream of changes, as long as there is one.
class Watch {
 public:
  Watch(const Session& session, const std::string& on_behalf_of, const IsOurs& is_ours)
      : is_ours_(is_ours) {
    auto exchange = begin(session, {"job", "watch", {}, on_behalf_of});
    if (exchange) exchange_ = std::move(*exchange);
  }

  // -1, which poll(2) passes over, where there is none.
  [[nodiscard]] int descriptor() const { return exchange_ ? exchange_->descriptor() : -1; }

  // Takes in what has come; true where it changed something.
  bool take() {
    bool changed = false;
    while (exchange_) {
      const auto reply = exchange_->take();
      if (reply && !*reply) break;
      const bool goes_on = reply && (*reply)->success && (*reply)->more;
      const auto jobs = goes_on ? read_jobs(**reply) : Outcome<std::vector<Job>>{};
      if (!goes_on || !jobs) {
        exchange_.reset();
        break;
      }
      for (const Job& job : *jobs) changed = note(job) || changed;
    }
    return changed;
  }

  [[nodiscard]] const std::map<std::uint64_t, Job>& jobs() const { return jobs_; }

 private:
  bool note(const Job& job) {
    if (jobs_.count(job.id) == 0 && (jobs_.size() == max_jobs || !is_ours_(job))) return false;
    jobs_.insert_or_assign(job.id, job);
    return true;
  }

  static constexpr std::size_t max_jobs = 4096;
  const IsOurs& is_ours_;
  std::optional<Exchange> exchange_;
  std::map<std::uint64_t, Job> jobs_;
};

// Until one of them has something, or the time is up: false.
bool wait_for_either(int first, int second, Deadline deadline) {
  std::array<pollfd, 2> watched{{{first, POLLIN, 0}, {second, POLLIN, 0}}};
  for (;;) {
    const auto left = deadline - std::chrono::steady_clock::now();
    const auto step =
        std::clamp(std::chrono::ceil<milliseconds>(left), milliseconds(0), milliseconds(60'000));
    const int ready = ::poll(watched.data(), watched.size(), static_cast<int>(step.count()));
    if (ready > 0 || (ready < 0 && errno != EINTR)) return true;
    if (left.count() <= 0) return false;
  }
}

std::int64_t now_in_milliseconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<milliseconds>(now).count();
}

}  // namespace

IsOurs started_by(const Request& request, const std::string& key) {
  return [key, module = folded(request.module), action = folded(request.action), uid = ::geteuid(),
          begin = now_in_milliseconds()](const Job& job) {
    return job.module == module && job.action == action &&
           (key.empty() ? job.uid == uid : job.caller_key == key) &&
           parse_time(job.accepted).value_or(0) >= begin;
  };
}

IsOurs with_ids(const std::vector<std::uint64_t>& ids) {
  return [ids](const Job& job) { return std::find(ids.begin(), ids.end(), job.id) != ids.end(); };
}

std::pair<std::string, Progress> progress_of(const std::map<std::uint64_t, Job>& jobs) {
  const Job& first = jobs.begin()->second;
  if (jobs.size() == 1) return {first.name(), {first.progress, first.state}};
  std::uint64_t sum = 0, ended = 0;
  bool is_known = false;
  for (const auto& [id, job] : jobs) {
    sum += job.has_ended() ? 100 : job.progress.value_or(0);
    if (job.has_ended()) ++ended;
    is_known = is_known || job.progress.has_value();
  }
  const std::string label =
      std::to_string(jobs.size()) + " jobs, " + std::to_string(ended) + " ended";
  return {label, {is_known ? std::optional(sum / jobs.size()) : std::nullopt, ""}};
}

Outcome<Reply> ask_with_progress(const Session& session, const Request& request,
                                 const IsOurs& is_ours, ProgressLine& progress) {
  Watch watch(session, request.on_behalf_of, is_ours);  // first, so that it misses less
  auto exchange = begin(session, request);
  if (!exchange) return tl::unexpected(exchange.error());
  const Deadline until = session.deadline_for(request);
  for (;;) {
    auto reply = exchange->take();
    if (!reply) return tl::unexpected(reply.error());
    if (*reply) {
      progress.hide();
      return only_line(std::move(**reply));
    }
    if (watch.take()) {
      const auto [label, now] = progress_of(watch.jobs());
      progress.show(label, now);
    }
    if (!wait_for_either(exchange->descriptor(), watch.descriptor(), until)) {
      return failed(Failure::Kind::no_answer, "none within the time limit");
    }
  }
}

}  // namespace mgr::client
