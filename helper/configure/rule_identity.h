// mgr-configure; pure.
#pragma once

#include "policy/policy.h"

namespace mgr {

// Gives each rule its identity: a hash (BLAKE2b, 64 bits) over all that it says, but not where it
// stands nor the numbers that its principals have.
void number_rules(Policy& policy);

}  // namespace mgr
