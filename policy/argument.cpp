// Helper (root), pure; distrusts the text of every value and the name beside it.
#include "policy/argument.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace mgr {
namespace {

// Only the canonical form: what from_chars takes beyond it ("007", "-0") has a second spelling.
std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  const std::string_view digits = text.substr(number < 0 ? 1 : 0);
  if (digits.empty() || digits.front() == '-' || (digits.front() == '0' && digits.size() > 1)) {
    return std::nullopt;
  }
  return number;
}

struct Address {
  std::array<unsigned char, 16> bytes{};
  int bits = 0;  // 32 or 128; 0: it is none
};

Address parse_address(std::string_view text) {
  Address address;
  const std::string copy(text);
  if (inet_pton(AF_INET, copy.c_str(), address.bytes.data()) == 1) {
    address.bits = 32;
  } else if (inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) {
    address.bits = 128;
  }
  return address;
}

bool is_address(std::string_view text) { return parse_address(text).bits != 0; }

bool is_network(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const Address address = parse_address(text.substr(0, slash));
  const auto prefix = parse_integer(text.substr(std::min(slash + 1, text.size())));
  if (!prefix || *prefix < 0 || *prefix > address.bits || address.bits == 0) return false;
  for (auto bit = static_cast<std::size_t>(*prefix); bit < 8 * address.bytes.size(); ++bit) {
    if ((address.bytes[bit / 8] & (0x80U >> (bit % 8))) != 0) return false;
  }
  return true;
}

// A type whose texts are told without looking into its record: by a pattern, a length and, where
// that is not enough, a function.
struct Grammar {
  TypeKind kind;
  std::size_t max_length;
  const char* requirement;
  Pattern pattern{};
  bool (*is_one)(std::string_view text) = nullptr;
};

constexpr const char* hostname_pattern = R"((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*)"
                                         R"([A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)";
constexpr const char* hostname_words =
    "a host name: letters, digits and - in labels with a dot between them";
constexpr const char* user_pattern = "[a-z_][a-z0-9_-]{0,31}";
constexpr const char* mac_pattern = "[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}";
constexpr const char* unit_pattern =
    R"((?:[A-Za-z0-9:_.-]|\\x[0-9a-f]{2})+(?:@(?:[A-Za-z0-9:_.-]|\\x[0-9a-f]{2})+)?)"
    R"(\.(?:service|socket|target|timer|path|mount|automount|swap|slice|scope|device))";
constexpr const char* duration_pattern = "(?:0|[1-9][0-9]{0,8})(?:ms|s|m|h|d)";
// Each part is something else than nothing, "." and "..".
constexpr const char* path_pattern = R"((?:/(?:[^/.][^/]*|\.[^/.][^/]*|\.\.[^/]+))+)";

const Grammar* grammar_of(TypeKind kind) {
  using enum TypeKind;
  static const std::array grammars{
      Grammar{boolean, 3, "yes or no", {"yes|no"}},
      Grammar{hostname, 253, hostname_words, {hostname_pattern}},
      Grammar{ip, 45, "an IPv4 or IPv6 address", {}, is_address},
      Grammar{cidr, 49, "address/prefix, all bits past the prefix 0", {}, is_network},
      Grammar{mac, 17, "six pairs of hexadecimal digits with : between them", {mac_pattern}},
      Grammar{username, 32, "a user name: a-z or _, then up to 31 of a-z 0-9 _ -", {user_pattern}},
      Grammar{unit, 255, "the whole name of a unit, such as ssh.service", {unit_pattern}},
      Grammar{duration, 11, "a whole number and ms, s, m, h or d", {duration_pattern}},
      Grammar{path, 4095, "a path without //, ., .. and / at the end, beneath", {path_pattern}},
      Grammar{blob, 0, "the request's body, and no field"}};
  const auto found = std::ranges::find(grammars, kind, &Grammar::kind);
  return found == grammars.end() ? nullptr : &*found;
}

std::string listed(std::string text, const std::vector<std::string>& words) {
  for (const std::string& word : words) text += " " + word;
  return text;
}

// Those of a port are a port's, whatever the type says.
std::pair<std::int64_t, std::int64_t> bounds(const ArgumentType& type) {
  if (type.kind == TypeKind::integer) return {type.least, type.most};
  return {std::max<std::int64_t>(type.least, 1), std::min<std::int64_t>(type.most, 65535)};
}

