// mgr-helper, root. Distrusts everything that the broker says about who is asking.
#include "helper/identity.h"

#include <algorithm>

#include "helper/connections.h"

namespace mgr {

Identity::Identity(Connections& connections, const InForce& in_force)
    : connections_(connections), in_force_(in_force) {
  network_.facts_.transport = "tcp";
  name(network_);
}

void Identity::name(Caller& caller) const {
  caller.facts_.principals = in_force_->decider.principals_of(caller.facts_.subject);
}

void Identity::policy_changed() {
  name(network_);
  connections_.for_each_caller([this](Caller& caller) { name(caller); });
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
  name(caller);
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
