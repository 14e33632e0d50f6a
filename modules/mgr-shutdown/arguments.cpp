// mgr-shutdown · root · distrusts its arguments.
#include "modules/mgr-shutdown/arguments.h"

#include <getopt.h>

#include <array>
#include <cstdio>
#include <string>

#include "mgr_version.h"

namespace mgr_shutdown {
namespace {

constexpr const char* help =
    "Usage: mgr-shutdown [OPTION]... poweroff|reboot|halt\n"
    "Schedules it, stays until the machine goes down, and calls it off at SIGTERM.\n"
    "\n"
    "  --backend=NAME       auto (as if not given), login, shutdown or recorder\n"
    "  --delay=DURATION     from now, as 90s, 10m or 2h; 30d at most; 0s as if not given\n"
    "  --message=TEXT       for the users who are logged in\n"
    "  --record=FILE        where the recorder writes\n"
    "  --ignore-inhibitors  although a program blocks shutdowns at the login manager\n"
    "  --help, --version\n"
    "\n"
    "Exit status: 0 the machine goes down, 1 it does not, 2 usage, 3 called off by a signal.\n";

// Never repeats an argument: it may be meant to steer a terminal.
tl::unexpected<int> complain(const char* what) {
  constexpr int usage = 2;
  (void)std::fprintf(stderr, "mgr-shutdown: %s; see --help\n", what);
  return tl::unexpected<int>(usage);
}

tl::unexpected<int> print(const char* text) {
  (void)std::fputs(text, stdout);
  return tl::unexpected<int>(0);
}

// The complaint; null where the option is well.
const char* take(int option, const std::string& value, Request& request) {
  if (option == 'b') {
    const auto backend = backend_from(value);
    request.backend = backend.value_or(BackendName::automatic);
    return backend ? nullptr : "--backend is auto, login, shutdown or recorder";
  }
  if (option == 'd') {
    const auto delay = delay_from(value);
    request.delay = delay.value_or(std::chrono::milliseconds(0));
    return delay ? nullptr : "--delay is a whole number and ms, s, m, h or d, 30d at most";
  }
  if (option == 'm') {
    request.message = value;
    return is_message(value) ? nullptr : "--message is UTF-8 without control characters";
  }
  if (option == 'r') {
    request.record = value;
    return value.starts_with('/') ? nullptr : "--record is an absolute path";
  }
  request.past_blocks = true;
  return nullptr;
}

}  // namespace

tl::expected<Request, int> parse_arguments(int argc, char** argv) {
  static constexpr std::array<option, 8> options{{{"backend", required_argument, nullptr, 'b'},
                                                  {"delay", required_argument, nullptr, 'd'},
                                                  {"message", required_argument, nullptr, 'm'},
                                                  {"record", required_argument, nullptr, 'r'},
                                                  {"ignore-inhibitors", no_argument, nullptr, 'i'},
                                                  {"help", no_argument, nullptr, 'h'},
                                                  {"version", no_argument, nullptr, 'v'},
                                                  {nullptr, 0, nullptr, 0}}};
  Request request;
  optind = 0;  // from the start, for whoever calls twice
  // "+": options end at the first word that is none. ":": getopt prints nothing by itself.
  for (int option = 0; (option = getopt_long(argc, argv, "+:", options.data(), nullptr)) != -1;) {
    if (option == 'h') return print(help);
    if (option == 'v') return print("mgr-shutdown " MGR_VERSION "\n");
    if (option == '?' || option == ':') return complain("an option that there is not, or half one");
    const char* const wrong = take(option, optarg != nullptr ? optarg : "", request);
    if (wrong != nullptr) return complain(wrong);
  }
  const auto kind = optind + 1 == argc ? kind_from(argv[optind]) : std::nullopt;
  if (!kind) return complain("one of poweroff, reboot and halt is wanted");
  request.kind = *kind;
  if ((request.backend == BackendName::recorder) == request.record.empty()) {
    return complain("--record belongs to --backend=recorder");
  }
  return request;
}

}  // namespace mgr_shutdown
