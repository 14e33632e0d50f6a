// mgr.cgi, as the web server's user. From the fields that were posted to what mgr is asked. Pure;
// distrusts the fields.
#pragma once

#include <chrono>
#include <string>

#include "client/cgi/posted.h"
#include "client/client.h"

namespace mgr::cgi {

// On behalf of that user, whatever the fields say. Refused are a request without module or action,
// and every reserved name but mgr-wait, mgr-dry-run, mgr-confirm (yes or no) and mgr-request-id:
// who signs, and on whose behalf, is not for the browser to say.
[[nodiscard]] Judged<client::Request> make_request(Posted posted, const std::string& user);

// How long its answer is waited for: of one that waits for jobs, an hour.
[[nodiscard]] std::chrono::seconds patience_with(const client::Request& request);

}  // namespace mgr::cgi
