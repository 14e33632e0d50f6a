// mgrctl, with the caller's own uid; distrusts the schema that the daemon sent.
#include "client/argument_type.h"

#include <algorithm>

#include "policy/type_name.h"
#include "protocol/text.h"

namespace mgr::client {
namespace {

using Kind = JsonValue::Kind;

tl::unexpected<Failure> bad(std::string detail) {
  return failed(Failure::Kind::bad_reply, "the schema holds " + std::move(detail));
}

// Leaves `limit` as it is where there is no such member. False where the member is no integer.
bool read_integer(const JsonValue& from, std::string_view name, std::int64_t& limit) {
  if (from.find(name) == nullptr) return true;
  const auto given = from.integer_at(name);
  limit = given.value_or(limit);
  return given.has_value();
}

// The same, of a count of at least 1.
bool read_count(const JsonValue& from, std::string_view name, std::size_t& limit) {
  if (from.find(name) == nullptr) return true;
  const auto given = from.number_at(name);
  limit = static_cast<std::size_t>(given.value_or(0));
  return limit > 0;
}

// The same, of a list of texts that a value can be.
bool read_texts(const JsonValue& from, std::string_view name, std::vector<std::string>& texts) {
  const JsonValue* array = from.find(name);
  if (array == nullptr) return true;
  if (!array->is(Kind::array)) return false;
  for (const JsonValue& item : array->items) {
    if (!item.is(Kind::string) || item.text.empty() || !is_value(item.text)) return false;
    texts.push_back(item.text);
  }
  return true;
}

bool read_limits(const JsonValue& from, ArgumentType& type) {
  const bool has_shape =
      read_integer(from, "min", type.least) && read_integer(from, "max", type.most) &&
      read_count(from, "max_length", type.max_length) &&
      read_count(from, "max_items", type.max_items) && read_texts(from, "values", type.choices) &&
      read_texts(from, "roots", type.roots);
  return has_shape && type.least <= type.most &&
         std::ranges::all_of(type.roots, [](const auto& root) { return root.front() == '/'; });
}

// "one of fast, full"
std::string listed(const std::vector<std::string>& texts, std::string_view last_word) {
  std::string text;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) text += i + 1 == texts.size() ? last_word : ", ";
    text += texts[i];
  }
  return text;
}

std::string range_words(const ArgumentType& type) {
  const ArgumentType widest{type.kind};
  const bool has_least = type.least != widest.least;
  const bool has_most = type.most != widest.most;
  if (has_least && has_most) {
    return " from " + std::to_string(type.least) + " to " + std::to_string(type.most);
  }
  if (has_least) return " of at least " + std::to_string(type.least);
  return has_most ? " of at most " + std::to_string(type.most) : "";
}

std::string path_words(const ArgumentType& type) {
  const char* what = type.path_kind == PathKind::file     ? "path of a file"
                     : type.path_kind == PathKind::folder ? "path of a folder"
                                                          : "path";
  return std::string(what) + " beneath " + listed(type.roots, " or ");
}

std::string element_words(const ArgumentType& type) {
  switch (type.kind) {
    case TypeKind::boolean:
      return "yes or no";
    case TypeKind::enumeration:
      return "one of " + listed(type.choices, ", ");
    case TypeKind::string:
      return "string of up to " + std::to_string(type.max_length) + " bytes";
    case TypeKind::ip:
      return "IP address";
    case TypeKind::cidr:
      return "network, such as 192.0.2.0/24";
    case TypeKind::mac:
      return "MAC address";
    case TypeKind::unit:
      return "systemd unit, such as nginx.service" +
             (type.choices.empty() ? "" : ", of type " + listed(type.choices, " or "));
    case TypeKind::duration:
      return "duration, such as 90s" + range_words(type);
    case TypeKind::path:
      return path_words(type);
    case TypeKind::secret:
      return "secret, asked for without echo";
    case TypeKind::blob:
      return "contents of a file, given with --body";
    default:
      return type_name(ArgumentType{type.kind}) + range_words(type);
  }
}

std::string form_words(const ArgumentType& type, const std::string& pattern) {
  if (!type.form.empty()) return ", " + type.form;
  return pattern.empty() ? "" : " that matches " + pattern;
}

}  // namespace

Outcome<std::optional<ArgumentType>> read_argument_type(const JsonValue& argument) {
  constexpr std::string_view list = "list of ";
  const std::string name = argument.string_at("type").value_or("");
  ArgumentType type;
  type.is_list = name.starts_with(list);
  const auto kind =
      find_word<TypeKind>(std::string_view(name).substr(type.is_list ? list.size() : 0));
  if (!kind) return std::nullopt;
  type.kind = *kind;
  if (!read_limits(argument, type)) return bad("limits that are none");
  const auto path_kind = find_word<PathKind>(argument.string_at("kind").value_or("file"));
  type.path_kind = path_kind.value_or(PathKind::any);
  type.form = argument.string_at("form").value_or("");
  type.listed = argument.boolean_at("listed").value_or(false);
  if (type.kind == TypeKind::enumeration && type.choices.empty()) return std::nullopt;
  if (type.kind == TypeKind::path && (type.roots.empty() || !path_kind)) return std::nullopt;
  return type;
}

std::string type_words(const ArgumentType& type, const std::string& pattern) {
  const std::string element = element_words(type) + form_words(type, pattern) +
                              (type.listed ? "; the policy lists which" : "");
  if (!type.is_list) return element;
  return "list of up to " + std::to_string(type.max_items) + ": " + element;
}

bool may_hold_equals_sign(const ArgumentType& type) {
  switch (type.kind) {
    case TypeKind::string:
    case TypeKind::path:
    case TypeKind::secret:
      return true;
    case TypeKind::enumeration:
      return std::ranges::any_of(type.choices, [](const std::string& choice) {
        return choice.find('=') != std::string::npos;
      });
    default:
      return false;
  }
}

}  // namespace mgr::client
