// What the helper tells its supervisor: one line a call to stderr, which journald keeps. Text from
// outside goes to the audit log instead, escaped. Helper, root.
#pragma once

#include <string_view>

namespace mgr {

void log_info(std::string_view text);
void log_warning(std::string_view text);
void log_error(std::string_view text);

}  // namespace mgr
