// Any process; distrusts whoever wrote the bytes.
#include "protocol/text.h"

#include <array>

namespace mgr {
namespace {

struct Utf8Lead {
  unsigned char mask, pattern;
  std::size_t length;
  char32_t least;  // the smallest code point that may be written in this length
};

constexpr std::array<Utf8Lead, 4> utf8_leads{{{0x80, 0x00, 1, 0x0},
                                              {0xE0, 0xC0, 2, 0x80},
                                              {0xF0, 0xE0, 3, 0x800},
                                              {0xF8, 0xF0, 4, 0x10000}}};

bool is_scalar_value(char32_t code_point) {
  return code_point <= 0x10FFFF && !(code_point >= 0xD800 && code_point <= 0xDFFF);
}

bool is_control(char32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F);
}

}  // namespace

bool is_name_byte(char byte, bool first) {
  const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
  if (first) return letter;
  return letter || (byte >= '0' && byte <= '9') || byte == '_' || byte == '-' || byte == '.';
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > max_name_length) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_name_byte(text[i], i == 0) || (text[i] >= 'A' && text[i] <= 'Z')) return false;
  }
  return true;
}

DecodedCharacter decode_utf8(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  for (const Utf8Lead& kind : utf8_leads) {
    if ((lead & kind.mask) != kind.pattern) continue;
    if (text.size() < kind.length) return {0, 0};
    auto code_point = static_cast<char32_t>(lead & static_cast<unsigned char>(~kind.mask));
    for (std::size_t i = 1; i < kind.length; ++i) {
      const auto next = static_cast<unsigned char>(text[i]);
      if ((next & 0xC0) != 0x80) return {0, 0};
      code_point = (code_point << 6) | (next & 0x3F);
    }
    if (code_point < kind.least || !is_scalar_value(code_point)) return {0, 0};
    return {code_point, kind.length};
  }
  return {0, 0};
}

bool is_value(std::string_view text) {
  if (text.size() > max_value_length) return false;
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    if (byte >= 0x20 && byte < 0x7F) {
      text.remove_prefix(1);
      continue;
    }
    const DecodedCharacter character = decode_utf8(text);
    if (character.length == 0 || is_control(character.code_point)) return false;
    text.remove_prefix(character.length);
  }
  return true;
}

}  // namespace mgr
