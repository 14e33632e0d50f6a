// Signatures and hashes, as libsodium has them, over texts as the rest of mgr has them. Broker,
// helper, mgr-configure and clients. sodium_init() has been called.
//
// Ed25519 is RFC 8032's, by crypto_sign: points of small order and an S that is not reduced do not
// verify. HMAC-SHA256 is RFC 2104's with a key of any length (crypto_auth_hmacsha256_init takes
// one, crypto_auth is another construction). Base64 is RFC 4648's, padded, in its one spelling.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/guarded.h"

namespace mgr {

inline constexpr std::size_t ed25519_seed_length = 32;
inline constexpr std::size_t ed25519_public_key_length = 32;
inline constexpr std::size_t ed25519_signature_length = 64;
inline constexpr std::size_t hmac_sha256_length = 32;
// An HMAC secret is no shorter than its hash (RFC 2104, section 3), and needs not be longer than
// a block of it.
inline constexpr std::size_t least_hmac_secret = 32;
inline constexpr std::size_t most_hmac_secret = 64;

// False also for a public key or a signature of another length.
[[nodiscard]] bool verify_ed25519(std::string_view public_key, std::string_view text,
                                  std::string_view signature);
// `seed` has ed25519_seed_length bytes. 64 bytes, always the same for the same text.
[[nodiscard]] std::string sign_ed25519(const Guarded& seed, std::string_view text);
[[nodiscard]] std::string ed25519_public_key(const Guarded& seed);
// What a seed stands for, for who signs often: RFC 8032's private scalar and prefix need not be
// derived for each signature.
[[nodiscard]] Result<Guarded> ed25519_secret_key(const Guarded& seed);
[[nodiscard]] std::string sign_with_secret_key(const Guarded& secret_key, std::string_view text);

// What the signature of an unknown key is held against, for the same work: the curve's base point
// (RFC 8032, section 5.1). Whether it verifies must not be looked at.
inline constexpr std::string_view nobodys_ed25519_key(
    "\x58\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66"
    "\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66",
    ed25519_public_key_length);

[[nodiscard]] std::string hmac_sha256(const Guarded& secret, std::string_view text);
// In time that does not depend on the contents.
[[nodiscard]] bool is_equal(std::string_view one, std::string_view other);

[[nodiscard]] std::string sha256_hex(std::string_view bytes);

[[nodiscard]] std::string encode_base64(std::string_view bytes);
// Exactly `length` bytes, or nothing.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text, std::size_t length);

[[nodiscard]] std::string encode_hex(std::string_view bytes);  // in lower case

}  // namespace mgr
