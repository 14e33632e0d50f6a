// Which boot of the machine this is. Helper and mgr-job, root; trusts /proc.
#pragma once

#include <string>

namespace mgr {

// Of /proc/sys/kernel/random/boot_id (random(4)), without its line feed; "" where it is not there.
[[nodiscard]] std::string read_boot_id();

}  // namespace mgr
