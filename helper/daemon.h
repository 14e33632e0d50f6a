// The parts of mgr-helper, put together, and the turn of its loop. Helper, root.
#pragma once

#include <uv.h>

#include <memory>
#include <string>

#include "helper/answer.h"
#include "helper/audit.h"
#include "helper/audit_log.h"
#include "helper/connections.h"
#include "helper/doorkeeper.h"
#include "helper/effects.h"
#include "helper/identity.h"
#include "helper/jobs/jobs.h"
#include "helper/jobs/watch.h"
#include "helper/link.h"
#include "helper/nonces.h"
#include "helper/reloads.h"
#include "helper/running.h"
#include "protocol/guarded.h"

namespace mgr {

// What the daemon was given to work with, opened and checked already.
struct DaemonParts {
  InForce in_force;
  ConfigureCommand reload;
  AuditLog audit_log;
  Descriptor client_listener, broker_listener;
  JobsSettings jobs;
  Guarded host_key;  // signs replies (ed25519_secret_key)
  Nonces nonces;
};

class Daemon {
 public:
  // Finds the jobs again; fails where they cannot be.
  static Result<std::unique_ptr<Daemon>> open(uv_loop_t* loop, DaemonParts parts);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // SIGHUP.
  void reload() { reloads_.ask(std::nullopt); }

  // SIGTERM: stops the loop when what was asked before has been answered.
  void end();

 private:
  Daemon(uv_loop_t* loop, DaemonParts parts, std::unique_ptr<Connections> connections);
  [[nodiscard]] LinkEvents link_events();
  void turn_ended();
  [[nodiscard]] Result<std::string> take_over(LoadedConfiguration loaded);

  InForce in_force_;
  AuditLog audit_log_;
  Audit audit_;
  std::unique_ptr<Connections> connections_;
  Paths paths_;
  Guarded host_key_;
  Nonces nonces_;
  Identity identity_;
  Link link_;
  Doorkeeper doorkeeper_;
  Reloads reloads_;
  Effects effects_;
  std::unique_ptr<Jobs> jobs_;
  Answerer answerer_;
  uv_check_t* check_;
  uv_prepare_t* prepare_;
  std::unique_ptr<Watch> ends_;  // by then, whatever the broker does
};

}  // namespace mgr
