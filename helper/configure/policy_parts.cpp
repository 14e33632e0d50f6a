// mgr-configure; pure.
#include "helper/configure/policy_parts.h"

#include <sodium.h>

#include <array>

#include "protocol/json.h"

namespace mgr {
namespace {

constexpr std::size_t part_length = 512 << 10;  // 683 KiB in base64, of a reply's 1 MiB

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string digest_of(std::string_view bytes) {
  std::array<unsigned char, crypto_generichash_BYTES> digest{};
  crypto_generichash(digest.data(), digest.size(), bytes_of(bytes), bytes.size(), nullptr, 0);
  std::string text(2 * digest.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
  text.pop_back();
  return text;
}

std::string base64(std::string_view bytes) {
  constexpr int variant = sodium_base64_VARIANT_ORIGINAL;
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes_of(bytes), bytes.size(), variant);
  text.pop_back();
  return text;
}

}  // namespace

std::vector<std::string> policy_parts(std::string_view review) {
  const std::string digest = digest_of(review);
  const std::size_t count = (review.size() + part_length - 1) / part_length;
  std::vector<std::string> parts;
  for (std::size_t part = 0; part < count; ++part) {
    JsonWriter json;
    json.open_object().member("part", part).member("parts", count).member("digest", digest);
    json.member("base64", base64(review.substr(part * part_length, part_length)));
    parts.push_back(json.close_object().take());
  }
  return parts;
}

}  // namespace mgr
