// mgr-helper, root.
#include "helper/capabilities.h"

#include <cap-ng.h>

namespace mgr {

Result<void> drop_all_capabilities() {
  capng_clear(CAPNG_SELECT_CAPS);
  if (capng_apply(CAPNG_SELECT_CAPS) != 0) return fail_errno("giving up the capabilities");
  if (capng_get_caps_process() != 0 || capng_have_capabilities(CAPNG_SELECT_CAPS) != CAPNG_NONE) {
    return fail(ErrorCode::failed, "the capabilities did not go");
  }
  return {};
}

}  // namespace mgr
