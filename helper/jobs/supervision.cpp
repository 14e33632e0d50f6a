// Helper, root: the steps from a job's record to its end; distrusts mgr-job's records and peers.
#include <sodium/randombytes.h>

#include <algorithm>
#include <utility>

#include "helper/jobs/boot_id.h"
#include "helper/jobs/control_socket.h"
#include "helper/jobs/job_state.h"
#include "helper/jobs/real_time.h"
#include "helper/jobs/record_file.h"
#include "helper/jobs/spawn.h"
#include "helper/jobs/supervised_jobs.h"

namespace mgr {
namespace {

// For the instants between a mgr-job's hang-up and its lock's release: 5 s in all.
constexpr std::uint64_t retry_ms = 10;
constexpr int most_tries = 500;
constexpr int notes_a_turn = 16;

constexpr std::uint64_t longest_delay_ms = 3600'000;

ExitRecord ended_without_record(const JobRecords& records) {
  if (!records.may_have_started) {
    return ended_now(JobOutcome::could_not_start, "mgr-job ended before the command was started");
  }
  const bool other_boot = records.start && records.start->boot_id != read_boot_id();
  return ended_now(JobOutcome::lost, other_boot ? "the machine went down while it ran"
                                                : "mgr-job was killed while it ran");
}

// Doubles with each attempt, and is spread by a quarter so that what failed together does not come
// again together.
std::uint64_t delay_before(std::uint32_t attempt, std::chrono::milliseconds first) {
  const auto first_ms = static_cast<std::uint64_t>(first.count());
  const std::uint64_t doubled = first_ms << std::min<std::uint32_t>(attempt - 2, 20);
  const std::uint64_t delay = std::min(doubled, std::max(longest_delay_ms, first_ms));
  return delay * 3 / 4 + randombytes_uniform(static_cast<std::uint32_t>(delay / 2) + 1);
}

}  // namespace

void SupervisedJobs::report(const Entry& entry, const std::string& what) const {
  if (settings_.report) settings_.report("job " + std::to_string(entry.job.spec.id) + ": " + what);
}

void SupervisedJobs::await(Entry& entry, std::uint64_t milliseconds, Step step) {
  entry.live->awaited =
      Watch::after(loop_, milliseconds, [this, &entry, step] { (this->*step)(entry); });
}

void SupervisedJobs::await(Entry& entry, int descriptor, int events, Step step) {
  auto watch =
      Watch::descriptor(loop_, descriptor, events, [this, &entry, step] { (this->*step)(entry); });
  if (watch) {
    entry.live->awaited = std::move(*watch);
  } else {
    report(entry, watch.error().detail);
    await(entry, retry_ms, step);
  }
}

bool SupervisedJobs::await_again(Entry& entry, Step step) {
  if (++entry.live->tries > most_tries) return false;
  await(entry, retry_ms, step);
  return true;
}

void SupervisedJobs::set_state(Entry& entry, JobState state) {
  entry.job.state = state;
  if (events_.changed) events_.changed(entry.job);
}

// Whether a mgr-job supervises it, and if none does, how far the last one came.
void SupervisedJobs::examine(Entry& entry) {
  if (const auto opened = open_folder(entry); !opened) {
    // Want of descriptors, say, tells nothing of the job: it is looked at again.
    if (await_again(entry, &SupervisedJobs::examine)) return;
    report(entry, opened.error().detail);
    return await(entry, full_disk_ms, &SupervisedJobs::examine);
  }
  auto lock = take_job_lock(entry.live->folder.get());
  if (lock && !*lock) return reconnect(entry);
  if (!lock && await_again(entry, &SupervisedJobs::examine)) return;
  const JobRecords records = job_folder::read_records(entry.live->folder.get());
  if (records.exit || records.may_have_started || !lock) return empty_leaf(entry);
  lock->reset();  // it is taken again for the launch
  // Whoever would have been answered has gone.
  if (entry.job.spec.run.is_transient()) entry.live->stop_asked = true;
  enqueue(entry);
}

void SupervisedJobs::reconnect(Entry& entry) {
  auto control = connect_to_control(entry.live->folder.get());
  if (!control) {
    // It is just ending: then its lock is free soon. One that keeps the lock and does not listen
    // is none of ours, and its tree is ended.
    if (!await_again(entry, &SupervisedJobs::examine)) empty_leaf(entry);
    return;
  }
  entry.live->control = std::move(*control);
  schedule_.run(entry.job.spec);
  await_hang_up(entry);
}

void SupervisedJobs::await_hang_up(Entry& entry) {
  if (entry.live->stop_asked) {
    static_cast<void>(send_stop(entry.live->control));  // which is fresh
  } else if (entry.job.state != JobState::running) {
    entry.job.start = StartRecord{real_time_us(), ""};
    set_state(entry, JobState::running);
  }
  if (entry.live->followed) send_follow(entry.live->control);
  await(entry, entry.live->control.get(), UV_READABLE | UV_DISCONNECT,
        &SupervisedJobs::hear_control);
}

void SupervisedJobs::hear_control(Entry& entry) {
  for (int i = 0; i < notes_a_turn; ++i) {
    const auto heard = receive_note(entry.live->control);
    if (!heard) return empty_leaf(entry);
    if (!*heard) return;
    Job& job = entry.job;
    const ControlNote& note = **heard;
    if (note.kind == ControlNoteKind::output) {
      if (events_.printed) events_.printed(job, note.value);
    } else if (note.value <= 100 && job.progress != note.value) {
      job.progress = static_cast<std::uint8_t>(note.value);
      if (events_.changed) events_.changed(job);
      // Its line stands in the output, too.
      if (entry.live->followed && events_.printed) events_.printed(job, 0);
    }
  }
}

// What outlives cgroup.kill can be ended with a capability alone, which a program has that root
// starts.
void SupervisedJobs::sweep(const Entry& entry, const CgroupLeaf& leaf) {
  auto process = spawn_sweep(settings_.mgr_job, entry.job.spec.id, leaf.folder());
  if (!process) return report(entry, process.error().detail);
  reaper_.reap_when_ended(std::move(*process));
}

// A mgr-job that was taken over may keep a tree that it was asked to end.
void SupervisedJobs::enforce_stop(Entry& entry, std::chrono::milliseconds after) {
  entry.live->overdue =
      Watch::after(loop_, static_cast<std::uint64_t>(after.count()), [this, &entry] {
        const auto leaf = CgroupLeaf::find(tree_.get(), entry.job.spec.id);
        if (leaf && *leaf) {
          static_cast<void>((*leaf)->kill());
          sweep(entry, **leaf);
        }
        enforce_stop(entry, longest_between_kills);
      });
}

// mgr-job is gone. What it left in the leaf, if it was killed, goes too.
void SupervisedJobs::empty_leaf(Entry& entry) {
  Live& live = *entry.live;
  live.awaited.reset();
  live.control.reset();
  // The kernel removes it only when it is empty, which after a good end it is.
  if (!live.leaf && !CgroupLeaf::remove(tree_.get(), entry.job.spec.id)) {
    auto found = CgroupLeaf::find(tree_.get(), entry.job.spec.id);
    if (!found) {
      report(entry, found.error().detail);
      return await(entry, full_disk_ms, &SupervisedJobs::empty_leaf);
    }
    live.leaf = std::move(*found);
  }
  if (live.leaf && live.leaf->populated().value_or(true)) {
    if (auto killed = live.leaf->kill(); !killed) {
      report(entry, killed.error().detail);
    }
    constexpr int enough_for_a_kill = 3;
    const int doublings = std::min(live.tries++, 10);
    if (doublings >= enough_for_a_kill) sweep(entry, *live.leaf);
    const auto again = std::min(first_between_kills * (1 << doublings), longest_between_kills);
    return await(entry, static_cast<std::uint64_t>(again.count()), &SupervisedJobs::empty_leaf);
  }
  live.tries = 0;
  settle(entry);
}

// The tree is empty: what is recorded is the end, and nothing recorded is lost.
void SupervisedJobs::settle(Entry& entry) {
  const int folder = entry.live->folder.get();
  const JobRecords records = job_folder::read_records(folder);
  entry.job.start = records.start;
  if (records.exit) {
    entry.job.exit = records.exit;
    if (entry.live->stop_asked && is_retried(entry.job)) {
      // It failed before the stop came to it. On disk, or a restart would make the next attempt.
      entry.job.exit->stopped = true;
      return end_with(entry, *entry.job.exit);
    }
    if (!retry(entry)) conclude(entry);
    return;
  }
  const auto lock = take_job_lock(folder);
  if (lock && !*lock && await_again(entry, &SupervisedJobs::settle)) return;
  end_with(entry, ended_without_record(records));
}

// False where this was its last attempt.
bool SupervisedJobs::retry(Entry& entry) {
  Job& job = entry.job;
  if (!is_retried(job)) return false;
  if (const auto aside = job_folder::set_aside(entry.live->folder.get(), job.attempt); !aside) {
    // Half of it may be done: its end is written anew before it is told.
    report(entry, aside.error().detail);
    end_with(entry, *job.exit);
    return true;
  }
  ++job.attempt;
  job.start.reset();
  job.exit.reset();
  job.progress.reset();
  entry.live->leaf.reset();
  schedule_.rest(job.spec);
  await(entry, delay_before(job.attempt, job.spec.run.retry_delay), &SupervisedJobs::enqueue);
  set_state(entry, JobState::queued);
  run_what_may();
  return true;
}

// The end that the helper itself records, told in a later turn of the loop: commit() or stop() may
// be the caller.
void SupervisedJobs::end_with(Entry& entry, ExitRecord record) {
  entry.job.exit = std::move(record);
  await(entry, 0, &SupervisedJobs::record_end);
}

void SupervisedJobs::record_end(Entry& entry) {
  // Where the helper dies before that is told, the same is found again.
  if (entry.live->folder && !entry.job.spec.run.is_transient()) {
    const int folder = entry.live->folder.get();
    // One that never ran has no lock yet; the file means that the end is not told
    // (job_folder::conclude).
    static_cast<void>(take_job_lock(folder));
    if (const auto written = replace_record(folder, "exit", encode(*entry.job.exit)); !written) {
      report(entry, written.error().detail);
      return await(entry, full_disk_ms, &SupervisedJobs::record_end);
    }
  }
  conclude(entry);
}

void SupervisedJobs::conclude(Entry& entry) {
  const std::unique_ptr<Live> live = std::move(entry.live);
  Job& job = entry.job;
  live->leaf.reset();
  if (!CgroupLeaf::remove(tree_.get(), job.spec.id)) {
    report(entry, "its cgroup cannot be removed");
  }
  job.state = state_of(job.spec, *job.exit);
  if (job.exit->progress) job.progress = job.exit->progress;
  schedule_.end(job.spec);
  free_key(job.spec);
  static_cast<void>(has_room_on_disk());
  if (!job.spec.run.is_transient()) retention_.ended(job.spec, *job.exit);
  events_.ended(job);
  told_.push_back(job.spec.id);
  run_what_may();
  if (!next_removal_ || retention_.next_to_go(real_time_us()) != 0) keep_to_limits();
}

void SupervisedJobs::ends_are_kept() {
  for (const std::uint64_t id : std::exchange(told_, {})) {
    if (const auto folder = store_.folder(id)) job_folder::conclude(folder->get());
  }
}

}  // namespace mgr
