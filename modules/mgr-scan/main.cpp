// mgr-scan · user mgr-scan, or root for --accept · distrusts the owners of the scanned files and,
// as root, the user mgr-scan.
#include <csignal>
#include <cstdio>
#include <exception>

#include "modules/mgr-scan/arguments.h"
#include "modules/mgr-scan/commands.h"

namespace {

constexpr int kFailed = 2;

int complain(const char* message) {
  (void)std::fprintf(stderr, "mgr-scan: %s\n", message);
  return kFailed;
}

int run(const mgr_scan::Arguments& arguments) {
  auto progress = mgr_scan::Progress::from_environment();
  const auto outcome = arguments.accept
                           ? mgr_scan::accept(arguments.root, arguments.id, arguments.digest)
                           : mgr_scan::scan(arguments.root, arguments.id, progress);
  if (!outcome) return complain(outcome.error().message.c_str());
  const std::string report = arguments.json ? report_json(*outcome) : report_text(*outcome);
  const bool told = std::fwrite(report.data(), 1, report.size(), stdout) == report.size();
  if (!told || std::fflush(stdout) != 0) return complain("the report could not be written");
  progress.finish(std::string(word_of(outcome->verdict)));
  return exit_status(outcome->verdict);
}

}  // namespace

int main(int argc, char** argv) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  try {
    const auto arguments = mgr_scan::parse_arguments(argc, argv);
    return arguments ? run(*arguments) : arguments.error();
  } catch (const std::exception& error) {
    return complain(error.what());
  }
}
