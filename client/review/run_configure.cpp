// mgrctl, with the caller's own uid.
#include "client/review/run_configure.h"

#include <array>
#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/env.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/io.hpp>
#include <boost/process/pipe.hpp>
#include <exception>

namespace mgr::client {
namespace {

namespace process = boost::process;

Outcome<std::string> run(const std::string& program, const std::vector<std::string>& arguments) {
  process::ipstream output;
  process::child child(process::exe(program), process::args(arguments), process::environment(),
                       process::std_in<process::null, process::std_out> output);
  std::string bytes;
  std::array<char, 1 << 16> piece{};
  while (output.read(piece.data(), piece.size()) || output.gcount() > 0) {
    bytes.append(piece.data(), static_cast<std::size_t>(output.gcount()));
  }
  child.wait();
  if (child.exit_code() != 0) {
    return failed(Failure::Kind::cannot_connect, program + " failed");
  }
  return bytes;
}

}  // namespace

Outcome<CompileOutcome> run_configure(const std::string& libexec,
                                      const std::vector<std::string>& arguments) {
  const std::string program = libexec + "/mgr-configure";
  try {
    const auto bytes = run(program, arguments);
    if (!bytes) return tl::unexpected(bytes.error());
    auto outcome = decode<CompileOutcome>(*bytes);
    if (outcome) return std::move(*outcome);
  } catch (const std::exception& error) {
    return failed(Failure::Kind::cannot_connect, program + ": " + error.what());
  }
  return failed(Failure::Kind::cannot_connect, program + " is of another version");
}

}  // namespace mgr::client
