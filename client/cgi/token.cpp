// mgr.cgi, as the web server's user; distrusts the token.
#include "client/cgi/token.h"

#include <charconv>
#include <optional>

#include "protocol/signature.h"

namespace mgr::cgi {
namespace {

std::string mac_of(const Guarded& secret, const TokenHolder& holder, std::string_view expiry) {
  std::string text = "mgr-web-token-v1\n";
  text.append(expiry).append("\n");
  text.append(holder.host).append("\n");
  text.append(holder.user).append("\n");
  return encode_hex(hmac_sha256(secret, text));
}

std::optional<std::int64_t> read_seconds(std::string_view text) {
  std::int64_t seconds = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool is_all = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return is_all ? std::optional(seconds) : std::nullopt;
}

tl::unexpected<Refusal> wanting(const char* state, std::string detail) {
  auto refusal = refuse(ErrorCode::denied, std::move(detail)).value();
  refusal.data = std::string(R"({"token":")") + state + R"("})";
  refusal.wants_token = true;
  return tl::unexpected(std::move(refusal));
}

}  // namespace

std::string make_token(const Guarded& secret, const TokenHolder& holder, std::int64_t now) {
  const std::string expiry = std::to_string(now + token_seconds);
  return expiry + '.' + mac_of(secret, holder, expiry);
}

Judged<void> check_token(const Guarded& secret, const TokenHolder& holder, std::int64_t now,
                         std::string_view token) {
  if (token.empty()) return wanting("missing", "the request has no token of this site");
  const std::string_view expiry = token.substr(0, token.find('.'));
  const std::string good = std::string(expiry) + '.' + mac_of(secret, holder, expiry);
  const auto until = read_seconds(expiry);
  // One that is good for longer than any was made when the clock was ahead.
  const bool is_fresh = until && *until > now && *until - now <= token_seconds;
  if (!is_equal(good, token) || !is_fresh) {
    return wanting("expired", "the token is none of this user's on this site, or no longer good");
  }
  return {};
}

}  // namespace mgr::cgi
