// mgr-scan · user mgr-scan, or root for --accept · distrusts what lies in the folder already.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "modules/mgr-scan/result.h"

namespace mgr_scan {

struct FileOwner {
  mode_t mode;
  std::optional<gid_t> group;  // none: the group of the process
};

// Makes `name` in `folder` hold `text`, durably and at once: a new file of a random name is
// written, synced and renamed. Temporary files that a killed run left behind a day ago are removed.
[[nodiscard]] Result<void> replace_file(int folder, const std::string& name, std::string_view text,
                                        const FileOwner& owner);

}  // namespace mgr_scan
