// mgr-helper, root. Distrusts everything that the broker says about who is asking.
#include "helper/identity.h"

#include <algorithm>

#include "helper/checked_request.h"
#include "helper/connections.h"
#include "helper/nonces.h"
#include "protocol/signature.h"
#include "protocol/signed_request.h"

namespace mgr {

Identity::Identity(Connections& connections, const InForce& in_force, Nonces& nonces)
    : connections_(connections), in_force_(in_force), nonces_(nonces) {
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

Result<Asking> Identity::establish(const RunMessage& message) {
  const Caller* caller = &network_;
  if (message.connection != 0) {
    if (connections_.is_streaming(message.connection)) {
      return fail(ErrorCode::conflict, "the connection carries a stream");
    }
    caller = connections_.asking(message.connection);
    if (caller == nullptr) return fail(ErrorCode::unauthenticated, "the connection is gone");
  }
  return is_signed(message.fields) ? establish_signer(message) : Asking{caller};
}

Result<Asking> Identity::establish_signer(const RunMessage& message) {
  // Outside the grammar two requests could share a text.
  if (auto checked = CheckedRequest::check(message); !checked) {
    return tl::unexpected(checked.error());
  }
  const auto proffer = read_proffer(message.fields);
  if (!proffer) return tl::unexpected(proffer.error());
  const Clocks now = Clocks::now();
  auto passed = check_freshness(*proffer, in_force_->configuration.host_id, now.real_s);
  if (!passed) return tl::unexpected(passed.error());
  if (!in_force_->signers.verify(*proffer, message.fields, now.real_s)) {
    return fail(ErrorCode::unauthenticated, "unknown key, or a signature that does not verify");
  }
  if (message.body && !is_equal(sha256_hex(*message.body), proffer->body)) {
    return fail(ErrorCode::unauthenticated, "the body is not the one that was signed");
  }
  passed = nonces_.record(proffer->key, proffer->nonce, proffer->time_s, now);
  if (!passed) return tl::unexpected(passed.error());
  signer_.facts_ = {};
  signer_.facts_.transport = message.connection == 0 ? "tcp" : "unix";
  signer_.facts_.subject.key = proffer->key;
  name(signer_);
  return Asking{&signer_, proffer->nonce};
}

}  // namespace mgr
