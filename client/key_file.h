// Clients, with the caller's own uid. The file of a private key (mgrctl(1), FILES): lines "id:ID"
// and "type:ed25519", then the key as PKCS#8 in PEM (RFC 8410), which openssl reads as it is; or
// "id:ID", "type:hmac-sha256" and "secret:HEX". What is secret is in guarded memory alone.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "client/failure.h"
#include "protocol/guarded.h"
#include "protocol/key.h"

namespace mgr::client {

struct PrivateKey {
  std::string id;
  KeyType type = KeyType::ed25519;
  Guarded secret;  // the seed of Ed25519, or HMAC's secret
};

// A new one, at random. Fails where there is no memory to lock.
[[nodiscard]] Outcome<PrivateKey> generate_key(std::string id, KeyType type);

// Fails with invalid_request, "path: reason", which tells nothing of what is in it: for a file that
// is not the caller's own regular file or that anybody else has a right to, for a symbolic link,
// and for what is no key, or one of another kind.
// Root, who lets somebody's key in, may read it where it is theirs.
enum class KeyOwner { caller, anybody_for_root };
[[nodiscard]] Outcome<PrivateKey> read_key_file(const std::string& path,
                                                KeyOwner owner = KeyOwner::caller);

// Writes what read_key_file() reads, mode 0600, and never over anything.
[[nodiscard]] Outcome<void> write_key_file(const std::string& path, const PrivateKey& key);

// The half of it that anybody may know: "ed25519:BASE64". Of an Ed25519 key alone.
[[nodiscard]] std::string public_text(const PrivateKey& key);
// The 32 bytes in such a text, where they are a point that a key can be.
[[nodiscard]] std::optional<std::string> read_public_text(std::string_view text);

// HMAC's secret as keys.d has it: hex and a line feed.
[[nodiscard]] Outcome<Guarded> secret_line(const PrivateKey& key);

}  // namespace mgr::client
