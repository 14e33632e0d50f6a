// Reads the keys of one TOML table. mgr-configure (root).
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/toml_document.h"

namespace mgr {

// Remembers which keys were read, so that finish() can refuse the others. A missing key reads as
// its default; a value of the wrong type is an error in the findings, and reads as the default too.
// The table and the findings must outlive it.
class TableReader {
 public:
  TableReader(const TomlValue& table, Findings& findings);

  // The value of that key, read by now; null where there is none.
  [[nodiscard]] const TomlValue* find(std::string_view key);

  [[nodiscard]] std::string text(std::string_view key, std::string otherwise = "");
  [[nodiscard]] bool boolean(std::string_view key, bool otherwise);
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t least, std::int64_t most,
                                     std::int64_t otherwise);
  // "500ms", "10s", "2m", "1h", "30d": a whole number and its unit, within the bounds.
  [[nodiscard]] std::chrono::milliseconds duration(std::string_view key,
                                                   std::chrono::milliseconds least,
                                                   std::chrono::milliseconds most,
                                                   std::chrono::milliseconds otherwise);

  // Unix seconds, of a date and a time with its offset from UTC, in the years 1970 to 9999.
  [[nodiscard]] std::int64_t time(std::string_view key, std::int64_t otherwise);

  // Bytes: an integer, or a text such as "64K", "10M" or "2G" (powers of 1024), within the bounds.
  [[nodiscard]] std::uint64_t size(std::string_view key, std::uint64_t least, std::uint64_t most,
                                   std::uint64_t otherwise);

  // One string, or a list of strings; texts_required() also wants at least one.
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);
  [[nodiscard]] std::vector<std::string> texts_required(std::string_view key);

  // The members of a table, `[key.NAME]`, or the tables of a list, `[[key]]`, in order.
  [[nodiscard]] std::span<const TomlValue> members(std::string_view key);
  [[nodiscard]] std::span<const TomlValue> tables(std::string_view key);

  [[nodiscard]] unsigned line() const { return table_.line; }
  // "'key' what" at the line of that key, or of the table where the key is missing.
  void error(std::string_view key, const std::string& what);
  void warn(std::string_view key, const std::string& what);
  // Every key that was not read is an error.
  void finish();

 private:
  unsigned line_of(std::string_view key);
  const TomlValue* find(std::string_view key, TomlValue::Kind kind, const char* must_be);

  const TomlValue& table_;
  Findings& findings_;
  std::vector<bool> read_;  // beside table_.children
};

// The elements of a list; of anything else, that value alone.
[[nodiscard]] std::span<const TomlValue> elements(const TomlValue& value);

}  // namespace mgr
