// mgr-helper, root.
#include "helper/waits.h"

#include <algorithm>

namespace mgr {
namespace {

constexpr std::size_t most_waits = 4096;

}  // namespace

void Waits::wait(const Jobs& jobs, Task task, std::vector<JobNote> notes,
                 std::chrono::milliseconds limit, std::string late) {
  const auto alive = [&](const JobNote& note) { return jobs.find(note.id)->alive(); };
  const auto count = static_cast<std::size_t>(std::ranges::count_if(notes, alive));
  const bool is_effect = task.record || task.errand.wait;
  if (count > 0 && waits_.size() >= most_waits) {
    // What was asked for goes on; only its end is not waited for.
    return fail_task(link_, task,
                     {is_effect ? ErrorCode::timeout : ErrorCode::busy, "too many wait already"});
  }
  waits_.push_back({std::move(task), std::move(notes), std::move(late), count, nullptr});
  const Iterator added = std::prev(waits_.end());
  if (count == 0) return finish(jobs, added);
  if (limit.count() == 0) return;
  added->limit = Watch::after(loop_, static_cast<std::uint64_t>(limit.count()),
                              [this, added] { give_up(added); });
}

void Waits::job_ended(const Jobs& jobs, const Job& job) {
  for (auto next = waits_.begin(); next != waits_.end();) {
    const Iterator wait = next++;
    const bool waited_for =
        std::ranges::find(wait->notes, job.spec.id, &JobNote::id) != wait->notes.end();
    if (waited_for && --wait->alive == 0) finish(jobs, wait);
  }
}

void Waits::finish(const Jobs& jobs, Iterator wait) {
  succeed_with(link_, wait->task, jobs, wait->notes);
  waits_.erase(wait);
}

void Waits::give_up(Iterator wait) {
  fail_task(link_, wait->task,
            {ErrorCode::timeout,
             wait->late + ": " + std::to_string(wait->alive) + " of the jobs have not ended yet"});
  waits_.erase(wait);
}

void Waits::link_lost() {
  std::erase_if(waits_, [](const Wait& wait) { return !wait.task.record; });
}

void Waits::client_gone(std::uint64_t reader) {
  for (auto next = waits_.begin(); next != waits_.end();) {
    const Iterator wait = next++;
    if (wait->task.errand.reader != reader || wait->task.record) continue;
    give_up(wait);
  }
}

}  // namespace mgr
