// What is signed: the text of a request and the text of a reply (PROTOCOL.md, "Signed requests").
// Broker and helper, which check, and clients, which sign. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocol/error.h"
#include "protocol/field.h"

namespace mgr {

// How far auth-time may be from the clock of who checks it, in seconds, both ends included.
inline constexpr std::int64_t signature_window_s = 30;
inline constexpr std::size_t host_id_length = 32;  // hex digits
inline constexpr std::size_t nonce_length = 32;    // hex digits

// What a signed request says of itself: views into its fields, each of its form, nothing verified.
struct Proffer {
  std::string_view key;        // auth-key: a name
  std::string_view to;         // auth-to: a host id
  std::int64_t time_s = 0;     // auth-time: Unix seconds
  std::string_view nonce;      // auth-nonce
  std::string_view body;       // auth-body: SHA-256 in lower-case hex; "" where there is no body
  std::string_view signature;  // base64, not decoded
};

// A request with a field auth-* is a signed one, whatever else it lacks.
[[nodiscard]] bool is_signed(std::span<const FieldView> fields);

// Fails with invalid_argument, which names the field, where one of auth-key, auth-to, auth-time,
// auth-nonce and signature is missing or not of its form, where there is auth-body without mgr-body
// or the other way round, and for any other auth-*.
// auth-time is a decimal as it is written, without sign and leading zero, of at most 12 digits.
[[nodiscard]] Result<Proffer> read_proffer(std::span<const FieldView> fields);

// Fails with stale: `now_s` is more than the window away, or it is addressed to another host.
[[nodiscard]] Result<void> check_freshness(const Proffer& proffer, std::string_view host_id,
                                           std::int64_t now_s);

// "mgr-request-v1\n", then every field but `signature` as "name:value\n", these lines sorted whole
// in byte order. Names hold no colon and values no line break, so no two requests share a text.
[[nodiscard]] std::string signed_text(std::span<const FieldView> fields);

// "mgr-reply-v1\n", then the request's key and its nonce, each with a line feed, then the reply's
// line with its line feed, as it was before the signature was put in. Both, since a nonce counts
// once for its key alone: an answer to another's request of the same nonce is none to this one.
[[nodiscard]] std::string signed_reply_text(std::string_view key, std::string_view nonce,
                                            std::string_view line);

// The line with its signature, base64: {…} becomes {…,"signature":"…"}.
[[nodiscard]] std::string with_signature(std::string_view line, std::string_view signature);

// What a signed line was before, for who checks it.
struct SignedLine {
  std::string line;       // what was signed, its line feed included
  std::string signature;  // base64, not decoded
  // False where the broker added to `data` what a job printed, which is not signed.
  bool is_whole = true;
};
// Of a line that was received, its line feed included; nullopt for one without a signature. The
// line of a command's result also tells how much of it was signed, and is signed with both braces
// closed there: {…,"data":{…,"stdout":…},"signed":N,"signature":"…"}.
[[nodiscard]] std::optional<SignedLine> take_signature(std::string_view line);

}  // namespace mgr
