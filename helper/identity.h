// Who is asking: established here by the helper, never taken from a message. Helper, root.
#pragma once

#include <string_view>

#include "helper/connections.h"
#include "modules/module.h"
#include "policy/decide.h"
#include "protocol/root_language.h"

namespace mgr {

// A caller whose identity the helper has established. Only Identity makes one.
class Caller {
 public:
  [[nodiscard]] const CallerFacts& facts() const { return facts_; }
  [[nodiscard]] const Subject& subject() const { return facts_.subject; }
  // False for what came from the network without proof, and for nobody.
  [[nodiscard]] bool proven() const { return facts_.subject.uid.has_value(); }

 private:
  friend class Identity;
  Caller() = default;
  CallerFacts facts_;
};

// Who that is, for a decision; nobody where the kernel names nobody.
[[nodiscard]] Subject subject_of(const PeerCredentials& peer);

class Identity {
 public:
  Identity(Connections& connections, const Decider& decider)
      : connections_(connections), decider_(decider) {}

  // The caller of a request: the kernel's word for the connection that it names. Connection 0 is
  // the network: no proof. Fails with unauthenticated for a connection that is not there (forged,
  // or its client long gone) and for signed fields, whose key no record of this version holds.
  [[nodiscard]] Result<Caller> establish(const RunMessage& message) const;

 private:
  Connections& connections_;
  const Decider& decider_;  // for the caller's principals
};

}  // namespace mgr
