// mgr-configure (root); reads root's own files, and distrusts their author's typing.
#include <optional>

#include "policy/parse_action.h"

namespace mgr {
namespace {

std::optional<ArgumentType> parse_type(std::string_view text) {
  constexpr std::string_view list = "list of ";
  ArgumentType type;
  type.is_list = text.starts_with(list);
  if (type.is_list) text.remove_prefix(list.size());
  for (const TypeKind kind :
       {TypeKind::integer, TypeKind::boolean, TypeKind::enumeration, TypeKind::string}) {
    type.kind = kind;
    if (type_name(ArgumentType{kind}) == text) return type;
  }
  return std::nullopt;
}

// A choice must be a value that somebody can give.
bool is_choice(const ArgumentType& type, const std::string& choice) {
  ArgumentType text{TypeKind::string, type.is_list};
  const auto items = check_value(text, choice);
  return items && items->size() == 1;
}

// The keys that only one kind of type has are read only for that kind, so that elsewhere they are
// unknown.
ArgumentType read_type(TableReader& table) {
  const auto parsed = parse_type(table.text("type"));
  if (!parsed) table.error("type", "must be int, bool, enum or string, or \"list of\" one of them");
  ArgumentType type = parsed.value_or(ArgumentType{});
  if (type.kind == TypeKind::integer) {
    type.least = table.integer("min", type.least, type.most, type.least);
    type.most = table.integer("max", type.least, type.most, type.most);
  } else if (type.kind == TypeKind::enumeration) {
    type.choices = table.texts_required("values");
    for (const std::string& choice : type.choices) {
      if (!is_choice(type, choice)) table.error("values", "holds what no argument can be");
    }
  } else if (type.kind == TypeKind::string) {
    constexpr auto most = static_cast<std::int64_t>(max_value_length);
    type.max_length = static_cast<std::size_t>(table.integer("max_length", 1, most, most));
  }
  return type;
}

}  // namespace

std::vector<Argument> read_arguments(std::span<const TomlValue> tables, Findings& findings) {
  std::vector<Argument> arguments;
  for (const TomlValue& value : tables) {
    TableReader table(value, findings);
    // `{name...}` would be read as a spread list.
    if (!is_name(value.key) || is_reserved_name(value.key) || value.key.ends_with('.')) {
      findings.error(value.line, "'" + value.key + "' cannot be an argument's name");
    }
    Argument argument;
    argument.name = value.key;
    argument.type = read_type(table);
    argument.required = table.boolean("required", true);
    argument.help = table.text("help");
    table.finish();
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

}  // namespace mgr
