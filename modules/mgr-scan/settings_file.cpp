// mgr-scan · user mgr-scan, or root for --accept · believes a file of root's alone.
#include "modules/mgr-scan/beneath.h"
#include "modules/mgr-scan/settings.h"

namespace mgr_scan {

Result<Settings> load_settings(int root, std::uint32_t id) {
  const std::string path = "etc/mgr/scan.d/" + std::to_string(id) + ".toml";
  const auto file = open_trusted(root, path, O_RDONLY);
  if (!file) return failure(file.error().message);
  return read_bounded(file->get(), kMaxSettingsBytes, "/" + path)
      .and_then([&](const std::string& text) { return parse_settings(text, "/" + path); });
}

}  // namespace mgr_scan
