// mgr-service · user mgr-service · arguments come from mgr-job, the unit's name from a client.
//
// The only file that knows CLI11; its exceptions end here.
#include "modules/mgr-service/arguments.h"

#include <CLI/CLI.hpp>

#include "mgr_version.h"
#include "modules/mgr-service/result.h"

namespace mgr_service {

tl::expected<Arguments, int> parse_arguments(int argc, char** argv) {
  CLI::App app("Asks systemd about a unit.", "mgr-service");
  Arguments arguments;
  std::string command;
  int seconds = static_cast<int>(arguments.timeout.count());
  app.add_option("COMMAND", command, "status: print the unit's state as JSON")
      ->required()
      ->check(CLI::IsMember({"status"}));
  app.add_option("UNIT", arguments.unit, "The unit's whole name, such as nginx.service")
      ->required();
  app.add_option("--timeout", seconds, "How long to wait for each answer")
      ->type_name("SECONDS")
      ->check(CLI::Range(1, 300));
  app.set_version_flag("--version", "mgr-service " MGR_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return tl::unexpected<int>(app.exit(error) == 0 ? 0 : static_cast<int>(Exit::usage));
  }
  arguments.timeout = std::chrono::seconds(seconds);
  return arguments;
}

}  // namespace mgr_service
