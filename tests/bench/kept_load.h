// Benchmarks only: clients that keep their connections, each with `depth` requests in flight.
#pragma once

#include "tests/bench/load.h"

namespace mgr::bench {

// Opens all connections with one request each, awaits their replies, and only then starts the
// clock: opening is fresh_load's matter. Throws on a failed reply, a lost connection, or silence.
[[nodiscard]] LoadResult run_kept_load(const LoadOptions& options);

}  // namespace mgr::bench
