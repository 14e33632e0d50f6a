// mgrctl, with the caller's own uid. Runs a program to its end: the one file of mgrctl that starts
// one, and that knows Boost.Process; its exceptions end here.
#pragma once

#include <string>
#include <vector>

#include "client/failure.h"

namespace mgr::client {

struct ProgramEnd {
  int status = 0;      // its exit status; of one that a signal has ended, the number of that
  std::string output;  // all of its standard output
};

// `program` is a path. It gets an empty environment, nothing on standard input, and our standard
// error. Fails with cannot_connect where it cannot be executed.
[[nodiscard]] Outcome<ProgramEnd> run_program(const std::string& program,
                                              const std::vector<std::string>& arguments);

}  // namespace mgr::client
