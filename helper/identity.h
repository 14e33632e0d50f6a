// Who is asking: established here by the helper, once for each connection, never taken from a
// message. Helper, root.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "helper/peer_credentials.h"
#include "helper/running.h"
#include "modules/module.h"
#include "protocol/root_language.h"

namespace mgr {

class Connections;
class Nonces;

// Whom a limit is counted for: a uid, a key, or all who are neither.
struct CallerBucket {
  std::optional<uid_t> uid{};
  std::string key{};
  friend auto operator<=>(const CallerBucket&, const CallerBucket&) = default;
};
inline const CallerBucket shared_bucket{};

// A caller whose identity the helper has established. Only Identity makes one.
class Caller {
 public:
  [[nodiscard]] const CallerFacts& facts() const { return facts_; }
  [[nodiscard]] const Subject& subject() const { return facts_.subject; }
  // False for what came from the network without proof, and for nobody.
  [[nodiscard]] bool proven() const { return facts_.subject.uid.has_value() || signs(); }
  [[nodiscard]] bool signs() const { return !facts_.subject.key.empty(); }
  // Whether a principal other than anyone names them.
  [[nodiscard]] bool named() const { return facts_.principals.size() > 1; }
  [[nodiscard]] Proof proof() const {
    if (signs()) return Proof::signature;
    return proven() ? Proof::kernel : Proof::none;
  }
  // The uid or the key. Those who are not named share one, so that many uids count as one.
  [[nodiscard]] CallerBucket bucket() const {
    return named() ? CallerBucket{facts_.subject.uid, facts_.subject.key} : shared_bucket;
  }

 private:
  friend class Identity;
  Caller() = default;
  CallerFacts facts_;
};

// Who asks, until the next request is looked at; and the nonce that the reply is signed for, "" for
// a request that is not signed.
struct Asking {
  const Caller* caller;
  std::string_view nonce{};
};

class Identity {
 public:
  Identity(Connections& connections, const InForce& in_force, Nonces& nonces);

  // Another policy is in force: everybody who is connected has the principals that it names.
  void policy_changed();

  [[nodiscard]] const Nonces& nonces() const { return nonces_; }

  // A client that has just connected here.
  [[nodiscard]] Caller introduce(const PeerCredentials& peer) const;

  // The caller of a request. Of one without signature the kernel's word for the connection that it
  // names; connection 0 is the network: no proof. Of a signed one its signer and nobody else,
  // whatever connection it came over: two people's halves never add up to a right. Fails with
  // unauthenticated for a connection that is not there (forged, or its client long gone), with
  // conflict for one that streams, and where a signed request
  // - is not of its form (malformed, invalid_argument),
  // - is for another host or another time (stale),
  // - has no valid key or a signature that does not verify, which is one answer (unauthenticated),
  // - has another body than the one that was signed (unauthenticated),
  // - has a nonce that was used or cannot be kept (stale, busy, failed).
  // None of these answers is signed: the nonce of each request counts for one signed answer, so
  // that none can be had for a request beside the one that tells what was done.
  [[nodiscard]] Result<Asking> establish(const RunMessage& message);

 private:
  void name(Caller& caller) const;
  [[nodiscard]] Result<Asking> establish_signer(const RunMessage& message);

  Connections& connections_;
  const InForce& in_force_;  // for the callers' principals, and the keys
  Nonces& nonces_;
  Caller network_;
  Caller signer_;  // of the signed request that was looked at last
};

}  // namespace mgr
