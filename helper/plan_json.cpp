// mgr-helper, root; pure. Distrusts every text: JsonWriter escapes it.
#include "helper/plan_json.h"

#include "helper/job_json.h"
#include "helper/rates.h"

namespace mgr {
namespace {

// What the command finds at its descriptor.
void append_paths(JsonWriter& json, const std::vector<PathToOpen>& paths) {
  json.key("paths").open_array();
  for (std::size_t i = 0; i < paths.size(); ++i) {
    json.open_object().member("as", "/proc/self/fd/" + std::to_string(first_path_descriptor + i));
    json.member("root", paths[i].root).member("beneath", paths[i].beneath).close_object();
  }
  json.close_array();
}

// How it stands to other jobs is told, and whether any are alive is not looked at.
void append_terms(JsonWriter& json, const JobPlan& plan) {
  if (plan.others == OtherJobs::conflict) json.member("others", "conflict");
  if (plan.others == OtherJobs::waited_for) json.member("others", "waited_for");
  if (plan.delay.count() > 0) json.member("delay_ms", plan.delay.count());
}

}  // namespace

Result<void> check_user(const RunSettings& run) {
  if (run.uid != UINT32_MAX && run.gid != UINT32_MAX) return {};
  return fail(ErrorCode::failed, "this machine has no user " + run.user);
}

Result<std::string> plan_object(const Action& action, const Rule& rule, const Effect& effect) {
  JsonWriter json;
  json.open_object().member("decision", "allow");
  json.member("rule", rule.file + ':' + std::to_string(rule.line));
  if (action.confirm) json.member("confirm", true);
  if (rule.rate.count != 0) json.member("rate", rate_text(rule.rate));
  const auto* start = std::get_if<StartJobs>(&effect);
  if (start == nullptr || !action.mode) {
    const auto word = [](const auto& planned) { return planned.word; };
    return json.member("effect", std::visit(word, effect)).close_object().take();
  }
  json.member("mode", run_mode_words.at(static_cast<std::size_t>(*action.mode)));
  json.key("run").raw(action.run_json).key("jobs").open_array();
  for (const JobPlan& plan : start->jobs) {
    if (const auto user = check_user(plan.run); !user) return tl::unexpected(user.error());
    append_list(json.open_object().member("key", plan.key), "argv", plan.run.argv);
    append_paths(json, plan.run.paths);
    json.member("input", input_words.at(static_cast<std::size_t>(plan.run.input)));
    append_terms(json, plan);
    json.close_object();
  }
  return json.close_array().close_object().take();
}

}  // namespace mgr
