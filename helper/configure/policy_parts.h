// What `mgr policy` answers. mgr-configure; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mgr {

// An encoded PolicyReview in pieces that each fit a reply, as the data of one:
// {"part":0,"parts":2,"digest":"…","base64":"…"}. The digest, BLAKE2b-256 in hex, is that of the
// whole: who asks for one part after the other sees where another has come into force meanwhile.
[[nodiscard]] std::vector<std::string> policy_parts(std::string_view review);

}  // namespace mgr
