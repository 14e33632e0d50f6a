// mgr-broker, entering the cage.
#include "broker/cage.h"

#include <cap-ng.h>
#include <sys/prctl.h>

#include <string>

#include "broker/log.h"

namespace mgr::broker {

Result<void> drop_capabilities() {
  capng_clear(CAPNG_SELECT_ALL);
  // The bounding set takes CAP_SETPCAP to narrow; no_new_privs makes it worthless anyway.
  if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) != 0) capng_apply(CAPNG_SELECT_BOUNDS);
  if (capng_apply(CAPNG_SELECT_CAPS) != 0) return fail_errno("cannot drop capabilities");
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail_errno("PR_SET_NO_NEW_PRIVS");
  capng_get_caps_process();
  if (capng_have_permitted_capabilities() != CAPNG_NONE) {
    return fail(ErrorCode::failed, "a capability is left");
  }
  return {};
}

Result<void> enter_cage() {
  if (auto dropped = drop_capabilities(); !dropped) return dropped;
  const auto abi = restrict_with_landlock();
  if (!abi) return tl::unexpected(abi.error());
  if (*abi == 0) {
    log_warning("this kernel has no Landlock; seccomp holds alone");
  } else {
    log_info("Landlock ABI " + std::to_string(*abi));
  }
  return restrict_system_calls();
}

}  // namespace mgr::broker
