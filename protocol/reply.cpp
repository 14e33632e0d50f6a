// Broker and helper.
#include "protocol/reply.h"

#include "protocol/json.h"

namespace mgr {

namespace {

std::string line_of(std::string_view action, std::string_view data, bool more) {
  JsonWriter json;
  json.open_object().member("success", true).member("msg", std::string(action) + " ok");
  if (more) json.member("more", true);
  if (!data.empty()) json.key("data").raw(data);
  json.close_object();
  return json.take() + '\n';
}

}  // namespace

std::string success_line(std::string_view action, std::string_view data) {
  return line_of(action, data, false);
}

std::string part_line(std::string_view action, std::string_view data) {
  return line_of(action, data, true);
}

std::string failure_line(const Error& error, std::uint64_t audit, std::string_view data) {
  JsonWriter json;
  json.open_object().member("success", false);
  json.key("msg").open_object().member("err_code", static_cast<int>(error.code)).close_object();
  json.member("error", error_name(error.code)).member("detail", error.detail);
  if (audit != 0) json.member("audit", audit);
  if (!data.empty()) json.key("data").raw(data);
  json.close_object();
  return json.take() + '\n';
}

// Within a string the quotes of the key would be escaped: so the first is the key.
std::string_view open_data_of(std::string_view line) {
  constexpr std::string_view key = ",\"data\":", end = "}}\n";
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos || !line.ends_with(end)) return {};
  const std::size_t begin = at + key.size();
  if (line.size() < begin + end.size() + 2 || line[begin] != '{') return {};
  return line.substr(begin, line.size() - begin - end.size());
}

}  // namespace mgr
