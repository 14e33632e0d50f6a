// mgr.cgi, as the web server's user. The body of the request, from standard input.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "client/cgi/refusal.h"
#include "client/connection.h"

namespace mgr::cgi {

// Exactly `length` bytes; what may follow them is not read (RFC 3875, section 4.2). Fails where the
// input ends before, or where they have not come by the deadline.
[[nodiscard]] Judged<std::string> read_body(int descriptor, std::size_t length,
                                            client::Deadline deadline);

// Reads what a refused request has of its body, up to 2 MiB, and forgets it: a web server that
// cannot get rid of the body (Apache's mod_cgid, fcgiwrap) takes that for an error of the
// program's, and its client never sees the answer. Of a length that is none nothing is read.
void discard_body(int descriptor, std::string_view content_length, client::Deadline deadline);

}  // namespace mgr::cgi
