// mgrctl, with the caller's own uid; distrusts what the sources tell.
#include "client/completion/option_candidates.h"

#include <algorithm>
#include <array>

#include "client/completion/request_candidates.h"
#include "client/own_words.h"

namespace mgr::client {
namespace {

bool is_number(const std::string& word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
}

// "key add" or "key"; "" for MODULE ACTION.
std::string own_words_of(const TypedLine& line) {
  const auto& words = line.words;
  if (words.empty()) return "";
  if (words.size() > 1) {
    const std::string both = words[0] + ' ' + words[1];
    if (find_own_word(both) != nullptr) return both;
    if (words[0] == "job" && !is_number(words[1])) return "";
  }
  return find_own_word(words[0]) == nullptr ? "" : words[0];
}

std::string_view options_for(const TypedLine& line) {
  const std::string own = own_words_of(line);
  return own.empty() ? options_of_actions() : options_of(own);
}

// For some commands alone.
bool is_restricted(std::string_view option) {
  return has_word(options_of_actions(), option) ||
         std::ranges::any_of(own_words(),
                             [&](const OwnWord& own) { return has_word(own.options, option); });
}

constexpr std::array<std::string_view, 9> states{"accepted", "queued",    "running",
                                                 "stopping", "succeeded", "failed",
                                                 "stopped",  "timed-out", "lost"};

void offer_users(Offers& offers, Sources& sources) {
  for (const std::string& user : sources.users()) offers.add(user, "user");
}

void offer_keys(Offers& offers, Sources& sources, const std::string& before = "") {
  for (const std::string& key : sources.keys()) offers.add(before + key, "key");
}

// Of --module, where that is given.
void offer_actions(Offers& offers, const TypedLine& line, Sources& sources) {
  const std::string* module = line.option("--module");
  for (const ModuleHelp& one : sources.catalogue().modules) {
    if (module != nullptr && one.name != *module) continue;
    for (const ActionHelp& action : one.actions) offers.add(action.name, action.summary);
  }
}

// MODULE and MODULE.ACTION; the actions once the module is there.
void offer_grants(Offers& offers, Sources& sources) {
  offers.enter_list();
  offers.add("none");
  for (const ModuleHelp& module : sources.catalogue().modules) {
    offers.add(module.name, module.summary);
    if (!offers.current().starts_with(module.name + '.')) continue;
    for (const ActionHelp& action : module.actions) {
      offers.add(module.name + '.' + action.name, action.summary);
    }
  }
}

// A job's key, one that signs, or a file with the log's first one.
void offer_key_values(Offers& offers, const TypedLine& line, Sources& sources) {
  const std::string own = own_words_of(line);
  if (own == "audit verify") return offers.add_files(FileKind::files);
  if (own.starts_with("audit")) return offer_keys(offers, sources);
  offer_job_keys(offers, sources.jobs(true));
}

}  // namespace

void offer_options(Offers& offers, const TypedLine& line, const std::vector<OptionHelp>& known) {
  const std::string_view allowed = options_for(line);
  for (const OptionHelp& option : known) {
    const bool is_possible =
        line.words.empty() || !is_restricted(option.name) || has_word(allowed, option.name);
    if (is_possible && line.option(option.name) == nullptr) {
      offers.add_option(option.name, option.summary);
    }
  }
}

void offer_option_values(Offers& offers, const TypedLine& line, Sources& sources) {
  const std::string& name = line.open->name;
  const std::string& value = line.open->value;
  if (name == "--state") {
    offers.enter_list();
    for (const std::string_view state : states) offers.add(state);
  } else if (name == "--module") {
    for (const ModuleHelp& one : sources.catalogue().modules) offers.add(one.name, one.summary);
  } else if (name == "--action") {
    offer_actions(offers, line, sources);
  } else if (name == "--allow") {
    offer_grants(offers, sources);
  } else if (name == "--key") {
    offer_key_values(offers, line, sources);
  } else if (name == "--web-key") {
    offer_keys(offers, sources);
  } else if (name == "--job") {
    offer_job_ids(offers, sources.jobs(false));
  } else if (name == "--type") {
    for (const char* type : {"ed25519", "hmac-sha256"}) offers.add(type);
  } else if (value == "USER") {
    offer_users(offers, sources);
    if (name == "--as") offer_keys(offers, sources, "key:");
  } else if (value == "FILE" || value == "PATH") {
    offers.add_files(FileKind::files);
  } else if (value == "DIR") {
    offers.add_files(FileKind::folders);
  }
}

}  // namespace mgr::client
