// mgrctl, with the caller's own uid.
#include "client/review/run_configure.h"

#include "client/run_program.h"

namespace mgr::client {

Outcome<CompileOutcome> run_configure(const std::string& libexec,
                                      const std::vector<std::string>& arguments) {
  const std::string program = libexec + "/mgr-configure";
  const auto end = run_program(program, arguments);
  if (!end) return tl::unexpected(end.error());
  if (end->status != 0) return failed(Failure::Kind::cannot_connect, program + " failed");
  auto outcome = decode<CompileOutcome>(end->output);
  if (outcome) return std::move(*outcome);
  return failed(Failure::Kind::cannot_connect, program + " is of another version");
}

}  // namespace mgr::client
