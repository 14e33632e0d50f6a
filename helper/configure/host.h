// Who this host is to signed requests: its id, which they are addressed to, and the key that signs
// replies. mgr-configure, root.
#pragma once

#include <string>
#include <vector>

#include "protocol/error.h"
#include "protocol/paths.h"

namespace mgr {

// Makes them, and with them root's own key (root_key.h) and the journal of nonces, where there is
// no id yet. The id is the last of what is made once, so that a start which was cut off anywhere is
// gone on with by the next, and what is removed later stays away. What is there is never written
// over. `known_host`, which follows from the two, is made whenever it is missing. Fails where one
// of them is not what it should be: not root's alone, not of its form, or not of this id and key.
// The state folder is there (make_folders).
enum class HostIs { made_now, there };
[[nodiscard]] Result<HostIs> prepare_host(const Paths& paths, std::vector<std::string>& warnings);

// The id, 32 hex digits; "" where there is none yet.
[[nodiscard]] Result<std::string> read_host_id(const Paths& paths);

}  // namespace mgr
