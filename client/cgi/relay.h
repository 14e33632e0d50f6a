// mgr.cgi, as the web server's user. Asks mgr, and passes its answer on.
#pragma once

#include <string>

#include "client/cgi/admission.h"
#include "client/cgi/output.h"
#include "client/client.h"

namespace mgr::cgi {

// The daemon of this machine: MGR_SOCKET or the usual one; and MGR_KEY, without which nothing is
// signed. Known hosts are MGR_KNOWN_HOSTS alone where that is set; nobody's home is looked at.
// Fails as broken.
[[nodiscard]] Judged<client::Server> choose_server(const Environment& environment);

// Asks, and writes the reply as one answer, or as events to who asks for a stream. False where
// nobody reads it: then the connection to mgr ends with this process, and a stream with it.
[[nodiscard]] bool relay(Output& output, const client::Server& server,
                         const client::Request& request, Place place);

}  // namespace mgr::cgi
