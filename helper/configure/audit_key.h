// The key of the audit log's MACs at the first start, or where it is lost. mgr-configure, root.
#pragma once

#include <string>
#include <vector>

#include "protocol/error.h"
#include "protocol/paths.h"

namespace mgr {

// Sees that there is a key which the log can be gone on with. Where there is none, it makes one and
// keeps it a second time, as first-key, for root to take away: the first of the two, so that a
// start which is cut off is gone on with; a first-key that was not taken away yet is the key once
// more. A log that had a key, and whose key is gone, damaged or of another time, gets a new one,
// which leaves a number out: so the helper says that there is a gap, and nobody takes the log for
// whole. That is a warning, never the end of a start.
[[nodiscard]] Result<void> prepare_audit_key(const Paths& paths,
                                             std::vector<std::string>& warnings);

}  // namespace mgr
