// mgrctl, with the caller's own uid.
#include "client/jobs/job_command.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <type_traits>

#include "client/given_options.h"
#include "client/own_words.h"
#include "client/users.h"

namespace mgr::client {
namespace {

constexpr std::uint64_t id_limit = std::uint64_t{1} << 53;

struct Verb {
  std::string_view name;
  JobView view;
  bool is_short;  // stands without `job` before it
};
constexpr std::array<Verb, 7> verbs{{{"jobs", JobView::list, true},
                                     {"show", JobView::details, false},
                                     {"output", JobView::output, true},
                                     {"follow", JobView::follow, true},
                                     {"wait", JobView::wait, true},
                                     {"stop", JobView::stop, true},
                                     {"prune", JobView::prune, false}}};

std::string_view options_taken_by(const Verb* verb) {
  if (verb == nullptr) return options_of_actions();
  return verb->view == JobView::list ? options_of(verb->name)
                                     : options_of("job " + std::string(verb->name));
}

tl::unexpected<Failure> invalid(std::string detail) {
  return failed(Failure::Kind::invalid_request, std::move(detail));
}

const Verb* find_verb(std::string_view name) {
  const auto* found =
      std::find_if(verbs.begin(), verbs.end(), [&](const Verb& verb) { return verb.name == name; });
  return found == verbs.end() ? nullptr : found;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The ids of words like "7" and "7,8".
Outcome<std::vector<std::uint64_t>> read_ids(const std::vector<std::string>& words) {
  std::vector<std::uint64_t> ids;
  for (const std::string& word : words) {
    for (std::string_view rest = word;;) {
      const std::size_t comma = rest.find(',');
      const std::string_view text = rest.substr(0, comma);
      std::uint64_t id = 0;
      const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
      if (!is_number(text) || read.ec != std::errc() || id >= id_limit || id == 0) {
        return invalid(word + " is no job's id");
      }
      if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return ids;
}

std::string joined(const std::vector<std::uint64_t>& ids) {
  std::string text;
  for (const std::uint64_t id : ids) text += (text.empty() ? "" : ",") + std::to_string(id);
  return text;
}

template <typename Value>
void add(Request& request, std::string name, const std::optional<Value>& value) {
  if (!value) return;
  if constexpr (std::is_integral_v<Value>) {
    request.arguments.push_back({std::move(name), std::to_string(*value)});
  } else {
    request.arguments.push_back({std::move(name), *value});
  }
}

Outcome<void> fill_list(JobCommand& command, const JobOptions& options) {
  Request& request = command.request;
  request.action = "list";
  if (options.watch) command.view = JobView::watch;
  add(request, "state", options.state);
  add(request, "of_module", options.module);
  if (options.caller) {
    const auto uid = find_uid(*options.caller);
    if (!uid) return invalid("there is no user " + *options.caller);
    add(request, "caller", uid);
  }
  add(request, "limit", options.limit);
  return {};
}

Outcome<void> fill_stop(JobCommand& command, const JobOptions& options) {
  const int choices = (command.ids.empty() ? 0 : 1) + (options.key ? 1 : 0) +
                      (options.module ? 1 : 0) + (options.mine ? 1 : 0);
  if (choices != 1) return invalid("stop wants one of ID…, --key, --module and --mine");
  Request& request = command.request;
  if (!command.ids.empty()) add(request, "ids", std::optional(joined(command.ids)));
  add(request, "key", options.key);
  add(request, "of_module", options.module);
  if (options.mine) add(request, "mine", std::optional<std::string>("yes"));
  return {};
}

// The commands about one job.
Outcome<void> fill_one(JobCommand& command, const JobOptions& options) {
  if (command.ids.size() != 1) return invalid(command.request.action + " wants the id of one job");
  add(command.request, "id", std::optional(command.ids.front()));
  add(command.request, "tail", options.tail);
  return {};
}

Outcome<void> fill(JobCommand& command, const JobOptions& options) {
  switch (command.view) {
    case JobView::list:
    case JobView::watch:
      return fill_list(command, options);
    case JobView::details:
    case JobView::output:
    case JobView::follow:
      return fill_one(command, options);
    case JobView::wait:
      if (command.ids.empty()) return invalid("wait wants the id of a job");
      add(command.request, "ids", std::optional(joined(command.ids)));
      add(command.request, "limit", options.limit);
      return {};
    case JobView::stop:
      return fill_stop(command, options);
    case JobView::prune:
      add(command.request, "older_than", options.older_than);
      return {};
  }
  return {};
}

// The verb that the words mean, which loses its words; nullptr for MODULE ACTION name=value…
const Verb* take_verb(std::vector<std::string>& words) {
  const auto drop_first = [&] { words.erase(words.begin()); };
  if (words.front() != "job") {
    const Verb* verb = find_verb(words.front());
    if (verb == nullptr || !verb->is_short) return nullptr;
    drop_first();
    return verb;
  }
  if (words.size() < 2) return nullptr;
  const bool is_named = std::any_of(words.begin() + 1, words.end(), [](const std::string& word) {
    return word.find('=') != std::string::npos;
  });
  const Verb* verb = find_verb(is_number(words[1]) ? "show" : words[1]);
  if (is_named || verb == nullptr || verb->view == JobView::list) return nullptr;
  drop_first();
  if (!is_number(words.front())) drop_first();
  return verb;
}

}  // namespace

bool is_job_word(std::string_view word) {
  const Verb* verb = find_verb(word);
  return verb != nullptr && verb->is_short;
}

Outcome<std::optional<JobCommand>> parse_job_command(const std::vector<std::string>& words,
                                                     const JobOptions& options) {
  std::vector<std::string> rest = words;
  const Verb* verb = take_verb(rest);
  const std::string name = verb == nullptr ? "MODULE ACTION" : std::string(verb->name);
  const auto checked = check_options(given_options(options), options_taken_by(verb), name);
  if (!checked) return tl::unexpected(checked.error());
  if (verb == nullptr) return std::nullopt;
  const bool takes_ids = verb->view != JobView::list && verb->view != JobView::prune;
  if (!takes_ids && !rest.empty()) return invalid(name + " takes no word after it");
  auto ids = read_ids(rest);
  if (!ids) return tl::unexpected(ids.error());
  JobCommand command{verb->view, {"job", name, {}, {}}, std::move(*ids)};
  const auto filled = fill(command, options);
  if (!filled) return tl::unexpected(filled.error());
  return command;
}

bool is_patient(const Request& request) {
  if (request.wait) return true;
  return folded(request.module) == "job" &&
         (request.action == "follow" || request.action == "wait" || request.action == "watch");
}

}  // namespace mgr::client
