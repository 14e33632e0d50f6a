// mgr-scan · user mgr-scan, or root for --accept · distrusts every byte of a file name.
#include "modules/mgr-scan/printable.h"

#include <array>
#include <cstdint>

namespace mgr_scan {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// Code points that are valid and yet deceive the eye: controls, zero width, bidirectional
// overrides, line separators, interlinear marks, tags.
constexpr std::array kHidden = {
    Range{0x00, 0x1f},     Range{0x7f, 0x9f},     Range{0xad, 0xad},       Range{0x61c, 0x61c},
    Range{0x115f, 0x1160}, Range{0x180e, 0x180e}, Range{0x200b, 0x200f},   Range{0x2028, 0x202e},
    Range{0x2060, 0x206f}, Range{0x3164, 0x3164}, Range{0xfe00, 0xfe0f},   Range{0xfeff, 0xfeff},
    Range{0xffa0, 0xffa0}, Range{0xfff0, 0xfffb}, Range{0xe0000, 0xe0fff},
};

bool is_hidden(std::uint32_t code_point) {
  for (const Range& range : kHidden) {
    if (code_point >= range.first && code_point <= range.last) return true;
  }
  return false;
}

struct Decoded {
  std::size_t length;  // 0: not UTF-8
  std::uint32_t code_point;
};

std::size_t length_from_lead(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
Decoded decode(std::string_view bytes) {
  constexpr std::array<std::uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const auto lead = static_cast<unsigned char>(bytes.front());
  const std::size_t length = length_from_lead(lead);
  if (length == 0 || length > bytes.size()) return {0, 0};
  if (length == 1) return {1, lead};
  std::uint32_t code_point = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(bytes[i]);
    if ((next & 0xc0U) != 0x80U) return {0, 0};
    code_point = (code_point << 6U) | (next & 0x3fU);
  }
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (code_point < kSmallest[length] || code_point > 0x10ffff || surrogate) return {0, 0};
  return {length, code_point};
}

void append_escaped(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    out += "\\x";
    out += kDigits[value >> 4U];
    out += kDigits[value & 0xfU];
  }
}

}  // namespace

std::string printable(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const Decoded next = decode(bytes);
    const std::size_t length = next.length == 0 ? 1 : next.length;
    if (next.length == 0 || is_hidden(next.code_point)) {
      append_escaped(out, bytes.substr(0, length));
    } else if (next.code_point == '\\') {
      out += "\\\\";
    } else {
      out += bytes.substr(0, length);
    }
    bytes.remove_prefix(length);
  }
  return out;
}

}  // namespace mgr_scan
