// mgrctl, with the caller's own uid.
#pragma once

#include <string>

#include "client/reply.h"
#include "client/server.h"

namespace mgr::client {

// What a refusal leaves to tell about signatures. Of a signed request: that it is the broker's word
// alone, where it is; and where it may be about the key, with what it was signed and where to look.
// Of one without, which wants to know who asks: why nothing was signed. Empty for none.
[[nodiscard]] std::string signing_hint(const Reply& refusal, const ServerChoice& choice);

}  // namespace mgr::client
