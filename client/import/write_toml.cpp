// mgrctl, with the caller's own uid; distrusts the texts. The one file of it that knows toml++,
// which writes every table; it has no comments, so these are put between the tables.
#include "client/import/write_toml.h"

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "client/display.h"
#include "client/import/comment.h"
#include "client/import/program_words.h"

namespace mgr::client {
namespace {

// Without flags, every string is a basic one of ASCII: all else is escaped.
std::string text_of(const toml::table& table) {
  std::ostringstream out;
  out << toml::toml_formatter(table, toml::format_flags::none);
  std::string text = out.str();
  text.erase(0, text.find_first_not_of('\n'));
  while (text.ends_with('\n')) text.pop_back();
  return text + '\n';
}

toml::array array_of(const auto& items) {
  toml::array array;
  for (const auto& item : items) array.push_back(item);
  return array;
}

void put(toml::table& table, const char* key, const std::string& text) {
  if (!text.empty()) table.insert(key, text);
}

toml::table argument_table(const ImportedArgument& argument) {
  toml::table table{{"type", argument.type}};
  put(table, "pattern", argument.pattern);
  if (argument.max_length > 0) table.insert("max_length", argument.max_length);
  if (!argument.values.empty()) table.insert("values", array_of(argument.values));
  return table;
}

toml::table action_table(const ImportedAction& action) {
  toml::table table{{"command", array_of(action.command)}};
  put(table, "summary", harmless(action.summary));
  put(table, "mode", action.mode);
  put(table, "user", action.user);
  put(table, "cwd", action.cwd);
  put(table, "timeout", action.timeout);
  put(table, "cache", action.cache);
  if (action.confirm) table.insert("confirm", true);
  toml::table arguments;
  for (const ImportedArgument& argument : action.arguments) {
    arguments.insert(argument.name, argument_table(argument));
  }
  if (!arguments.empty()) table.insert("arg", std::move(arguments));
  return table;
}

std::string action_text(const ImportedModule& module, const ImportedAction& action) {
  if (action.command.empty()) {
    return remarks_text(action.source, action.remarks, module.name + ' ' + action.name);
  }
  const std::string comments = remarks_text(action.source, action.remarks);
  toml::table named{{action.name, action_table(action)}};
  toml::table actions{{"action", std::move(named)}};
  toml::table modules{{module.name, std::move(actions)}};
  const std::string text = text_of(toml::table{{"module", std::move(modules)}});
  return comments + (action.is_sketch ? commented_out(text) : text);
}

std::string one_of(const char* key, toml::table table) {
  toml::array array;
  array.push_back(std::move(table));
  return text_of(toml::table{{key, std::move(array)}});
}

std::string principal_text(const ImportedPrincipal& principal) {
  toml::table table{{"name", principal.name}};
  if (!principal.users.empty()) table.insert("user", array_of(principal.users));
  if (!principal.groups.empty()) table.insert("group", array_of(principal.groups));
  if (!principal.uids.empty()) table.insert("uid", array_of(principal.uids));
  return remarks_text(principal.source, principal.remarks) + one_of("principal", std::move(table));
}

std::string rule_text(const ImportedRule& rule) {
  const std::string comments = remarks_text(rule.source, rule.remarks);
  toml::table table{
      {"who", array_of(rule.who)}, {"module", rule.module}, {"action", array_of(rule.actions)}};
  const std::string text = one_of(rule.allow ? "allow" : "deny", std::move(table));
  return comments + (rule.is_sketch ? commented_out(text) : text);
}

std::string head_text(const Imported& imported, const std::vector<std::string>& more) {
  std::string text = comment("Written by `mgrctl import " + imported.format + "`. " + human_mark +
                             " marks what only a person can decide.");
  for (const std::string& line : more) text += "#\n" + comment(line);
  return text;
}

}  // namespace

std::string module_toml(const Imported& imported, const ImportedModule& module) {
  std::string text = head_text(imported, module.head);
  toml::table named{{module.name, toml::table{{"summary", harmless(module.summary)}}}};
  text += '\n' + text_of(toml::table{{"module", std::move(named)}});
  for (const ImportedAction& action : module.actions) text += '\n' + action_text(module, action);
  return text;
}

std::string rules_toml(const Imported& imported) {
  std::string text = head_text(imported, imported.rules_head);
  for (const Aside& aside : imported.asides) text += '\n' + aside_text(aside);
  for (const auto& principal : imported.principals) text += '\n' + principal_text(principal);
  for (const ImportedRule& rule : imported.rules) text += '\n' + rule_text(rule);
  return text;
}

std::string toml_line(const std::string& key, const std::string& text) {
  return text_of(toml::table{{key, text}});
}

}  // namespace mgr::client
