// mgr-configure (root); reads root's own files, and distrusts their author's typing.
#include <cap-ng.h>

#include <algorithm>

#include "policy/parse_action.h"
#include "policy/root_equivalent.h"

namespace mgr {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t mebibyte = 1 << 20;
constexpr std::uint64_t most_bytes = std::uint64_t{1} << 50;

void read_limits(TableReader& table, RunSettings& run) {
  run.memory = table.size("memory", mebibyte, most_bytes, run.memory);
  run.file_size = table.size("file_size", 1, most_bytes, run.file_size);
  run.processes = static_cast<std::uint32_t>(table.integer("processes", 1, 1 << 22, run.processes));
  // Fewer than 8 and the loader cannot open a program's libraries.
  run.open_files = static_cast<std::uint64_t>(
      table.integer("open_files", 8, 1 << 20, static_cast<std::int64_t>(run.open_files)));
  const auto time = table.duration("cpu_time", 1s, 24h * 366, 0ms);
  if (time % 1s != 0ms) table.error("cpu_time", "must be whole seconds");
  run.cpu_seconds = static_cast<std::uint64_t>(time / 1s);
}

// "/a/b": absolute, and written in the one way in which the kernel resolves it: no empty part, no
// "." and no "..", no "/" at the end. "" where it is, else what is wrong.
const char* path_error(std::string_view path) {
  if (!path.starts_with('/')) return "must hold absolute paths";
  if (path == "/") return "must not hold /, which would leave nothing to write to";
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view part = path.substr(0, path.find('/'));
    if (part.empty() || part == "." || part == "..") {
      return "must hold paths without //, /./, /../ and a / at the end";
    }
    path.remove_prefix(part.size());
  }
  return nullptr;
}

std::vector<std::string> read_paths(TableReader& table) {
  std::vector<std::string> paths = table.texts("read_only_paths");
  for (const std::string& path : paths) {
    if (const char* wrong = path_error(path)) table.error("read_only_paths", wrong);
  }
  return paths;
}

// "CAP_NET_BIND_SERVICE" or "net_bind_service"; -1 for what is neither.
int capability_number(std::string_view name) {
  if (name.starts_with("CAP_") || name.starts_with("cap_")) name.remove_prefix(4);
  return capng_name_to_capability(std::string(name).c_str());
}

std::uint64_t read_capabilities(TableReader& table) {
  std::uint64_t mask = 0;
  for (const std::string& name : table.texts("capabilities")) {
    const int number = capability_number(name);
    if (number < 0 || number > 63) {
      table.error("capabilities", "names '" + name + "', which is no capability");
      continue;
    }
    mask |= std::uint64_t{1} << number;
    if (std::ranges::count(root_equivalent, static_cast<unsigned>(number)) != 0) {
      table.warn("capabilities", "names '" + name + "': who has it is as good as root");
    }
  }
  return mask;
}

}  // namespace

void read_confinement(TableReader& table, RunSettings& run) {
  read_limits(table, run);
  run.no_new_privileges = table.boolean("no_new_privileges", run.no_new_privileges);
  run.private_tmp = table.boolean("private_tmp", run.private_tmp);
  run.private_network = table.boolean("private_network", run.private_network);
  run.read_only_paths = read_paths(table);
  run.capabilities = read_capabilities(table);
}

}  // namespace mgr
