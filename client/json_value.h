// Clients, with the caller's own uid. Distrusts the text: depth and number of values are bounded,
// and what is not exactly one JSON document (RFC 8259) is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mgr::client {

inline constexpr std::size_t max_json_depth = 66;
inline constexpr std::size_t max_json_values = std::size_t{1} << 20;

// A JSON value that owns its content, with an object's members in the order in which they came.
// Its strings are UTF-8 and may hold any character, control characters too.
struct JsonValue {
  enum class Kind { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  bool boolean = false;
  std::string text;                // of a string, or a number as it is written
  std::vector<JsonValue> items;    // of an array, or the values of an object's members
  std::vector<std::string> names;  // of an object's members, as many as items

  friend bool operator==(const JsonValue&, const JsonValue&) = default;

  [[nodiscard]] bool is(Kind wanted) const { return kind == wanted; }
  // The member of that name, the first where there are several; nullptr where there is none.
  [[nodiscard]] const JsonValue* find(std::string_view name) const;
  // The member's content where it is of that type; otherwise nothing.
  [[nodiscard]] std::optional<std::string> string_at(std::string_view name) const;
  [[nodiscard]] std::optional<bool> boolean_at(std::string_view name) const;
  [[nodiscard]] std::optional<std::uint64_t> number_at(std::string_view name) const;
  // The number that this itself is; otherwise nothing.
  [[nodiscard]] std::optional<std::uint64_t> number() const;
  [[nodiscard]] std::optional<std::int64_t> integer_at(std::string_view name) const;
};

// nullopt for text that is no JSON document or is over a limit.
[[nodiscard]] std::optional<JsonValue> parse_json(std::string_view text);

// The value as JSON in ASCII, safe for a terminal: on one line, or indented by two spaces a level.
[[nodiscard]] std::string to_json(const JsonValue& value);
[[nodiscard]] std::string to_pretty_json(const JsonValue& value);

}  // namespace mgr::client
