// Which jobs a request with a mgr-request-id started: what makes its repetition harmless. Built
// anew from the jobs' records, and forgotten with them. Helper, root; pure.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "helper/jobs/job_files.h"

namespace mgr {

class RequestIndex {
 public:
  // Those without a request id are passed over. The jobs of one request have the same time of
  // acceptance.
  void add(const JobSpec& spec);
  void remove(const JobSpec& spec) { jobs_.erase(entry_of(spec)); }

  // The jobs of the newest request of that uid or key, on-behalf-of and id. None where that was
  // accepted over a day before `now_us`; where the clock was set back, it counts as within the day.
  [[nodiscard]] std::set<std::uint64_t> jobs_of(const Asker& asker, std::string_view request_id,
                                                std::int64_t now_us) const;

 private:
  // uid, key, on-behalf-of, request id, time of acceptance, job
  using Entry =
      std::tuple<std::uint32_t, std::string, std::string, std::string, std::int64_t, std::uint64_t>;
  [[nodiscard]] static Entry entry_of(const JobSpec& spec) {
    return {spec.asker.uid,  spec.asker.key,   spec.asker.on_behalf_of,
            spec.request.id, spec.accepted_us, spec.id};
  }

  std::set<Entry> jobs_;
};

}  // namespace mgr
