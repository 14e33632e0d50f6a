// Clients, with the caller's own uid. Where to ask, and with which key: what command line,
// environment and files say of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/failure.h"
#include "client/host_port.h"
#include "client/signer.h"

namespace mgr::client {

// A UNIX socket, or a host over TCP; and what requests to it are signed with, none for unsigned.
struct Server {
  std::string socket_path;
  std::optional<HostPort> host;
  std::shared_ptr<const Signer> signer;

  Server() = default;
  Server(std::string path) : socket_path(std::move(path)) {}  // NOLINT: that socket, unsigned
  Server(const char* path) : socket_path(path) {}             // NOLINT
};

// The options, and what of the environment is about this. Of a variable "" is not as good as unset:
// MGR_KEY that is set to nothing asks for no signature.
struct ServerChoice {
  std::optional<std::string> socket, host, root, key_file;
  bool no_sign = false;
  std::optional<std::string> env_socket{}, env_host{}, env_key{}, env_config_home{}, env_home{};
  unsigned uid = 0;
};

// With what the environment of this process says, and its uid.
[[nodiscard]] ServerChoice with_environment(ServerChoice options);

// Where the daemon listens on this machine: `socket` where given, else below `root` where given,
// else `environment` (MGR_SOCKET; nullptr or empty for unset), else /run/mgr.sock.
[[nodiscard]] std::string choose_socket_path(const std::optional<std::string>& socket,
                                             const std::optional<std::string>& root,
                                             const char* environment);

// Over the network, where anybody on the way can read.
[[nodiscard]] bool asks_over_network(const ServerChoice& choice);

// $XDG_CONFIG_HOME/mgr, or ~/.config/mgr; nothing where neither is an absolute path.
[[nodiscard]] std::optional<std::string> config_folder(const ServerChoice& choice);

// The private key's file: the option's, MGR_KEY's, the user's own where there is one, or root's own
// where there is one. Nothing where requests are not to be signed.
[[nodiscard]] std::optional<std::string> choose_key_file(const ServerChoice& choice);

// The files in which the host of that name is looked for, in this order.
[[nodiscard]] std::vector<std::string> known_hosts_files(const ServerChoice& choice,
                                                         const std::string& name);

// Reads the key and looks the host up, where requests are signed. Fails with invalid_request: a key
// file that is none or loose, a host that is not known, a MGR_HOST that is none.
[[nodiscard]] Outcome<Server> choose_server(const ServerChoice& choice);

}  // namespace mgr::client
