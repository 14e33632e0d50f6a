// mgrctl, with the caller's own uid.
#include "client/import/names.h"

#include "protocol/text.h"

namespace mgr::client {
namespace {

char folded(char byte) {
  const char lower = byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
  return is_name_byte(lower, false) ? lower : '-';
}

void trim_end(std::string& name) {
  while (!name.empty() && (name.back() == '-' || name.back() == '.')) name.pop_back();
}

}  // namespace

std::string fold_name(std::string_view text, std::string_view prefix) {
  std::string name;
  for (const char byte : text) {
    const char next = folded(byte);
    if (next == '-' && (name.empty() || name.back() == '-')) continue;
    name.push_back(next);
  }
  trim_end(name);
  if (name.empty()) {
    name = prefix;
  } else if (!is_name_byte(name.front(), true)) {
    name = std::string(prefix) + '-' + name;
  }
  name.resize(std::min(name.size(), max_name_length));
  trim_end(name);
  return name;
}

const std::string& NameBook::name_of(const std::string& key, std::string_view text) {
  const auto known = names_.find(key);
  if (known != names_.end()) return known->second;
  const std::string base = fold_name(text, prefix_);
  std::string name = base;
  unsigned& number = last_numbers_.try_emplace(base, 1).first->second;
  while (taken_.contains(name)) {
    const std::string suffix = '-' + std::to_string(++number);
    name = base.substr(0, max_name_length - suffix.size());
    trim_end(name);
    name += suffix;
  }
  taken_.insert(name);
  return names_.emplace(key, std::move(name)).first->second;
}

}  // namespace mgr::client
