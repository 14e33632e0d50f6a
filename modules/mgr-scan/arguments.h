// mgr-scan · user mgr-scan, or root for --accept · arguments come from mgr-job or from root.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>

namespace mgr_scan {

struct Arguments {
  std::uint32_t id = 0;    // 1 to 2^31
  std::string root = "/";  // below it are etc/mgr and var/lib/mgr
  std::string digest;      // with --accept: the proposal that is meant; empty: any
  bool accept = false;
  bool json = false;
};

// The error is the exit status, after help or a complaint has been printed: 0 or 2.
[[nodiscard]] tl::expected<Arguments, int> parse_arguments(int argc, char** argv);

}  // namespace mgr_scan
