// mgrctl, with the caller's own uid; distrusts the text.
#include "client/import/ini.h"

#include <algorithm>

namespace mgr::client {
namespace {

constexpr std::size_t most_keys = 100;  // of a section
constexpr std::string_view spaces = " \t\r\f\v";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(spaces);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(spaces) - begin + 1);
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

class IniParser {
 public:
  explicit IniParser(const std::string& file) : file_(file) {}

  Outcome<void> take(std::string_view line) {
    ++number_;
    const std::string_view text = trimmed(line);
    if (text.starts_with('#') || text.starts_with(';')) return {};
    if (text.empty()) return continue_value("");
    const std::size_t indent = line.find_first_not_of(spaces);
    if (is_value_open_ && indent > indent_) return continue_value(text);
    indent_ = indent;
    if (text.starts_with('[')) return open_section(text);
    return take_entry(text);
  }

  std::vector<IniSection> finish() {
    for (IniSection& section : sections_) {
      for (IniEntry& entry : section.entries) {
        while (entry.value.ends_with('\n')) entry.value.pop_back();
      }
    }
    return std::move(sections_);
  }

 private:
  Outcome<void> continue_value(std::string_view text) {
    if (!is_value_open_) return {};
    std::string& value = sections_.back().entries.back().value;
    value += '\n';
    value += text;
    return {};
  }

  Outcome<void> open_section(std::string_view text) {
    const std::size_t end = text.rfind(']');
    if (end == text.npos || end == 1) return refuse("is no section's name");
    sections_.push_back({std::string(text.substr(1, end - 1)), number_, {}});
    is_value_open_ = false;
    return {};
  }

  Outcome<void> take_entry(std::string_view text) {
    if (sections_.empty()) return refuse("is before the first section");
    const std::size_t end = text.find_first_of(":=");
    if (end == text.npos || end == 0) return refuse("is neither a section nor `key: value`");
    if (sections_.back().entries.size() == most_keys) return refuse("is the section's 101st key");
    sections_.back().entries.push_back(
        {lower(trimmed(text.substr(0, end))), std::string(trimmed(text.substr(end + 1))), number_});
    is_value_open_ = true;
    return {};
  }

  tl::unexpected<Failure> refuse(const char* reason) const {
    return failed(Failure::Kind::invalid_request,
                  file_ + ":" + std::to_string(number_) + ": " + reason);
  }

  const std::string& file_;
  std::vector<IniSection> sections_;
  unsigned number_ = 0;
  std::size_t indent_ = 0;
  bool is_value_open_ = false;
};

}  // namespace

Outcome<std::vector<IniSection>> parse_ini(const std::string& file, std::string_view text) {
  IniParser parser(file);
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (const auto taken = parser.take(text.substr(0, end)); !taken) {
      return tl::unexpected(taken.error());
    }
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return parser.finish();
}

const std::string* find_value(const IniSection& section, std::string_view key) {
  const auto found = std::ranges::find(section.entries, key, &IniEntry::key);
  return found == section.entries.end() ? nullptr : &found->value;
}

}  // namespace mgr::client
