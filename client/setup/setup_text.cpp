// mgrctl, with the caller's own uid; pure. Distrusts the texts of modules, which stand in comments.
#include "client/setup/setup_text.h"

#include <sodium.h>

#include <array>

#include "client/display.h"
#include "client/import/comment.h"
#include "client/review/show_plan.h"
#include "client/setup/topics.h"
#include "policy/toml_text.h"

namespace mgr::client {
namespace {

constexpr std::string_view digest_mark = "# setup-digest: ";

std::string digest_of(std::string_view text) {
  std::array<unsigned char, crypto_generichash_BYTES> digest{};
  crypto_generichash(digest.data(), digest.size(),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
  std::string hex(2 * digest.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  hex.pop_back();
  return hex;
}

std::string with_commas(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

std::string command_of(const Answers& answers) {
  std::vector<std::string> allowed;
  std::string lists;
  for (const Choice& choice : answers.allowed) {
    if (choice.actions.empty()) allowed.push_back(choice.module);
    for (const std::string& action : choice.actions)
      allowed.push_back(choice.module + '.' + action);
    const Topic* topic = find_topic(choice.module);
    if (topic == nullptr || choice.values.empty()) continue;
    lists += ' ' + std::string(topic->option) + ' ' + shell_word(with_commas(choice.values));
  }
  const auto or_none = [](const std::string& text) {
    return text.empty() ? "none" : shell_word(text);
  };
  return "mgrctl setup --web-user " + or_none(answers.web_user) + " --allow " +
         or_none(with_commas(allowed)) + lists +
         (answers.web_key.empty() ? "" : " --web-key " + shell_word(answers.web_key));
}

// "a" or ["a", "b"]
std::string list_of(const std::vector<std::string>& words) {
  if (words.size() == 1) return toml_string(words.front());
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + toml_string(word);
  return "[" + text + "]";
}

std::string principal_of(const Answers& answers) {
  std::string text =
      "\n# Everything that a web page can reach, on all sites of this machine.\n"
      "[[principal]]\nname = " +
      toml_string(setup_principal) + "\nuser = " + toml_string(answers.web_user) + '\n';
  if (!answers.web_key.empty()) text += "key  = " + toml_string(answers.web_key) + '\n';
  return text;
}

std::string text_of(const SetupRule& rule) {
  std::string text = "\n" + (rule.about.empty() ? "" : comment(rule.about)) +
                     "[[allow]]\nwho    = " + toml_string(setup_principal) +
                     "\nmodule = " + toml_string(rule.module) +
                     "\naction = " + list_of(rule.actions) + '\n';
  if (!rule.argument.empty()) {
    text += "where  = { " + toml_key(rule.argument) + " = " + list_of(rule.values) + " }\n";
  }
  if (!rule.rate.empty()) text += "rate   = " + toml_string(rule.rate) + '\n';
  return text + "jobs   = \"own\"\n";
}

constexpr const char* head =
    "# Who may ask mgr for what, as it was answered to `mgrctl setup`, which wrote this file. "
    "What\n"
    "# policy.toml and the other files of rules.d grant, they grant beside it. mgr-policy(5) has "
    "the grammar.\n"
    "#\n"
    "# To change an answer, run setup again; with these words it writes the same once more:\n";
constexpr const char* below_the_command =
    "# Or change it here: a change counts from `mgrctl reload`, and setup asks before it writes "
    "over it.\n"
    "# It must belong to root and be writable by root alone.\n";

}  // namespace

std::string setup_text(const Answers& answers, const std::vector<SetupRule>& rules) {
  const std::string front =
      head + ("#   " + harmless(command_of(answers))) + '\n' + below_the_command;
  std::string rest =
      rules.empty() ? "\n# The web may ask for nothing here.\n" : principal_of(answers);
  for (const SetupRule& rule : rules) rest += text_of(rule);
  return front + std::string(digest_mark) + digest_of(front + rest) + '\n' + rest;
}

bool is_as_written(std::string_view text) {
  const std::size_t begin = text.find('\n' + std::string(digest_mark));
  if (begin == std::string_view::npos) return false;
  const std::string front(text.substr(0, begin + 1));
  std::string_view line = text.substr(begin + 1);
  const std::size_t end = line.find('\n');
  if (end == std::string_view::npos) return false;
  const std::string_view digest = line.substr(0, end).substr(digest_mark.size());
  return digest == digest_of(front + std::string(line.substr(end + 1)));
}

}  // namespace mgr::client
