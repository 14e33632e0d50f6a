// mgrctl, with the caller's own uid. The one file of it that knows CLI11; its exceptions end here.
#include "client/options.h"

#include <CLI/CLI.hpp>
#include <cmath>

#include "client/display.h"
#include "mgr_version.h"

namespace mgr::client {
namespace {

constexpr double max_timeout_seconds = 86400;

constexpr const char* footer = R"(Commands:
  MODULE ACTION [name=value…]   ask for any action; MODULE --help lists a module's
  scan start 1,2                so too: a value without a name is the action's first argument
  ping                          is mgr there?
  version                       its version
  whoami                        who it takes the caller for
  modules                       all that can be asked for

The socket is --socket's, else the one below --root, else $MGR_SOCKET, else /run/mgr.sock.

Exit codes:
  0    success
  1    failed, conflict, not_found, timeout
  2    usage, unknown_action, malformed, invalid_argument, too_large
  126  denied, unauthenticated, stale
  127  unavailable, busy; no connection, or one lost before the reply)";

struct Flags {
  bool version = false;
  double timeout_seconds = 60;
};

// CLI11's layout, but for a usage line that says what the words are.
class Layout : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App*, std::string) const override {
    return "Usage: mgrctl [OPTIONS] MODULE ACTION [name=value…]\n";
  }
};

void declare(CLI::App& app, Options& options, Flags& flags) {
  app.set_help_flag();  // --help takes the schema's help where words are given
  app.add_flag("-h,--help", options.help, "Help; after MODULE or MODULE ACTION, for that");
  app.add_flag("--version", flags.version, "Print the version of mgrctl");
  app.add_option("--root", options.root, "Look for the socket below DIR")->type_name("DIR");
  app.add_option("--socket", options.socket, "Connect to the socket PATH")->type_name("PATH");
  app.add_option("--timeout", flags.timeout_seconds, "Give up after so long (60)")
      ->type_name("SECONDS");
  app.add_option("--on-behalf-of", options.on_behalf_of, "For the audit: the web user behind this")
      ->type_name("NAME");
  app.add_flag("--json", options.json, "Print the reply as JSON");
  app.add_flag("-q,--quiet", options.quiet, "Print nothing but errors");
  // The words are CLI11's extras: a list option of its would take [1,2] apart.
  app.allow_extras();
  app.formatter(std::make_shared<Layout>());
  app.footer(footer);
}

// What was neither an option nor an option's value. Before `--`, one that looks like an option is a
// mistake; the result is that word.
tl::expected<std::vector<std::string>, std::string> words_of(const CLI::App& app) {
  std::vector<std::string> words;
  bool options_over = false;
  for (std::string& word : app.remaining()) {
    if (!options_over && word == "--") {
      options_over = true;
    } else if (!options_over && word.size() > 1 && word.front() == '-') {
      return tl::unexpected(std::move(word));
    } else {
      words.push_back(std::move(word));
    }
  }
  return words;
}

Farewell misused(std::string_view why) {
  return {ExitCode::usage, "mgrctl: " + harmless(why) + "; see mgrctl --help\n"};
}

}  // namespace

tl::expected<Options, Farewell> read_options(int count, const char* const* words) {
  Options options;
  Flags flags;
  CLI::App app("Asks mgr for privileged actions.", "mgrctl");
  declare(app, options, flags);
  try {
    app.parse(count, words);
  } catch (const CLI::Error& error) {
    return tl::unexpected(misused(error.what()));
  }
  if (flags.version) return tl::unexpected(Farewell{ExitCode::ok, "mgrctl " MGR_VERSION "\n"});
  if (!(flags.timeout_seconds > 0 && flags.timeout_seconds <= max_timeout_seconds)) {
    return tl::unexpected(misused("--timeout wants more than 0 and at most 86400 seconds"));
  }
  auto words_or_mistake = words_of(app);
  if (!words_or_mistake) {
    return tl::unexpected(misused("there is no option " + words_or_mistake.error()));
  }
  options.words = std::move(*words_or_mistake);
  if (options.words.empty() && !options.help) return tl::unexpected(misused("no command"));
  options.timeout =
      std::chrono::milliseconds(static_cast<long>(std::ceil(flags.timeout_seconds * 1000)));
  return options;
}

std::string general_help() {
  Options options;
  Flags flags;
  CLI::App app("Asks mgr for privileged actions.", "mgrctl");
  declare(app, options, flags);
  return app.help();
}

}  // namespace mgr::client
