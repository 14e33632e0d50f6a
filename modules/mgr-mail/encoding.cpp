// mgr-mail · user mgr-mail · distrusts whoever wrote subject and text.
#include "modules/mgr-mail/encoding.h"

#include <algorithm>

#include "protocol/text.h"

namespace mgr_mail {
namespace {

constexpr std::size_t longest_line = 76;
constexpr std::size_t longest_plain_line = 78;
constexpr std::string_view word_begin = "=?UTF-8?Q?";
constexpr std::string_view word_end = "?=";

std::string hex(char byte) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto value = static_cast<unsigned char>(byte);
  return {'=', digits[value >> 4U], digits[value & 0xFU]};
}

bool is_printable(char c) { return c > 0x20 && c < 0x7F; }

// The length of the line break at the front; 0 for none.
std::size_t line_break(std::string_view text) {
  if (text.starts_with("\r\n")) return 2;
  return text.starts_with('\n') ? 1 : 0;
}

// The first byte of `text` as it stands in a line at this column.
std::string quoted(std::string_view text, std::size_t column) {
  const char c = text.front();
  const std::string_view rest = text.substr(1);
  if (c == ' ' || c == '\t') {
    const bool last = rest.empty() || line_break(rest) > 0;
    return last ? hex(c) : std::string(1, c);
  }
  const bool touched = column == 0 && (c == '.' || text.starts_with("From "));
  return touched || c == '=' || !is_printable(c) ? hex(c) : std::string(1, c);
}

bool stands_as_it_is(std::string_view name, std::string_view text) {
  return name.size() + 2 + text.size() <= longest_plain_line && !text.empty() &&
         text.front() != ' ' && text.back() != ' ' && text.find("=?") == std::string_view::npos &&
         std::ranges::all_of(text, [](char c) { return c == ' ' || is_printable(c); });
}

// A character in an encoded-word: what may stand in any header stands for itself.
std::string word_text(std::string_view character) {
  std::string text;
  for (const char c : character) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '+' || c == '*' || c == '/' || c == '!';
    text += c == ' ' ? "_" : plain ? std::string(1, c) : hex(c);
  }
  return text;
}

}  // namespace

std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  const auto end_line = [&](std::string_view end) {
    out += end;
    column = 0;
  };
  while (!text.empty()) {
    if (const std::size_t length = line_break(text)) {
      end_line("\n");
      text.remove_prefix(length);
      continue;
    }
    std::string piece = quoted(text, column);
    if (column + piece.size() >= longest_line) {  // the '=' of a soft break wants one more
      end_line("=\n");
      piece = quoted(text, column);
    }
    out += piece;
    column += piece.size();
    text.remove_prefix(1);
  }
  if (column > 0) end_line("\n");
  return out;
}

std::string header_value(std::string_view name, std::string_view text) {
  if (stands_as_it_is(name, text)) return std::string(text);
  const std::size_t most = longest_line - (name.size() + 2) - word_begin.size() - word_end.size();
  std::string out(word_begin);
  std::size_t length = 0;
  while (!text.empty()) {
    // A character is never split between two words.
    const auto size = std::max<std::size_t>(mgr::decode_utf8(text).length, 1);
    const std::string piece = word_text(text.substr(0, size));
    if (length + piece.size() > most) {
      out.append(word_end).append("\n ").append(word_begin);
      length = 0;
    }
    out += piece;
    length += piece.size();
    text.remove_prefix(size);
  }
  return out.append(word_end);
}

}  // namespace mgr_mail
