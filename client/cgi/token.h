// mgr.cgi, as the web server's user. Tokens: who has one has read an answer of this site as this
// user, which no page of another site can have its browser do (OWASP's HMAC-based token pattern).
// Pure; distrusts the token.
//
// A token is "EXPIRY.MAC", a Unix time in decimal and HMAC-SHA256 in hex, under a secret of
// mgr.cgi's, of user, host and expiry. Nothing is kept of it: it is as good as often as it is
// shown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "client/cgi/refusal.h"
#include "protocol/guarded.h"

namespace mgr::cgi {

inline constexpr std::int64_t token_seconds = 43'200;  // twelve hours

// Whom it is for. Neither holds a line break.
struct TokenHolder {
  std::string user;
  std::string host;  // folded
};

// `now` is in Unix seconds.
[[nodiscard]] std::string make_token(const Guarded& secret, const TokenHolder& holder,
                                     std::int64_t now);

// Refuses, with data that tells a page to fetch one: "token":"missing" where there is none, and
// "expired" for all that are not good, whatever is wrong with them.
[[nodiscard]] Judged<void> check_token(const Guarded& secret, const TokenHolder& holder,
                                       std::int64_t now, std::string_view token);

}  // namespace mgr::cgi
