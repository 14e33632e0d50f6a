// mgrctl, with the caller's own uid. What may stand next in `MODULE ACTION VALUE…`. Distrusts the
// schema.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/completion/offers.h"
#include "client/completion/sources.h"

namespace mgr::client {

// Names of modules, those of mgrctl's own words written with a capital. Aliases where something is
// typed.
void offer_modules(Offers& offers, const Catalogue& catalogue);

// `words` stand before the one that is typed; those from `plain_from` on behind `--`.
void offer_request(Offers& offers, const std::vector<std::string>& words, std::size_t plain_from,
                   Sources& sources);

// Ids of jobs, one or several with commas, but for those of `given`; and the keys of jobs.
void offer_job_ids(Offers& offers, const std::vector<Job>& jobs,
                   const std::vector<std::string>& given = {});
void offer_job_keys(Offers& offers, const std::vector<Job>& jobs);

}  // namespace mgr::client
