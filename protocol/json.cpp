// Any process; distrusts the text that it quotes.
#include "protocol/json.h"

#include <array>

#include "protocol/text.h"

namespace mgr {
namespace {

void append_unicode_escape(std::string& out, char32_t unit) {
  static constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += digits[(unit >> shift) & 0xF];
}

void append_escaped(std::string& out, char32_t code_point) {
  if (code_point < 0x10000) return append_unicode_escape(out, code_point);
  const char32_t offset = code_point - 0x10000;
  append_unicode_escape(out, 0xD800 + (offset >> 10));
  append_unicode_escape(out, 0xDC00 + (offset & 0x3FF));
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const char byte = text.front();
    if (byte >= 0x20 && byte < 0x7F) {
      if (byte == '"' || byte == '\\') out += '\\';
      out += byte;
      text.remove_prefix(1);
      continue;
    }
    const DecodedCharacter character = decode_utf8(text);
    append_escaped(out, character.length == 0 ? 0xFFFD : character.code_point);
    text.remove_prefix(character.length == 0 ? 1 : character.length);
  }
  out += '"';
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_json_string(text_, name);
  text_ += ':';
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_json_string(text_, text);
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  text_ += json;
  return *this;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  text_ += bracket;
  needs_comma_ = true;
  return *this;
}

void JsonWriter::separate() {
  if (needs_comma_) text_ += ',';
  needs_comma_ = true;
}

}  // namespace mgr
