// An allowed request, with what outlives its message: who asked, for what, and where the answer
// goes. Helper, root.
#pragma once

#include <cstdint>
#include <string>

#include "helper/jobs/job_files.h"
#include "helper/link.h"
#include "policy/policy.h"

namespace mgr {

// Who is told by the broker to have gone: a connection that was handed down, or the client of a
// request from the network (connection 0), which has no other number here than that request's id.
[[nodiscard]] inline std::uint64_t reader_of(std::uint64_t connection, std::uint64_t id) {
  return connection != 0 ? connection : id | std::uint64_t{1} << 63;
}

struct Errand {
  ReplyTo to;
  std::uint64_t reader = 0;  // reader_of
  Asker asker;
  std::string module, action;
  JobScope scope = JobScope::own;
  bool wait = false;        // mgr-wait: what it starts is answered when it has ended
  RequestMark request;      // mgr-request-id; its `running` is not known here
  bool repeated = false;    // it starts nothing: one with that id has
  std::string sharing_key;  // answer_cache.h
};

}  // namespace mgr
