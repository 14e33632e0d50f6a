// What may stand in a name and in a value, for both languages.
// Runs in every process; distrusts whoever wrote the bytes.
#pragma once

#include <cstddef>
#include <string_view>

namespace mgr {

inline constexpr std::size_t max_name_length = 32;
inline constexpr std::size_t max_value_length = 4096;
inline constexpr std::size_t max_fields = 64;
inline constexpr std::size_t max_block_length = 16384;
inline constexpr std::size_t max_body_length = 1 << 20;

// A name after folding: a lower-case letter, then up to 31 of a-z 0-9 _ - .
[[nodiscard]] bool is_name(std::string_view text);

// One byte of a name before folding; the first byte must be a letter.
[[nodiscard]] bool is_name_byte(char byte, bool first);

// At most max_value_length bytes of UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing
// past U+10FFFF) without control characters (C0, DEL, C1).
[[nodiscard]] bool is_value(std::string_view text);

// Decodes the character at the front of `text` (not empty). Its code point and its length in
// bytes; length 0 where the bytes are not UTF-8.
struct DecodedCharacter {
  char32_t code_point;
  std::size_t length;
};
[[nodiscard]] DecodedCharacter decode_utf8(std::string_view text);

}  // namespace mgr
