// The helper gives up the capabilities that it does not use: all of them. Helper, root.
#pragma once

#include "protocol/error.h"

namespace mgr {

// Effective, permitted, inheritable and ambient sets to none, read back. The process stays uid 0,
// and mgr-job, which it executes, has the bounding set again (capabilities(7), "Programs executed
// by root"). Capabilities belong to threads: call it before any other thread exists.
[[nodiscard]] Result<void> drop_all_capabilities();

}  // namespace mgr
