// Broker (uid mgr-broker). The log: standard error, which systemd puts into the journal. Start,
// stop and the state of the link are worth a line; what one client does never is.
#pragma once

#include <string_view>

namespace mgr::broker {

// Before the cage: the time zone is read from a file.
void open_log();
void log_info(std::string_view line);
void log_warning(std::string_view line);
void log_error(std::string_view line);

}  // namespace mgr::broker
