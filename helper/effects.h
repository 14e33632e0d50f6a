// Carries out what a module planned: answers, starts, stops, looks up. Helper, root. Effects wait
// for the end of the turn, where one fdatasync puts all their audit lines on disk before the first
// of them happens, and another the jobs that they start before the first of them is answered.
#pragma once

#include <uv.h>

#include <set>
#include <string>
#include <vector>

#include "helper/acceptance.h"
#include "helper/audit.h"
#include "helper/follows.h"
#include "helper/jobs/jobs.h"
#include "helper/outputs.h"
#include "helper/reloads.h"
#include "helper/task.h"
#include "helper/waits.h"
#include "helper/watchers.h"
#include "modules/effect.h"

namespace mgr {

class Effects {
 public:
  // All of them outlive the effects.
  Effects(uv_loop_t* loop, Audit& audit, Link& link, Reloads& reloads);
  Effects(const Effects&) = delete;
  Effects& operator=(const Effects&) = delete;

  // The jobs, which are opened after this, since what becomes of them is told to job_events().
  void use(Jobs& jobs) { jobs_ = &jobs; }
  [[nodiscard]] JobEvents job_events();

  // True where a request with this errand's key has been queued, runs, or has left its answer: then
  // there is no effect.
  [[nodiscard]] bool shares_answer(const Errand& errand) const;
  // earlier_jobs(): where there are some, there is no effect.
  [[nodiscard]] Result<std::vector<JobNote>> earlier(const Errand& errand) const {
    return earlier_jobs(*jobs_, errand);
  }
  // Without effect: answered, now or when there is something to tell.
  void answer(Errand errand, Effect effect);
  // With effect: queued for commit().
  void queue(Errand errand, Effect effect, AuditedEffect record);

  // At the end of a turn: the audit lines to disk, then the effects, then their answers.
  void commit();
  // Then the answers that are what jobs printed, until the broker takes no more of them; and, when
  // the ends of those jobs are in the audit, their folders go.
  void send_outputs() { outputs_.send(*jobs_); }
  [[nodiscard]] bool has_outputs() const { return outputs_.has_ready(); }
  void remove_answered() { outputs_.remove_answered(*jobs_); }

  // The client of a connection has gone, and its streams with it.
  void client_gone(std::uint64_t reader);
  // All clients have.
  void link_lost();

 private:
  struct Queued {
    Task task;
    Effect effect;
  };
  // Accepted jobs that are not on disk yet.
  struct Starting {
    Task task;
    std::vector<JobNote> notes;
    RunMode mode = RunMode::job;
  };

  void commit_queue();
  [[nodiscard]] bool has_reader(const Errand& errand) const;
  void start(Task task, const StartJobs& effect);
  [[nodiscard]] Result<void> has_room_for(RunMode mode);
  void commit_starts();
  void started(Starting starting);
  void share(Task task);
  void stop(Task task, const StopJobs& effect);
  void prune(Task task, const PruneJobs& effect);
  void query(Task task, const QueryJobs& effect);
  void job_ended(const Job& job);

  Audit& audit_;
  Link& link_;
  Reloads& reloads_;
  Jobs* jobs_ = nullptr;
  Waits waits_;
  Watchers watchers_;
  Follows follows_;
  Outputs outputs_;
  std::vector<Queued> queue_;
  std::set<std::string, std::less<>> queued_keys_;
  std::vector<Starting> starting_;
  std::vector<Task> sharing_;  // the answer of an equal request
  // Connections that have gone in this turn.
  std::set<std::uint64_t> gone_;
  bool all_gone_ = false;
};

}  // namespace mgr
