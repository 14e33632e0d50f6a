// mgrctl, with the caller's own uid.
#include "client/run_program.h"

#include <array>
#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/env.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/io.hpp>
#include <boost/process/pipe.hpp>
#include <exception>

namespace mgr::client {

namespace process = boost::process;

Outcome<ProgramEnd> run_program(const std::string& program,
                                const std::vector<std::string>& arguments) {
  try {
    process::ipstream output;
    process::child child(process::exe(program), process::args(arguments), process::environment(),
                         process::std_in<process::null, process::std_out> output);
    ProgramEnd end;
    std::array<char, 1 << 16> piece{};
    while (output.read(piece.data(), piece.size()) || output.gcount() > 0) {
      end.output.append(piece.data(), static_cast<std::size_t>(output.gcount()));
    }
    child.wait();
    end.status = child.exit_code();
    return end;
  } catch (const std::exception& error) {
    return failed(Failure::Kind::cannot_connect, program + ": " + error.what());
  }
}

}  // namespace mgr::client
