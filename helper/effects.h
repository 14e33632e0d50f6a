// Carries out what a module planned: answers, starts, stops, looks up. Helper, root. Effects wait
// for the end of the turn, where one fdatasync puts all their audit lines on disk before the first
// of them happens.
#pragma once

#include <uv.h>

#include <list>
#include <string>
#include <vector>

#include "helper/audit.h"
#include "helper/jobs/jobs.h"
#include "helper/jobs/watch.h"
#include "helper/link.h"
#include "modules/effect.h"

namespace mgr {

// An allowed request, with what outlives its message: who asked, for what, and where the answer
// goes.
struct Errand {
  ReplyTo to;
  Asker asker;
  std::string module, action;
  JobScope scope = JobScope::own;
};

class Effects {
 public:
  // All of them outlive the effects.
  Effects(uv_loop_t* loop, Audit& audit, Link& link) : loop_(loop), audit_(audit), link_(link) {}
  Effects(const Effects&) = delete;
  Effects& operator=(const Effects&) = delete;

  // The jobs, which are opened after this, since their ends are told to job_ended().
  void use(Jobs& jobs) { jobs_ = &jobs; }

  // Without effect: answered now.
  void answer(const Errand& errand, const Effect& effect);
  // With effect: queued for commit().
  void queue(Errand errand, Effect effect, AuditedEffect record);

  // At the end of a turn: the audit lines to disk, then the effects, then their answers.
  void commit();

  void job_ended(const Job& job);

 private:
  struct Queued {
    Errand errand;
    Effect effect;
    AuditedEffect record;
  };
  // A stop that waits for its jobs to be gone.
  struct Stopping {
    Errand errand;
    AuditedEffect record;
    std::vector<std::uint64_t> ids;
    std::size_t alive;
    std::unique_ptr<Watch> limit;
  };

  void carry_out(Queued& queued, const StartJobs& start);
  void carry_out(Queued& queued, const StopJobs& stop);
  [[nodiscard]] Result<JobSpec> spec_of(const Errand& errand, const JobPlan& plan) const;
  [[nodiscard]] bool may_see(const Errand& errand, const Job& job) const;
  [[nodiscard]] std::vector<const Job*> select(const Errand& errand, const JobSelection& selection,
                                               bool alive_only) const;
  [[nodiscard]] std::string jobs_json(const std::vector<std::uint64_t>& ids) const;
  void finish(std::list<Stopping>::iterator stopping);
  void give_up(Stopping& stopping);
  void succeed(const Errand& errand, AuditedEffect& record, const std::string& data);
  void fail_errand(const Errand& errand, AuditedEffect& record, const Error& error);

  uv_loop_t* loop_;
  Audit& audit_;
  Link& link_;
  Jobs* jobs_ = nullptr;
  std::vector<Queued> queue_;
  std::list<Stopping> stopping_;
};

}  // namespace mgr
