// mgr-scan · user mgr-scan, or root for --accept · arguments come from mgr-job or from root.
//
// The only file that knows CLI11; its exceptions end here.
#include "modules/mgr-scan/arguments.h"

#include <CLI/CLI.hpp>
#include <charconv>

#include "mgr_version.h"

namespace mgr_scan {
namespace {

constexpr std::uint32_t kLargestId = std::uint32_t{1} << 31U;

std::uint32_t id_from(const std::string& text) {
  std::uint32_t id = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, id);
  const bool sound =
      error == std::errc{} && end == last && text.front() != '0' && id >= 1 && id <= kLargestId;
  return sound ? id : 0;
}

std::string check_id(const std::string& text) {
  return id_from(text) != 0 ? "" : "not a scan id, 1 to 2147483648";
}

std::string check_digest(const std::string& text) {
  const bool hex = text.find_first_not_of("0123456789abcdef") == std::string::npos;
  return hex && text.size() == 64 ? "" : "not a digest, 64 hex digits";
}

}  // namespace

tl::expected<Arguments, int> parse_arguments(int argc, char** argv) {
  constexpr int kUsage = 2;
  CLI::App app("Compares a folder with its accepted baseline.", "mgr-scan");
  Arguments arguments;
  std::string id;
  app.add_option("-t", id, "The scan: /etc/mgr/scan.d/ID.toml")
      ->required()
      ->type_name("ID")
      ->check(check_id);
  app.add_option("--root", arguments.root, "Look up etc/mgr and var/lib/mgr below this folder")
      ->type_name("DIR");
  app.add_flag("--json", arguments.json, "Report one JSON object a line");
  auto* accept = app.add_flag("--accept", arguments.accept,
                              "As root: make the last proposal the accepted baseline");
  app.add_option("--proposal", arguments.digest, "With --accept: accept this proposal alone")
      ->type_name("DIGEST")
      ->check(check_digest)
      ->needs(accept);
  app.set_version_flag("--version", "mgr-scan " MGR_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return tl::unexpected<int>(app.exit(error) == 0 ? 0 : kUsage);
  }
  arguments.id = id_from(id);
  return arguments;
}

}  // namespace mgr_scan
