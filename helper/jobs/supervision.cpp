// Helper, root: the steps from a job's record to its end; distrusts mgr-job's records and peers.
#include <utility>

#include "helper/jobs/cgroup_tree.h"
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

ExitRecord ended_without_record(bool may_have_started) {
  ExitRecord record;
  record.outcome = may_have_started ? JobOutcome::lost : JobOutcome::could_not_start;
  record.ended_us = real_time_us();
  record.detail = may_have_started ? "mgr-job ended without a record of the command's end"
                                   : "mgr-job ended before the command was started";
  return record;
}

}  // namespace

Result<void> SupervisedJobs::use_tree() {
  if (is_usable_job_tree(tree_.get())) return {};
  auto tree = open_job_tree(settings_.cgroup);
  if (!tree) return tl::unexpected(tree.error());
  tree_ = std::move(*tree);
  return {};
}

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

// Whether a mgr-job supervises it, and if none does, how far the last one came.
void SupervisedJobs::examine(Entry& entry) {
  auto folder = store_.folder(entry.job.spec.id);
  // Want of descriptors, say, tells nothing of the job: it is looked at again.
  if (!folder && await_again(entry, &SupervisedJobs::examine)) return;
  if (!folder) return end_with(entry, ended_without_record(true));
  entry.live->folder = std::move(*folder);
  const auto lock = take_job_lock(entry.live->folder.get());
  if (lock && !*lock) return reconnect(entry);
  if (!lock && await_again(entry, &SupervisedJobs::examine)) return;
  const JobRecords records = Store::read_records(entry.live->folder.get());
  if (records.exit || records.may_have_started || !lock) return empty_leaf(entry);
  launch(entry, *lock);
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
  await_hang_up(entry);
}

void SupervisedJobs::await_hang_up(Entry& entry) {
  if (entry.job.state == JobState::accepted) entry.job.state = JobState::running;
  if (entry.live->stop_asked) send_stop(entry.live->control);
  await(entry, entry.live->control.get(), UV_DISCONNECT, &SupervisedJobs::empty_leaf);
}

void SupervisedJobs::launch(Entry& entry, const Descriptor& lock) {
  if (const auto launched = try_launch(entry, lock); !launched) {
    ExitRecord record = ended_without_record(false);
    record.detail = launched.error().detail;
    end_with(entry, std::move(record));
  }
}

Result<void> SupervisedJobs::try_launch(Entry& entry, const Descriptor& lock) {
  if (auto usable = use_tree(); !usable) return usable;
  auto listener = listen_on_control(entry.live->folder.get());
  if (!listener) return tl::unexpected(listener.error());
  auto control = connect_to_control(entry.live->folder.get());
  if (!control) return tl::unexpected(control.error());
  const JobDescriptors passed{entry.live->folder.get(), lock.get(), listener->get(), tree_.get()};
  auto process = spawn_mgr_job(settings_.mgr_job, settings_.job_uid, settings_.job_gid, passed);
  if (!process) return tl::unexpected(process.error());
  reaper_.reap_when_ended(std::move(*process));
  entry.live->control = std::move(*control);
  await_hang_up(entry);
  return {};
}

// mgr-job is gone. What it left in the leaf, if it was killed, goes too.
void SupervisedJobs::empty_leaf(Entry& entry) {
  Live& live = *entry.live;
  live.awaited.reset();
  live.control.reset();
  // The kernel removes it only when it is empty, which after a good end it is.
  if (!live.leaf && !CgroupLeaf::remove(tree_.get(), entry.job.spec.id)) {
    auto found = CgroupLeaf::find(tree_.get(), entry.job.spec.id);
    if (!found && await_again(entry, &SupervisedJobs::empty_leaf)) return;
    if (found) live.leaf = std::move(*found);
  }
  if (live.leaf && live.leaf->populated().value_or(true)) {
    if (auto killed = live.leaf->kill(); !killed) {
      report(entry, killed.error().detail);
    }
    // Reading armed the event, so an end since then is seen at once.
    return await(entry, live.leaf->events(), UV_PRIORITIZED, &SupervisedJobs::empty_leaf);
  }
  live.tries = 0;
  settle(entry);
}

// The tree is empty: what is recorded is the end, and nothing recorded is lost.
void SupervisedJobs::settle(Entry& entry) {
  const int folder = entry.live->folder.get();
  const JobRecords records = Store::read_records(folder);
  entry.job.start = records.start;
  if (records.exit) {
    entry.job.exit = records.exit;
    return conclude(entry);
  }
  const auto lock = take_job_lock(folder);
  if (lock && !*lock && await_again(entry, &SupervisedJobs::settle)) return;
  end_with(entry, ended_without_record(records.may_have_started));
}

// The end that the helper itself records, told in the loop's next turn: start() may be the caller.
void SupervisedJobs::end_with(Entry& entry, ExitRecord record) {
  const auto written = replace_record(entry.live->folder.get(), "exit", encode(record));
  if (!written) report(entry, written.error().detail);
  entry.job.exit = std::move(record);
  await(entry, 0, &SupervisedJobs::conclude);
}

void SupervisedJobs::conclude(Entry& entry) {
  const std::unique_ptr<Live> live = std::move(entry.live);
  live->leaf.reset();
  if (!CgroupLeaf::remove(tree_.get(), entry.job.spec.id)) {
    report(entry, "its cgroup cannot be removed");
  }
  entry.job.state = state_of(*entry.job.exit);
  if (const auto key = alive_keys_.find(entry.job.spec.key);
      key != alive_keys_.end() && key->second == entry.job.spec.id) {
    alive_keys_.erase(key);
  }
  ended_(entry.job);
  Store::conclude(live->folder.get());
}

}  // namespace mgr
