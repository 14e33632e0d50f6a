// Benchmarks only: clients that make a connection for each request.
#pragma once

#include "tests/bench/load.h"

namespace mgr::bench {

// Each client connects, sends one request, reads one line and the end of the connection, closes,
// and begins anew. A latency runs from before connect until the reply was read; the rate includes
// the rest. Throws on a failed reply, a connection that ends early or says more, or silence.
[[nodiscard]] LoadResult run_fresh_load(const LoadOptions& options);

}  // namespace mgr::bench
