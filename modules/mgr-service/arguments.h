// mgr-service · user mgr-service · arguments come from mgr-job, the unit's name from a client.
#pragma once

#include <chrono>
#include <string>
#include <tl/expected.hpp>

namespace mgr_service {

struct Arguments {
  std::string unit;
  std::chrono::seconds timeout{10};  // of each of the three steps: to connect, and two questions
};

// The error is the exit status, after help or a complaint has been printed: 0 or 2.
[[nodiscard]] tl::expected<Arguments, int> parse_arguments(int argc, char** argv);

}  // namespace mgr_service
