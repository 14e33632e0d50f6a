// mgrctl, with the caller's own uid; distrusts the schema, and what jobs are called.
#include "client/completion/request_candidates.h"

#include <algorithm>

#include "client/client.h"
#include "client/command.h"
#include "client/own_words.h"

namespace mgr::client {
namespace {

// What a value names, where its type does not say it.
enum class Names { nothing, job_ids, job_keys, modules };

Names names_of(const ChosenAction& chosen, const ArgumentHelp& argument) {
  if (argument.name == "of_module") return Names::modules;
  if (chosen.module->name != "job") return Names::nothing;
  if (argument.name == "id" || argument.name == "ids") return Names::job_ids;
  return argument.name == "key" ? Names::job_keys : Names::nothing;
}

// Up to a root its name is offered; beneath it are files.
void offer_paths(Offers& offers, const ArgumentType& type) {
  const bool is_folder = type.path_kind == PathKind::folder;
  for (const std::string& root : type.roots) {
    const std::string folder = root.ends_with('/') ? root : root + '/';
    if (offers.current().starts_with(folder)) {
      offers.add_files(is_folder ? FileKind::folders : FileKind::files);
    } else {
      offers.add(folder, "beneath it");
    }
  }
}

void offer_listed(Offers& offers, const ChosenAction& chosen, const ArgumentHelp& argument,
                  Sources& sources) {
  ArgumentHelp element = argument;
  element.limits->is_list = false;
  for (const std::string& value : sources.listed(chosen, argument.name)) {
    if (check_argument("", element, value)) offers.add(value, argument.help);
  }
}

void offer_of_type(Offers& offers, const ChosenAction& chosen, const ArgumentHelp& argument,
                   Sources& sources) {
  const ArgumentType& type = *argument.limits;
  switch (type.kind) {
    case TypeKind::boolean:
      for (const char* word : {"yes", "no"}) offers.add(word, argument.help);
      return;
    case TypeKind::enumeration:
      for (const std::string& choice : type.choices) {
        if (!choice.starts_with('-')) offers.add(choice, argument.help);  // no value begins so
      }
      return;
    case TypeKind::path:
      return offer_paths(offers, type);
    case TypeKind::duration:
    case TypeKind::secret:
    case TypeKind::blob:
      return;
    default:
      return offer_listed(offers, chosen, argument, sources);
  }
}

void offer_values(Offers& offers, const ChosenAction& chosen, const ArgumentHelp& argument,
                  Sources& sources) {
  if (!argument.limits || argument.is_input()) return;
  switch (names_of(chosen, argument)) {
    case Names::job_ids:
      return offer_job_ids(offers, sources.jobs(chosen.action->name == "stop"));
    case Names::job_keys:
      return offer_job_keys(offers, sources.jobs(true));
    case Names::modules:
      for (const ModuleHelp& module : sources.catalogue().modules) {
        offers.add(module.name, module.summary);
      }
      return;
    case Names::nothing:
      break;
  }
  if (argument.is_list) offers.enter_list();
  offer_of_type(offers, chosen, argument, sources);
}

// The argument that a word like name=… is for; nullptr where it is none of the action's.
const ArgumentHelp* named_in(const std::string& word, const ActionHelp& action) {
  const std::size_t sign = word.find('=');
  return sign == std::string::npos ? nullptr : action.find(folded(word.substr(0, sign)));
}

// Those that no word before has given a value, the one whose turn it is first.
std::vector<const ArgumentHelp*> arguments_left(const Command& command, const ActionHelp& action) {
  std::vector<const ArgumentHelp*> left = action.positionals();
  std::size_t plain = 0;
  for (std::size_t i = 0; i < command.values.size(); ++i) {
    const ArgumentHelp* named =
        i < command.plain_from ? named_in(command.values[i], action) : nullptr;
    plain += named == nullptr ? 1 : 0;
    std::erase(left, named);
  }
  const bool takes_rest = !left.empty() && left.back()->is_list;
  const std::size_t gone = std::min(plain, takes_rest ? left.size() - 1 : left.size());
  left.erase(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(gone));
  return left;
}

void offer_arguments(Offers& offers, const Command& command, const ChosenAction& chosen,
                     Sources& sources) {
  const bool is_plain = command.values.size() >= command.plain_from;
  if (is_plain) offers.all_are_plain();
  const ActionHelp& action = *chosen.action;
  const ArgumentHelp* named = is_plain ? nullptr : named_in(offers.current(), action);
  if (named != nullptr) {
    offers.enter(named->name);
    return offer_values(offers, chosen, *named, sources);
  }
  const auto left = arguments_left(command, action);
  if (!is_plain) {
    for (const ArgumentHelp* argument : left) offers.add(argument->name + '=', argument->help);
  }
  if (!left.empty()) offer_values(offers, chosen, *left.front(), sources);
}

}  // namespace

void offer_modules(Offers& offers, const Catalogue& catalogue) {
  for (const ModuleHelp& module : catalogue.modules) {
    std::string name = module.name;
    if (name != "job" && find_own_word(name) != nullptr) {
      name.front() = static_cast<char>(name.front() - 'a' + 'A');
    }
    offers.add(name, module.summary);
  }
  if (offers.current().empty()) return;
  for (const ModuleHelp& module : catalogue.modules) {
    for (const std::string& alias : module.aliases) offers.add(alias, module.summary);
  }
}

void offer_request(Offers& offers, const std::vector<std::string>& words, std::size_t plain_from,
                   Sources& sources) {
  if (words.empty()) return offer_modules(offers, sources.catalogue());
  const auto command = parse_command(words, plain_from);
  if (!command) return;
  const ModuleHelp* module = sources.catalogue().find(command->module);
  if (module == nullptr) return;
  if (command->action.empty()) {
    for (const ActionHelp& action : module->actions) offers.add(action.name, action.summary);
    return;
  }
  const ActionHelp* action = module->find(command->action);
  if (action != nullptr) offer_arguments(offers, *command, {module, action}, sources);
}

void offer_job_ids(Offers& offers, const std::vector<Job>& jobs,
                   const std::vector<std::string>& given) {
  offers.enter_list();
  for (const Job& job : jobs) {
    const std::string id = std::to_string(job.id);
    if (std::ranges::find(given, id) != given.end()) continue;
    const std::string progress =
        job.progress ? ' ' + std::to_string(*job.progress) + " %" : std::string();
    offers.add(id, job.name() + ", " + job.state + progress);
  }
}

void offer_job_keys(Offers& offers, const std::vector<Job>& jobs) {
  for (const Job& job : jobs) {
    if (!job.key.starts_with('-')) offers.add(job.key, "job " + std::to_string(job.id));
  }
}

}  // namespace mgr::client
