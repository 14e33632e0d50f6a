// mgrctl, with the caller's own uid; distrusts every text from the daemon.
#include "client/display.h"

#include <algorithm>
#include <array>

#include "protocol/error.h"
#include "protocol/text.h"

namespace mgr::client {
namespace {

struct CharacterRange {
  char32_t first, last;
};

// Controls, and what moves, hides or joins text without being seen (Unicode's Cc, Cf, Zl and Zp, as
// far as a terminal or an editor acts on them).
constexpr std::array<CharacterRange, 12> hidden_characters{{{0x00, 0x1F},
                                                            {0x7F, 0x9F},
                                                            {0xAD, 0xAD},
                                                            {0x61C, 0x61C},
                                                            {0x180E, 0x180E},
                                                            {0x200B, 0x200F},
                                                            {0x2028, 0x202E},
                                                            {0x2060, 0x206F},
                                                            {0xFE00, 0xFE0F},
                                                            {0xFEFF, 0xFEFF},
                                                            {0xFFF0, 0xFFFB},
                                                            {0xE0000, 0xE0FFF}}};

bool is_hidden(char32_t character) {
  return std::any_of(hidden_characters.begin(), hidden_characters.end(), [&](const auto& range) {
    return character >= range.first && character <= range.last;
  });
}

std::string in_hex(char32_t number) {
  std::string digits;
  for (; number > 0 || digits.size() < 2; number >>= 4) {
    digits.insert(digits.begin(), "0123456789abcdef"[number & 0xF]);
  }
  return digits;
}

void append_hidden(std::string& out, char32_t character) {
  if (character == '\n') {
    out += "\\n";
  } else if (character == '\t') {
    out += "\\t";
  } else if (character < 0x80) {
    out += "\\x" + in_hex(character);
  } else {
    out += "\\u{" + in_hex(character) + "}";
  }
}

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

}  // namespace

std::string harmless(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const DecodedCharacter character = decode_utf8(text);
    if (character.length == 0) {
      out += "\\x" + in_hex(static_cast<unsigned char>(text.front()));
      text.remove_prefix(1);
      continue;
    }
    if (is_hidden(character.code_point)) {
      append_hidden(out, character.code_point);
    } else {
      out += text.substr(0, character.length);
    }
    text.remove_prefix(character.length);
  }
  return out;
}

std::size_t character_count(std::string_view text) {
  return text.size() -
         static_cast<std::size_t>(std::count_if(text.begin(), text.end(), continues_character));
}

std::string shortened(std::string_view text, std::size_t characters) {
  std::string out = harmless(text);
  if (character_count(out) <= characters) return out;
  std::size_t end = 0;
  for (std::size_t kept = 0; end < out.size(); ++end) {
    if (!continues_character(out[end]) && ++kept == characters) break;
  }
  return out.substr(0, end) + "…";
}

std::string coloured(std::string_view text, std::string_view colour) {
  if (colour.empty()) return std::string(text);
  return "\x1b[" + std::string(colour) + 'm' + std::string(text) + "\x1b[0m";
}

std::string render_table(const std::vector<std::vector<std::string>>& rows,
                         const CellColour& colour) {
  std::vector<std::size_t> widths;
  auto cells = rows;
  for (auto& row : cells) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = harmless(row[i]);
      widths[i] = std::max(widths[i], character_count(row[i]));
    }
  }
  std::string out;
  for (std::size_t row = 0; row < cells.size(); ++row) {
    std::string line;
    for (std::size_t i = 0; i < cells[row].size(); ++i) {
      const std::string& cell = cells[row][i];
      line += colour ? coloured(cell, colour(row, i)) : cell;
      if (i + 1 < cells[row].size()) line.append(widths[i] - character_count(cell) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

std::string render_refusal(const Reply& reply) {
  std::string text = harmless(reply.error);
  if (!reply.detail.empty()) text += ": " + harmless(reply.detail);
  if (reply.audit != 0) text += " (audit " + std::to_string(reply.audit) + ")";
  return text;
}

std::string render_failure(const Failure& failure) {
  const std::string_view name = failure_name(failure.kind);
  return (name.empty() ? "" : std::string(name) + ": ") + harmless(failure.detail);
}

}  // namespace mgr::client
