// mgrctl, with the caller's own uid; distrusts the daemon's answer.
#include "client/review/show_plan.h"

#include <algorithm>
#include <iostream>

#include "client/display.h"
#include "client/jobs/units.h"

namespace mgr::client {
namespace {

using Kind = JsonValue::Kind;

// The items of that list; none where there is no such member.
const std::vector<JsonValue>& items_of(const JsonValue& object, std::string_view name) {
  static const std::vector<JsonValue> none;
  const JsonValue* list = object.find(name);
  return list != nullptr && list->is(Kind::array) ? list->items : none;
}

std::string path_text(const JsonValue& path) {
  const std::string root = path.string_at("root").value_or("");
  const std::string beneath = path.string_at("beneath").value_or("");
  const std::string separator = beneath.empty() || root.ends_with('/') ? "" : "/";
  return harmless(path.string_at("as").value_or("")) + " is " +
         shell_word(root + separator + beneath);
}

// What of a shutdown is told: how it stands to other jobs, and when it comes.
std::string terms_text(const JsonValue& job) {
  std::string text;
  const std::string others = job.string_at("others").value_or("");
  if (others == "conflict") text += "other jobs: it is refused while there are any\n";
  if (others == "waited_for") text += "other jobs: it waits until they have ended\n";
  if (const auto delay = job.number_at("delay_ms")) {
    text += "delay: " + human_duration(*delay) + '\n';
  }
  return text;
}

std::string job_text(const JsonValue& job) {
  std::string text;
  const std::string key = job.string_at("key").value_or("");
  if (!key.empty()) text += "key: " + harmless(key) + '\n';
  text += "command:";
  for (const JsonValue& element : items_of(job, "argv")) text += ' ' + shell_word(element.text);
  text += '\n';
  for (const JsonValue& path : items_of(job, "paths")) text += "path: " + path_text(path) + '\n';
  return text + "input: " + harmless(job.string_at("input").value_or("?")) + '\n' + terms_text(job);
}

// Its members without those; the environment has a line for each variable.
std::string settings_text(JsonValue settings, std::initializer_list<std::string_view> without) {
  std::string environment;
  for (const JsonValue& variable : items_of(settings, "environment")) {
    environment += "environment: " + shell_word(variable.text) + '\n';
  }
  for (std::size_t i = settings.names.size(); i-- > 0;) {
    if (std::ranges::find(without, settings.names[i]) == without.end()) continue;
    settings.names.erase(settings.names.begin() + static_cast<std::ptrdiff_t>(i));
    settings.items.erase(settings.items.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return environment + render_members(settings);
}

}  // namespace

std::string shell_word(std::string_view text) {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";
  if (!text.empty() && text.find_first_not_of(plain) == std::string_view::npos) {
    return std::string(text);
  }
  std::string quoted = "'";
  for (const char byte : text) {
    if (byte == '\'') {
      quoted += "'\\''";
    } else {
      quoted += byte;
    }
  }
  return harmless(quoted + '\'');
}

std::string plan_text(const JsonValue& plan) {
  std::string text = settings_text(plan, {"run", "jobs"});
  for (const JsonValue& job : items_of(plan, "jobs")) text += job_text(job);
  const JsonValue* run = plan.find("run");
  if (run != nullptr && run->is(Kind::object)) text += settings_text(*run, {"environment"});
  return text;
}

ExitCode show_plan(const Session& session, Request request) {
  request.dry_run = true;
  const auto reply = ask(session, request);
  if (!reply) return report(session, reply.error());
  if (session.json) {
    std::cout << json_text(*reply);
  } else if (!reply->success) {
    return report(session, *reply);
  } else if (!session.quiet) {
    const auto plan = parse_json(reply->data_json);
    // A daemon that knows no dry runs refuses them; one that answers otherwise has not told a plan.
    if (!plan || !plan->string_at("decision")) {
      return report(session, Failure{Failure::Kind::bad_reply, "that is no plan"});
    }
    std::cout << plan_text(*plan);
  }
  return finish(session, exit_code(*reply));
}

}  // namespace mgr::client
