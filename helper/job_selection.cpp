// mgr-helper, root; pure.
#include "helper/job_selection.h"

#include <algorithm>
#include <set>

namespace mgr {
namespace {

bool contains(const auto& list, const auto& value) {
  return std::ranges::find(list, value) != list.end();
}

}  // namespace

bool may_see(const Errand& errand, const Job& job) {
  if (errand.scope == JobScope::all) return true;
  const Asker& asker = errand.asker;
  if (!asker.is_same_caller(job.spec.asker)) return false;
  return errand.scope == JobScope::own || asker.on_behalf_of == job.spec.asker.on_behalf_of;
}

bool matches(const Errand& errand, const JobSelection& wanted, const Job& job) {
  const JobSpec& spec = job.spec;
  if (!may_see(errand, job) || (wanted.alive_only && !job.alive())) return false;
  if (!wanted.module.empty() && wanted.module != spec.module) return false;
  if (!wanted.ids.empty() && !contains(wanted.ids, spec.id)) return false;
  if (!wanted.keys.empty() && !contains(wanted.keys, spec.key)) return false;
  if (!wanted.states.empty() && !contains(wanted.states, state_name(job.state))) return false;
  if (wanted.uid && *wanted.uid != spec.asker.uid) return false;
  return !wanted.mine || errand.asker.is_same_caller(spec.asker);
}

Result<std::vector<const Job*>> select(const Jobs& jobs, const Errand& errand,
                                       const JobSelection& wanted) {
  std::vector<const Job*> candidates;
  if (wanted.ids.empty()) {
    candidates = jobs.of_module(wanted.module);
  } else {
    for (const std::uint64_t id : std::set(wanted.ids.begin(), wanted.ids.end())) {
      const Job* job = jobs.find(id);
      if (job == nullptr || !may_see(errand, *job))
        return fail(ErrorCode::not_found, "no such job");
      candidates.push_back(job);
    }
  }
  std::vector<const Job*> selected;
  std::set<std::string_view> keys;
  const bool by_key = wanted.newest_of_key || !wanted.keys.empty();
  for (auto job = candidates.rbegin(); job != candidates.rend(); ++job) {
    if (selected.size() == wanted.most) break;
    const std::string& key = (*job)->spec.key;
    if (!matches(errand, wanted, **job)) continue;
    if (!key.empty() && !keys.insert(key).second && by_key) continue;
    selected.push_back(*job);
  }
  for (const std::string& key : wanted.keys) {
    if (!keys.contains(key)) return fail(ErrorCode::not_found, std::string(wanted.none));
  }
  std::ranges::reverse(selected);
  return selected;
}

}  // namespace mgr
