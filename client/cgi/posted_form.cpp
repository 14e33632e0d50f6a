// mgr.cgi, as the web server's user; distrusts every byte of a posted form.
#include <optional>

#include "client/cgi/posted.h"
#include "client/cgi/posted_fields.h"

namespace mgr::cgi {
namespace {

std::optional<unsigned> hex_digit(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return std::nullopt;
}

// Nothing where a % is not followed by two digits of hex.
std::optional<std::string> decoded(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      bytes += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const auto high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    bytes += static_cast<char>(*high << 4 | *low);
    i += 2;
  }
  return bytes;
}

}  // namespace

Judged<Posted> read_form(std::string_view text) {
  PostedFields fields;
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || (end != std::string_view::npos && text.empty())) {
      return refuse(ErrorCode::malformed, "the form holds what is no NAME=VALUE");
    }
    const auto name = decoded(pair.substr(0, equals));
    auto value = decoded(pair.substr(equals + 1));
    if (!name || !value)
      return refuse(ErrorCode::malformed, "the form holds a % that escapes nothing");
    const auto added = fields.add(*name, std::move(*value));
    if (!added) return tl::unexpected(added.error());
  }
  return fields.take();
}

}  // namespace mgr::cgi
