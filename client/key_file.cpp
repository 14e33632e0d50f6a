// Clients, with the caller's own uid; distrusts the file.
#include "client/key_file.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "client/files.h"
#include "protocol/descriptor.h"
#include "protocol/signature.h"
#include "protocol/text.h"

namespace mgr::client {
namespace {

constexpr std::size_t longest_file = 4096;
// PrivateKeyInfo of RFC 5958 with the algorithm of RFC 8410, up to the seed.
constexpr std::string_view pkcs8_prefix(
    "\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22"
    "\x04\x20",
    16);
constexpr std::size_t pkcs8_length = pkcs8_prefix.size() + ed25519_seed_length;
constexpr std::string_view pem_begin = "-----BEGIN PRIVATE KEY-----\n";
constexpr std::string_view pem_end = "-----END PRIVATE KEY-----\n";
constexpr auto base64 = sodium_base64_VARIANT_ORIGINAL;

// A file that has been read, of which only the first `length` bytes are it.
struct SecretText {
  Guarded bytes;
  std::size_t length;
  [[nodiscard]] std::string_view view() const { return bytes.view().substr(0, length); }
};

tl::unexpected<Failure> refuse(const std::string& path, const char* why) {
  return failed(Failure::Kind::invalid_request, path + ": " + why);
}

// What a mode or an owner lets others do makes it no secret.
Outcome<Descriptor> open_secret(const std::string& path, KeyOwner owner) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (!file) return refuse(path, errno == ELOOP ? "is a symbolic link" : std::strerror(errno));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return refuse(path, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return refuse(path, "is no regular file");
  const bool is_any = owner == KeyOwner::anybody_for_root && ::geteuid() == 0;
  if (!is_any && status.st_uid != ::geteuid())
    return refuse(path, "this private key is somebody else's");
  if ((status.st_mode & 077) != 0) {
    return refuse(path, "others have rights to this private key: chmod 600");
  }
  return file;
}

Outcome<SecretText> read_secret(const std::string& path, KeyOwner owner) {
  const auto file = open_secret(path, owner);
  if (!file) return tl::unexpected(file.error());
  std::size_t length = 0;
  ssize_t got = 1;
  auto bytes = Guarded::make(longest_file + 1, [&](unsigned char* to) {
    while (got > 0 && length <= longest_file) {
      got = ::read(file->get(), to + length, longest_file + 1 - length);
      if (got > 0) length += static_cast<std::size_t>(got);
    }
    return got >= 0;
  });
  if (!bytes) return refuse(path, bytes.error().detail.c_str());
  if (length > longest_file) return refuse(path, "is too long for a private key");
  return SecretText{std::move(*bytes), length};
}

// Cuts "name:value" off the front of `text`, where that is what stands there.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view name) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  if (!line.starts_with(name)) return std::nullopt;
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line.substr(name.size());
}

std::optional<Guarded> read_hex(std::string_view hex) {
  const std::size_t length = hex.size() / 2;
  if (length < least_hmac_secret || length > most_hmac_secret) return std::nullopt;
  auto secret = Guarded::make(length, [&](unsigned char* bytes) {
    std::size_t decoded = 0;
    const char* end = nullptr;
    return sodium_hex2bin(bytes, length, hex.data(), hex.size(), nullptr, &decoded, &end) == 0 &&
           decoded == length && end == hex.data() + hex.size();
  });
  return secret ? std::optional(std::move(*secret)) : std::nullopt;
}

// The seed in a PEM text that is all of `text`.
std::optional<Guarded> read_pem(std::string_view text) {
  if (!text.starts_with(pem_begin)) return std::nullopt;
  text.remove_prefix(pem_begin.size());
  const std::size_t end = text.find(pem_end);
  if (end == std::string_view::npos || text.size() != end + pem_end.size()) return std::nullopt;
  const auto whole = Guarded::make(pkcs8_length, [&](unsigned char* bytes) {
    std::size_t decoded = 0;
    return sodium_base642bin(bytes, pkcs8_length, text.data(), end, "\n", &decoded, nullptr,
                             base64) == 0 &&
           decoded == pkcs8_length &&
           std::memcmp(bytes, pkcs8_prefix.data(), pkcs8_prefix.size()) == 0;
  });
  if (!whole) return std::nullopt;
  auto seed = Guarded::make(ed25519_seed_length, [&](unsigned char* bytes) {
    std::memcpy(bytes, whole->data() + pkcs8_prefix.size(), ed25519_seed_length);
    return true;
  });
  return seed ? std::optional(std::move(*seed)) : std::nullopt;
}

// The parts of a file's text put together in guarded memory, which is exactly that long.
Outcome<Guarded> text_with(std::string_view before, std::size_t encoded_length,
                           std::string_view after, auto encode) {
  auto text =
      Guarded::make(before.size() + encoded_length + 1 + after.size(), [&](unsigned char* bytes) {
        std::ranges::copy(before, bytes);
        auto* at = reinterpret_cast<char*>(bytes) + before.size();
        encode(at, encoded_length + 1);  // with the NUL that libsodium ends texts with
        at[encoded_length] = '\n';
        std::ranges::copy(after, at + encoded_length + 1);
        return true;
      });
  if (!text) return failed(Failure::Kind::invalid_request, text.error().detail);
  return std::move(*text);
}

Outcome<Guarded> hex_line(std::string_view before, const PrivateKey& key) {
  return text_with(before, 2 * key.secret.size(), "", [&](char* to, std::size_t room) {
    sodium_bin2hex(to, room, key.secret.data(), key.secret.size());
  });
}

Outcome<Guarded> pem_text(std::string_view before, const PrivateKey& key) {
  const auto whole = Guarded::make(pkcs8_length, [&](unsigned char* bytes) {
    std::ranges::copy(pkcs8_prefix, bytes);
    std::ranges::copy(key.secret.view(), bytes + pkcs8_prefix.size());
    return true;
  });
  if (!whole) return failed(Failure::Kind::invalid_request, whole.error().detail);
  const std::size_t encoded = sodium_base64_ENCODED_LEN(pkcs8_length, base64) - 1;
  return text_with(std::string(before) + std::string(pem_begin), encoded, pem_end,
                   [&](char* to, std::size_t room) {
                     sodium_bin2base64(to, room, whole->data(), pkcs8_length, base64);
                   });
}

}  // namespace

