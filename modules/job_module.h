// The module `job`: what can be asked about every job, whichever module started it. Helper (root),
// pure. What a caller may see and stop is the rule's to say (`jobs = "own"`, "claimed", "all").
#pragma once

#include "modules/module.h"

namespace mgr {

// list, show, wait, stop, output, follow, watch, prune.
class JobModule final : public Module {
 public:
  JobModule();

 private:
  void add_queries();  // list, show, wait
  void add_streams();  // output, follow, watch
};

}  // namespace mgr
