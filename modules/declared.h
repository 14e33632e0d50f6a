// A module that modules.d declares: each action runs its command as a job. Pure.
#pragma once

#include "modules/module.h"

namespace mgr {

class DeclaredJobs final : public Module {
 public:
  explicit DeclaredJobs(const DeclaredModule& declared);
};

}  // namespace mgr
