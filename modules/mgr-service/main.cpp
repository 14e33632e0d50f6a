// mgr-service · user mgr-service, without privilege · distrusts the unit's name, which a client
// gave, and what units say of themselves.
#include <csignal>
#include <cstdio>
#include <exception>

#include "modules/mgr-service/arguments.h"
#include "modules/mgr-service/ask_systemd.h"
#include "modules/mgr-service/bus.h"

namespace {

using mgr_service::Exit;

int complain(Exit exit, const char* message) {
  (void)std::fprintf(stderr, "mgr-service: %s\n", message);
  return static_cast<int>(exit);
}

int run(const mgr_service::Arguments& arguments) {
  const auto bus = mgr_service::open_system_bus(arguments.timeout);
  if (!bus) return complain(bus.error().exit, bus.error().message.c_str());
  const auto properties = mgr_service::ask_systemd(bus->get(), arguments.unit, arguments.timeout);
  if (!properties) return complain(properties.error().exit, properties.error().message.c_str());
  const std::string json = mgr_service::status_json(arguments.unit, *properties);
  const bool told = std::fwrite(json.data(), 1, json.size(), stdout) == json.size();
  if (!told || std::fflush(stdout) != 0) return complain(Exit::refused, "cannot write the answer");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  try {
    const auto arguments = mgr_service::parse_arguments(argc, argv);
    return arguments ? run(*arguments) : arguments.error();
  } catch (const std::exception& error) {
    return complain(Exit::refused, error.what());
  }
}
