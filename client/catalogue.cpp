// mgrctl, with the caller's own uid; distrusts the schema that the daemon sent.
#include "client/catalogue.h"

#include <algorithm>

#include "client/client.h"
#include "client/json_value.h"
#include "policy/type_name.h"
#include "protocol/field.h"
#include "protocol/text.h"

namespace mgr::client {
namespace {

using Kind = JsonValue::Kind;

// The details quote nothing of what came.
tl::unexpected<Failure> bad(std::string detail) {
  return failed(Failure::Kind::bad_reply, "the schema holds " + std::move(detail));
}

Outcome<std::string> read_name(const JsonValue& from) {
  auto name = from.string_at("name");
  if (!name || !is_name(*name)) return bad("a name that is none");
  return std::move(*name);
}

// The items of the array of that name, each read by `read`; none where there is no such member.
template <typename Thing>
Outcome<std::vector<Thing>> read_each(const JsonValue& from, std::string_view name,
                                      Outcome<Thing> (*read)(const JsonValue&)) {
  std::vector<Thing> things;
  const JsonValue* array = from.find(name);
  if (array == nullptr) return things;
  if (!array->is(Kind::array)) return bad("something else than a list");
  for (const JsonValue& item : array->items) {
    auto thing = read(item);
    if (!thing) return tl::unexpected(thing.error());
    things.push_back(std::move(*thing));
  }
  return things;
}

Outcome<std::string> read_alias(const JsonValue& from) {
  if (!from.is(Kind::string) || !is_name(folded(from.text))) return bad("an alias that is no name");
  return from.text;
}

Outcome<ArgumentHelp> read_argument(const JsonValue& from) {
  auto name = read_name(from);
  if (!name) return tl::unexpected(name.error());
  if (is_reserved_name(*name)) return bad("an argument with a reserved name");
  auto limits = read_argument_type(from);
  if (!limits) return tl::unexpected(limits.error());
  std::string type = from.string_at("type").value_or("");
  const bool is_list = type.starts_with("list of ");
  return ArgumentHelp{std::move(*name),
                      std::move(type),
                      from.string_at("help").value_or(""),
                      from.boolean_at("required").value_or(false),
                      is_list,
                      std::move(*limits),
                      from.string_at("pattern").value_or("")};
}

ActionMode read_mode(const JsonValue& action) {
  const std::string mode = action.string_at("mode").value_or("");
  if (mode == "reply") return ActionMode::reply;
  const auto known = find_word<RunMode>(mode);
  if (!known) return ActionMode::unknown;
  if (*known == RunMode::job) return ActionMode::job;
  return *known == RunMode::output ? ActionMode::output : ActionMode::stream;
}

Proof read_proof(const JsonValue& action) {
  return find_word<Proof>(action.string_at("min_proof").value_or("")).value_or(Proof::none);
}

Outcome<ActionHelp> read_action(const JsonValue& from) {
  auto name = read_name(from);
  if (!name) return tl::unexpected(name.error());
  auto arguments = read_each<ArgumentHelp>(from, "arguments", read_argument);
  if (!arguments) return tl::unexpected(arguments.error());
  return ActionHelp{
      std::move(*name), from.string_at("summary").value_or(""),     std::move(*arguments),
      read_mode(from),  from.boolean_at("confirm").value_or(false), read_proof(from)};
}

Outcome<ModuleHelp> read_module(const JsonValue& from) {
  auto name = read_name(from);
  if (!name) return tl::unexpected(name.error());
  auto aliases = read_each<std::string>(from, "aliases", read_alias);
  if (!aliases) return tl::unexpected(aliases.error());
  auto actions = read_each<ActionHelp>(from, "actions", read_action);
  if (!actions) return tl::unexpected(actions.error());
  return ModuleHelp{std::move(*name), from.string_at("summary").value_or(""), std::move(*aliases),
                    std::move(*actions)};
}

template <typename Things>
auto find_named(const Things& things, std::string_view name) -> decltype(things.data()) {
  const auto found = std::find_if(things.begin(), things.end(),
                                  [&](const auto& thing) { return thing.name == name; });
  return found == things.end() ? nullptr : &*found;
}

}  // namespace

const ArgumentHelp* ActionHelp::find(std::string_view argument) const {
  return find_named(arguments, argument);
}

const ArgumentHelp* ActionHelp::body() const {
  const auto found = std::ranges::find_if(
      arguments, [](const ArgumentHelp& argument) { return argument.is(TypeKind::blob); });
  return found == arguments.end() ? nullptr : &*found;
}

std::vector<const ArgumentHelp*> ActionHelp::positionals() const {
  std::vector<const ArgumentHelp*> ordered;
  for (const bool required : {true, false}) {
    for (const ArgumentHelp& argument : arguments) {
      if (argument.required == required && !argument.is_input()) ordered.push_back(&argument);
    }
  }
  return ordered;
}

const ActionHelp* ModuleHelp::find(std::string_view action) const {
  return find_named(actions, folded(action));
}

const ModuleHelp* Catalogue::find(std::string_view module) const {
  const std::string wanted = folded(module);
  if (const ModuleHelp* named = find_named(modules, wanted)) return named;
  for (const ModuleHelp& candidate : modules) {
    const auto& aliases = candidate.aliases;
    if (std::any_of(aliases.begin(), aliases.end(),
                    [&](const std::string& alias) { return folded(alias) == wanted; })) {
      return &candidate;
    }
  }
  return nullptr;
}

Outcome<Catalogue> parse_catalogue(std::string_view data_json) {
  const auto data = parse_json(data_json);
  if (!data || data->find("modules") == nullptr) return bad("no modules");
  auto modules = read_each<ModuleHelp>(*data, "modules", read_module);
  if (!modules) return tl::unexpected(modules.error());
  return Catalogue{std::move(*modules)};
}

}  // namespace mgr::client
