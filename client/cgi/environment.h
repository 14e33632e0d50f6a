// mgr.cgi, as the web server's user. What the web server says of a request (RFC 3875), and what its
// configuration says of the site. Values that begin with HTTP_ are the client's words, and so are
// its method, its path, its query and the type and length of its body.
#pragma once

#include <string>

#include "client/cgi/refusal.h"

namespace mgr::cgi {

// Each is empty where the variable is unset.
struct Environment {
  std::string method, path_info, query, content_type, content_length;
  std::string https, scheme;                        // HTTPS and REQUEST_SCHEME
  std::string host, origin, fetch_site, token;      // HTTP_…
  std::string user, hosts;                          // MGR_USER, MGR_HOSTS
  std::string socket, key, known_hosts, token_key;  // MGR_…
};

// Of a list as environ(7) has it. Fails where a variable that is looked at stands there twice with
// different values: the web server sends one, and something that it was started with is the other.
// Command line and everything else of the environment count for nothing.
[[nodiscard]] Judged<Environment> read_environment(const char* const* variables);

// Where the server knows that the browser speaks to it by TLS.
[[nodiscard]] bool is_https(const Environment& environment);

}  // namespace mgr::cgi
