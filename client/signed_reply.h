// Clients, with the caller's own uid. Whether the host itself says what a reply says. Distrusts the
// line: the broker that sent it may be anybody's.
#pragma once

#include <string_view>

#include "client/failure.h"
#include "client/known_hosts.h"
#include "client/reply.h"

namespace mgr::client {

// The reply in a line, without its line feed, to a request that was signed with that key and that
// nonce. A line that others follow is never signed, and is taken as it is; so is a refusal without
// a signature, which is marked as unproven. A success without one, and a signature that is not the
// host's over all that the line says, are failures of the kind unproven_reply. What a command
// printed the broker may add to the data, under the names that are for this, and nothing else.
[[nodiscard]] Outcome<Reply> check_reply(std::string_view line, const KnownHost& host,
                                         std::string_view key, std::string_view nonce);

}  // namespace mgr::client
