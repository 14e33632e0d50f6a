// mgr-helper, root. Opens what mgr-job wrote and reads nothing of it.
#include "helper/follows.h"

#include "helper/job_json.h"
#include "helper/job_selection.h"
#include "protocol/reply.h"

namespace mgr {

void Follows::add(Jobs& jobs, Errand errand, const FollowJob& effect) {
  const Job* job = jobs.find(effect.id);
  if (job == nullptr || !may_see(errand, *job)) {
    return link_.send_reply(errand.to, failure_line({ErrorCode::not_found, "no such job"}));
  }
  if (!has_room(1)) {
    return link_.send_reply(errand.to, failure_line({ErrorCode::busy, "too many follow already"}));
  }
  Follow follow{std::move(errand), effect.id, effect.tail, effect.from};
  if (!effect.live || !job->alive()) return finish(jobs, *job, follow);
  // Where it runs its files are there already, or mgr-job says so when it has made them.
  if (const auto passed = pass(jobs, *job, follow); !passed) {
    return link_.send_reply(follow.errand.to, failure_line(passed.error()));
  }
  follows_.push_back(std::move(follow));
  jobs.follow(effect.id);
}

void Follows::add_own(Jobs& jobs, Errand errand, std::uint64_t id) {
  follows_.push_back({std::move(errand), id, 0, 0, true});
  jobs.follow(id);
}

Result<void> Follows::pass(const Jobs& jobs, const Job& job, Follow& follow) {
  if (follow.attempt == job.attempt) return {};
  auto files = jobs.open_output(job.spec.id);
  if (!files && files.error().code == ErrorCode::not_found) return {};
  if (!files) return tl::unexpected(files.error());
  link_.send_follow(follow.errand.to, {follow.tail, follow.from, follow.errand.action},
                    std::move(*files));
  follow.attempt = job.attempt;
  return {};
}

void Follows::finish(const Jobs& jobs, const Job& job, Follow& follow) {
  const auto passed = pass(jobs, job, follow);
  if (!passed) return link_.send_reply(follow.errand.to, failure_line(passed.error()));
  link_.send_reply(follow.errand.to, success_line(follow.errand.action, job_object(&job)));
}

void Follows::job_printed(const Jobs& jobs, const Job& job, std::uint64_t bytes) {
  for (Follow& follow : follows_) {
    if (follow.id != job.spec.id) continue;
    // What fails now is tried again at the next word, and told at the end.
    if (pass(jobs, job, follow)) link_.send_grew(follow.errand.to, bytes);
  }
}

void Follows::job_ended(const Jobs& jobs, const Job& job) {
  std::erase_if(follows_, [&](Follow& follow) {
    if (follow.id != job.spec.id) return false;
    finish(jobs, job, follow);
    return true;
  });
}

void Follows::client_gone(Jobs& jobs, std::uint64_t reader) {
  std::erase_if(follows_, [&](const Follow& follow) {
    if (follow.errand.reader != reader) return false;
    if (follow.owns) jobs.stop(follow.id);
    link_.send_reply(follow.errand.to, success_line(follow.errand.action, ""));
    return true;
  });
}

void Follows::link_lost(Jobs& jobs) {
  for (const Follow& follow : std::exchange(follows_, {})) {
    if (follow.owns) jobs.stop(follow.id);
  }
}

}  // namespace mgr
