// Helper (root), pure; its arguments are typed already.
#include "modules/declared.h"

#include "modules/command.h"

namespace mgr {

DeclaredJobs::DeclaredJobs(const DeclaredModule& declared)
    : Module(declared.name, declared.summary) {
  for (const DeclaredAction& action : declared.actions) {
    Action row{action.name, action.summary, action.arguments,
               [run = action.run](const ActionCall& call) -> Result<Effect> {
                 auto plan = plan_job("", run, call.arguments);
                 if (!plan) return tl::unexpected(plan.error());
                 return StartJobs{{std::move(*plan)}};
               }};
    row.confirm = action.confirm;
    add(action.min_proof, std::move(row));
  }
}

}  // namespace mgr
