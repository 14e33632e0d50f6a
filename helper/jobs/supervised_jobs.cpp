// Helper, root: what its answers ask of the jobs.
#include "helper/jobs/supervised_jobs.h"

#include <algorithm>
#include <utility>

#include "helper/jobs/control_socket.h"
#include "helper/jobs/job_state.h"
#include "helper/jobs/real_time.h"

namespace mgr {
namespace {

constexpr int removals_a_turn = 100;
constexpr std::uint64_t most_input_bytes = 256 << 20;
constexpr std::uint64_t removal_retry_ms = 60000;

}  // namespace

SupervisedJobs::SupervisedJobs(uv_loop_t* loop, JobsSettings settings, JobEvents events,
                               Store store, Descriptor tree)
    : loop_(loop),
      settings_(std::move(settings)),
      events_(std::move(events)),
      store_(std::move(store)),
      tree_(std::move(tree)),
      reaper_(loop),
      schedule_(settings_.max_running),
      retention_(settings_.keep) {}

SupervisedJobs::Entry& SupervisedJobs::add(JobSpec spec) {
  const std::uint64_t id = spec.id;
  Entry& entry = entries_[id];
  entry.job.spec = std::move(spec);
  requests_.add(entry.job.spec);
  return entry;
}

void SupervisedJobs::adopt(std::vector<StoredJob> stored) {
  for (StoredJob& found : stored) {
    Entry& entry = add(std::move(found.spec));
    Job& job = entry.job;
    job.start = found.records.start;
    job.attempt = found.attempt;
    if (found.concluded && job.spec.run.is_transient()) {
      store_.remove(job.spec.id);  // it was answered, or there is nobody to be answered
      forget(job.spec.id);
      continue;
    }
    if (found.concluded) {
      job.exit = found.records.exit;
      job.progress = job.exit->progress;
      job.state = state_of(job.spec, *job.exit);
      retention_.ended(job.spec, *job.exit);
      continue;
    }
    if (!job.spec.key.empty()) alive_keys_[job.spec.key] = job.spec.id;
    schedule_.enter(job.spec);
    entry.live = std::make_unique<Live>();
    entry.live->has_folder = found.has_folder;
    if (found.records.may_have_started) {
      job.state = JobState::running;
      schedule_.run(job.spec);
    }
    // Nobody is there to read it any more: the next step stops it.
    if (job.spec.run.mode == RunMode::stream) {
      job.state = JobState::stopping;
      entry.live->stop_asked = true;
      enforce_stop(entry, job.spec.run.stop_grace + settings_.stop_margin);
    }
    await(entry, 0, found.has_folder ? &SupervisedJobs::examine : &SupervisedJobs::enqueue);
  }
  static_cast<void>(has_room_on_disk());
  // Where that fails, the disk is full: the journal grows on.
  if (const auto shortened = shorten_journal(); !shortened && settings_.report) {
    settings_.report(shortened.error().detail);
  }
  keep_to_limits();
}

Result<std::uint64_t> SupervisedJobs::accept(JobSpec spec, std::string input) {
  if (alive_with_key(spec.key)) return fail(ErrorCode::conflict, "a job of this key is alive");
  if (const auto free = check_alone(spec); !free) return tl::unexpected(free.error());
  if (!schedule_.has_room_for(spec)) {
    return fail(ErrorCode::busy, "the queue of " + spec.module + ' ' + spec.action + " is full");
  }
  if (spec.run.input == InputKind::body && !has_room_for_input(spec.asker, input.size())) {
    return fail(ErrorCode::busy, "too many bodies wait for their jobs to end");
  }
  if (auto usable = use_tree(); !usable) return tl::unexpected(usable.error());
  if (spec.urgent) {
    store_.free_reserve();
  } else if (!has_room_on_disk()) {
    return fail(ErrorCode::failed, "the disk is full; nothing was started");
  }
  const auto id = store_.new_id();
  if (!id) return fail(id.error().code, id.error().detail + "; nothing was started");
  spec.id = *id;
  spec.input_bytes = spec.run.input == InputKind::body ? input.size() : 0;
  std::string encoded = encode(spec);
  if (encoded.size() > max_record_length) {
    return fail(ErrorCode::too_large, "too long to be recorded as a job");
  }
  if (!decode_job_spec(encoded)) {
    return fail(ErrorCode::invalid_argument, "a job needs absolute paths, a user and a group");
  }
  if (!spec.key.empty()) alive_keys_[spec.key] = *id;
  Entry& entry = add(std::move(spec));
  entry.live = std::make_unique<Live>();
  if (entry.job.spec.run.input != InputKind::none) entry.live->input = std::move(input);
  schedule_.enter(entry.job.spec);
  schedule_.wait(entry.job.spec);
  if (entry.job.spec.run.is_transient()) encoded.clear();  // nothing for the journal
  accepted_.emplace(*id, std::move(encoded));
  return id;
}

Result<void> SupervisedJobs::check_alone(const JobSpec& spec) const {
  const auto found = entries_.find(schedule_.alone());
  if (found == entries_.end() || spec.run.is_transient()) return {};
  const JobSpec& alone = found->second.job.spec;
  return fail(ErrorCode::conflict, "no new job before job " + std::to_string(alone.id) + " (" +
                                       alone.module + ' ' + alone.action + ") has ended");
}

// Beside what is set aside. That is an urgent job's as long as it is alive: nobody else gets it.
bool SupervisedJobs::has_room_on_disk() {
  return schedule_.has_urgent() ? store_.has_room_for_reserve() : store_.set_reserve_aside();
}

// Bodies are on disk until their jobs have ended, and in no quota of what is kept. A caller has a
// quarter of the room at most.
bool SupervisedJobs::has_room_for_input(const Asker& asker, std::uint64_t bytes) const {
  std::uint64_t all = bytes, own = bytes;
  for (const auto& [id, entry] : entries_) {
    if (!entry.live) continue;
    all += entry.job.spec.input_bytes;
    own += entry.job.spec.asker.is_same_caller(asker) ? entry.job.spec.input_bytes : 0;
  }
  return all <= most_input_bytes && own <= most_input_bytes / 4;
}

void SupervisedJobs::withdraw(std::uint64_t id) {
  accepted_.erase(id);
  forget(id);
}

void SupervisedJobs::forget(std::uint64_t id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  schedule_.end(found->second.job.spec);
  free_key(found->second.job.spec);
  requests_.remove(found->second.job.spec);
  entries_.erase(found);
}

void SupervisedJobs::free_key(const JobSpec& spec) {
  const auto key = alive_keys_.find(spec.key);
  if (key != alive_keys_.end() && key->second == spec.id) alive_keys_.erase(key);
}

Result<void> SupervisedJobs::commit() {
  const auto accepted = std::exchange(accepted_, {});
  if (accepted.empty()) return {};
  auto committed = put_inputs(accepted);
  if (committed) {
    for (const auto& [id, encoded] : accepted) {
      if (!encoded.empty()) store_.accept(id, encoded);
    }
    committed = store_.commit();
  }
  if (!committed) {
    for (const auto& [id, encoded] : accepted) {
      if (entries_.at(id).live->has_folder) store_.remove(id);
      forget(id);
    }
    return committed;
  }
  for (const auto& [id, encoded] : accepted) set_state(entries_.at(id), JobState::queued);
  run_what_may();
  if (store_.journal_is_long()) static_cast<void>(shorten_journal());
  return {};
}

// Before the journal has them: what is in there can be carried out.
Result<void> SupervisedJobs::put_inputs(const std::map<std::uint64_t, std::string>& accepted) {
  bool needs_sync = false;
  for (const auto& [id, encoded] : accepted) {
    const Entry& entry = entries_.at(id);
    const RunSettings& run = entry.job.spec.run;
    if (run.input != InputKind::body) continue;
    if (auto made = store_.create(entry.job.spec, *entry.live->input); !made) return made;
    entry.live->has_folder = true;
    wipe(entry.live->input);
    needs_sync = needs_sync || !run.is_transient();
  }
  return needs_sync ? store_.sync_all() : Result<void>();
}

Result<void> SupervisedJobs::shorten_journal() {
  std::vector<const JobSpec*> waiting;
  for (const auto& [id, entry] : entries_) {
    if (!entry.live || entry.live->has_folder || entry.job.spec.run.is_transient()) continue;
    waiting.push_back(&entry.job.spec);
  }
  return store_.rewrite_journal(waiting);
}

void SupervisedJobs::stop(std::uint64_t id) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || !found->second.live) return;
  Entry& entry = found->second;
  if (std::exchange(entry.live->stop_asked, true)) return;
  const bool waits = entry.job.state == JobState::queued;
  set_state(entry, JobState::stopping);
  if (waits) return end_unstarted(entry);
  if (entry.live->control && !send_stop(entry.live->control)) reconnect(entry);
  enforce_stop(entry, entry.job.spec.run.stop_grace + settings_.stop_margin);
}

