// mgrctl, with the caller's own uid; distrusts the daemon's answers, and the names of files.
#include "client/completion/asked_sources.h"

#include <algorithm>
#include <filesystem>

#include "client/question.h"
#include "client/users.h"
#include "protocol/paths.h"
#include "protocol/text.h"

namespace mgr::client {
namespace {

// The texts of all `when` of the first action that are about the argument.
std::vector<std::string> texts_about(const JsonValue& data, std::string_view argument) {
  std::vector<std::string> texts;
  const JsonValue* actions = data.find("actions");
  if (actions == nullptr || actions->items.empty()) return texts;
  const JsonValue* rules = actions->items.front().find("when");
  if (rules == nullptr) return texts;
  for (const JsonValue& rule : rules->items) {
    const JsonValue* values = rule.find(argument);
    if (values == nullptr) continue;
    for (const JsonValue& value : values->items) texts.push_back(value.text);
  }
  return texts;
}

}  // namespace

std::optional<Reply> AskedSources::ask_for(const Request& request) const {
  auto reply = ask(session_, request);
  if (!reply || !reply->success) return std::nullopt;
  return std::move(*reply);
}

const Catalogue& AskedSources::catalogue() {
  if (catalogue_) return *catalogue_;
  const auto reply = ask_for({"mgr", "modules", {}, {}});
  auto told = reply ? parse_catalogue(reply->data_json) : Outcome<Catalogue>(Catalogue{});
  catalogue_ = told ? std::move(*told) : Catalogue{};
  return *catalogue_;
}

std::vector<Job> AskedSources::jobs(bool only_living) {
  Request request{"job", "list", {}, {}};
  if (only_living) request.arguments.push_back({"state", "accepted,queued,running,stopping"});
  const auto reply = ask_for(request);
  auto jobs = reply ? read_jobs(*reply) : Outcome<std::vector<Job>>(std::vector<Job>());
  if (!jobs) return {};
  std::ranges::sort(*jobs, [](const Job& one, const Job& other) {
    return std::pair(one.has_ended(), other.id) < std::pair(other.has_ended(), one.id);
  });
  return std::move(*jobs);
}

std::vector<std::string> AskedSources::listed(const ChosenAction& chosen,
                                              const std::string& argument) {
  const std::vector<Field> about{{"of_module", chosen.module->name},
                                 {"of_action", chosen.action->name}};
  const auto reply = ask_for({"mgr", "can-i", about, {}});
  const auto data = reply ? parse_json(reply->data_json) : std::nullopt;
  return data ? texts_about(*data, argument) : std::vector<std::string>();
}

std::vector<std::string> AskedSources::users() { return user_names(); }

std::vector<std::string> AskedSources::keys() {
  std::vector<std::string> ids;
  std::error_code failed;
  std::filesystem::directory_iterator files(Paths(session_.choice.root.value_or("")).keys_folder(),
                                            failed);
  for (; !failed && files != std::filesystem::directory_iterator(); files.increment(failed)) {
    const std::filesystem::path& file = files->path();
    if (file.extension() == ".toml" && is_name(file.stem().native())) ids.push_back(file.stem());
  }
  std::ranges::sort(ids);
  return ids;
}

}  // namespace mgr::client