// What an element must be, for the message.
std::string requirement(const ArgumentType& type) {
  if (is_number(type.kind)) {
    const auto [least, most] = bounds(type);
    return "an integer from " + std::to_string(least) + " to " + std::to_string(most);
  }
  if (const Grammar* grammar = grammar_of(type.kind))
    return listed(grammar->requirement, type.roots) +
           (type.choices.empty() ? "" : listed(", of the types", type.choices));
  if (type.kind == TypeKind::enumeration) return listed("one of", type.choices);
  const std::string text = "1 to " + std::to_string(type.max_length) + " bytes, the first not '-'";
  if (!type.form.empty()) return text + ", " + type.form;
  return type.pattern.empty() ? text : text + ", that match " + type.pattern.text();
}

bool is_unit_of(const std::vector<std::string>& types, std::string_view unit) {
  return types.empty() || std::ranges::find(types, unit.substr(unit.rfind('.') + 1)) != types.end();
}

bool is_text_of(const ArgumentType& type, std::string_view text) {
  if (const Grammar* grammar = grammar_of(type.kind)) {
    return text.size() <= grammar->max_length && grammar->pattern.matches(text) &&
           (grammar->is_one == nullptr || grammar->is_one(text)) &&
           (type.kind != TypeKind::path || root_of(type, text) != nullptr) &&
           (type.kind != TypeKind::unit || is_unit_of(type.choices, text));
  }
  if (type.kind == TypeKind::enumeration) {
    return std::ranges::find(type.choices, text) != type.choices.end();
  }
  return text.size() <= type.max_length && type.pattern.matches(text);
}

std::optional<Scalar> parse_scalar(const ArgumentType& type, std::string_view text) {
  if (is_number(type.kind)) {
    const auto number = parse_integer(text);
    const auto [least, most] = bounds(type);
    if (!number || *number < least || *number > most) return std::nullopt;
    return *number;
  }
  // What begins with a dash would be an option to the command that gets it.
  if (text.empty() || text.front() == '-' || !is_text_of(type, text)) return std::nullopt;
  if (type.kind == TypeKind::boolean) return text == "yes";
  return std::string(text);
}

tl::unexpected<Error> refuse(std::string what) {
  return fail(ErrorCode::invalid_argument, std::move(what));
}

}  // namespace

bool is_all_of(std::string_view element, const Argument& argument) {
  return element == '{' + argument.name + '}' || element == '{' + argument.name + "...}";
}

std::string scalar_text(const Scalar& scalar) {
  if (const auto* number = std::get_if<std::int64_t>(&scalar)) return std::to_string(*number);
  if (const auto* truth = std::get_if<bool>(&scalar)) return *truth ? "yes" : "no";
  return std::get<std::string>(scalar);
}

const ArgumentValue* find_argument(const ArgumentValues& values, std::string_view name) {
  const auto found = std::ranges::find(values, name, &ArgumentValue::name);
  return found == values.end() ? nullptr : &*found;
}

Result<std::vector<Scalar>> check_value(const ArgumentType& type, std::string_view text) {
  if (!is_value(text)) return refuse("must be UTF-8 text without control characters");
  std::vector<Scalar> items;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end =
        type.is_list ? std::min(text.find(',', begin), text.size()) : text.size();
    auto item = parse_scalar(type, text.substr(begin, end - begin));
    if (!item)
      return refuse((type.is_list ? "each element must be " : "must be ") + requirement(type));
    if (type.is_list && items.size() == type.max_items) {
      return refuse("must have at most " + std::to_string(type.max_items) + " elements");
    }
    items.push_back(std::move(*item));
    begin = end + 1;
  }
  return items;
}

const std::string* root_of(const ArgumentType& type, std::string_view path) {
  const auto is_above = [&](const std::string& root) {
    if (!path.starts_with(root)) return false;
    if (path.size() == root.size()) return type.path_kind != PathKind::file;
    return path[root.size()] == '/';
  };
  const auto found = std::ranges::find_if(type.roots, is_above);
  return found == type.roots.end() ? nullptr : &*found;
}

Result<ArgumentValues> check_arguments(const std::vector<Argument>& declared,
                                       const std::vector<FieldView>& given) {
  ArgumentValues values;
  for (const FieldView& field : given) {
    const auto argument = std::ranges::find(declared, field.name, &Argument::name);
    // A name outside the grammar is not repeated to the client.
    const std::string name(is_name(field.name) ? field.name : "?");
    if (argument == declared.end()) return refuse(name + ": no such argument");
    if (find_argument(values, field.name) != nullptr) return refuse(name + ": given twice");
    auto items = check_value(argument->type, field.value);
    if (!items) return refuse(name + ": " + items.error().detail);
    values.push_back({argument->name, std::move(*items)});
  }
  for (const Argument& argument : declared) {
    if (argument.required && argument.type.kind != TypeKind::blob &&
        find_argument(values, argument.name) == nullptr) {
      return refuse(argument.name + ": missing");
    }
  }
  return values;
}

}  // namespace mgr
