// mgr-scan · user mgr-scan, or root for --accept · believes a file of root's alone.
//
// The only file that knows toml++; its exceptions end here.
#include <toml++/toml.h>

#include "modules/mgr-scan/printable.h"
#include "modules/mgr-scan/settings.h"

namespace mgr_scan {
namespace {

std::string at(const std::string& name, const toml::source_region& region) {
  return name + ":" + std::to_string(region.begin.line) + ": ";
}

// True for "/", and for "/a/b" without empty, "." or ".." parts.
bool is_plain_absolute(std::string_view path) {
  if (path == "/") return true;
  if (path.empty() || path.front() != '/') return false;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    if (part.empty() || part == "." || part == ".." || part.size() > 255) return false;
    path.remove_prefix(end);
  }
  return true;
}

// Each take_ function reads one key's value, or tells what the value should have been.
using Complaint = std::string;  // empty: none

Complaint take_path(const toml::node& node, Settings& settings) {
  std::string path = node.value_exact<std::string>().value_or("");
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const bool sound = is_plain_absolute(path) && path.find('\0') == std::string::npos &&
                     path.size() < kMaxPatternBytes;
  if (!sound) return "path must be an absolute folder without '.' or '..'";
  settings.folder = std::move(path);
  return {};
}

Complaint take_exclude(const toml::node& node, Settings& settings) {
  const toml::array* list = node.as_array();
  if (list == nullptr) return "exclude must be a list of patterns";
  if (list->size() > kMaxPatterns) return "exclude has too many patterns";
  for (const toml::node& element : *list) {
    std::string pattern = element.value_exact<std::string>().value_or("");
    const bool sound = !pattern.empty() && pattern.size() <= kMaxPatternBytes &&
                       pattern.front() != '/' && pattern.find('\0') == std::string::npos;
    if (!sound) return "exclude holds patterns of paths relative to the folder";
    settings.exclude.push_back(std::move(pattern));
  }
  return {};
}

Complaint take_max_file_size(const toml::node& node, Settings& settings) {
  const std::int64_t bytes = node.value_exact<std::int64_t>().value_or(0);
  if (bytes < 1) return "max_file_size must be a number of bytes, 1 or more";
  settings.max_file_size = static_cast<std::uint64_t>(bytes);
  return {};
}

Complaint take(std::string_view key, const toml::node& node, Settings& settings) {
  if (key == "path") return take_path(node, settings);
  if (key == "exclude") return take_exclude(node, settings);
  if (key == "max_file_size") return take_max_file_size(node, settings);
  return "unknown key '" + printable(key) + "'";
}

}  // namespace

Result<Settings> parse_settings(std::string_view text, const std::string& name) {
  try {
    const toml::table table = toml::parse(text, name);
    Settings settings;
    for (const auto& [key, node] : table) {
      const Complaint complaint = take(key.str(), node, settings);
      if (!complaint.empty()) return failure(at(name, key.source()) + complaint);
    }
    if (settings.folder.empty()) return failure(name + ": path is missing");
    return settings;
  } catch (const toml::parse_error& error) {
    return failure(at(name, error.source()) + printable(error.description()));
  }
}

}  // namespace mgr_scan
