// mgrctl, with the caller's own uid.
#include "client/own_words.h"

#include <algorithm>
#include <array>

namespace mgr::client {
namespace {

constexpr std::string_view of_actions =
    "--body --secret-stdin --yes --dry-run --request-id --on-behalf-of --json --wait --times";
constexpr std::string_view of_one_job = "--dry-run --on-behalf-of --json";

constexpr std::array<OwnWord, 42> all{{
    {"ping", of_actions, "Is mgr there?"},
    {"version", of_actions, "Its version"},
    {"whoami", of_actions, "Who it takes the caller for"},
    {"modules", of_actions, "All that can be asked for"},
    {"can-i", "--body --secret-stdin --yes --on-behalf-of --json", "What you may do"},
    {"doctor", "--json", "What is wrong with mgr on this machine"},
    {"stats", "--prometheus --json", "What mgr has counted"},
    {"reload", "--on-behalf-of --json", "Have the configuration read again"},
    {"jobs", "--state --module --caller --limit --watch --dry-run --on-behalf-of --json",
     "A table of the jobs"},
    {"job", of_one_job, "All about one job"},
    {"job show", of_one_job, "All about one job"},
    {"job output", "--tail --times --dry-run --on-behalf-of --json", "What a job printed"},
    {"job follow", "--tail --times --wait --dry-run --on-behalf-of --json",
     "What a job prints, until it has ended"},
    {"job wait", "--limit --wait --dry-run --on-behalf-of --json", "Until jobs have ended"},
    {"job stop", "--key --module --mine --dry-run --on-behalf-of --json", "End jobs"},
    {"job prune", "--older-than --dry-run --on-behalf-of --json",
     "Forget the jobs that have ended"},
    {"output", "--tail --times --dry-run --on-behalf-of --json", "What a job printed"},
    {"follow", "--tail --times --wait --dry-run --on-behalf-of --json",
     "What a job prints, until it has ended"},
    {"wait", "--limit --wait --dry-run --on-behalf-of --json", "Until jobs have ended"},
    {"stop", "--key --module --mine --dry-run --on-behalf-of --json", "End jobs"},
    {"setup",
     "--web-user --allow --units --recipients --web-key --admin --listen --replace --yes --dry-run",
     "Ask who may ask for what, and write the rules"},
    {"explain", "--as --files --json", "What is decided, by which rule and why"},
    {"policy", "--files --json", "Check the policy"},
    {"policy check", "--files --json", "Whether the files load"},
    {"policy lint", "--files --json", "What in the files is as good as root, or dead"},
    {"policy test", "--files --json", "Whether what files expect of the policy holds"},
    {"import", "--into --yes", "Take over what another program's files allow"},
    {"import configd", "--into --yes", "OPNsense's configd"},
    {"import sudoers", "--into --yes", "sudo's rules"},
    {"keygen", "--type --output", "Make a key for the caller"},
    {"key", "--from --not-before --not-after --comment --on-behalf-of --files --json",
     "Whose signatures count"},
    {"key add", "--from --not-before --not-after --comment --on-behalf-of",
     "Let in what is signed with a key"},
    {"key list", "--files --json", "The keys, until when, and whose they are"},
    {"key revoke", "--on-behalf-of", "Let in no more what is signed with a key"},
    {"host", "", "The line about this machine for known_hosts"},
    {"audit",
     "--json --key --module --caller --action --event --job --since --until --seq --head --lines "
     "--follow",
     "What has happened"},
    {"audit verify", "--json --key --head", "Whether the log is as it was written"},
    {"audit tail", "--json --lines --follow", "The last lines"},
    {"audit search", "--json --key --module --caller --action --event --job --since --until --seq",
     "The lines about something"},
    {"audit head", "", "The last line's number and hash"},
    {"audit key", "", "The first key, once, to be kept elsewhere"},
    {"complete", "--shell", "What may stand next on a command line"},
}};

}  // namespace

std::span<const OwnWord> own_words() { return all; }

const OwnWord* find_own_word(std::string_view words) {
  const auto* found = std::ranges::find(all, words, &OwnWord::words);
  return found == all.end() ? nullptr : found;
}

std::string_view options_of(std::string_view words) {
  const OwnWord* found = find_own_word(words);
  return found == nullptr ? std::string_view() : found->options;
}

std::string_view options_of_actions() { return of_actions; }

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t end = words.find(' ');
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
  }
  return false;
}

}  // namespace mgr::client