Result<std::uint64_t> SupervisedJobs::remove(std::uint64_t id) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || found->second.live) {
    return fail(ErrorCode::not_found, "no ended job of this number");
  }
  // Else a helper that starts would take it for one that never ran.
  if (store_.journal_may_have(id) && !shorten_journal()) {
    store_.strip(id);  // on a full disk, that makes the room
    if (auto shortened = shorten_journal(); !shortened) return tl::unexpected(shortened.error());
  }
  const std::uint64_t freed = retention_.removed(found->second.job.spec, *found->second.job.exit);
  store_.remove(id);
  requests_.remove(found->second.job.spec);
  entries_.erase(found);
  return freed;
}

void SupervisedJobs::set_limits(std::uint32_t max_running, Keep keep) {
  schedule_.set_most(max_running);
  retention_.set_keep(keep);
  run_what_may();
  keep_to_limits();
}

void SupervisedJobs::keep_to_limits() {
  next_removal_.reset();
  const std::int64_t now = real_time_us();
  bool removed = true;
  for (int i = 0; removed && i < removals_a_turn; ++i) {
    const std::uint64_t id = retention_.next_to_go(now);
    removed = id != 0 && remove(id);
  }
  const auto due = retention_.next_due();
  if (!due) return;
  const bool more = retention_.next_to_go(now) != 0;
  const std::int64_t wait_us = more ? 0 : std::max<std::int64_t>(*due - now, 0);
  const std::uint64_t at_least_ms = more && !removed ? removal_retry_ms : 1;
  next_removal_ = Watch::after(loop_, static_cast<std::uint64_t>(wait_us) / 1000 + at_least_ms,
                               [this] { keep_to_limits(); });
}

