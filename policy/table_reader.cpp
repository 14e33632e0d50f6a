// mgr-configure (root); reads root's own files, and distrusts their author's typing.
#include "policy/table_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include "policy/duration.h"

namespace mgr {
namespace {

using std::chrono::milliseconds;

// "64K": a number of K, M or G, and nothing else. Without a unit a size is an integer.
std::optional<std::uint64_t> parse_size(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const std::size_t power = std::string_view("KMG").find(text.back());
  if (power == std::string_view::npos) return std::nullopt;
  std::uint32_t number = 0;  // 32 bits of G fit 64 bits
  const char* const unit = text.data() + text.size() - 1;
  const auto [end, error] = std::from_chars(text.data(), unit, number);
  if (error != std::errc() || end != unit) return std::nullopt;
  return std::uint64_t{number} << (10 * (power + 1));
}

bool is_table(const TomlValue& value) { return value.kind == TomlValue::Kind::table; }

std::string quoted(std::string_view key) { return "'" + std::string(key) + "'"; }

}  // namespace

TableReader::TableReader(const TomlValue& table, Findings& findings)
    : table_(table), findings_(findings), read_(table.children.size()) {
  if (!is_table(table)) findings.error(table.line, quoted(table.key) + " must be a table");
}

const TomlValue* TableReader::find(std::string_view key) {
  const auto found = std::ranges::find(table_.children, key, &TomlValue::key);
  if (found == table_.children.end()) return nullptr;
  read_[static_cast<std::size_t>(found - table_.children.begin())] = true;
  return &*found;
}

const TomlValue* TableReader::find(std::string_view key, TomlValue::Kind kind,
                                   const char* must_be) {
  const TomlValue* value = find(key);
  if (value == nullptr || value->kind == kind) return value;
  error(key, std::string("must be ") + must_be);
  return nullptr;
}

std::string TableReader::text(std::string_view key, std::string otherwise) {
  const TomlValue* value = find(key, TomlValue::Kind::text, "a string");
  return value != nullptr ? value->text : otherwise;
}

bool TableReader::boolean(std::string_view key, bool otherwise) {
  const TomlValue* value = find(key, TomlValue::Kind::boolean, "true or false");
  return value != nullptr ? value->integer != 0 : otherwise;
}

std::int64_t TableReader::integer(std::string_view key, std::int64_t least, std::int64_t most,
                                  std::int64_t otherwise) {
  const TomlValue* value = find(key, TomlValue::Kind::integer, "an integer");
  if (value == nullptr) return otherwise;
  if (value->integer >= least && value->integer <= most) return value->integer;
  error(key, "must be from " + std::to_string(least) + " to " + std::to_string(most));
  return otherwise;
}

milliseconds TableReader::duration(std::string_view key, milliseconds least, milliseconds most,
                                   milliseconds otherwise) {
  const TomlValue* value = find(key, TomlValue::Kind::text, "a string such as \"10s\"");
  if (value == nullptr) return otherwise;
  const auto parsed = parse_duration(value->text);
  if (parsed && *parsed >= least && *parsed <= most) return *parsed;
  error(key, parsed ? "must be from " + std::to_string(least.count()) + "ms to " +
                          std::to_string(most.count()) + "ms"
                    : "must be a whole number and ms, s, m, h or d, such as \"10s\"");
  return otherwise;
}

std::int64_t TableReader::time(std::string_view key, std::int64_t otherwise) {
  constexpr std::int64_t year_10000 = 253402300800;
  const TomlValue* value = find(key);
  if (value == nullptr) return otherwise;
  if (value->kind == TomlValue::Kind::local_time) {
    error(key,
          "must say its offset from UTC, such as 2027-01-31T12:00:00Z: without one it is "
          "another moment in every time zone");
  } else if (value->kind != TomlValue::Kind::time || value->integer < 0 ||
             value->integer >= year_10000) {
    error(key,
          "must be a time of whole seconds with its offset from UTC, not in quotes, such as "
          "2027-01-31T12:00:00Z or 2027-01-31T12:00:00+01:00, from 1970 on");
  } else {
    return value->integer;
  }
  return otherwise;
}

std::uint64_t TableReader::size(std::string_view key, std::uint64_t least, std::uint64_t most,
                                std::uint64_t otherwise) {
  const TomlValue* value = find(key);
  if (value == nullptr) return otherwise;
  std::optional<std::uint64_t> bytes;
  if (value->kind == TomlValue::Kind::text) bytes = parse_size(value->text);
  if (value->kind == TomlValue::Kind::integer && value->integer >= 0) {
    bytes = static_cast<std::uint64_t>(value->integer);
  }
  if (bytes && *bytes >= least && *bytes <= most) return *bytes;
  error(key,
        bytes ? "must be from " + std::to_string(least) + " to " + std::to_string(most) + " bytes"
              : "must be a number of bytes, or one of K, M or G such as \"64K\"");
  return otherwise;
}

std::vector<std::string> TableReader::texts(std::string_view key) {
  const TomlValue* value = find(key);
  std::vector<std::string> found;
  if (value == nullptr) return found;
  for (const TomlValue& item : elements(*value)) {
    if (item.kind != TomlValue::Kind::text) error(key, "must be a string or a list of strings");
    found.push_back(item.text);
  }
  return found;
}

std::vector<std::string> TableReader::texts_required(std::string_view key) {
  std::vector<std::string> found = texts(key);
  if (found.empty()) error(key, find(key) != nullptr ? "must not be empty" : "is missing");
  return found;
}

std::span<const TomlValue> TableReader::members(std::string_view key) {
  const TomlValue* value = find(key, TomlValue::Kind::table, "a table");
  if (value == nullptr) return {};
  return value->children;
}

std::span<const TomlValue> TableReader::tables(std::string_view key) {
  const TomlValue* value = find(key);
  if (value == nullptr) return {};
  const bool is_list = value->kind == TomlValue::Kind::list;
  if (is_list && std::ranges::all_of(value->children, is_table)) return value->children;
  error(key, "must be written [[" + std::string(key) + "]]");
  return {};
}

void TableReader::error(std::string_view key, const std::string& what) {
  findings_.error(line_of(key), quoted(key) + " " + what);
}

void TableReader::warn(std::string_view key, const std::string& what) {
  findings_.warn(line_of(key), quoted(key) + " " + what);
}

unsigned TableReader::line_of(std::string_view key) {
  const TomlValue* value = find(key);
  return value != nullptr ? value->line : table_.line;
}

void TableReader::finish() {
  for (std::size_t i = 0; i < read_.size(); ++i) {
    const TomlValue& member = table_.children[i];
    if (!read_[i]) findings_.error(member.line, "unknown key " + quoted(member.key));
  }
}

std::span<const TomlValue> elements(const TomlValue& value) {
  if (value.kind == TomlValue::Kind::list) return value.children;
  return {&value, 1};
}

}  // namespace mgr
