// mgr.cgi, as the web server's user. A reply of several lines as server-sent events (HTML,
// section 9.2). Distrusts the lines, and that anybody reads them.
#pragma once

#include <chrono>

#include "client/cgi/output.h"
#include "client/client.h"

namespace mgr::cgi {

struct StreamTimes {
  std::chrono::milliseconds first = std::chrono::seconds(2);    // for a refusal to come
  std::chrono::milliseconds comment = std::chrono::seconds(5);  // after that long a silence
  std::chrono::milliseconds whole = std::chrono::hours(1);
};

// Relays the reply to its end, or for so long, or until nobody reads: each line that others follow
// as a message, the last one, or what cut the reply off, as an event `end`; and after an hour an
// event `again`, without a word about the rest. A refusal that comes first is no stream but an
// ordinary answer. While there is nothing to say, a comment shows whether the client is still
// there. False where it is not.
[[nodiscard]] bool write_events(Output& output, client::Exchange& exchange,
                                const StreamTimes& times = {});

}  // namespace mgr::cgi
