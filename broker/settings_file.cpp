// Broker (uid mgr-broker), before the cage; root wrote the file. The only file that knows toml++,
// whose exceptions end here.
#include "broker/settings_file.h"

#include <toml++/toml.h>

#include <cerrno>
#include <fstream>
#include <sstream>

namespace mgr::broker {
namespace {

std::string place(const std::string& file, const toml::source_region& region) {
  return file + ':' + std::to_string(region.begin.line) + ": ";
}

// An empty text where there is no such file.
Result<std::string> read_text(const std::string& file) {
  errno = 0;
  std::ifstream in(file);
  if (!in) {
    if (errno == ENOENT) return std::string();
    return fail_errno(file);
  }
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad()) return fail_errno(file);
  return text.str();
}

}  // namespace

Result<std::string> read_listen_setting(const std::string& file) {
  const auto text = read_text(file);
  if (!text) return tl::unexpected(text.error());
  try {
    const toml::table settings = toml::parse(*text, file);
    const toml::node* const listen = settings.at_path("broker.listen").node();
    if (listen == nullptr) return default_listen;
    const auto value = listen->value_exact<std::string>();
    if (value) return *value;
    return fail(ErrorCode::invalid_argument,
                place(file, listen->source()) + "broker.listen is not a string");
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::invalid_argument,
                place(file, error.source()) + std::string(error.description()));
  }
}

}  // namespace mgr::broker
