// Helper, root: from the queue to a mgr-job of its own, or out of the queue by a stop.
#include <utility>

#include "helper/jobs/boot_id.h"
#include "helper/jobs/cgroup_tree.h"
#include "helper/jobs/control_socket.h"
#include "helper/jobs/real_time.h"
#include "helper/jobs/spawn.h"
#include "helper/jobs/supervised_jobs.h"

namespace mgr {
namespace {

constexpr int ends_a_turn = 500;

}  // namespace

ExitRecord ended_now(JobOutcome outcome, std::string detail) {
  ExitRecord record;
  record.outcome = outcome;
  record.ended_us = real_time_us();
  record.detail = std::move(detail);
  return record;
}

Result<void> SupervisedJobs::use_tree() {
  if (is_usable_job_tree(tree_.get())) return {};
  auto tree = open_job_tree(settings_.cgroup);
  if (!tree) return tl::unexpected(tree.error());
  tree_ = std::move(*tree);
  return {};
}

// What keeps one that waits from being run, ever; "" for nothing.
std::string SupervisedJobs::obstacle(const Entry& entry) {
  if (entry.live->stop_asked) return "stopped while it waited";
  const JobSpec& spec = entry.job.spec;
  const bool lost_input = spec.run.input == InputKind::secret && !entry.live->input;
  if (lost_input) return "its secret input was lost with the helper";
  const bool other_boot = !spec.boot_id.empty() && spec.boot_id != read_boot_id();
  return other_boot ? "the machine went down while it waited" : "";
}

void SupervisedJobs::enqueue(Entry& entry) {
  if (!obstacle(entry).empty()) return end_unstarted(entry);
  schedule_.wait(entry.job.spec);
  if (entry.job.state != JobState::queued) set_state(entry, JobState::queued);
  run_what_may();
}

void SupervisedJobs::run_what_may() {
  while (const std::uint64_t id = schedule_.next()) {
    Entry& entry = entries_.at(id);
    schedule_.run(entry.job.spec);
    launch(entry);
  }
}

Result<void> SupervisedJobs::open_folder(Entry& entry) {
  Live& live = *entry.live;
  if (!live.has_folder) {
    if (auto made = store_.create(entry.job.spec); !made) return made;
    live.has_folder = true;
  }
  auto folder = store_.folder(entry.job.spec.id);
  if (!folder) return tl::unexpected(folder.error());
  live.folder = std::move(*folder);
  return {};
}

void SupervisedJobs::launch(Entry& entry) {
  if (const auto opened = open_folder(entry); !opened) {
    report(entry, opened.error().detail);
    if (entry.job.spec.run.is_transient()) {
      return end_with(entry, ended_now(JobOutcome::could_not_start, opened.error().detail));
    }
    schedule_.leave(entry.job.spec);
    return await(entry, full_disk_ms, &SupervisedJobs::enqueue);
  }
  if (const auto launched = try_launch(entry); !launched) {
    // The mgr-job of the attempt before is gone in an instant.
    if (launched.error().code == ErrorCode::conflict &&
        await_again(entry, &SupervisedJobs::enqueue)) {
      return schedule_.leave(entry.job.spec);
    }
    end_with(entry, ended_now(JobOutcome::could_not_start, launched.error().detail));
  }
}

// -1 where there is none. Anew for each attempt: it is read from its start.
Result<Descriptor> SupervisedJobs::open_input(const Entry& entry) const {
  switch (entry.job.spec.run.input) {
    case InputKind::none:
      return Descriptor();
    case InputKind::body:
      return open_input_file(entry.live->folder.get(), entry.job.spec.input_bytes);
    case InputKind::secret:
      break;
  }
  return seal_in_memory(*entry.live->input);
}

Result<void> SupervisedJobs::try_launch(Entry& entry) {
  if (auto usable = use_tree(); !usable) return usable;
  const int folder = entry.live->folder.get();
  const auto lock = take_job_lock(folder);
  if (!lock) return tl::unexpected(lock.error());
  if (!*lock) return fail(ErrorCode::conflict, "its lock is held");
  auto listener = listen_on_control(folder);
  if (!listener) return tl::unexpected(listener.error());
  auto control = connect_to_control(folder);
  if (!control) return tl::unexpected(control.error());
  const auto input = open_input(entry);
  if (!input) return tl::unexpected(input.error());
  const JobDescriptors passed{folder, lock->get(), listener->get(), tree_.get(), input->get()};
  auto process = spawn_mgr_job(settings_.mgr_job, settings_.job_uid, settings_.job_gid, passed);
  if (!process) return tl::unexpected(process.error());
  wipe(entry.live->input);
  reaper_.reap_when_ended(std::move(*process));
  entry.live->control = std::move(*control);
  entry.live->tries = 0;
  await_hang_up(entry);
  return {};
}

// One that waits is stopped, or cannot be run any more: told once that is on disk, or a stopped one
// would run after a restart.
void SupervisedJobs::end_unstarted(Entry& entry) {
  entry.live->awaited.reset();
  schedule_.leave(entry.job.spec);
  ExitRecord record = ended_now(JobOutcome::could_not_start, obstacle(entry));
  record.stopped = entry.live->stop_asked;
  if (entry.job.spec.run.is_transient()) return end_with(entry, std::move(record));
  auto written = open_folder(entry);
  if (written) written = job_folder::put_end(entry.live->folder.get(), record);
  entry.live->folder.reset();  // thousands may be stopped at once
  if (!written) {
    report(entry, written.error().detail);
    return await(entry, full_disk_ms, &SupervisedJobs::end_unstarted);
  }
  entry.job.exit = std::move(record);
  unstarted_.push_back(entry.job.spec.id);
  if (!sync_unstarted_) sync_unstarted_ = Watch::after(loop_, 0, [this] { sync_unstarted(); });
}

// Puts the ends of those that were stopped together on disk together, and tells them.
void SupervisedJobs::sync_unstarted() {
  sync_unstarted_.reset();
  if (synced_ends_ != unstarted_.size()) {
    if (const auto synced = store_.sync_all(); !synced) {
      if (settings_.report) settings_.report(synced.error().detail);
      sync_unstarted_ = Watch::after(loop_, full_disk_ms, [this] { sync_unstarted(); });
      return;
    }
  }
  for (int i = 0; i < ends_a_turn && !unstarted_.empty(); ++i) {
    const auto found = entries_.find(unstarted_.front());
    unstarted_.pop_front();
    if (found != entries_.end() && found->second.live) conclude(found->second);
  }
  synced_ends_ = unstarted_.size();
  if (!unstarted_.empty()) sync_unstarted_ = Watch::after(loop_, 0, [this] { sync_unstarted(); });
}

}  // namespace mgr
