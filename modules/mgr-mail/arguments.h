// mgr-mail · user mgr-mail · recipients and subject are a caller's, the others root's.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace mgr_mail {

struct Arguments {
  std::string sendmail = "/usr/sbin/sendmail";  // absolute
  std::string from;                             // an address; "" for none
  std::vector<std::string> recipients;
  std::string subject;
};

// The error is the exit status, after help or a complaint has been printed: 0 or EX_USAGE.
[[nodiscard]] tl::expected<Arguments, int> parse_arguments(int argc, char** argv);

}  // namespace mgr_mail
