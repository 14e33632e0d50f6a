// Helper (root), pure; its arguments are typed already.
#include "modules/declared.h"

#include "modules/command.h"

namespace mgr {

DeclaredJobs::DeclaredJobs(const DeclaredModule& declared)
    : Module(declared.name, declared.summary) {
  for (const DeclaredAction& action : declared.actions) {
    Action row{
        action.name, action.summary, action.arguments,
        [run = action.run, arguments = action.arguments](const ActionCall& call) -> Result<Effect> {
          auto plan = plan_job("", run, arguments, call.arguments, call.body);
          if (!plan) return tl::unexpected(plan.error());
          return StartJobs{{std::move(*plan)}};
        }};
    row.confirm = action.confirm;
    row.run_json = action.run_json;
    add(action.min_proof, action.run.mode, std::move(row));
  }
}

}  // namespace mgr
