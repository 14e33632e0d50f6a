// From the files of /etc/mgr to what the helper takes. mgr-configure: root's for a helper; the
// caller's own uid for mgrctl, which looks at a policy before it is in force.
#pragma once

#include <string>

#include "policy/compiled.h"
#include "protocol/paths.h"

namespace mgr {

struct CompileOrder {
  Paths paths;
  bool prepare = false;  // make the folders and the cgroup tree that a helper needs
  // For a helper that runs. A policy without a rule is then one that is being written.
  bool reload = false;
  bool check = false;  // for no helper, but for people: tell of damaged jobs, too
  // To be looked at, and not to be in force: service users, cgroup and capabilities of this machine
  // do not count.
  bool review = false;
  std::string folder{};  // of a review: these files, whoever owns them; "" for those of `paths`
};

// Its error and warnings are for people. The whole of it can be sent: encode() of
// protocol/archive.h is at most max_outcome_length.
[[nodiscard]] CompileOutcome compile(const CompileOrder& order);

}  // namespace mgr
