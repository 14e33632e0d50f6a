// What the policy lets a caller do, as JSON: the answer to `mgr can-i`. It is the policy's to say
// and no module's, so a module asks for it by an effect. Helper, root; pure.
#pragma once

#include <string>

#include "helper/identity.h"
#include "modules/effect.h"
#include "modules/registry.h"
#include "policy/decide.h"

namespace mgr {

// {"actions":[{"module":"scan","action":"start","min_proof":"kernel","when":[{"task_ids":
// ["1..999"]}]},…]}, and "left_out":N where the last N did not fit. What has no rule that could
// allow it is not there, nor what wants a stronger proof than the caller's. Where rules stand is
// not told: an ordinary caller need not know.
[[nodiscard]] std::string abilities_object(const Registry& registry, const Decider& decider,
                                           const Caller& caller, const TellAbilities& asked);

}  // namespace mgr
