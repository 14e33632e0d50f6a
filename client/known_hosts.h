// Clients, with the caller's own uid. The hosts that signed requests may be addressed to, and whose
// signed replies are believed: lines "NAME HOSTID ed25519:BASE64", with # comments. They come from
// files alone and are never learned over the wire. NAME is HOST:PORT as it is asked for, or "local"
// for this machine's own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/failure.h"

namespace mgr::client {

struct KnownHost {
  std::string name;
  std::string id;          // 32 hex digits
  std::string public_key;  // the 32 bytes of Ed25519's
  std::string place{};     // "file:line", of one that was found in a file
};

inline constexpr const char* local_name = "local";

// A line that is neither empty nor a comment, without its line feed. Fails with invalid_request.
[[nodiscard]] Outcome<KnownHost> parse_known_host(std::string_view line);

// The first file that knows the name, of those that are there. Fails with invalid_request: a file
// that others than root and the caller may write, a line that is none, a name that stands twice in
// a file; or nobody knows the name, and then the detail says what to do.
[[nodiscard]] Outcome<KnownHost> find_known_host(const std::string& name,
                                                 const std::vector<std::string>& files);

}  // namespace mgr::client
