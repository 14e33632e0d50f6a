// mgrctl, with the caller's own uid; distrusts the policy's texts.
#include "client/setup/tell.h"

#include <unistd.h>

#include <iostream>

#include "client/display.h"
#include "client/host_port.h"
#include "client/review/caller.h"
#include "client/setup/people.h"
#include "client/setup/standing.h"
#include "policy/toml_text.h"
#include "protocol/paths.h"

namespace mgr::client {
namespace {

void say(const std::string& line) { std::cerr << harmless(line) << '\n'; }

void say_each(const std::vector<std::string>& lines, const char* title) {
  if (lines.empty()) return;
  say(title);
  for (const std::string& line : lines) say("  " + line);
}

// Whom the group of the admins is by the policy, and so what the admin gets by being in it.
bool is_anybody(const PolicyReview& review, gid_t group) {
  for (const Principal& principal : review.policy.principals) {
    for (const gid_t gid : principal.gids) {
      if (gid == group) return true;
    }
  }
  return false;
}

bool is_key_known(const SetupPlan& plan) {
  return find_key(plan.judged.policy.review.keys, plan.answers.web_key) != nullptr;
}

void step(const std::string& command, const std::string& words) {
  std::cout << "  " << harmless(command) << '\n' << "      " << harmless(words) << '\n';
}

// The unit's IPAddressAllow= is a second answer to the same question.
void tell_steps_for_listening(const std::string& listen) {
  const auto address = parse_host_port(listen);
  if (address && !is_loopback(*address)) {
    step("systemctl edit mgr-broker",
         "[Service] IPAddressAllow=NETWORK, which may connect, as 192.0.2.0/24: as shipped the "
         "unit keeps out all but this machine");
  }
  step("systemctl restart mgr-broker",
       "which listens there from then on; without systemd, however it is run");
}

void tell_steps_for_people(const std::string& mgrctl, const SetupPlan& plan) {
  const std::string& key = plan.answers.web_key;
  if (!key.empty() && !is_key_known(plan)) {
    step(mgrctl + "keygen " + key + " --output FILE",
         "as " + plan.answers.web_user +
             ": the key that the web signs with; it prints the command that lets it in");
  }
  const std::string& admin = plan.answers.admin;
  if (admin.empty()) return;
  step(mgrctl + "keygen " + admin, "as " + admin +
                                       ", who has logged in again: a key, for what wants "
                                       "a signature, as a shutdown does");
}

}  // namespace

void tell_plan(const PresentPolicy& present, const SetupPlan& plan) {
  const PolicyReview& review = plan.judged.policy.review;
  if (!plan.answers.web_user.empty()) {
    const auto caller = find_caller(plan.answers.web_user, review.keys);
    if (caller) {
      const auto standing = standing_of(review.policy, present.own_file(), *caller, plan.rules);
      say_each(standing.granted, "Granted already, by rules beside this file:");
      say_each(standing.unchosen,
               "Not chosen, and granted all the same; take it out there if it is not meant:");
      say_each(standing.denied,
               "Chosen, and taken away by a [[deny]], which beats what is written here:");
    }
  }
  const auto& gid = plan.judged.policy.admin_gid;
  if (!plan.answers.admin.empty() && gid && !is_anybody(review, *gid)) {
    say("No principal of the policy has the group " + group_name(*gid) +
        ": being in it grants nothing yet.");
  }
  for (const std::string& warning : plan.warnings) say("mgrctl: warning: " + warning);
  for (const Finding& finding : plan.findings) {
    const FindingCode* code = find_code(finding.code);
    say(finding.file + ':' + std::to_string(finding.line) + ": " + finding.code + ": " +
        finding.text);
    if (code != nullptr) say("    " + std::string(code->remedy));
  }
}

std::vector<std::string> deeds_of(const PresentPolicy& present, const SetupPlan& plan) {
  std::vector<std::string> deeds;
  if (present.own_text != plan.text) deeds.push_back("write " + present.own_file());
  if (plan.settings) {
    deeds.push_back("change " + present.folder +
                    "/mgr.toml: listen = " + toml_string(*plan.answers.listen));
  }
  const auto& gid = plan.judged.policy.admin_gid;
  if (plan.answers.admin.empty() || !gid) return deeds;
  const auto is_in = is_member(plan.answers.admin, *gid);
  if (is_in && *is_in) return deeds;
  deeds.push_back("run gpasswd -a " + plan.answers.admin + ' ' + group_name(*gid));
  return deeds;
}

void tell_next_steps(const Options& options, const SetupPlan& plan) {
  const std::string root = options.root.value_or("");
  const std::string mgrctl = "mgrctl " + (root.empty() ? "" : "--root " + root + ' ');
  std::cout << "Next:\n";
  if (::access(Paths(root).first_audit_key_file().c_str(), F_OK) == 0) {
    step(mgrctl + "audit key > FILE",
         "the audit's first key, once: keep it elsewhere, it shows what was altered later");
  }
  if (plan.settings) tell_steps_for_listening(*plan.answers.listen);
  tell_steps_for_people(mgrctl, plan);
  step(mgrctl + "policy lint", "what in the whole policy is as good as root, or dead");
  step(mgrctl + "doctor", "whether all is well with mgr on this machine");
}

}  // namespace mgr::client
