// mgr-helper, root. Distrusts everything that the broker says about who is asking.
#include "helper/identity.h"

#include <algorithm>

#include "helper/connections.h"

namespace mgr {

Identity::Identity(Connections& connections, const Decider& decider)
    : connections_(connections), decider_(decider) {
  network_.facts_.transport = "tcp";
  network_.facts_.principals = decider.principals_of({});
}

Caller Identity::introduce(const PeerCredentials& peer) const {
  Caller caller;
  CallerFacts& facts = caller.facts_;
  facts.transport = "unix";
  facts.gid = peer.gid;
  facts.pid = static_cast<std::uint32_t>(peer.pid);
  if (!is_nobody(peer.uid)) {
    facts.subject = {peer.uid, peer.groups};
    auto& gids = facts.subject.gids;
    if (std::ranges::find(gids, peer.gid) == gids.end()) gids.push_back(peer.gid);
  }
  facts.principals = decider_.principals_of(facts.subject);
  return caller;
}

Result<const Caller*> Identity::establish(const RunMessage& message) const {
  for (const FieldView& field : message.fields) {
    if (field.name.starts_with("auth-")) {
      return fail(ErrorCode::unauthenticated, "unknown key, or a signature that does not verify");
    }
  }
  if (message.connection == 0) return &network_;
  if (connections_.is_streaming(message.connection)) {
    return fail(ErrorCode::conflict, "the connection carries a stream");
  }
  if (const Caller* caller = connections_.asking(message.connection)) return caller;
  return fail(ErrorCode::unauthenticated, "the connection is gone");
}

}  // namespace mgr
