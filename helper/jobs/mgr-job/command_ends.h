// The descriptors that a command is started with, beside /dev/null as 0. mgr-job and its child.
#pragma once

namespace mgr {

// MGR_PROGRESS_FD in the command's environment says the same.
inline constexpr int progress_descriptor = 3;

// What the command gets as its descriptors 1, 2 and 3; borrowed. `progress` is -1 where it has
// none.
struct CommandEnds {
  int output = -1;
  int error = -1;
  int progress = -1;
};

}  // namespace mgr
