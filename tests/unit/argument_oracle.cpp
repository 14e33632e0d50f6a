#include "tests/unit/argument_oracle.h"

#include <algorithm>
#include <functional>
#include <limits>

namespace mgr {
namespace {

using Texts = std::vector<std::string>;
constexpr const char* digits = "0123456789";
constexpr const char* hex_digits = "0123456789abcdefABCDEF";
constexpr const char* lower = "abcdefghijklmnopqrstuvwxyz";
constexpr const char* letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

// One or more bytes, all of them among those.
bool consists_of(const std::string& text, const std::string& bytes) {
  return !text.empty() && text.find_first_not_of(bytes) == std::string::npos;
}

bool all(const Texts& texts, const std::function<bool(const std::string&)>& good) {
  return std::all_of(texts.begin(), texts.end(), good);
}

// Digits without a leading zero, at most so much.
bool is_number(const std::string& text, unsigned long long most) {
  if (!consists_of(text, digits) || text.size() > 19) return false;
  return (text.size() == 1 || text[0] != '0') && std::stoull(text) <= most;
}

bool is_int(const std::string& text) {
  if (text == "-9223372036854775808") return true;
  const bool negative = !text.empty() && text[0] == '-';
  return is_number(text.substr(negative ? 1 : 0), std::numeric_limits<std::int64_t>::max()) &&
         text != "-0";
}

bool is_hostname(const std::string& text) {
  return text.size() <= 253 && all(split(text, '.'), [](const std::string& label) {
           return consists_of(label, letters + std::string(digits) + "-") && label.size() < 64 &&
                  label.front() != '-' && label.back() != '-';
         });
}

std::optional<std::vector<unsigned>> bytes_of_v4(const std::string& text) {
  std::vector<unsigned> bytes;
  for (const std::string& part : split(text, '.')) {
    if (!is_number(part, 255)) return std::nullopt;
    bytes.push_back(static_cast<unsigned>(std::stoul(part)));
  }
  if (bytes.size() != 4) return std::nullopt;
  return bytes;
}

// Of one side of "::"; `last`: an IPv4 address may end it.
std::optional<std::vector<unsigned>> bytes_of_groups(const std::string& text, bool last) {
  std::vector<unsigned> bytes;
  if (text.empty()) return bytes;
  const Texts groups = split(text, ':');
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (last && i + 1 == groups.size()) {
      if (const auto v4 = bytes_of_v4(groups[i])) {
        bytes.insert(bytes.end(), v4->begin(), v4->end());
        return bytes;
      }
    }
    if (!consists_of(groups[i], hex_digits) || groups[i].size() > 4) return std::nullopt;
    const auto group = static_cast<unsigned>(std::stoul(groups[i], nullptr, 16));
    bytes.push_back(group / 256);
    bytes.push_back(group % 256);
  }
  return bytes;
}

std::optional<std::vector<unsigned>> bytes_of_v6(const std::string& text) {
  const std::size_t gap = text.find("::");
  if (gap == std::string::npos) {
    auto bytes = bytes_of_groups(text, true);
    return bytes && bytes->size() == 16 ? bytes : std::nullopt;
  }
  auto front = bytes_of_groups(text.substr(0, gap), false);
  const auto back = bytes_of_groups(text.substr(gap + 2), true);
  if (!front || !back || front->size() + back->size() > 14) return std::nullopt;
  front->resize(16 - back->size());
  front->insert(front->end(), back->begin(), back->end());
  return front;
}

std::optional<std::vector<unsigned>> bytes_of(const std::string& address) {
  if (auto v4 = bytes_of_v4(address)) return v4;
  return bytes_of_v6(address);
}

bool is_cidr(const std::string& text) {
  const Texts parts = split(text, '/');
  const auto bytes = bytes_of(parts[0]);
  if (parts.size() != 2 || !bytes || !is_number(parts[1], bytes->size() * 8)) return false;
  for (std::size_t bit = std::stoul(parts[1]); bit < bytes->size() * 8; ++bit) {
    if (((*bytes)[bit / 8] >> (7 - bit % 8)) % 2 == 1) return false;
  }
  return true;
}

bool is_mac(const std::string& text) {
  const Texts pairs = split(text, ':');
  return pairs.size() == 6 && all(pairs, [](const std::string& pair) {
           return pair.size() == 2 && consists_of(pair, hex_digits);
         });
}

bool is_username(const std::string& text) {
  return text.size() <= 32 && consists_of(text, std::string(lower) + digits + "_-") &&
         consists_of(text.substr(0, 1), std::string(lower) + "_");
}

// The characters of a unit's name, `\xHH` being one.
bool is_unit_part(std::string text) {
  for (std::size_t at; (at = text.find("\\x")) != std::string::npos;) {
    const std::string code = text.substr(at + 2, 2);
    if (code.size() != 2 || !consists_of(code, "0123456789abcdef")) return false;
    text.replace(at, 4, "_");
  }
  return consists_of(text, letters + std::string(digits) + ":_.-");
}

bool is_unit(const Texts& choices, const std::string& text) {
  const std::size_t dot = text.rfind('.');
  if (text.size() > 255 || dot == std::string::npos) return false;
  const Texts types{"service",   "socket", "target", "timer", "path",  "mount",
                    "automount", "swap",   "slice",  "scope", "device"};
  const Texts parts = split(text.substr(0, dot), '@');
  return std::find(types.begin(), types.end(), text.substr(dot + 1)) != types.end() &&
         (choices.empty() ||
          std::find(choices.begin(), choices.end(), text.substr(dot + 1)) != choices.end()) &&
         parts.size() <= 2 && all(parts, is_unit_part);
}

bool is_duration(const std::string& text) {
  const std::size_t unit = std::min(text.find_first_not_of(digits), text.size());
  const Texts units{"ms", "s", "m", "h", "d"};
  return is_number(text.substr(0, unit), 999999999) &&
         std::find(units.begin(), units.end(), text.substr(unit)) != units.end();
}

bool is_path(const ArgumentType& type, const std::string& text) {
  if (text.empty() || text.size() > 4095 || text[0] != '/') return false;
  const bool canonical = all(split(text.substr(1), '/'), [](const std::string& part) {
    return !part.empty() && part != "." && part != "..";
  });
  return canonical && std::any_of(type.roots.begin(), type.roots.end(), [&](const auto& root) {
           return text.compare(0, root.size() + 1, root + "/") == 0 ||
                  (text == root && type.path_kind != PathKind::file);
         });
}

bool is_of(const ArgumentType& type, const std::string& text) {
  const auto& choices = type.choices;
  switch (type.kind) {
    case TypeKind::integer:
      return is_int(text);
    case TypeKind::boolean:
      return text == "yes" || text == "no";
    case TypeKind::enumeration:
      return std::find(choices.begin(), choices.end(), text) != choices.end();
    case TypeKind::string:
    case TypeKind::secret:
      return text.size() <= type.max_length;
    case TypeKind::hostname:
      return is_hostname(text);
    case TypeKind::ip:
      return bytes_of(text).has_value();
    case TypeKind::cidr:
      return is_cidr(text);
    case TypeKind::port:
      return is_number(text, 65535) && text != "0";
    case TypeKind::mac:
      return is_mac(text);
    case TypeKind::username:
      return is_username(text);
    case TypeKind::unit:
      return is_unit(choices, text);
    case TypeKind::duration:
      return is_duration(text);
    case TypeKind::path:
      return is_path(type, text);
    case TypeKind::blob:
      return false;
  }
  return false;
}

}  // namespace

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> pieces(1);
  for (const char byte : text) {
    if (byte == separator) {
      pieces.emplace_back();
    } else {
      pieces.back() += byte;
    }
  }
  return pieces;
}

std::optional<std::vector<std::string>> elements_of(const ArgumentType& type,
                                                    const std::string& value) {
  if (!is_value(value)) return std::nullopt;
  Texts elements = type.is_list ? split(value, ',') : Texts{value};
  const bool good = elements.size() <= 64 && all(elements, [&](const std::string& text) {
                      return !text.empty() && (text[0] != '-' || type.kind == TypeKind::integer) &&
                             is_of(type, text);
                    });
  if (!good) return std::nullopt;
  return elements;
}

}  // namespace mgr
