// mgr-service · user mgr-service · distrusts what units say of themselves, such as a description.
#include "modules/mgr-service/unit_status.h"

#include <csignal>

#include "protocol/json.h"
#include "protocol/utc_time.h"

namespace mgr_service {
namespace {

// "" where there is no such text.
std::string_view text_of(const Properties& properties, std::string_view name) {
  const auto found = properties.find(name);
  const auto* text = found == properties.end() ? nullptr : std::get_if<std::string>(&found->second);
  return text == nullptr ? std::string_view() : *text;
}

// `none` where there is no such number.
std::uint64_t number_of(const Properties& properties, std::string_view name, std::uint64_t none) {
  const auto found = properties.find(name);
  const auto* number =
      found == properties.end() ? nullptr : std::get_if<std::uint64_t>(&found->second);
  return number == nullptr ? none : *number;
}

void add_text(mgr::JsonWriter& json, std::string_view name, std::string_view text) {
  json.key(name);
  text.empty() ? json.raw("null") : json.value(text);
}

void add_number(mgr::JsonWriter& json, std::string_view name, std::uint64_t number,
                std::uint64_t none) {
  json.key(name);
  number == none ? json.raw("null") : json.value(number);
}

// When the unit came into its active state: as systemctl(1) tells it.
std::uint64_t since(const Properties& properties) {
  const std::string_view state = text_of(properties, "ActiveState");
  const char* name = "ActiveExitTimestamp";  // deactivating
  if (state == "active" || state == "reloading") name = "ActiveEnterTimestamp";
  if (state == "inactive" || state == "failed") name = "InactiveEnterTimestamp";
  if (state == "activating") name = "InactiveExitTimestamp";
  return number_of(properties, name, 0);
}

void add_time(mgr::JsonWriter& json, std::string_view name, std::uint64_t microseconds) {
  json.key(name);
  if (microseconds == 0) {
    json.raw("null");
  } else {
    json.value(mgr::utc_time(static_cast<std::int64_t>(microseconds)));
  }
}

// The codes are si_code of SIGCHLD, sigaction(2).
void add_exit(mgr::JsonWriter& json, const Properties& properties) {
  json.key("exit");
  const std::uint64_t code = number_of(properties, "ExecMainCode", 0);
  const std::uint64_t status = number_of(properties, "ExecMainStatus", 0);
  if (code == CLD_EXITED) {
    json.open_object().member("code", "exited").member("status", status).close_object();
  } else if (code == CLD_KILLED || code == CLD_DUMPED) {
    json.open_object().member("code", code == CLD_KILLED ? "killed" : "dumped");
    json.member("signal", status).close_object();
  } else {
    json.raw("null");
  }
}

}  // namespace

std::string status_json(std::string_view unit, const Properties& properties) {
  const std::string_view id = text_of(properties, "Id");
  mgr::JsonWriter json;
  json.open_object().member("unit", unit);
  add_text(json, "alias_of", id == unit ? "" : id);
  add_text(json, "description", text_of(properties, "Description"));
  add_text(json, "load", text_of(properties, "LoadState"));
  add_text(json, "active", text_of(properties, "ActiveState"));
  add_text(json, "sub", text_of(properties, "SubState"));
  add_text(json, "enabled", text_of(properties, "UnitFileState"));
  add_time(json, "since", since(properties));
  add_number(json, "main_pid", number_of(properties, "MainPID", 0), 0);
  add_exit(json, properties);
  add_text(json, "result", text_of(properties, "Result"));
  add_number(json, "restarts", number_of(properties, "NRestarts", UINT64_MAX), UINT64_MAX);
  add_number(json, "memory", number_of(properties, "MemoryCurrent", UINT64_MAX), UINT64_MAX);
  add_text(json, "fragment", text_of(properties, "FragmentPath"));
  return json.close_object().take() + '\n';
}

}  // namespace mgr_service
