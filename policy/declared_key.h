// A key as keys.d has it. mgr-configure (root's, or the caller's) and mgrctl; no secret is part of
// it.
#pragma once

#include <cstddef>
#include <string>

#include "protocol/key.h"

namespace mgr {

// That can be in force at a time: the broker is told of all of them in one message.
inline constexpr std::size_t most_keys = 4096;

struct DeclaredKey {
  KeyRecord record;
  bool revoked = false;  // nobody's any more, but its id and its public key stay taken
  std::string comment;   // a value (is_value, text.h), for people
  std::string file;
  unsigned line = 1;  // of its type
  static void members(auto& archive, auto& key) {
    archive(key.record, key.revoked, key.comment, key.file, key.line);
  }
};

}  // namespace mgr
