// mgrctl, with the caller's own uid.
#include "client/setup/interview.h"

#include <algorithm>
#include <iostream>

#include "client/display.h"
#include "client/setup/choices.h"
#include "client/setup/listen_setting.h"
#include "client/setup/people.h"
#include "client/setup/rules.h"
#include "client/setup/topics.h"
#include "client/word_list.h"
#include "protocol/text.h"

namespace mgr::client {
namespace {

tl::unexpected<Failure> invalid(std::string detail) {
  return failed(Failure::Kind::invalid_request, std::move(detail));
}

std::string nothing_for_none(const std::string& answer) {
  return answer == word_for_nothing ? "" : answer;
}

SetupQuestion web_user_question() {
  const auto here = web_users_here();
  return {"--web-user",
          "1. Who does the web front end run as? All that a page can reach, it can ask for.\n"
          "   This machine has " +
              (here.empty() ? "no user that is known for it" : word_list(here)) +
              "; another user will do, or none.",
          "User",
          here.empty() ? std::nullopt : std::optional(here.front()),
          [](const std::string& text) {
            return text == word_for_nothing ? Outcome<void>{} : check_user(text);
          },
          true};
}

// What it may ask of one module.
SetupQuestion yes_or_no_question(const Topic& topic) {
  return {"",
          "   " + std::string(topic.module) + ": " + std::string(topic.words),
          "yes or no",
          topic.is_usual ? "yes" : "no",
          [](const std::string& text) -> Outcome<void> {
            if (read_yes_or_no(text)) return {};
            return invalid("yes or no?");
          },
          true};
}

SetupQuestion list_question(const Topic& topic, const KnownModule& module) {
  return {"",
          "   " + module.name + ": " + std::string(topic.words),
          std::string(topic.option.substr(2)),
          word_for_nothing,
          [&module](const std::string& text) -> Outcome<void> {
            if (text == word_for_nothing) return {};
            return read_values(module, text).map([](const auto&) {});
          },
          true};
}

SetupQuestion actions_question(const KnownModule& module) {
  return {"",
          "   " + module.name + ": " + harmless(module.summary) + "\n      Of " +
              word_list(usual_actions(module)) + ": which, with commas between; all; or none",
          "Actions",
          word_for_nothing,
          [&module](const std::string& text) -> Outcome<void> {
            return read_actions(module, text).map([](const auto&) {});
          },
          true};
}

Outcome<std::optional<Choice>> ask_about(const Asker& asker, const KnownModule& module) {
  const Topic* topic = find_topic(module.name);
  if (topic == nullptr) {
    return asker.answer(actions_question(module), std::nullopt)
        .and_then([&](const std::string& text) { return read_actions(module, text); });
  }
  if (topic->option.empty()) {
    const auto answer = asker.answer(yes_or_no_question(*topic), std::nullopt);
    if (!answer) return tl::unexpected(answer.error());
    return read_yes_or_no(*answer).value_or(false) ? std::optional(Choice{module.name})
                                                   : std::nullopt;
  }
  const auto answer = asker.answer(list_question(*topic, module), std::nullopt);
  if (!answer) return tl::unexpected(answer.error());
  if (*answer == word_for_nothing) return std::nullopt;
  return read_values(module, *answer).map([&](std::vector<std::string> values) {
    return std::optional(Choice{module.name, {}, std::move(values)});
  });
}

// --yes answers none of these: what the web may do nobody assumes.
Outcome<std::vector<Choice>> ask_allowed(const Asker& asker, const SetupOptions& options,
                                         const Ground& ground) {
  const auto& known = ground.review->known;
  if (options.allow || options.units || options.recipients) {
    return read_choices(options.allow, options.units, options.recipients, known);
  }
  std::vector<Choice> choices;
  std::cerr << "\n2. What may it ask for?\n";
  for (const KnownModule& module : known) {
    if (!is_offered(module) || usual_actions(module).empty()) continue;
    auto choice = ask_about(asker, module);
    if (!choice) return tl::unexpected(choice.error());
    if (*choice) choices.push_back(std::move(**choice));
  }
  return choices;
}

// Without a default: a key that is there may be somebody else's.
Outcome<std::string> ask_web_key(const Asker& asker, const SetupOptions& options,
                                 const Answers& answers, const Ground& ground) {
  const bool is_wanted = wants_key(rules_of(answers, ground.review->known), ground.review->known);
  if (!is_wanted && !options.web_key) return "";
  const SetupQuestion question{
      "--web-key",
      "   What of this wants a signed request is for whoever has a key of its own. It is\n"
      "   made with `mgrctl keygen ID` and let in with `mgrctl key add`; its ID:",
      "Key", std::nullopt, [](const std::string& text) -> Outcome<void> {
        if (is_name(text)) return {};
        return invalid("an ID is a lower-case letter, then up to 31 of a-z 0-9 _ - .");
      }};
  return asker.answer(question, options.web_key);
}

Outcome<void> check_admin(const std::string& text, const std::string& web_user,
                          const std::optional<gid_t>& group) {
  if (text == word_for_nothing) return {};
  if (text == web_user) return invalid(text + " is the web's user, and so whoever a page lets in");
  if (!group) {
    return invalid(
        "this machine lacks the group of the admins, which mgr.toml names: make it with "
        "systemd-sysusers");
  }
  return check_user(text);
}

Outcome<std::string> ask_admin(const Asker& asker, const SetupOptions& options,
                               const Answers& answers, const Ground& ground) {
  const std::string group = ground.admin_gid ? group_name(*ground.admin_gid) : "mgr-admin";
  const SetupQuestion question{"--admin",
                               "3. Who runs this machine with mgrctl, without being root? That "
                               "user is put into the group\n   " +
                                   group + ", of whom policy.toml says what they may. Or none.",
                               "User", word_for_nothing, [&](const std::string& text) {
                                 return check_admin(text, answers.web_user, ground.admin_gid);
                               }};
  return asker.answer(question, options.admin).map(nothing_for_none);
}

Outcome<std::optional<std::string>> ask_listen(const Asker& asker, const SetupOptions& options,
                                               const Ground& ground) {
  const std::string now = ground.listen.empty() ? word_for_nothing : ground.listen;
  const SetupQuestion question{
      "--listen",
      "4. Where does mgr listen on the network? Who asks from there has to sign, and nothing is\n"
      "   encrypted: beyond the loopback, 127.0.0.1, it wants a tunnel. An address and a port, or "
      "none.",
      "Address", now, [](const std::string& text) -> Outcome<void> {
        if (text == word_for_nothing || is_listen_address(text)) return {};
        return invalid("not an address like 127.0.0.1:6667 or [::1]:6667");
      }};
  const auto answer = asker.answer(question, options.listen);
  if (!answer) return tl::unexpected(answer.error());
  return *answer == now ? std::nullopt : std::optional(nothing_for_none(*answer));
}

}  // namespace

std::string missing_options(const SetupOptions& options) {
  std::vector<std::string> missing;
  if (!options.web_user) missing.emplace_back("--web-user USER");
  if (!options.allow && !options.units && !options.recipients &&
      options.web_user != word_for_nothing) {
    missing.emplace_back("--allow WHAT");
  }
  return word_list(missing);
}

Outcome<Answers> ask_answers(const Asker& asker, const SetupOptions& options,
                             const Ground& ground) {
  auto web_user = asker.answer(web_user_question(), options.web_user).map(nothing_for_none);
  if (!web_user) return tl::unexpected(web_user.error());
  Answers answers{std::move(*web_user)};
  const bool is_nobody = answers.web_user.empty();
  const std::string allow = options.allow.value_or(word_for_nothing);
  if (is_nobody && (allow != word_for_nothing || options.units || options.recipients)) {
    return invalid("--allow, --units and --recipients are for a --web-user");
  }
  if (!is_nobody) {
    auto allowed = ask_allowed(asker, options, ground);
    if (!allowed) return tl::unexpected(allowed.error());
    answers.allowed = std::move(*allowed);
    auto key = ask_web_key(asker, options, answers, ground);
    if (!key) return tl::unexpected(key.error());
    answers.web_key = std::move(*key);
  }
  auto admin = ask_admin(asker, options, answers, ground);
  if (!admin) return tl::unexpected(admin.error());
  answers.admin = std::move(*admin);
  auto listen = ask_listen(asker, options, ground);
  if (!listen) return tl::unexpected(listen.error());
  answers.listen = std::move(*listen);
  return answers;
}

}  // namespace mgr::client
