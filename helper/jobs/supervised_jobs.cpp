// Helper, root: what its answers ask of the jobs.
#include "helper/jobs/supervised_jobs.h"

#include <utility>

#include "helper/jobs/control_socket.h"
#include "helper/jobs/job_state.h"

namespace mgr {

SupervisedJobs::SupervisedJobs(uv_loop_t* loop, JobsSettings settings, Ended ended, Store store,
                               Descriptor tree)
    : loop_(loop),
      settings_(std::move(settings)),
      ended_(std::move(ended)),
      store_(std::move(store)),
      tree_(std::move(tree)),
      reaper_(loop) {}

SupervisedJobs::Entry& SupervisedJobs::add(JobSpec spec) {
  const std::uint64_t id = spec.id;
  Entry& entry = entries_[id];
  entry.job.spec = std::move(spec);
  return entry;
}

void SupervisedJobs::adopt(std::vector<StoredJob> stored) {
  for (StoredJob& found : stored) {
    Entry& entry = add(std::move(found.spec));
    entry.job.start = found.records.start;
    if (found.concluded) {
      entry.job.exit = found.records.exit;
      entry.job.state = state_of(*found.records.exit);
      continue;
    }
    if (found.records.may_have_started) entry.job.state = JobState::running;
    if (!entry.job.spec.key.empty()) alive_keys_[entry.job.spec.key] = entry.job.spec.id;
    entry.live = std::make_unique<Live>();
    await(entry, 0, &SupervisedJobs::examine);
  }
}

Result<std::uint64_t> SupervisedJobs::start(JobSpec spec) {
  if (alive_with_key(spec.key)) return fail(ErrorCode::conflict, "a job of this key is alive");
  if (auto usable = use_tree(); !usable) return tl::unexpected(usable.error());
  auto id = store_.new_id();
  if (!id) return id;
  spec.id = *id;
  const std::string encoded = encode(spec);
  if (encoded.size() > max_record_length) {
    return fail(ErrorCode::too_large, "too long to be recorded as a job");
  }
  if (!decode_job_spec(encoded)) {
    return fail(ErrorCode::invalid_argument, "a job needs absolute paths, a user and a group");
  }
  if (auto made = store_.create(spec, encoded); !made) return tl::unexpected(made.error());
  if (!spec.key.empty()) alive_keys_[spec.key] = *id;
  Entry& entry = add(std::move(spec));
  entry.live = std::make_unique<Live>();
  examine(entry);
  return id;
}

void SupervisedJobs::stop(std::uint64_t id) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || !found->second.live) return;
  Entry& entry = found->second;
  entry.job.state = JobState::stopping;
  if (std::exchange(entry.live->stop_asked, true)) return;
  if (entry.live->control) send_stop(entry.live->control);
}

const Job* SupervisedJobs::find(std::uint64_t id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second.job;
}

const Job* SupervisedJobs::alive_with_key(std::string_view key) const {
  const auto found = alive_keys_.find(key);
  return found == alive_keys_.end() ? nullptr : find(found->second);
}

std::vector<const Job*> SupervisedJobs::of_module(std::string_view module) const {
  std::vector<const Job*> jobs;
  for (const auto& [id, entry] : entries_) {
    if (entry.job.spec.module == module) jobs.push_back(&entry.job);
  }
  return jobs;
}

}  // namespace mgr