Outcome<PrivateKey> generate_key(std::string id, KeyType type) {
  if (sodium_init() < 0) return failed(Failure::Kind::invalid_request, "libsodium does not start");
  auto secret = Guarded::random(32);  // a seed, or a secret as long as HMAC's hash
  if (!secret) return failed(Failure::Kind::invalid_request, secret.error().detail);
  return PrivateKey{std::move(id), type, std::move(*secret)};
}

Outcome<PrivateKey> read_key_file(const std::string& path, KeyOwner owner) {
  if (sodium_init() < 0) return failed(Failure::Kind::invalid_request, "libsodium does not start");
  const auto text = read_secret(path, owner);
  if (!text) return tl::unexpected(text.error());
  std::string_view rest = text->view();
  const auto id = take_line(rest, "id:");
  const auto word = id ? take_line(rest, "type:") : std::nullopt;
  if (!word) return refuse(path, "a private key begins with the lines id:ID and type:TYPE");
  if (!is_name(*id)) return refuse(path, "its id is no name");
  const auto* type = std::ranges::find(key_type_words, *word);
  if (type == key_type_words.end()) {
    return refuse(path, "its type is neither ed25519 nor hmac-sha256");
  }
  const auto kind = static_cast<KeyType>(type - key_type_words.begin());
  std::optional<Guarded> secret;
  if (kind == KeyType::ed25519) {
    secret = read_pem(rest);
  } else if (const auto hex = take_line(rest, "secret:"); hex && rest.empty()) {
    secret = read_hex(*hex);
  }
  if (!secret) return refuse(path, "no private key of its type follows its id and type");
  return PrivateKey{std::string(*id), kind, std::move(*secret)};
}

Outcome<void> write_key_file(const std::string& path, const PrivateKey& key) {
  const bool is_pair = key.type == KeyType::ed25519;
  const std::string head =
      "id:" + key.id +
      "\ntype:" + std::string(key_type_words.at(static_cast<std::size_t>(key.type))) + '\n';
  const auto text = is_pair ? pem_text(head, key) : hex_line(head + "secret:", key);
  if (!text) return tl::unexpected(text.error());
  return create_file(path, text->view(), 0600);
}

std::string public_text(const PrivateKey& key) {
  return "ed25519:" + encode_base64(ed25519_public_key(key.secret));
}

std::optional<std::string> read_public_text(std::string_view text) {
  constexpr std::string_view prefix = "ed25519:";
  if (sodium_init() < 0 || !text.starts_with(prefix)) return std::nullopt;
  auto key = decode_base64(text.substr(prefix.size()), ed25519_public_key_length);
  const bool is_key = key && crypto_core_ed25519_is_valid_point(
                                 reinterpret_cast<const unsigned char*>(key->data())) == 1;
  return is_key ? std::move(key) : std::nullopt;
}

Outcome<Guarded> secret_line(const PrivateKey& key) { return hex_line("", key); }

}  // namespace mgr::client
