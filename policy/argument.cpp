// Helper (root), pure; distrusts the text of every value and the name beside it.
#include "policy/argument.h"

#include <algorithm>
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

// What an element must be, for the message.
std::string requirement(const ArgumentType& type) {
  switch (type.kind) {
    case TypeKind::integer:
      return "an integer from " + std::to_string(type.least) + " to " + std::to_string(type.most);
    case TypeKind::boolean:
      return "yes or no";
    case TypeKind::enumeration: {
      std::string text = "one of";
      for (const std::string& choice : type.choices) text += " " + choice;
      return text;
    }
    default:
      break;
  }
  return "1 to " + std::to_string(type.max_length) + " bytes, the first not '-'";
}

std::optional<Scalar> parse_scalar(const ArgumentType& type, std::string_view text) {
  if (type.kind == TypeKind::integer) {
    const auto number = parse_integer(text);
    if (!number || *number < type.least || *number > type.most) return std::nullopt;
    return *number;
  }
  // What begins with a dash would be an option to the command that gets it.
  if (text.empty() || text.front() == '-') return std::nullopt;
  if (type.kind == TypeKind::boolean) {
    if (text != "yes" && text != "no") return std::nullopt;
    return text == "yes";
  }
  const bool fits = type.kind == TypeKind::enumeration
                        ? std::ranges::find(type.choices, text) != type.choices.end()
                        : text.size() <= type.max_length;
  if (!fits) return std::nullopt;
  return std::string(text);
}

tl::unexpected<Error> refuse(std::string what) {
  return fail(ErrorCode::invalid_argument, std::move(what));
}

}  // namespace

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
    if (argument.required && find_argument(values, argument.name) == nullptr) {
      return refuse(argument.name + ": missing");
    }
  }
  return values;
}

}  // namespace mgr
