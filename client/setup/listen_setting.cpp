// mgrctl, with the caller's own uid; pure. Distrusts the file's author's typing.
#include "client/setup/listen_setting.h"

#include <algorithm>
#include <optional>

#include "client/host_port.h"
#include "policy/argument.h"
#include "policy/toml_document.h"
#include "policy/toml_text.h"

namespace mgr::client {
namespace {

constexpr const char* file_name = "mgr.toml";
constexpr const char* default_listen = "127.0.0.1:6667";

tl::unexpected<Failure> invalid(std::string detail) {
  return failed(Failure::Kind::invalid_request, std::move(detail));
}

const TomlValue* child(const TomlValue& table, std::string_view key) {
  const auto found = std::ranges::find(table.children, key, &TomlValue::key);
  return found == table.children.end() ? nullptr : &*found;
}

// Where it stands: the lines of [broker] and of its listen, and what that is.
struct Place {
  std::optional<unsigned> broker, listen;
  std::string value = default_listen;
};

Outcome<Place> find_place(const std::string& text) {
  std::vector<std::string> warnings;
  Findings findings(file_name, warnings);
  const TomlValue document = parse_toml(text, findings);
  if (auto result = findings.result(); !result) return invalid(result.error().detail);
  Place place;
  const TomlValue* broker = child(document, "broker");
  if (broker == nullptr) return place;
  place.broker = broker->line;
  const TomlValue* listen = child(*broker, "listen");
  if (listen == nullptr) return place;
  if (listen->kind != TomlValue::Kind::text) {
    return invalid(std::string(file_name) + ":" + std::to_string(listen->line) +
                   ": [broker] listen is no string");
  }
  place.listen = listen->line;
  place.value = listen->text;
  return place;
}

// Of a line that counts from 1: where it begins, and where its line feed is.
std::pair<std::size_t, std::size_t> bounds_of(const std::string& text, unsigned line) {
  std::size_t begin = 0;
  for (unsigned i = 1; i < line; ++i) begin = text.find('\n', begin) + 1;
  return {begin, std::min(text.find('\n', begin), text.size())};
}

// Puts the value in the place of the string that stands behind `listen` and its '=' on that line.
std::optional<std::string> put(const std::string& text, unsigned line, const std::string& value) {
  const auto [begin, end] = bounds_of(text, line);
  const std::string all = text.substr(begin, end - begin);
  const std::size_t equals = all.find('=', std::min(all.find("listen"), all.size()));
  const std::size_t open = all.find_first_of("\"'", std::min(equals, all.size()));
  if (equals == std::string::npos || open == std::string::npos) return std::nullopt;
  const std::size_t close = all.find(all[open], open + 1);
  if (close == std::string::npos) return std::nullopt;
  return text.substr(0, begin + open) + value + text.substr(begin + close + 1);
}

}  // namespace

Outcome<std::string> read_listen(const std::string& text) {
  return find_place(text).map([](const Place& place) { return place.value; });
}

Outcome<std::string> with_listen(const std::string& text, const std::string& listen) {
  const auto place = find_place(text);
  if (!place) return tl::unexpected(place.error());
  const std::string value = toml_string(listen);
  std::string changed = text;
  if (place->listen) {
    changed = put(text, *place->listen, value).value_or("");
  } else if (place->broker) {
    const std::size_t end = bounds_of(text, *place->broker).second;
    changed = text.substr(0, end) + "\nlisten = " + value + text.substr(end);
  } else {
    const bool is_ended = text.empty() || text.ends_with('\n');
    changed += std::string(is_ended ? "" : "\n") + "\n[broker]\nlisten = " + value + '\n';
  }
  const auto now = read_listen(changed);
  if (now && *now == listen) return changed;
  return invalid(std::string(file_name) +
                 ": [broker] listen is written in a way that is not changed here; "
                 "write it by hand: listen = " +
                 value);
}

bool is_listen_address(const std::string& text) {
  const auto parts = parse_host_port(text);
  ArgumentType address;
  address.kind = TypeKind::ip;
  if (!parts || !check_value(address, parts->host)) return false;
  return (parts->host.find(':') != std::string::npos) == text.starts_with('[');
}

}  // namespace mgr::client
