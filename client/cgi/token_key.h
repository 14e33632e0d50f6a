// mgr.cgi, as the web server's user. The secret that tokens are made with: a file of this user's
// alone, which the first mgr.cgi that wants it makes at random. In /run it ends with the machine's
// run, and with it every token.
#pragma once

#include <string>

#include "client/cgi/refusal.h"
#include "protocol/guarded.h"

namespace mgr::cgi {

inline constexpr const char* default_token_key = "/run/mgr-web/token.key";

// Reads it; makes it where there is none, whole and never over another, so that of several who do
// so at once all have the one that was first. Its folder is this user's or root's, and nobody else
// may write there. Fails as broken.
[[nodiscard]] Judged<Guarded> token_key(const std::string& path);

}  // namespace mgr::cgi
