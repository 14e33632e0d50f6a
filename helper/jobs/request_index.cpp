// Helper, root; pure.
#include "helper/jobs/request_index.h"

#include <utility>

namespace mgr {
namespace {

constexpr std::int64_t day_us = 86'400'000'000;

}  // namespace

void RequestIndex::add(const JobSpec& spec) {
  if (!spec.request.id.empty()) jobs_.insert(entry_of(spec));
}

std::set<std::uint64_t> RequestIndex::jobs_of(const Asker& asker, std::string_view request_id,
                                              std::int64_t now_us) const {
  std::set<std::uint64_t> jobs;
  std::int64_t newest = 0;
  const std::tuple key(asker.uid, asker.key, asker.on_behalf_of, std::string(request_id));
  auto next = jobs_.lower_bound(std::tuple_cat(key, std::tuple(now_us - day_us, 0)));
  for (; next != jobs_.end(); ++next) {
    const auto& [uid, signer, on_behalf_of, id, accepted_us, job] = *next;
    if (std::tie(uid, signer, on_behalf_of, id) != key) break;
    if (std::exchange(newest, accepted_us) != accepted_us) jobs.clear();
    jobs.insert(job);
  }
  return jobs;
}

}  // namespace mgr
