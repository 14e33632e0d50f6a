// mgrctl, with the caller's own uid; distrusts the typing of the policy's author.
#include "client/setup/setup_plan.h"

#include <algorithm>

#include "client/setup/listen_setting.h"
#include "client/setup/setup_text.h"
#include "protocol/paths.h"

namespace mgr::client {
namespace {

constexpr const char* settings_name = "mgr.toml";

std::string own_name() { return std::string("rules.d/") + setup_file_name; }

std::string text_of(const PolicyFiles& files, const std::string& name) {
  const auto found = files.find(name);
  return found == files.end() ? "" : found->second;
}

// Not by its line: what stands below a line that is new is not new itself.
bool is_there(const std::vector<Finding>& findings, const Finding& finding) {
  return std::ranges::any_of(findings, [&](const Finding& each) {
    return each.code == finding.code && each.file == finding.file && each.text == finding.text;
  });
}

// What was there before is for `policy lint` to tell.
void keep_what_is_new(const PresentPolicy& present, SetupPlan& plan) {
  for (const std::string& warning : plan.judged.policy.warnings) {
    const auto& before = present.judged.policy.warnings;
    const bool is_own = warning.starts_with(present.own_file());
    if (is_own || std::ranges::find(before, warning) == before.end()) {
      plan.warnings.push_back(warning);
    }
  }
  for (const Finding& finding : plan.judged.findings) {
    const bool is_own = finding.file == present.own_file();
    if (is_own || !is_there(present.judged.findings, finding)) plan.findings.push_back(finding);
  }
}

}  // namespace

std::string PresentPolicy::own_file() const { return folder + '/' + own_name(); }

bool PresentPolicy::was_edited() const { return own_text && !is_as_written(*own_text); }

Outcome<PresentPolicy> look_at_present(const Options& options) {
  // With the checks of who may write it, which a copy would pass.
  const auto loaded = load_files(options, std::nullopt);
  if (!loaded) return tl::unexpected(loaded.error());
  PresentPolicy present;
  present.folder = Paths(options.root.value_or("")).etc();
  present.files = read_policy_files(present.folder);
  const auto own = present.files.find(own_name());
  if (own != present.files.end()) present.own_text = own->second;
  auto listen = read_listen(text_of(present.files, settings_name));
  if (!listen) return tl::unexpected(listen.error());
  present.listen = std::move(*listen);
  auto judged = judge(options, present.folder, present.files);
  if (!judged) return tl::unexpected(judged.error());
  present.judged = std::move(*judged);
  return present;
}

Outcome<SetupPlan> make_plan(const Options& options, const PresentPolicy& present,
                             Answers answers) {
  SetupPlan plan;
  plan.answers = std::move(answers);
  plan.rules = rules_of(plan.answers, present.judged.policy.review.known);
  plan.text = setup_text(plan.answers, plan.rules);
  PolicyFiles files = present.files;
  files[own_name()] = plan.text;
  if (plan.answers.listen) {
    auto settings = with_listen(text_of(files, settings_name), *plan.answers.listen);
    if (!settings) return tl::unexpected(settings.error());
    plan.settings = *settings;
    files[settings_name] = std::move(*settings);
  }
  auto judged = judge(options, present.folder, files);
  if (!judged) return tl::unexpected(judged.error());
  plan.judged = std::move(*judged);
  keep_what_is_new(present, plan);
  return plan;
}

bool is_dangerous(const SetupPlan& plan) {
  return std::ranges::any_of(plan.findings, [](const Finding& finding) {
    const FindingCode* code = find_code(finding.code);
    return code != nullptr && code->severity == Severity::danger;
  });
}

}  // namespace mgr::client
