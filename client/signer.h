// Clients, with the caller's own uid. Signs requests as PROTOCOL.md ("Signed requests") has it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/failure.h"
#include "client/key_file.h"
#include "client/known_hosts.h"
#include "protocol/field.h"

namespace mgr::client {

struct Signer {
  PrivateKey key;
  std::string file;  // that the key is from, for people
  KnownHost host;    // that it signs for

  // "key alice of /home/alice/.config/mgr/key, for local of /var/lib/mgr/host/known_host:1"
  [[nodiscard]] std::string name() const {
    return "key " + key.id + " of " + file + ", for " + host.name + " of " + host.place;
  }
};

// Adds auth-key, auth-to, auth-time, auth-nonce, the auth-body of a body, and the signature to the
// fields of a request, each of which is all of it. Returns the nonce, which is a new one each time:
// a request that is repeated is signed anew.
[[nodiscard]] Outcome<std::string> sign(const Signer& signer, std::vector<Field>& fields,
                                        const std::optional<std::string>& body);

}  // namespace mgr::client
