// An allowed request, with what outlives its message: who asked, for what, and where the answer
// goes. Helper, root.
#pragma once

#include <cstdint>
#include <string>

#include "helper/jobs/job_files.h"
#include "helper/link.h"
#include "policy/policy.h"

namespace mgr {

struct Errand {
  ReplyTo to;
  std::uint64_t connection = 0;  // 0: from the network
  Asker asker;
  std::string module, action;
  JobScope scope = JobScope::own;
  bool wait = false;        // mgr-wait: what it starts is answered when it has ended
  RequestMark request;      // mgr-request-id; its `running` is not known here
  bool repeated = false;    // it starts nothing: one with that id has
  std::string sharing_key;  // answer_cache.h
};

}  // namespace mgr
