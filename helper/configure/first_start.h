// What the first start has made, for whoever reads the journal: what to keep elsewhere, and how.
// mgr-configure, root.
#pragma once

#include <string>

#include "protocol/paths.h"

namespace mgr {

// Lines, each ended by a line feed, of what is there now: the host's line for known_hosts, how to
// take the audit's first key away, where root's key lies. A log is read by many, and copied: no
// secret is in it.
[[nodiscard]] std::string first_start_text(const Paths& paths);

// The same, to standard error, which is the helper's own.
void tell_first_start(const Paths& paths);

}  // namespace mgr
