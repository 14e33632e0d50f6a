// Benchmarks only: a load counts nothing that did not succeed.
#pragma once

#include <cstddef>
#include <string_view>

#include "tests/bench/framing.h"

namespace mgr::bench {

// One connection's replies.
class ReplyCheck {
 public:
  // The number of whole replies that `bytes` completes. Throws std::runtime_error, with the reply,
  // on one that is not a success.
  std::size_t feed(std::string_view bytes);

  // Throws std::runtime_error when the connection's end cut a reply in two.
  void expect_no_rest() const;

 private:
  Framing lines_{"\n"};
};

}  // namespace mgr::bench
