// Broker (uid mgr-broker). What the broker refuses by itself, counted by source and reason and told
// to the helper once a second, which audits the sums: a flood of nonsense must not fill the log.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "broker/link.h"
#include "broker/loop.h"
#include "protocol/error.h"

namespace mgr::broker {

class Refusals {
 public:
  // Rows beside those of `other`, of which there may be one an error code.
  static constexpr std::size_t max_rows = max_refusals - 13;

  Refusals(uv_loop_t* loop, Link& link);

  // Counts one. When the table is full, a source that is not in it counts under "other".
  void count(std::string source, ErrorCode code);

 private:
  void tell();

  Link& link_;
  Timer timer_;  // runs only while there is something to tell
  std::map<std::pair<std::string, ErrorCode>, std::uint32_t> counts_;
};

}  // namespace mgr::broker
