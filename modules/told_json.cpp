// mgr-configure, root; pure. JsonWriter escapes every text.
#include "modules/told_json.h"

#include <cap-ng.h>

#include <array>
#include <cstdio>

#include "protocol/json.h"

namespace mgr {
namespace {

void append_list(JsonWriter& json, std::string_view name, const auto& list) {
  json.key(name).open_array();
  for (const auto& element : list) json.value(element);
  json.close_array();
}

std::string octal(mode_t mode) {
  std::array<char, 8> text{};
  static_cast<void>(std::snprintf(text.data(), text.size(), "%03o", mode & 0777U));
  return text.data();
}

void append_when(JsonWriter& json, const RunSettings& run) {
  if (run.timeout.count() > 0) json.member("timeout_ms", run.timeout.count());
  json.member("stop_grace_ms", run.stop_grace.count());
  if (run.max_running > 0) json.member("max_running", run.max_running);
  json.member("queue", run.queue);
  if (!run.lock.empty()) json.member("lock", run.lock);
  if (run.retries > 0) {
    json.member("retries", run.retries).member("retry_delay_ms", run.retry_delay.count());
    if (!run.retry_exit.empty()) append_list(json, "retry_exit", run.retry_exit);
  }
  append_list(json, "success_exit", run.success_exit);
  json.member("output_limit", run.output_limit);
  if (run.json_output) json.member("output_format", "json");
  if (run.cache.count() > 0) json.member("cache_ms", run.cache.count());
}

void append_limits(JsonWriter& json, const RunSettings& run) {
  json.key("limits").open_object();
  const auto limit = [&](std::string_view name, std::uint64_t value) {
    if (value != 0) json.member(name, value);
  };
  limit("memory", run.memory);
  limit("processes", run.processes);
  limit("cpu_seconds", run.cpu_seconds);
  limit("open_files", run.open_files);
  limit("file_size", run.file_size);
  json.close_object();
}

void append_confinement(JsonWriter& json, const RunSettings& run) {
  json.member("no_new_privileges", run.no_new_privileges).member("private_tmp", run.private_tmp);
  json.member("private_network", run.private_network);
  append_list(json, "read_only_paths", run.read_only_paths);
  json.key("capabilities").open_array();
  for (unsigned number = 0; number < 64; ++number) {
    if ((run.capabilities >> number & 1) != 0) json.value(capng_capability_to_name(number));
  }
  json.close_array();
}

}  // namespace

std::string run_json(const RunSettings& run) {
  JsonWriter json;
  json.open_object().member("user", run.user);
  if (run.uid != static_cast<uid_t>(-1)) json.member("uid", run.uid).member("gid", run.gid);
  append_list(json, "groups", run.groups);
  append_list(json, "environment", run.environment);
  json.member("cwd", run.cwd).member("umask", octal(run.umask)).member("nice", run.nice);
  append_when(json, run);
  append_limits(json, run);
  append_confinement(json, run);
  return json.close_object().take();
}

std::string where_json(const Rule& rule) {
  JsonWriter json;
  json.open_object();
  for (const Condition& condition : rule.where) {
    std::vector<std::string> values;
    for (const auto& [least, most] : condition.ranges) {
      const std::string end = least == most ? "" : ".." + std::to_string(most);
      values.push_back(std::to_string(least) + end);
    }
    values.insert(values.end(), condition.texts.begin(), condition.texts.end());
    append_list(json, condition.argument, values);
  }
  return json.close_object().take();
}

}  // namespace mgr
