// mgr.cgi, as the web server's user. The body of the request, from standard input.
#pragma once

#include <cstddef>
#include <string>

#include "client/cgi/refusal.h"
#include "client/connection.h"

namespace mgr::cgi {

// Exactly `length` bytes; what may follow them is not read (RFC 3875, section 4.2). Fails where the
// input ends before, or where they have not come by the deadline.
[[nodiscard]] Judged<std::string> read_body(int descriptor, std::size_t length,
                                            client::Deadline deadline);

}  // namespace mgr::cgi
