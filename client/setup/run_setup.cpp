// mgrctl, with the caller's own uid.
#include "client/setup/run_setup.h"

#include <sodium.h>
#include <unistd.h>

#include <chrono>
#include <iostream>

#include "client/display.h"
#include "client/review/caller.h"
#include "client/review/explanation_text.h"
#include "client/setup/carry_out.h"
#include "client/setup/interview.h"
#include "client/setup/setup_plan.h"
#include "client/setup/standing.h"
#include "client/setup/tell.h"

namespace mgr::client {
namespace {

tl::unexpected<Failure> invalid(std::string detail) {
  return failed(Failure::Kind::invalid_request, std::move(detail));
}

Outcome<void> check_command(const Options& options) {
  if (options.words.size() != 1) return invalid("setup takes no words; see mgrctl --help");
  if (options.host) return invalid("setup is about this machine");
  if (sodium_init() < 0) return invalid("libsodium cannot be used");
  if (options.dry_run || ::geteuid() == 0) return {};
  return invalid("setup writes to /etc/mgr, as root; --dry-run shows what it would write");
}

// Whoever cannot be asked has to have said everything, and that it is really meant.
Outcome<Asker> make_asker(const Options& options) {
  auto terminal = Terminal::open();
  if (terminal) return Asker(std::move(terminal), options.input.yes);
  std::string missing = missing_options(options.setup);
  if (!options.input.yes && !options.dry_run) missing += missing.empty() ? "--yes" : ", --yes";
  if (missing.empty()) return Asker(std::nullopt, true);
  return invalid("there is no terminal to ask, and these are missing: " + missing);
}

// What somebody has typed into the file is theirs.
Outcome<void> check_edits(const Asker& asker, const Options& options,
                          const PresentPolicy& present) {
  if (!present.was_edited() || options.setup.replace || options.dry_run) return {};
  const std::string what =
      present.own_file() + " was edited by hand since setup wrote it, or is not its own";
  if (!asker.has_terminal() || options.input.yes) {
    return invalid(what + "; --replace writes over it");
  }
  const auto may = asker.confirm(harmless(what) + ".\nReplace it, with all that was edited?");
  if (!may) return tl::unexpected(may.error());
  return *may ? Outcome<void>{} : invalid("nothing was written");
}

// A danger nobody accepts without having seen it.
Outcome<void> confirm(const Asker& asker, const Options& options, const PresentPolicy& present,
                      const SetupPlan& plan) {
  const auto deeds = deeds_of(present, plan);
  const bool is_danger = is_dangerous(plan);
  if (deeds.empty() || (options.input.yes && !is_danger)) return {};
  if (!asker.has_terminal()) {
    return invalid(
        "what lint found is as good as root, and --yes does not mean that; nothing was "
        "written");
  }
  std::cerr << "\nThis is what setup will do:\n";
  for (const std::string& deed : deeds) std::cerr << "  " << harmless(deed) << '\n';
  const auto may = asker.confirm(is_danger ? "Really, with what lint found above?" : "Really?");
  if (!may) return tl::unexpected(may.error());
  return *may ? Outcome<void>{} : invalid("nothing was written");
}

// What is in force where mgr runs, else what will be.
SourcedPolicy policy_to_try(const Session& session, const CarriedOut& carried,
                            const SetupPlan& plan) {
  Session here = session;
  here.choice.env_host.reset();
  if (carried.in_force.when == InForce::When::now) {
    auto running = load_running(here);
    if (running && *running) return std::move(**running);
  }
  return plan.judged.policy;
}

// One request of the web's: whether it is decided as it was answered.
bool try_request(SourcedPolicy policy, const SetupPlan& plan) {
  if (plan.rules.empty()) return true;
  const auto caller = find_caller(plan.answers.web_user, policy.review.keys);
  if (!caller) return false;
  const Explainer explainer(std::move(policy.review));
  const auto question = sample_question(plan.rules, explainer.known(), *caller);
  const auto found = explainer.explain(question);
  const std::string text = explanation_text(found, {caller_name(*caller), request_words(question)});
  std::cout << text.substr(0, text.find('\n', text.find('\n') + 1)) << '\n';
  return found.verdict == Verdict::allow;
}

ExitCode finish_setup(const Options& options, const Session& session, const PresentPolicy& present,
                      const SetupPlan& plan, const CarriedOut& carried) {
  if (carried.in_force.code != ExitCode::ok) return finish(session, carried.in_force.code);
  if (!session.quiet) {
    const bool counts = carried.in_force.when == InForce::When::now;
    std::cout << harmless(present.own_file()) << (carried.changed ? " is written" : " is as it was")
              << (counts ? ", and in force\n" : "\n");
  }
  const bool is_allowed = try_request(policy_to_try(session, carried, plan), plan);
  if (!session.quiet) tell_next_steps(options, plan);
  return finish(session, is_allowed ? ExitCode::ok : ExitCode::failed);
}

// The time that somebody takes to read and to type counts for nothing.
Session without_the_time_since(const Session& session, std::chrono::steady_clock::time_point then) {
  Session later = session;
  later.pause(std::chrono::steady_clock::now() - then);
  return later;
}

Outcome<SetupPlan> ask_for_plan(const Options& options, const Asker& asker,
                                const PresentPolicy& present) {
  const SourcedPolicy& policy = present.judged.policy;
  return ask_answers(asker, options.setup, {&policy.review, policy.admin_gid, present.listen})
      .and_then([&](Answers answers) { return make_plan(options, present, std::move(answers)); });
}

}  // namespace

ExitCode run_setup(const Options& options, const Session& session) {
  const auto begun = std::chrono::steady_clock::now();
  if (const auto fits = check_command(options); !fits) return report(session, fits.error());
  const auto asker = make_asker(options);
  if (!asker) return report(session, asker.error());
  const auto present = look_at_present(options);
  if (!present) return report(session, present.error());
  if (const auto may = check_edits(*asker, options, *present); !may) {
    return report(session, may.error());
  }
  const auto plan = ask_for_plan(options, *asker, *present);
  if (!plan) return report(session, plan.error());
  if (options.dry_run || !options.input.yes) std::cout << plan->text << std::flush;
  tell_plan(*present, *plan);
  if (options.dry_run) return finish(session, ExitCode::ok);
  const auto confirmed = confirm(*asker, options, *present, *plan);
  if (!confirmed) return report(session, confirmed.error());
  const Session later = without_the_time_since(session, begun);
  const auto carried = carry_out(options, later, *present, *plan);
  if (!carried) return report(session, carried.error());
  return finish_setup(options, later, *present, *plan, *carried);
}

}  // namespace mgr::client
