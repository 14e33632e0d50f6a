// The keys that requests may be signed with, and the secrets of those for HMAC. Helper, root; the
// records are mgr-configure's word, the secrets are read here and stay in guarded memory.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.h"
#include "protocol/field.h"
#include "protocol/guarded.h"
#include "protocol/key.h"
#include "protocol/signed_request.h"

namespace mgr {

class Signers {
 public:
  // Nobody.
  Signers() = default;
  // Of a configuration; `folder` has ID.secret of each key for HMAC, the helper's alone. Fails with
  // the path of a secret that cannot be read or is none.
  [[nodiscard]] static Result<Signers> load(const std::vector<KeyRecord>& keys,
                                            const std::string& folder);

  // Whether the fields are signed by the key that the proffer names, which is there and valid at
  // `now_s`. How it is to be signed is the key's word. What work is done for an answer depends on
  // the length of the signature alone: it does not tell which keys there are, or of what type.
  [[nodiscard]] bool verify(const Proffer& proffer, std::span<const FieldView> fields,
                            std::int64_t now_s) const;

 private:
  struct Signer {
    KeyRecord record;
    std::optional<Guarded> secret;  // for HMAC
  };
  [[nodiscard]] const Signer* find(const Proffer& proffer, KeyType type, std::int64_t now_s) const;

  std::map<std::string, Signer, std::less<>> signers_;
  std::optional<Guarded> nobodys_secret_;
};

}  // namespace mgr
