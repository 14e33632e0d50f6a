// Root's own key, the one key that nobody has to hand out: made at the first start. mgr-configure,
// root.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.h"
#include "protocol/paths.h"

namespace mgr {

inline constexpr std::string_view root_key_id = "root";

// Makes /etc/mgr/root.key and its record, keys.d/root.toml, where neither is there. A record
// without a key is left as it is: the key may be kept elsewhere. A key without a record is left
// too, and is a warning: it may have come with a copy of another machine. So is an /etc that cannot
// be written. What a power cut left is gone on with.
[[nodiscard]] Result<void> make_root_key(const Paths& paths, std::vector<std::string>& warnings);

}  // namespace mgr
