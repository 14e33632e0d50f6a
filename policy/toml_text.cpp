// mgrctl, with the caller's own uid; pure.
#include "policy/toml_text.h"

#include <algorithm>

#include "protocol/text.h"

namespace mgr {
namespace {

// \u and four digits, or \U and eight: TOML has no surrogates.
void append_escaped(std::string& out, char32_t code_point) {
  constexpr std::string_view digits = "0123456789abcdef";
  const int length = code_point < 0x10000 ? 4 : 8;
  out += length == 4 ? "\\u" : "\\U";
  for (int shift = 4 * (length - 1); shift >= 0; shift -= 4) {
    out += digits[(code_point >> shift) & 0xF];
  }
}

bool is_bare(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '_' || byte == '-';
}

}  // namespace

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const char first = text.front();
    const DecodedCharacter character = decode_utf8(text);
    if (first == '"' || first == '\\') {
      out += {'\\', first};
    } else if (first >= 0x20 && first < 0x7F) {
      out += first;
    } else {
      append_escaped(out, character.length == 0 ? 0xFFFD : character.code_point);
    }
    text.remove_prefix(std::max<std::size_t>(character.length, 1));
  }
  return out + '"';
}

std::string toml_key(std::string_view name) {
  const bool bare = !name.empty() && std::ranges::all_of(name, is_bare);
  return bare ? std::string(name) : toml_string(name);
}

}  // namespace mgr
