// mgrctl, with the caller's own uid. The key that `mgrctl key add` is to let in.
#pragma once

#include <optional>
#include <string>

#include "client/failure.h"
#include "client/keys/key_record.h"
#include "client/options.h"
#include "protocol/guarded.h"

namespace mgr::client {

struct NewKey {
  std::string id;
  NewRecord record;
  std::optional<Guarded> secret{};  // the text of ID.secret, of a key for HMAC
};

// By the words and the options. Fails with invalid_request: what is no key, a time that is none or
// that ends before it begins, a comment with a line break.
[[nodiscard]] Outcome<NewKey> read_new_key(const Options& options);

}  // namespace mgr::client
