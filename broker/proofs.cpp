// Broker (uid mgr-broker); distrusts the request. The keys are the helper's word.
#include "broker/proofs.h"

#include <ctime>
#include <vector>

#include "protocol/signature.h"
#include "protocol/signed_request.h"

namespace mgr::broker {
namespace {

std::vector<FieldView> fields_of(const RequestBlock& block) {
  std::vector<FieldView> fields;
  fields.reserve(block.size());
  for (std::size_t i = 0; i < block.size(); ++i) fields.push_back(block[i]);
  return fields;
}

tl::unexpected<Error> unproven() {
  return fail(ErrorCode::unauthenticated, "unknown key, or a signature that does not verify");
}

}  // namespace

bool is_signed(const RequestBlock& block) {
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (block[i].name.starts_with("auth-")) return true;
  }
  return false;
}

Proofs::Proofs(const SettingsMessage& settings) : host_id_(settings.host_id) {
  for (const KeyRecord& key : settings.keys) {
    keys_.emplace(key.id, key);
    has_hmac_ = has_hmac_ || key.type == KeyType::hmac_sha256;
  }
}

const KeyRecord* Proofs::find(std::string_view id) const {
  const auto found = keys_.find(std::string(id));
  return found == keys_.end() ? nullptr : &found->second;
}

Result<Proven> Proofs::check(const RequestBlock& block) const {
  if (!is_signed(block)) return Proven();
  const std::vector<FieldView> fields = fields_of(block);
  const auto proffer = read_proffer(fields);
  if (!proffer) return tl::unexpected(proffer.error());
  const std::int64_t now = std::time(nullptr);
  if (auto fresh = check_freshness(*proffer, host_id_, now); !fresh) {
    return tl::unexpected(fresh.error());
  }
  if (has_hmac_ && decode_base64(proffer->signature, hmac_sha256_length)) {
    return Proven{proffer->key, false};
  }
  const KeyRecord* key = find(proffer->key);
  const bool is_usable = key != nullptr && key->type == KeyType::ed25519 && key->is_valid_at(now);
  if (!is_usable) key = nullptr;
  const auto signature = decode_base64(proffer->signature, ed25519_signature_length);
  if (!signature) return unproven();
  const bool verified =
      verify_ed25519(key == nullptr ? nobodys_ed25519_key : std::string_view(key->public_key),
                     signed_text(fields), *signature);
  if (!verified || key == nullptr) return unproven();
  return Proven{key->id, true};
}

}  // namespace mgr::broker
