// mgr-helper, root. Everything here was allowed and typed.
#include "helper/acceptance.h"

#include <utility>

#include "helper/job_selection.h"
#include "helper/jobs/boot_id.h"
#include "helper/jobs/real_time.h"
#include "helper/other_jobs.h"
#include "helper/plan_json.h"

namespace mgr {
namespace {

// What one with an input was given is not kept to be compared.
bool asks_for_the_same(const JobSpec& one, const JobSpec& other) {
  return one.run.input == InputKind::none && other.run.input == InputKind::none &&
         one.module == other.module && one.action == other.action &&
         one.arguments == other.arguments;
}

std::string named(const Errand& errand, const Job& job) {
  const JobSpec& spec = job.spec;
  if (!may_see(errand, job)) return "another job";
  return "job " + std::to_string(spec.id) + " (" + spec.module + ' ' + spec.action + ')';
}

Result<JobNote> accept(Jobs& jobs, const Errand& errand, const JobPlan& plan, JobSpec spec) {
  if (const auto user = check_user(plan.run); !user) return tl::unexpected(user.error());
  spec.key = plan.key;
  spec.arguments = plan.arguments;
  spec.run = plan.run;
  spec.alone = plan.others == OtherJobs::waited_for;
  spec.delay = plan.delay;
  spec.urgent = plan.urgent;
  if (plan.this_boot) spec.boot_id = read_boot_id();
  if (plan.this_boot && spec.boot_id.empty()) {
    return fail(ErrorCode::unavailable, "which boot this is cannot be read");
  }
  if (const Job* other = plan.key.empty() ? nullptr : jobs.alive_with_key(plan.key)) {
    if (may_see(errand, *other) && asks_for_the_same(spec, other->spec)) {
      return JobNote{other->spec.id, false};
    }
    return fail(ErrorCode::conflict, plan.key + " is taken by " + named(errand, *other));
  }
  const auto free = check_others(plan.others, jobs.alive());
  if (!free) return tl::unexpected(free.error());
  const auto id = jobs.accept(std::move(spec), plan.input);
  if (!id) return tl::unexpected(id.error());
  return JobNote{*id, true};
}

}  // namespace

Result<std::vector<JobNote>> accept_jobs(Jobs& jobs, Audit& audit, const Errand& errand,
                                         const StartJobs& effect) {
  JobSpec spec;  // what all jobs of a request have in common
  spec.module = errand.module;
  spec.action = errand.action;
  spec.asker = errand.asker;
  spec.accepted_us = real_time_us();
  spec.request = errand.request;
  for (const JobPlan& plan : effect.jobs) {
    const Job* other = plan.key.empty() ? nullptr : jobs.alive_with_key(plan.key);
    if (other && !spec.request.id.empty()) spec.request.running.push_back(other->spec.id);
  }
  std::vector<JobNote> notes;
  for (const JobPlan& plan : effect.jobs) {
    const auto note = accept(jobs, errand, plan, spec);
    if (note) {
      if (*note->is_new) audit.job_accepted();
      notes.push_back(*note);
      continue;
    }
    for (const JobNote& other : notes) {
      if (*other.is_new) jobs.withdraw(other.id);
    }
    return tl::unexpected(note.error());
  }
  return notes;
}

Result<std::vector<JobNote>> earlier_jobs(const Jobs& jobs, const Errand& errand) {
  std::vector<JobNote> notes;
  if (errand.request.id.empty()) return notes;
  auto ids = jobs.of_request(errand.asker, errand.request.id);
  if (ids.empty()) return notes;
  const RequestMark& first = jobs.find(*ids.begin())->spec.request;
  if (first.digest != errand.request.digest) {
    return fail(ErrorCode::conflict, "another request had this mgr-request-id");
  }
  ids.insert(first.running.begin(), first.running.end());
  for (const std::uint64_t id : ids) {
    const Job* job = jobs.find(id);
    if (job != nullptr && may_see(errand, *job)) notes.push_back({id, false});
  }
  return notes;
}

}  // namespace mgr
