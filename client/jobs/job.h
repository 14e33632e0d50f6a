// mgrctl, with the caller's own uid. A job as a reply describes it; distrusts the reply.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/failure.h"
#include "client/json_value.h"
#include "client/reply.h"

namespace mgr::client {

// What PROTOCOL.md ("Jobs") says of a job, where it was said. Every text may hold any character.
struct Job {
  std::uint64_t id = 0;
  std::string key, module, action, state, detail;
  std::string accepted, started, ended;  // as they came: RFC 3339, UTC
  std::optional<std::uint64_t> uid;      // the caller's
  std::string caller_key;                // the id of the key that signed; empty for none
  std::string on_behalf_of;
  std::optional<std::uint64_t> progress;  // in percent, 0 to 100
  std::optional<std::uint64_t> exit_status, signal;
  std::optional<std::uint64_t> wall_ms;
  std::string due;                       // when what it is for happens, as it came
  std::vector<std::uint64_t> waits_for;  // jobs that are to end before it starts

  [[nodiscard]] bool has_ended() const;
  // "scan:17", or "scan start" where there is no key.
  [[nodiscard]] std::string name() const;
};

// A job of the reply's data. What is not of its type is taken for absent; nothing without an id.
[[nodiscard]] std::optional<Job> read_job(const JsonValue& from);

// The jobs in a reply's data, none where it has none. Fails with bad_reply where `jobs` is no list
// of jobs.
[[nodiscard]] Outcome<std::vector<Job>> read_jobs(const Reply& reply);

}  // namespace mgr::client
