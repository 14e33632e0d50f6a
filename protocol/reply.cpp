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

std::string failure_line(const Error& error, std::uint64_t audit) {
  JsonWriter json;
  json.open_object().member("success", false);
  json.key("msg").open_object().member("err_code", static_cast<int>(error.code)).close_object();
  json.member("error", error_name(error.code)).member("detail", error.detail);
  if (audit != 0) json.member("audit", audit);
  json.close_object();
  return json.take() + '\n';
}

}  // namespace mgr
