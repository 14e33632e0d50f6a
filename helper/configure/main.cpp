// mgr-configure: reads /etc/mgr, checks it whole, and hands mgr-helper the outcome. uid 0, started
// by the helper for each load and gone after it: the parser of text and the user database stay out
// of the root process that lives. Trusts a file only once nobody but root can write it. mgrctl
// starts it as the caller, to look at a policy (--review).
#include <getopt.h>
#include <sodium.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "helper/configure/compile.h"
#include "mgr_version.h"

namespace mgr {
namespace {

bool write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace
}  // namespace mgr

// Exits with 0 where the outcome was written, be it an error.
int main(int argc, char** argv) {
  static constexpr option known[] = {
      {"root", required_argument, nullptr, 'r'}, {"prepare", no_argument, nullptr, 'p'},
      {"check", no_argument, nullptr, 'c'},      {"reload", no_argument, nullptr, 'l'},
      {"review", no_argument, nullptr, 'e'},     {"folder", required_argument, nullptr, 'f'},
      {"version", no_argument, nullptr, 'v'},    {nullptr, 0, nullptr, 0}};
  if (argc < 1) return EXIT_FAILURE;
  mgr::CompileOrder order;
  for (int found = 0; (found = getopt_long(argc, argv, "", known, nullptr)) != -1;) {
    if (found == 'r') order.paths = mgr::Paths(optarg);
    if (found == 'p') order.prepare = true;
    if (found == 'l') order.reload = true;
    if (found == 'c') order.check = true;
    if (found == 'e' || found == 'f') order.review = true;
    if (found == 'f') order.folder = optarg;
    if (found == 'v') return std::puts("mgr-configure " MGR_VERSION) < 0;
    if (found == '?') return 2;
  }
  if (isatty(STDOUT_FILENO) != 0) {
    (void)std::fputs("mgr-configure: for mgr-helper to run; try mgrctl policy check\n", stderr);
    return 2;
  }
  if (sodium_init() < 0) return EXIT_FAILURE;
  return mgr::write_all(mgr::encode(mgr::compile(order))) ? EXIT_SUCCESS : EXIT_FAILURE;
}
