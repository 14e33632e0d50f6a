#include "tests/bench/reply_check.h"

#include <stdexcept>
#include <string>

namespace mgr::bench {

std::size_t ReplyCheck::feed(std::string_view bytes) {
  std::size_t replies = 0;
  lines_.feed(bytes, [&replies](std::string_view line) {
    if (!line.starts_with("{\"success\":true")) {
      throw std::runtime_error("a request failed: " + std::string(line));
    }
    ++replies;
  });
  return replies;
}

void ReplyCheck::expect_no_rest() const {
  if (!lines_.empty()) throw std::runtime_error("the connection ended inside a reply");
}

}  // namespace mgr::bench
