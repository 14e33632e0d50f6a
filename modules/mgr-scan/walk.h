// mgr-scan · user mgr-scan · distrusts everybody who can write below the folder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "modules/mgr-scan/entry.h"
#include "modules/mgr-scan/progress.h"
#include "modules/mgr-scan/result.h"
#include "modules/mgr-scan/settings.h"

namespace mgr_scan {

// A name for which the record may be wrong, because it was changed while the scan went by.
struct Unsettled {
  std::string path;
  std::string reason;
};

struct Walk {
  Snapshot snapshot;
  std::vector<Unsettled> unsettled;
  std::uint64_t bytes_read = 0;
  std::uint64_t excluded = 0;
};

// Records the folder of `settings`. It is walked without recursion, with fewer than ten descriptors
// open, on one file system. A folder is opened by its path beneath the root, a file from the
// descriptor of its folder; what is neither a file nor a folder is never opened. After the walk
// every folder is looked at again: one whose times moved meanwhile is unsettled, so a name cannot
// be carried from a folder not yet listed into one already listed without being told.
[[nodiscard]] Result<Walk> walk_folder(const Settings& settings, Progress& progress);

}  // namespace mgr_scan
