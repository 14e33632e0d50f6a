// mgrctl, with the caller's own uid; distrusts what the sources tell.
#include "client/completion/candidates.h"

#include <algorithm>

#include "client/command.h"
#include "client/completion/option_candidates.h"
#include "client/completion/request_candidates.h"
#include "client/own_words.h"

namespace mgr::client {
namespace {

void offer_first_words(Offers& offers, Sources& sources) {
  for (const OwnWord& own : own_words()) {
    const bool is_for_people = own.words != "complete";
    if (is_for_people && own.words.find(' ') == std::string_view::npos) {
      offers.add(own.words, own.summary);
    }
  }
  offer_modules(offers, sources.catalogue());
}

// What stands behind "key": add, list, revoke. False where there is nothing of the kind.
bool offer_parts(Offers& offers, const std::string& word) {
  const std::string before = word + ' ';
  bool has_parts = false;
  for (const OwnWord& own : own_words()) {
    if (!own.words.starts_with(before)) continue;
    offers.add(own.words.substr(before.size()), own.summary);
    has_parts = true;
  }
  return has_parts;
}

void offer_jobs_of(Offers& offers, std::string_view verb, const std::vector<std::string>& given,
                   Sources& sources) {
  const bool takes_many = verb == "wait" || verb == "stop";
  const bool takes_ids = takes_many || verb == "output" || verb == "follow" || verb == "show";
  if (!takes_ids || (!takes_many && !given.empty())) return;
  offer_job_ids(offers, sources.jobs(takes_many), given);
}

// `job ID`, `job VERB ID…` and `job ACTION name=value…`
void offer_behind_job(Offers& offers, const TypedLine& line, Sources& sources) {
  const auto& words = line.words;
  if (words.size() == 1) {
    const std::string& current = offers.current();
    if (!current.empty() && current.front() >= '0' && current.front() <= '9') {
      return offer_job_ids(offers, sources.jobs(false));
    }
    offer_parts(offers, "job");
    return offer_request(offers, words, line.plain_from, sources);
  }
  const bool is_named = std::ranges::any_of(
      words, [](const std::string& word) { return word.find('=') != std::string::npos; });
  const bool is_verb = find_own_word("job " + words[1]) != nullptr;
  if (is_verb && !is_named && offers.current().find('=') == std::string::npos) {
    return offer_jobs_of(offers, words[1], {words.begin() + 2, words.end()}, sources);
  }
  offer_request(offers, words, line.plain_from, sources);
}

// Behind both words of a command that has parts.
void offer_behind_part(Offers& offers, const std::vector<std::string>& words, Sources& sources) {
  const std::string both = words[0] + ' ' + words[1];
  if (both == "key revoke" && words.size() == 2) {
    for (const std::string& key : sources.keys()) offers.add(key, "key");
  } else if (both == "audit verify" || both == "audit search" || both == "policy test" ||
             words[0] == "import") {
    offers.add_files(FileKind::files);
  }
}

void offer_words(Offers& offers, const TypedLine& line, Sources& sources) {
  const auto& words = line.words;
  if (words.empty()) return offer_first_words(offers, sources);
  const std::string& first = words.front();
  const std::size_t plain_from = line.plain_from;
  if (first == "job") return offer_behind_job(offers, line, sources);
  if (first == "can-i" || first == "explain") {
    const bool is_told = plain_from != SIZE_MAX && plain_from > 0;
    return offer_request(offers, {words.begin() + 1, words.end()},
                         is_told ? plain_from - 1 : plain_from, sources);
  }
  const auto command = parse_command(words);
  if (find_own_word(first) == nullptr || (command && command->shorthand)) {
    return offer_request(offers, words, plain_from, sources);
  }
  if (words.size() == 1 && offer_parts(offers, first)) return;
  if (words.size() > 1 && find_own_word(first + ' ' + words[1]) != nullptr) {
    return offer_behind_part(offers, words, sources);
  }
  offer_jobs_of(offers, first, {words.begin() + 1, words.end()}, sources);
}

}  // namespace

Candidates find_candidates(const TypedLine& line, const std::vector<OptionHelp>& known,
                           Sources& sources) {
  Offers offers(line.before, line.current);
  if (line.open != nullptr) {
    offer_option_values(offers, line, sources);
  } else if (line.current.starts_with('-') && !line.is_plain()) {
    offer_options(offers, line, known);
  } else {
    if (line.is_plain()) offers.all_are_plain();
    offer_words(offers, line, sources);
  }
  return offers.take();
}

}  // namespace mgr::client
