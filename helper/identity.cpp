// mgr-helper, root. Distrusts everything that the broker says about who is asking.
#include "helper/identity.h"

#include <algorithm>

namespace mgr {
Subject subject_of(const PeerCredentials& peer) {
  if (is_nobody(peer.uid)) return {};
  Subject subject{peer.uid, peer.groups};
  if (std::ranges::find(peer.groups, peer.gid) == peer.groups.end()) {
    subject.gids.push_back(peer.gid);
  }
  return subject;
}

Result<Caller> Identity::establish(const RunMessage& message) const {
  for (const FieldView& field : message.fields) {
    if (field.name.starts_with("auth-")) {
      return fail(ErrorCode::unauthenticated, "unknown key, or a signature that does not verify");
    }
  }
  Caller caller;
  CallerFacts& facts = caller.facts_;
  facts.transport = message.connection == 0 ? "tcp" : "unix";
  if (message.connection != 0) {
    const PeerCredentials* peer = connections_.find(message.connection);
    if (peer == nullptr) return fail(ErrorCode::unauthenticated, "the connection is gone");
    connections_.asked(message.connection);
    facts.subject = subject_of(*peer);
    facts.gid = peer->gid;
    facts.pid = static_cast<std::uint32_t>(peer->pid);
  }
  facts.principals = decider_.principals_of(facts.subject);
  return caller;
}

}  // namespace mgr
