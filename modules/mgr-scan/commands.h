// mgr-scan · user mgr-scan, or root for --accept · see walk.h and baseline_store.h for whom each
// distrusts.
#pragma once

#include <cstdint>
#include <string>

#include "modules/mgr-scan/outcome.h"
#include "modules/mgr-scan/progress.h"
#include "modules/mgr-scan/result.h"

namespace mgr_scan {

// `mgr-scan -t ID`: walk, propose, compare with the accepted baseline alone, so that a change is
// told again by every scan until root accepts it.
[[nodiscard]] Result<Outcome> scan(const std::string& root_path, std::uint32_t id,
                                   Progress& progress);

// `mgr-scan --accept -t ID`, by root alone: the proposal becomes the accepted baseline. When
// `digest` is not empty, only the proposal of that digest is accepted, which closes the gap
// between reading a report and accepting what was proposed meanwhile.
[[nodiscard]] Result<Outcome> accept(const std::string& root_path, std::uint32_t id,
                                     const std::string& digest);

}  // namespace mgr_scan