Result<std::array<Descriptor, 3>> SupervisedJobs::open_output(std::uint64_t id) const {
  const auto found = entries_.find(id);
  if (found == entries_.end() || (found->second.live && !found->second.live->has_folder)) {
    return fail(ErrorCode::not_found, "the job has not run");
  }
  const auto folder = store_.folder(id);
  if (!folder) return tl::unexpected(folder.error());
  return job_folder::open_output(folder->get());
}

void SupervisedJobs::follow(std::uint64_t id) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || !found->second.live) return;
  Live& live = *found->second.live;
  if (!std::exchange(live.followed, true) && live.control) send_follow(live.control);
}

const Job* SupervisedJobs::find(std::uint64_t id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second.job;
}

const Job* SupervisedJobs::alive_with_key(std::string_view key) const {
  const auto found = alive_keys_.find(key);
  return found == alive_keys_.end() ? nullptr : find(found->second);
}

std::set<std::uint64_t> SupervisedJobs::of_request(const Asker& asker,
                                                   std::string_view request_id) const {
  return requests_.jobs_of(asker, request_id, real_time_us());
}

std::vector<const Job*> SupervisedJobs::of_module(std::string_view module) const {
  std::vector<const Job*> jobs;
  for (const auto& [id, entry] : entries_) {
    if (module.empty() || entry.job.spec.module == module) jobs.push_back(&entry.job);
  }
  return jobs;
}

}  // namespace mgr
