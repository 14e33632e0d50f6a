// Broker (uid mgr-broker). The early check of signed requests: form, freshness, and the signature
// of a key whose public half is known here, so that no flood of forgeries reaches the helper, which
// checks everything again and alone decides. A bare `signature` is the original protocol's constant
// and proves nothing.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "protocol/error.h"
#include "protocol/key.h"
#include "protocol/request_block.h"
#include "protocol/root_language.h"

namespace mgr::broker {

// What a request proves, as far as that can be known here.
struct Proven {
  std::string_view key{};    // the id of the key that it is signed with; "" where it is not signed
  bool is_verified = false;  // its signature verifies; of a key for HMAC the helper alone can tell
};

// A request with a field auth-* (protocol/signed_request.h), of its block as it was read.
[[nodiscard]] bool is_signed(const RequestBlock& block);

class Proofs {
 public:
  Proofs() = default;
  // Keys and the host's id, by the helper's word.
  explicit Proofs(const SettingsMessage& settings);

  // A request that is not signed proves nothing, and is none of this. Fails with invalid_argument
  // (protocol/signed_request.h) or stale, or with unauthenticated: no such key, none that is valid
  // now, or a signature that does not verify. Which of them it was neither the answer nor the work
  // done for it tells. Of one with the code of an HMAC, whose secrets the helper alone has, form
  // and freshness alone are checked, whatever key it names: so neither the answer nor the way that
  // it comes tells which keys there are. Where there is none for HMAC, none such is passed on.
  [[nodiscard]] Result<Proven> check(const RequestBlock& block) const;

 private:
  [[nodiscard]] const KeyRecord* find(std::string_view id) const;

  std::string host_id_;
  std::unordered_map<std::string, KeyRecord> keys_;
  bool has_hmac_ = false;  // a key of that type, whether it is valid now or not
};

}  // namespace mgr::broker
