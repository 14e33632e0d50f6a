// mgr-scan · user mgr-scan, or root for --accept · believes a file of root's alone.
//
// /etc/mgr/scan.d/ID.toml: which folder the scan ID walks. Opening (settings_file.cpp) and parsing
// (settings_parse.cpp) are apart, so that the second is tested without a file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "modules/mgr-scan/result.h"

namespace mgr_scan {

inline constexpr std::uint64_t kDefaultMaxFileSize = std::uint64_t{1} << 30U;
inline constexpr std::size_t kMaxSettingsBytes = 64U << 10U;
inline constexpr std::size_t kMaxPatterns = 256;
inline constexpr std::size_t kMaxPatternBytes = 1024;

struct Settings {
  std::string folder;                // absolute, without "." or "..", without a slash at its end
  std::vector<std::string> exclude;  // fnmatch(3) patterns, for the path relative to `folder`
  std::uint64_t max_file_size = kDefaultMaxFileSize;  // larger files are not hashed
};

// `name` stands before the line number in errors: "NAME:LINE: unknown key 'x'".
[[nodiscard]] Result<Settings> parse_settings(std::string_view text, const std::string& name);

// Opens and parses etc/mgr/scan.d/ID.toml beneath `root`; refuses one that others could write.
[[nodiscard]] Result<Settings> load_settings(int root, std::uint32_t id);

}  // namespace mgr_scan
