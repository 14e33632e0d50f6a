// mgr-configure (root); reads root's own files, and distrusts their author's typing.
#include <optional>

#include "policy/parse_action.h"

namespace mgr {
namespace {

// Not of a list: those have no text that a comma could part.
bool is_input(TypeKind kind) { return kind == TypeKind::secret || kind == TypeKind::blob; }

std::optional<ArgumentType> parse_type(std::string_view text) {
  constexpr std::string_view list = "list of ";
  ArgumentType type;
  type.is_list = text.starts_with(list);
  if (type.is_list) text.remove_prefix(list.size());
  const auto kind = find_word<TypeKind>(text);
  if (!kind || (type.is_list && is_input(*kind))) return std::nullopt;
  type.kind = *kind;
  return type;
}

// Whether somebody can give that text as one value, or element, of the type.
bool is_one_value(const ArgumentType& type, const std::string& text) {
  const auto items = check_value(type, text);
  return items && items->size() == 1;
}

void read_integers(TableReader& table, ArgumentType& type) {
  if (type.kind == TypeKind::port) {
    type.least = 1;
    type.most = 65535;
  }
  type.least = table.integer("min", type.least, type.most, type.least);
  type.most = table.integer("max", type.least, type.most, type.most);
}

void read_choices(TableReader& table, ArgumentType& type) {
  type.choices = table.texts_required("values");
  const ArgumentType text{TypeKind::string, type.is_list};
  for (const std::string& choice : type.choices) {
    if (!is_one_value(text, choice)) table.error("values", "holds what no argument can be");
  }
}

void read_text(TableReader& table, ArgumentType& type) {
  constexpr auto most = static_cast<std::int64_t>(max_value_length);
  type.max_length = static_cast<std::size_t>(table.integer("max_length", 1, most, most));
  type.pattern = Pattern(table.text("pattern"));
  const std::string wrong = type.pattern.error();
  if (!wrong.empty()) table.error("pattern", "is no regular expression of RE2: " + wrong);
  if (type.pattern.empty() && table.find("pattern") != nullptr) {
    table.error("pattern", "must not be empty");
  }
}

// "/" is no root: all files are no choice.
void read_path(TableReader& table, ArgumentType& type) {
  type.roots = table.texts_required("roots");
  for (const std::string& root : type.roots) {
    ArgumentType itself{TypeKind::path, type.is_list};
    itself.path_kind = PathKind::any;
    itself.roots = {root};
    if (is_one_value(itself, root)) continue;
    table.error("roots",
                "must hold absolute paths without //, /./, /../ and a / at the end, and not /");
  }
  type.path_kind = read_word(table, "kind", type.path_kind);
}

// The keys that only one kind of type has are read only for that kind, so that elsewhere they are
// unknown.
ArgumentType read_type(TableReader& table) {
  const auto parsed = parse_type(table.text("type"));
  if (!parsed) {
    table.error("type", "must be " + all_words<TypeKind>() +
                            ", or \"list of\" one of these but the last two");
  }
  ArgumentType type = parsed.value_or(ArgumentType{});
  if (is_number(type.kind)) read_integers(table, type);
  if (type.kind == TypeKind::enumeration) read_choices(table, type);
  if (type.kind == TypeKind::string || type.kind == TypeKind::secret) read_text(table, type);
  if (type.kind == TypeKind::path) read_path(table, type);
  // yes and no are no list, and of what is the command's input no rule says anything.
  if (type.kind != TypeKind::boolean && !is_input(type.kind)) {
    type.listed = table.boolean("listed", false);
  }
  return type;
}

// A command has one standard input: for one body, or for secrets.
void check_input(const Argument& argument, unsigned line, const std::vector<Argument>& before,
                 Findings& findings) {
  if (!is_input(argument.type.kind)) return;
  for (const Argument& other : before) {
    if (!is_input(other.type.kind)) continue;
    if (argument.type.kind == TypeKind::secret && other.type.kind == TypeKind::secret) continue;
    findings.error(line, "'" + argument.name + "' and '" + other.name +
                             "' cannot both be the command's input: that is one blob, or secrets");
  }
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
    check_input(argument, value.line, arguments, findings);
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

}  // namespace mgr
