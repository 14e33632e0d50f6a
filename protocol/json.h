// A writer of JSON (RFC 8259), for replies and audit lines: the hot path of both daemons, where a
// document library costs eight times as much. It writes; it does not read.
//
// Output is ASCII: every other character leaves as \uXXXX, bytes that are not UTF-8 as U+FFFD. So a
// line in a log or on a terminal holds no control, no bidirectional mark and no line break.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace mgr {

// Appends `text` as a quoted JSON string.
void append_json_string(std::string& out, std::string_view text);

// Builds one JSON value by appending to a string that it owns. The caller closes what it opens;
// commas are put in where they belong.
class JsonWriter {
 public:
  JsonWriter& open_object() { return open('{'); }
  JsonWriter& close_object() { return close('}'); }
  JsonWriter& open_array() { return open('['); }
  JsonWriter& close_array() { return close(']'); }

  // The name of the next member of an object.
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  template <typename Integer>
  requires std::is_integral_v<Integer> JsonWriter& value(Integer number) {
    if constexpr (std::is_same_v<Integer, bool>) return raw(number ? "true" : "false");
    return raw(std::to_string(number));
  }
  // A value that is JSON already.
  JsonWriter& raw(std::string_view json);

  template <typename T>
  JsonWriter& member(std::string_view name, const T& content) {
    return key(name).value(content);
  }

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string text_;
  bool needs_comma_ = false;
};

}  // namespace mgr
