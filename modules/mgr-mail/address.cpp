// mgr-mail · user mgr-mail · distrusts whoever chose the recipients.
#include "modules/mgr-mail/address.h"

#include <algorithm>

namespace mgr_mail {
namespace {

constexpr std::size_t longest_address = 254;
constexpr std::size_t longest_label = 63;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_atom(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || c == '_' || c == '+' || c == '=' || c == '-';
  });
}

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= longest_label && is_alphanumeric(text.front()) &&
         is_alphanumeric(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

// Whether each part between two dots is one.
bool all_parts(std::string_view text, bool (*is_part)(std::string_view)) {
  for (;;) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    if (!is_part(text.substr(0, dot))) return false;
    if (dot == text.size()) return true;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

bool is_address(std::string_view text) {
  if (text.empty() || text.size() > longest_address) return false;
  const std::size_t at = std::min(text.find('@'), text.size());
  const std::string_view local = text.substr(0, at);
  if (!all_parts(local, is_atom) || !(is_alphanumeric(local.front()) || local.front() == '_')) {
    return false;
  }
  return at == text.size() || all_parts(text.substr(at + 1), is_label);
}

std::optional<std::vector<std::string>> parse_recipients(std::string_view text) {
  std::vector<std::string> recipients;
  for (;;) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view address = text.substr(0, comma);
    if (!is_address(address) || recipients.size() == most_recipients) return std::nullopt;
    if (std::ranges::find(recipients, address) == recipients.end()) {
      recipients.emplace_back(address);
    }
    if (comma == text.size()) return recipients;
    text.remove_prefix(comma + 1);
  }
}

std::string_view domain_of(std::string_view address) {
  const std::size_t at = address.find('@');
  return at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
}

}  // namespace mgr_mail
