// mgrctl, with the caller's own uid; distrusts the daemon's answers.
#include "client/review/can_i.h"

#include <iostream>

#include "client/binding.h"
#include "client/display.h"
#include "client/question.h"
#include "protocol/error.h"

namespace mgr::client {
namespace {

using Kind = JsonValue::Kind;

// "task_ids is 1..999 or 1200 and zone is a.org"
std::string rule_text(const JsonValue& rule) {
  std::string text;
  for (std::size_t i = 0; i < rule.items.size(); ++i) {
    text += (i == 0 ? "" : " and ") + harmless(rule.names[i]) + " is ";
    const auto& values = rule.items[i].items;
    for (std::size_t k = 0; k < values.size(); ++k) {
      text += (k == 0 ? "" : " or ") + harmless(values[k].text);
    }
  }
  return text;
}

std::string rules_text(const JsonValue& action, std::string_view name) {
  std::string text;
  const JsonValue* rules = action.find(name);
  if (rules == nullptr || !rules->is(Kind::array)) return text;
  for (const JsonValue& rule : rules->items) {
    text += (text.empty() ? "" : "; or ") + rule_text(rule);
  }
  return text;
}

std::optional<JsonValue> actions_of(const Reply& reply) {
  const auto data = parse_json(reply.data_json);
  const JsonValue* actions = data ? data->find("actions") : nullptr;
  if (actions == nullptr || !actions->is(Kind::array)) return std::nullopt;
  return *actions;
}

std::string table_text(const JsonValue& actions) {
  if (actions.items.empty()) return "nothing\n";
  std::vector<std::vector<std::string>> rows{{"MODULE", "ACTION", "WHERE"}};
  for (const JsonValue& action : actions.items) {
    const std::string conditions = conditions_text(action);
    rows.push_back({action.string_at("module").value_or("?"),
                    action.string_at("action").value_or("?"),
                    conditions.empty() ? "-" : conditions});
  }
  return render_table(rows);
}

std::string answer_text(const JsonValue& actions) {
  if (actions.items.empty()) return "no\n";
  const std::string conditions = conditions_text(actions.items.front());
  const bool only_unless = conditions.starts_with("unless ");
  if (conditions.empty()) return "yes\n";
  return (only_unless ? "yes, " : "yes, where ") + conditions + '\n';
}

ExitCode bad_reply(const Session& session) {
  return report(session,
                Failure{Failure::Kind::bad_reply, "not the shape of what a caller may do"});
}

// The module's name by the schema, which knows aliases, where the caller may read that; and whether
// there is such an action.
Outcome<std::vector<Field>> narrowed(const Session& session,
                                     const std::vector<std::string>& words) {
  std::vector<Field> fields;
  if (words.empty()) return fields;
  const auto command = parse_command(words);
  if (!command) return tl::unexpected(command.error());
  fields.push_back({"of_module", command->module});
  if (!command->action.empty()) fields.push_back({"of_action", command->action});
  const auto schema = ask_for_modules(session);
  if (!schema) return tl::unexpected(schema.error());
  if (!schema->success) return fields;
  const auto catalogue = parse_catalogue(schema->data_json);
  if (!catalogue) return tl::unexpected(catalogue.error());
  const ModuleHelp* module = catalogue->find(command->module);
  if (!command->action.empty() || module == nullptr) {
    const auto chosen = choose_action(*command, *catalogue);
    if (!chosen) return tl::unexpected(chosen.error());
  }
  fields.front().value = module->name;
  return fields;
}

ExitCode list_abilities(const Options& options, const Session& session,
                        const std::vector<std::string>& words) {
  auto fields = narrowed(session, words);
  if (!fields) return report(session, fields.error());
  const bool is_one = fields->size() > 1;
  const Request request{"mgr", "can-i", std::move(*fields), options.on_behalf_of};
  const auto reply = ask(session, request);
  if (!reply) return report(session, reply.error());
  if (!reply->success && !session.json) return report(session, *reply);
  if (session.json) std::cout << json_text(*reply);
  if (!reply->success) return finish(session, exit_code(*reply));
  const auto actions = actions_of(*reply);
  if (!actions) return bad_reply(session);
  if (!session.json && !session.quiet) {
    std::cout << (is_one ? answer_text(*actions) : table_text(*actions));
  }
  return finish(session, is_one && actions->items.empty() ? ExitCode::denied : ExitCode::ok);
}

ExitCode ask_whether(Options options, Session session, const std::vector<std::string>& words) {
  const auto command = parse_command(words, options.plain_from);
  if (!command) return report(session, command.error());
  options.dry_run = true;
  auto made = make_question(options, *command, session);
  if (!made) return report(session, made.error());
  if (!*made) return report(session, made->error());
  Request& request = (*made)->request;
  request.dry_run = true;
  const auto reply = ask(session, request);
  if (!reply) return report(session, reply.error());
  const ExitCode code = exit_code(*reply);
  if (session.json) {
    std::cout << json_text(*reply);
  } else if (code != ExitCode::ok && code != ExitCode::denied) {
    return report(session, *reply);
  } else if (!session.quiet) {
    std::cout << (reply->success ? "yes" : "no: " + render_refusal(*reply)) << '\n';
  }
  return finish(session, code);
}

}  // namespace

std::string conditions_text(const JsonValue& action) {
  std::string text = rules_text(action, "when");
  const std::string unless = rules_text(action, "unless");
  if (!unless.empty()) text += (text.empty() ? "unless " : "; unless ") + unless;
  if (action.boolean_at("more").value_or(false)) text += "; and more";
  return text;
}

ExitCode run_can_i(const Options& options, const Session& session) {
  const std::vector<std::string> words(options.words.begin() + 1, options.words.end());
  if (words.size() <= 2) return list_abilities(options, session, words);
  Options asked = options;
  asked.words = words;
  if (asked.plain_from != SIZE_MAX) --asked.plain_from;
  return ask_whether(std::move(asked), session, words);
}

}  // namespace mgr::client
