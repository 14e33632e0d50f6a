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

class Identity {
 public:
  Identity(Connections& connections, const InForce& in_force);

  // Another policy is in force: everybody who is connected has the principals that it names.
  void policy_changed();

  // A client that has just connected here.
  [[nodiscard]] Caller introduce(const PeerCredentials& peer) const;

  // The caller of a request: the kernel's word for the connection that it names. Connection 0 is
  // the network: no proof. Fails with unauthenticated for a connection that is not there (forged,
  // or its client long gone) and for signed fields, whose key no record of this version holds.
  // The caller lives as long as the connection.
  [[nodiscard]] Result<const Caller*> establish(const RunMessage& message) const;

 private:
  void name(Caller& caller) const;

  Connections& connections_;
  const InForce& in_force_;  // for the callers' principals
  Caller network_;
};

}  // namespace mgr
