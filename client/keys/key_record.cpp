// mgrctl, with the caller's own uid.
#include "client/keys/key_record.h"

#include "client/import/write_toml.h"
#include "client/jobs/units.h"
#include "protocol/utc_time.h"

namespace mgr::client {
namespace {

constexpr std::size_t date_length = 10;   // 2027-01-31
constexpr std::size_t time_length = 19;   // 2027-01-31T12:00:00
constexpr std::size_t offset_length = 6;  // +01:00

std::optional<std::int64_t> seconds_in_utc(std::string_view date_and_time) {
  const auto milliseconds = parse_time(std::string(date_and_time) + 'Z');
  return milliseconds ? std::optional(*milliseconds / 1000) : std::nullopt;
}

// Of "+01:00": a time of day with a sign.
std::optional<std::int64_t> offset_seconds(std::string_view text) {
  if (text.size() != offset_length || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const auto time = seconds_in_utc("1970-01-01T" + std::string(text.substr(1)) + ":00");
  return !time || text[0] == '+' ? time : std::optional(-*time);
}

bool sets_revoked(std::string_view line) {
  constexpr std::string_view name = "revoked";
  const std::size_t first = line.find_first_not_of(" \t");
  if (first == std::string_view::npos || !line.substr(first).starts_with(name)) return false;
  line.remove_prefix(first + name.size());
  const std::size_t sign = line.find_first_not_of(" \t");
  return sign != std::string_view::npos && line[sign] == '=';
}

}  // namespace

std::optional<std::int64_t> parse_validity(std::string_view text) {
  if (text.size() == date_length) return seconds_in_utc(std::string(text) + "T00:00:00");
  if (text.size() < time_length + 1) return std::nullopt;
  const auto time = seconds_in_utc(text.substr(0, time_length));
  const std::string_view zone = text.substr(time_length);
  const auto offset = zone == "Z" ? std::optional<std::int64_t>(0) : offset_seconds(zone);
  return time && offset ? std::optional(*time - *offset) : std::nullopt;
}

std::string validity_text(std::int64_t seconds) {
  return utc_time(seconds * 1'000'000).substr(0, time_length) + 'Z';
}

std::string record_text(const NewRecord& record) {
  std::string text = "# Written by `mgrctl key add`; `mgrctl key revoke` ends it.\n";
  text += toml_line("type", std::string(key_type_words.at(static_cast<std::size_t>(record.type))));
  if (!record.public_text.empty()) text += toml_line("public_key", record.public_text);
  if (record.not_before) text += "not_before = " + validity_text(*record.not_before) + '\n';
  if (record.not_after) text += "not_after = " + validity_text(*record.not_after) + '\n';
  if (!record.comment.empty()) text += toml_line("comment", record.comment);
  return text;
}

std::string revoked_text(std::string_view text) {
  std::string revoked;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!sets_revoked(line)) revoked += std::string(line) + '\n';
  }
  return revoked + "revoked = true\n";
}

}  // namespace mgr::client
