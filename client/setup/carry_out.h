// mgrctl, with the caller's own uid, root: writes what was answered to `setup`, and has it count.
#pragma once

#include "client/options.h"
#include "client/reload.h"
#include "client/session.h"
#include "client/setup/setup_plan.h"

namespace mgr::client {

struct CarriedOut {
  InForce in_force;
  bool changed = false;  // a file, or who is in the group
};

// The file and mgr.toml, each as a whole or not at all; then the helper that runs loads them; then
// the admin is put into the group. Where a helper finds a mistake, all is as it was before. Fails
// with what could not be written, or where the group could not be changed.
[[nodiscard]] Outcome<CarriedOut> carry_out(const Options& options, const Session& session,
                                            const PresentPolicy& present, const SetupPlan& plan);

}  // namespace mgr::client
