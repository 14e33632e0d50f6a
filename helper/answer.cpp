// mgr-helper, root. Distrusts the message: the broker that sent it may not be ours any more.
#include "helper/answer.h"

#include "helper/abilities.h"
#include "helper/checked_request.h"
#include "helper/nonces.h"
#include "helper/plan_json.h"
#include "helper/stats.h"
#include "protocol/archive.h"
#include "protocol/reply.h"

namespace mgr {
namespace {

constexpr const char* needs_proof = "this needs a proof of who is asking";
constexpr const char* needs_signature =
    "this action wants a signed request (min_proof): make a key with mgrctl keygen, and have root "
    "add it with mgrctl key add";

Result<Effect> plan(const Action& action, const ActionCall& call, const CheckedRequest& request) {
  if (!request.request_id().empty() && action.mode.value_or(RunMode::job) != RunMode::job) {
    return fail(ErrorCode::invalid_argument, "mgr-request-id is for actions of mode job");
  }
  auto effect = action.handler(call);
  if (effect && request.wait() &&
      (!std::holds_alternative<StartJobs>(*effect) || is_stream(*effect))) {
    return fail(ErrorCode::invalid_argument, "mgr-wait is for actions that answer with jobs");
  }
  return effect;
}

// A repetition must have the digest in common. No secret is in it, nor in a plan's arguments: what
// is kept on disk tells nothing of one.
RequestMark mark_of(const Errand& errand, std::string_view id, const StartJobs& start) {
  Encoder asked;
  asked(errand.module, errand.action);
  for (const JobPlan& plan : start.jobs) {
    const bool has_body = plan.run.input == InputKind::body;
    asked(plan.key, plan.arguments, has_body ? std::string_view(plan.input) : "");
  }
  return {std::string(id), checksum_of(asked.take()), {}};
}

// Who the job or the effect is told to be of: the user of the connection, or the key.
Asker asker_of(const Caller& caller, const CheckedRequest& request) {
  Asker asker;
  asker.on_behalf_of = request.on_behalf_of();
  asker.key = caller.subject().key;
  if (caller.subject().uid) {
    asker.uid = *caller.subject().uid;
    asker.gid = caller.facts().gid;
    asker.pid = caller.facts().pid;
  }
  return asker;
}

}  // namespace

void Answerer::answer_run(ReplyTo to, const RunMessage& message) {
  // 1. Who is asking? The kernel's word or a signature's, never the message's.
  const auto asking = identity_.establish(message);
  if (!asking) return refuse(to, message, nullptr, asking.error());
  const Caller& caller = *asking->caller;
  to.key = caller.subject().key;
  to.nonce = asking->nonce;

  // 2. For what, to the letter? Every field inside the grammar, or none of it.
  const auto request = CheckedRequest::check(message);
  if (!request) return refuse(to, message, &caller, request.error());

  // 3. Is there such an action?
  const auto entry = in_force_->registry->find(request->module(), request->action());
  if (!entry) return refuse(to, message, &caller, entry.error());

  // 4. Is every argument of its type, and the body wanted?
  const auto input =
      request->check_input(entry->action->arguments, /*from_network=*/message.connection == 0);
  if (!input) return refuse(to, message, &caller, input.error());
  const auto arguments = check_arguments(entry->action->arguments, request->arguments());
  if (!arguments) return refuse(to, message, &caller, arguments.error());

  // 5. May they?
  const auto decision = in_force_->decider.decide(caller.subject(), entry->module->name(),
                                                  entry->action->name, *arguments);
  if (!decision) return deny(to, message, caller, decision.error());

  // 6. On what terms? Proof enough, confirmed, and not too often.
  const auto terms = check_terms(caller, *entry->action, decision->rule(), *request);
  if (!terms) return refuse(to, message, &caller, terms.error(), &decision->rule());

  // 7. What is the plan? The module says; it does nothing itself.
  auto effect =
      plan(*entry->action, {*decision, caller.facts(), *arguments, request->body().value_or("")},
           *request);
  if (!effect) return refuse(to, message, &caller, effect.error());

  // 8. Audit, do, reply.
  carry_out(to, message, caller, *entry, *decision, *request, std::move(*effect));
}

Result<void> Answerer::check_terms(const Caller& caller, const Action& action, const Rule& rule,
                                   const CheckedRequest& request) {
  if (caller.proof() < action.min_proof) {
    return fail(ErrorCode::unauthenticated, caller.proven() ? needs_signature : needs_proof);
  }
  if (request.dry_run()) return {};  // which costs no token, and tells of the confirmation
  if (action.confirm && !request.confirmed()) {
    return fail(ErrorCode::invalid_argument, "this action wants mgr-confirm:yes");
  }
  const auto wait = rates_.take(rule, caller.bucket(), std::chrono::milliseconds(uv_now(loop_)));
  if (wait.count() > 0) return fail(ErrorCode::busy, over_the_rate(rule.rate, wait));
  return {};
}

void Answerer::carry_out(ReplyTo to, const RunMessage& message, const Caller& caller,
                         const Registry::Entry& entry, const Allowed& allowed,
                         const CheckedRequest& request, Effect effect) {
  if (request.dry_run()) {
    auto plan = plan_object(*entry.action, allowed.rule(), effect);
    if (!plan) return refuse(to, message, &caller, plan.error(), &allowed.rule());
    effect = Reply{std::move(*plan)};
  } else if (const auto* asked = std::get_if<TellAbilities>(&effect)) {
    effect = Reply{abilities_object(*in_force_->registry, in_force_->decider, caller, *asked)};
  } else if (std::holds_alternative<TellStats>(effect)) {
    const HelperNumbers numbers{audit_.counts(), in_force_->number, connections_.size(),
                                identity_.nonces().table().size()};
    effect = Reply{stats_object(numbers, link_.counters())};
  }
  Errand errand;
  errand.to = to;
  errand.module = entry.module->name();
  errand.action = entry.action->name;
  errand.scope = allowed.jobs();
  errand.asker = asker_of(caller, request);
  errand.reader = reader_of(message.connection, to.id);
  errand.wait = request.wait();
  if (const auto* start = std::get_if<StartJobs>(&effect); start && !request.request_id().empty()) {
    errand.request = mark_of(errand, request.request_id(), *start);
  }
  const auto earlier = effects_.earlier(errand);
  if (!earlier) return refuse(to, message, &caller, earlier.error(), &allowed.rule());
  errand.repeated = !earlier->empty();
  if (is_stream(effect)) connections_.streams(message.connection);
  errand.sharing_key = sharing_key(errand, in_force_->number, allowed.rule(), effect);
  if (has_effect(effect) && !errand.repeated && !effects_.shares_answer(errand)) {
    auto record = audit_.begins(caller, without_secrets(message), allowed.rule());
    return effects_.queue(std::move(errand), std::move(effect), std::move(record));
  }
  audit_.answered(caller, errand.module, errand.action);
  effects_.answer(std::move(errand), std::move(effect));
}

void Answerer::deny(ReplyTo to, const RunMessage& message, const Caller& caller,
                    const Denied& denied) {
  const Error error = caller.proven() ? Error{ErrorCode::denied, "the policy does not allow it"}
                                      : Error{ErrorCode::unauthenticated, needs_proof};
  refuse(to, message, &caller, error, denied.rule);
}

void Answerer::refuse(ReplyTo to, const RunMessage& message, const Caller* caller,
                      const Error& error, const Rule* rule) {
  const auto seq = audit_.refused(caller, without_secrets(message), error, rule);
  link_.send_reply(to, failure_line(error, seq));
}

// What the log may have of a request, also of one that was refused before its action was looked up.
RunMessage Answerer::without_secrets(const RunMessage& message) const {
  RunMessage told = message;
  std::string_view module, action;
  for (const FieldView& field : told.fields) {
    if (field.name == "module") module = field.value;
    if (field.name == "action") action = field.value;
  }
  const auto entry = in_force_->registry->find(module, action);
  if (!entry) return told;
  for (const Argument& argument : entry->action->arguments) {
    if (argument.type.kind != TypeKind::secret) continue;
    std::erase_if(told.fields, [&](const auto& field) { return field.name == argument.name; });
  }
  return told;
}

}  // namespace mgr
