// Broker, helper, mgr-configure and clients; the signatures and texts are anybody's.
#include "protocol/signature.h"

#include <sodium.h>

#include <array>

namespace mgr {
namespace {

static_assert(ed25519_seed_length == crypto_sign_SEEDBYTES);
static_assert(ed25519_public_key_length == crypto_sign_PUBLICKEYBYTES);
static_assert(ed25519_signature_length == crypto_sign_BYTES);
static_assert(hmac_sha256_length == crypto_auth_hmacsha256_BYTES);

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

constexpr int base64_variant = sodium_base64_VARIANT_ORIGINAL;

// What a seed stands for: wiped with this.
struct KeyPair {
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_key{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret_key{};
  explicit KeyPair(const Guarded& seed) {
    crypto_sign_seed_keypair(public_key.data(), secret_key.data(), seed.data());
  }
  ~KeyPair() { sodium_memzero(secret_key.data(), secret_key.size()); }
  KeyPair(const KeyPair&) = delete;
  KeyPair& operator=(const KeyPair&) = delete;
};

}  // namespace

bool verify_ed25519(std::string_view public_key, std::string_view text,
                    std::string_view signature) {
  return public_key.size() == ed25519_public_key_length &&
         signature.size() == ed25519_signature_length &&
         crypto_sign_verify_detached(bytes_of(signature), bytes_of(text), text.size(),
                                     bytes_of(public_key)) == 0;
}

std::string sign_ed25519(const Guarded& seed, std::string_view text) {
  const KeyPair key(seed);
  std::string signature(ed25519_signature_length, '\0');
  crypto_sign_detached(bytes_of(signature), nullptr, bytes_of(text), text.size(),
                       key.secret_key.data());
  return signature;
}

Result<Guarded> ed25519_secret_key(const Guarded& seed) {
  return Guarded::make(crypto_sign_SECRETKEYBYTES, [&](unsigned char* bytes) {
    std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_key{};
    return seed.size() == ed25519_seed_length &&
           crypto_sign_seed_keypair(public_key.data(), bytes, seed.data()) == 0;
  });
}

std::string sign_with_secret_key(const Guarded& secret_key, std::string_view text) {
  std::string signature(ed25519_signature_length, '\0');
  crypto_sign_detached(bytes_of(signature), nullptr, bytes_of(text), text.size(),
                       secret_key.data());
  return signature;
}

std::string ed25519_public_key(const Guarded& seed) {
  const KeyPair key(seed);
  return {key.public_key.begin(), key.public_key.end()};
}

std::string hmac_sha256(const Guarded& secret, std::string_view text) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, secret.data(), secret.size());
  crypto_auth_hmacsha256_update(&state, bytes_of(text), text.size());
  std::string code(hmac_sha256_length, '\0');
  crypto_auth_hmacsha256_final(&state, bytes_of(code));
  sodium_memzero(&state, sizeof state);
  return code;
}

bool is_equal(std::string_view one, std::string_view other) {
  return one.size() == other.size() && sodium_memcmp(one.data(), other.data(), one.size()) == 0;
}

std::string sha256_hex(std::string_view bytes) {
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(bytes_of(hash), bytes_of(bytes), bytes.size());
  return encode_hex(hash);
}

std::string encode_base64(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), base64_variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes_of(bytes), bytes.size(), base64_variant);
  text.pop_back();  // the NUL
  return text;
}

std::optional<std::string> decode_base64(std::string_view text, std::size_t length) {
  std::string bytes(length, '\0');
  std::size_t decoded = 0;
  const char* end = nullptr;
  const int failed = sodium_base642bin(bytes_of(bytes), length, text.data(), text.size(), nullptr,
                                       &decoded, &end, base64_variant);
  if (failed != 0 || decoded != length || end != text.data() + text.size()) return std::nullopt;
  return bytes;
}

std::string encode_hex(std::string_view bytes) {
  std::string text(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes_of(bytes), bytes.size());
  text.pop_back();  // the NUL
  return text;
}

}  // namespace mgr
