// Where things are. Every program takes --root DIR, and then looks below DIR.
#pragma once

#include <string>
#include <utility>

namespace mgr {

// Where programs on the network connect, unless mgr.toml says something else.
inline constexpr const char* default_listen = "127.0.0.1:6667";

struct Paths {
  // Empty for the real root; otherwise an absolute path without a slash at its end.
  std::string root;

  explicit Paths(std::string root_folder = "") : root(std::move(root_folder)) {
    while (!root.empty() && root.back() == '/') root.pop_back();
  }

  [[nodiscard]] std::string etc() const { return root + "/etc/mgr"; }
  [[nodiscard]] std::string policy_file() const { return etc() + "/policy.toml"; }
  [[nodiscard]] std::string modules_folder() const { return etc() + "/modules.d"; }
  [[nodiscard]] std::string settings_file() const { return etc() + "/mgr.toml"; }
  // A record for each key that requests may be signed with, ID.toml, and the secret of one for
  // HMAC, ID.secret.
  [[nodiscard]] std::string keys_folder() const { return etc() + "/keys.d"; }
  // Root's own private key, made at the first start.
  [[nodiscard]] std::string root_key_file() const { return etc() + "/root.key"; }
  // The socket that every local client connects to; the helper's.
  [[nodiscard]] std::string client_socket() const { return root + "/run/mgr.sock"; }
  [[nodiscard]] std::string run_folder() const { return root + "/run/mgr"; }
  // The link: the broker connects, the helper listens.
  [[nodiscard]] std::string helper_socket() const { return run_folder() + "/helper.sock"; }
  [[nodiscard]] std::string state_folder() const { return root + "/var/lib/mgr"; }
  [[nodiscard]] std::string jobs_folder() const { return state_folder() + "/jobs"; }
  // Who this host is to signed requests: its id (a line of 32 hex digits), the seed of the key that
  // signs replies (a line of hex, root's alone), and what clients here know of it, for anybody.
  [[nodiscard]] std::string host_folder() const { return state_folder() + "/host"; }
  [[nodiscard]] std::string host_id_file() const { return host_folder() + "/id"; }
  [[nodiscard]] std::string host_key_file() const { return host_folder() + "/key"; }
  [[nodiscard]] std::string known_host_file() const { return host_folder() + "/known_host"; }
  // The nonces of signed requests that have been carried out.
  [[nodiscard]] std::string nonces_file() const { return state_folder() + "/nonces"; }
  // The key of the next line's MAC, root's alone; and the first one, until root has taken it away.
  [[nodiscard]] std::string audit_key_folder() const { return state_folder() + "/audit"; }
  [[nodiscard]] std::string audit_key_file() const { return audit_key_folder() + "/key"; }
  [[nodiscard]] std::string first_audit_key_file() const {
    return audit_key_folder() + "/first-key";
  }
  [[nodiscard]] std::string log_folder() const { return root + "/var/log/mgr"; }
  [[nodiscard]] std::string audit_file() const { return log_folder() + "/audit.jsonl"; }
  // journald's, for a copy of each line.
  [[nodiscard]] std::string journal_socket() const { return root + "/run/systemd/journal/socket"; }
};

}  // namespace mgr
