// mgr.cgi, as the web server's user; distrusts all that the client says.
#include "client/cgi/admission.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "client/cgi/site.h"
#include "client/client.h"
#include "protocol/text.h"

namespace mgr::cgi {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

// What stands before the next semicolon, which goes with it.
std::string take_part(std::string_view& text) {
  const std::string_view part = text.substr(0, text.find(';'));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return client::folded(trimmed(part));
}

std::optional<Place> place_of(std::string_view path_info) {
  if (path_info.empty()) return Place::request;
  if (path_info == "/token") return Place::token;
  if (path_info == "/stream") return Place::stream;
  return std::nullopt;
}

bool is_placeholder(std::string_view user) {
  return user == "-" || user == "(null)" || user.starts_with('$') || user.starts_with("%{");
}

Judged<Place> read_target(const Environment& environment) {
  if (environment.method != "POST") {
    return refuse(405, ErrorCode::malformed, "it is asked for with POST and nothing else");
  }
  const auto place = place_of(environment.path_info);
  if (!place) return refuse(ErrorCode::unknown_action, "there is nothing at this path");
  if (!environment.query.empty()) {
    return refuse(ErrorCode::malformed, "a query: what is asked for stands in the body");
  }
  return *place;
}

}  // namespace

Judged<std::string> read_user(std::string_view text) {
  if (text.empty() || is_placeholder(text)) {
    return refuse(ErrorCode::unauthenticated, "the web server names no user whom it knows");
  }
  if (!is_value(text) || trimmed(text) != text) {
    return refuse(ErrorCode::unauthenticated, "this user's name cannot be recorded");
  }
  return std::string(text);
}

Judged<Encoding> read_content_type(std::string_view text) {
  constexpr int unsupported = 415;
  const std::string type = take_part(text);
  const bool is_json = type == "application/json";
  if (!is_json && type != "application/x-www-form-urlencoded") {
    return refuse(unsupported, ErrorCode::malformed,
                  "the body is neither application/json nor application/x-www-form-urlencoded");
  }
  while (!text.empty()) {
    const std::string parameter = take_part(text);
    if (parameter != "charset=utf-8" && parameter != "charset=\"utf-8\"") {
      return refuse(unsupported, ErrorCode::malformed, "the body's charset is utf-8, or not said");
    }
  }
  return is_json ? Encoding::json : Encoding::form;
}

Judged<std::size_t> read_content_length(std::string_view text) {
  if (text.empty()) return refuse(411, ErrorCode::malformed, "a body without its length");
  if (text.find_first_not_of("0123456789") != std::string_view::npos) {
    return refuse(ErrorCode::malformed, "the body's length is no number");
  }
  std::size_t length = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), length);
  if (read.ec != std::errc() || length > max_content_length) {
    return refuse(ErrorCode::too_large,
                  "a body is at most " + std::to_string(max_content_length) + " bytes");
  }
  return length;
}

Judged<Admission> admit(const Environment& environment, unsigned uid) {
  if (uid == 0) return broken("mgr.cgi does not run as root: a site has a user of its own");
  const auto place = read_target(environment);
  if (!place) return tl::unexpected(place.error());
  const auto own_host = check_host(environment.host, environment.hosts);
  if (!own_host) return tl::unexpected(own_host.error());
  const auto own_page = check_origin(environment);
  if (!own_page) return tl::unexpected(own_page.error());
  auto user = read_user(environment.user);
  if (!user) return tl::unexpected(user.error());
  const auto encoding = read_content_type(environment.content_type);
  if (!encoding) return tl::unexpected(encoding.error());
  const auto length = read_content_length(environment.content_length);
  if (!length) return tl::unexpected(length.error());
  return Admission{*place, *encoding, *length, std::move(*user), folded_host(environment.host)};
}

}  // namespace mgr::cgi
