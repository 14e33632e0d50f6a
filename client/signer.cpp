// Clients, with the caller's own uid.
#include "client/signer.h"

#include <sodium.h>

#include <array>
#include <ctime>

#include "protocol/signature.h"
#include "protocol/signed_request.h"

namespace mgr::client {
namespace {

std::string new_nonce() {
  std::array<char, nonce_length / 2> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return encode_hex({bytes.data(), bytes.size()});
}

// The broker drops spaces around a value, and what is signed is what it then reads.
std::string_view trimmed(std::string_view value) {
  const std::size_t first = value.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return value.substr(first, value.find_last_not_of(' ') + 1 - first);
}

}  // namespace

Outcome<std::string> sign(const Signer& signer, std::vector<Field>& fields,
                          const std::optional<std::string>& body) {
  if (sodium_init() < 0) return failed(Failure::Kind::invalid_request, "libsodium does not start");
  std::string nonce = new_nonce();
  fields.push_back({"auth-key", signer.key.id});
  fields.push_back({"auth-to", signer.host.id});
  fields.push_back({"auth-time", std::to_string(std::time(nullptr))});
  fields.push_back({"auth-nonce", nonce});
  if (body) fields.push_back({"auth-body", sha256_hex(*body)});
  std::vector<FieldView> views;
  for (const Field& field : fields) views.push_back({field.name, trimmed(field.value)});
  const std::string text = signed_text(views);
  fields.push_back({"signature", encode_base64(signer.key.type == KeyType::ed25519
                                                   ? sign_ed25519(signer.key.secret, text)
                                                   : hmac_sha256(signer.key.secret, text))});
  return nonce;
}

}  // namespace mgr::client
