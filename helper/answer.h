// The story of a request in the root process, from the broker's message to the answer. Read this
// and broker/pipeline and you have read mgr. Helper, root; distrusts the message.
#pragma once

#include "helper/audit.h"
#include "helper/checked_request.h"
#include "helper/connections.h"
#include "helper/effects.h"
#include "helper/identity.h"
#include "helper/link.h"
#include "helper/rates.h"
#include "helper/running.h"

namespace mgr {

class Answerer {
 public:
  // All of them outlive the answerer.
  Answerer(uv_loop_t* loop, Connections& connections, Identity& identity, const InForce& in_force,
           Audit& audit, Effects& effects, Link& link)
      : loop_(loop),
        connections_(connections),
        identity_(identity),
        in_force_(in_force),
        audit_(audit),
        effects_(effects),
        link_(link) {}

  // The other half of the broker's ask_run.
  void answer_run(ReplyTo to, const RunMessage& message);

 private:
  // What the action and the rule ask of a caller whom the policy allows it.
  [[nodiscard]] Result<void> check_terms(const Caller& caller, const Action& action,
                                         const Rule& rule, const CheckedRequest& request);
  void carry_out(ReplyTo to, const RunMessage& message, const Caller& caller,
                 const Registry::Entry& entry, const Allowed& allowed,
                 const CheckedRequest& request, Effect effect);
  [[nodiscard]] RunMessage without_secrets(const RunMessage& message) const;
  void deny(ReplyTo to, const RunMessage& message, const Caller& caller, const Denied& denied);
  void refuse(ReplyTo to, const RunMessage& message, const Caller* caller, const Error& error,
              const Rule* rule = nullptr);

  uv_loop_t* loop_;  // for its time
  Connections& connections_;
  Identity& identity_;
  const InForce& in_force_;
  Audit& audit_;
  Effects& effects_;
  Link& link_;
  Rates rates_;
};

}  // namespace mgr
