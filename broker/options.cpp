// Broker (uid mgr-broker); whoever starts it wrote the command line.
#include "broker/options.h"

#include <getopt.h>

#include <array>

namespace mgr::broker {

const char* const usage =
    "usage: mgr-broker [--root DIR] [--listen ADDRESS:PORT] [--foreground] [--version] [--help]\n"
    "  --root DIR     look for everything below DIR\n"
    "  --listen ADDR  127.0.0.1:6667 or [::1]:6667, in place of mgr.toml's; empty for none\n"
    "  --foreground   serve, as without it: it never goes to the background\n";

Result<Options> read_options(int argc, char** argv) {
  static constexpr std::array<option, 6> known{{{"root", required_argument, nullptr, 'r'},
                                                {"listen", required_argument, nullptr, 'l'},
                                                {"foreground", no_argument, nullptr, 'f'},
                                                {"version", no_argument, nullptr, 'v'},
                                                {"help", no_argument, nullptr, 'h'},
                                                {nullptr, 0, nullptr, 0}}};
  // From 5.18 on the kernel puts an empty name into an empty argv.
  if (argc < 1 || argv[0][0] == '\0') {
    return fail(ErrorCode::invalid_argument, "mgr-broker: started without a program name\n");
  }
  Options options;
  optind = 0;  // from the beginning, with no state of an earlier call
  opterr = 0;
  for (;;) {
    switch (getopt_long(argc, argv, "", known.data(), nullptr)) {
      case 'r':
        options.root = optarg;
        break;
      case 'l':
        options.listen = optarg;
        break;
      case 'f':
        break;
      case 'v':
        options.version = true;
        break;
      case 'h':
        options.help = true;
        break;
      case -1:
        if (optind == argc) return options;
        [[fallthrough]];
      default:
        return fail(ErrorCode::invalid_argument, usage);
    }
  }
}

}  // namespace mgr::broker
