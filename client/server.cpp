// Clients, with the caller's own uid; distrusts the environment as far as its forms go.
#include "client/server.h"

#include <unistd.h>

#include <cstdlib>

#include "client/files.h"
#include "protocol/paths.h"

namespace mgr::client {
namespace {

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

bool is_absolute(const std::optional<std::string>& path) { return path && path->starts_with('/'); }

bool is_set(const std::optional<std::string>& value) { return value && !value->empty(); }

// --socket and --root are about this machine, whatever the environment says.
std::optional<std::string> chosen_host(const ServerChoice& choice) {
  if (choice.host) return choice.host;
  if (choice.socket || choice.root || !is_set(choice.env_host)) return std::nullopt;
  return choice.env_host;
}

}  // namespace

ServerChoice with_environment(ServerChoice options) {
  options.env_socket = environment("MGR_SOCKET");
  options.env_host = environment("MGR_HOST");
  options.env_key = environment("MGR_KEY");
  options.env_config_home = environment("XDG_CONFIG_HOME");
  options.env_home = environment("HOME");
  options.uid = ::geteuid();
  return options;
}

std::string choose_socket_path(const std::optional<std::string>& socket,
                               const std::optional<std::string>& root, const char* environment) {
  if (socket) return *socket;
  if (root) return Paths(*root).client_socket();
  if (environment != nullptr && *environment != '\0') return environment;
  return Paths().client_socket();
}

bool asks_over_network(const ServerChoice& choice) { return chosen_host(choice).has_value(); }

std::optional<std::string> config_folder(const ServerChoice& choice) {
  if (is_absolute(choice.env_config_home)) return *choice.env_config_home + "/mgr";
  if (is_absolute(choice.env_home)) return *choice.env_home + "/.config/mgr";
  return std::nullopt;
}

std::optional<std::string> choose_key_file(const ServerChoice& choice) {
  if (choice.no_sign) return std::nullopt;
  if (choice.key_file) return choice.key_file;
  if (choice.env_key) return is_set(choice.env_key) ? choice.env_key : std::nullopt;
  if (const auto folder = config_folder(choice); folder && exists(*folder + "/key")) {
    return *folder + "/key";
  }
  const std::string of_root = Paths(choice.root.value_or("")).root_key_file();
  return choice.uid == 0 && exists(of_root) ? std::optional(of_root) : std::nullopt;
}

std::vector<std::string> known_hosts_files(const ServerChoice& choice, const std::string& name) {
  const Paths paths(choice.root.value_or(""));
  std::vector<std::string> files;
  if (const auto folder = config_folder(choice)) files.push_back(*folder + "/known_hosts");
  files.push_back(paths.etc() + "/known_hosts");
  if (name == local_name) files.push_back(paths.known_host_file());
  return files;
}

Outcome<Server> choose_server(const ServerChoice& choice) {
  Server server(choose_socket_path(choice.socket, choice.root,
                                   choice.env_socket ? choice.env_socket->c_str() : nullptr));
  if (const auto host = chosen_host(choice)) {
    server.host = parse_host_port(*host);
    if (!server.host) {
      return failed(Failure::Kind::invalid_request, *host + " is not HOST:PORT");
    }
  }
  const auto file = choose_key_file(choice);
  if (!file) return server;
  auto key = read_key_file(*file);
  if (!key) return tl::unexpected(key.error());
  const std::string name = server.host ? server.host->name : local_name;
  auto host = find_known_host(name, known_hosts_files(choice, name));
  if (!host) {
    host.error().detail += "; --no-sign asks without a signature";
    return tl::unexpected(host.error());
  }
  server.signer = std::make_shared<const Signer>(Signer{std::move(*key), *file, std::move(*host)});
  return server;
}

}  // namespace mgr::client
