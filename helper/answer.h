// The story of a request in the root process, from the broker's message to the answer. Read this
// and broker/pipeline and you have read mgr. Helper, root; distrusts the message.
#pragma once

#include "helper/audit.h"
#include "helper/checked_request.h"
#include "helper/connections.h"
#include "helper/effects.h"
#include "helper/identity.h"
#include "helper/link.h"
#include "modules/registry.h"
#include "policy/decide.h"

namespace mgr {

class Answerer {
 public:
  // All of them outlive the answerer.
  Answerer(Connections& connections, const Identity& identity, const Registry& registry,
           const Decider& decider, Audit& audit, Effects& effects, Link& link)
      : connections_(connections),
        identity_(identity),
        registry_(registry),
        decider_(decider),
        audit_(audit),
        effects_(effects),
        link_(link) {}

  // The other half of the broker's ask_run.
  void answer_run(ReplyTo to, const RunMessage& message);

 private:
  void carry_out(ReplyTo to, const RunMessage& message, const Caller& caller,
                 const Registry::Entry& entry, const Allowed& allowed,
                 const CheckedRequest& request, Effect effect);
  [[nodiscard]] RunMessage without_secrets(const RunMessage& message) const;
  void deny(ReplyTo to, const RunMessage& message, const Caller& caller, const Denied& denied);
  void refuse(ReplyTo to, const RunMessage& message, const Caller* caller, const Error& error,
              const Rule* rule = nullptr);

  Connections& connections_;
  const Identity& identity_;
  const Registry& registry_;
  const Decider& decider_;
  Audit& audit_;
  Effects& effects_;
  Link& link_;
};

}  // namespace mgr
