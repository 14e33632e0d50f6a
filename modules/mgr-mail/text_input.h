// mgr-mail · user mgr-mail · distrusts whoever wrote the text.
#pragma once

#include <string>
#include <tl/expected.hpp>

namespace mgr_mail {

// A status of sysexits.h(3head), and a line for people.
struct Failure {
  int status = 0;
  std::string message;
};

// All of the descriptor to its end, 16 MiB at most, which must be a text.
[[nodiscard]] tl::expected<std::string, Failure> read_text(int descriptor);

}  // namespace mgr_mail
