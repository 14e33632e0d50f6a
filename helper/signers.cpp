// mgr-helper, root. Distrusts the request: the broker that checked it first may not be ours any
// more.
#include "helper/signers.h"

#include <unistd.h>

#include "protocol/signature.h"

namespace mgr {

Result<Signers> Signers::load(const std::vector<KeyRecord>& keys, const std::string& folder) {
  Signers signers;
  auto nobodys = Guarded::random(least_hmac_secret);
  if (!nobodys) return tl::unexpected(nobodys.error());
  signers.nobodys_secret_ = std::move(*nobodys);
  for (const KeyRecord& record : keys) {
    Signer signer{record, std::nullopt};
    if (record.type == KeyType::hmac_sha256) {
      auto secret = Guarded::read_hex_file(folder + '/' + record.id + ".secret", geteuid(),
                                           least_hmac_secret, most_hmac_secret);
      if (!secret) return tl::unexpected(secret.error());
      signer.secret = std::move(*secret);
    }
    signers.signers_.emplace(record.id, std::move(signer));
  }
  return signers;
}

const Signers::Signer* Signers::find(const Proffer& proffer, KeyType type,
                                     std::int64_t now_s) const {
  const auto found = signers_.find(proffer.key);
  if (found == signers_.end() || !found->second.record.is_valid_at(now_s)) return nullptr;
  return found->second.record.type == type ? &found->second : nullptr;
}

bool Signers::verify(const Proffer& proffer, std::span<const FieldView> fields,
                     std::int64_t now_s) const {
  const std::string text = signed_text(fields);
  if (const auto signature = decode_base64(proffer.signature, ed25519_signature_length)) {
    const Signer* signer = find(proffer, KeyType::ed25519, now_s);
    const std::string_view key =
        signer != nullptr ? signer->record.public_key : nobodys_ed25519_key;
    return verify_ed25519(key, text, *signature) && signer != nullptr;
  }
  const auto code = decode_base64(proffer.signature, hmac_sha256_length);
  if (!code || !nobodys_secret_) return false;
  const Signer* signer = find(proffer, KeyType::hmac_sha256, now_s);
  const Guarded& secret = signer != nullptr ? *signer->secret : *nobodys_secret_;
  return is_equal(hmac_sha256(secret, text), *code) && signer != nullptr;
}

}  // namespace mgr
